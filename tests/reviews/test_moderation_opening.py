"""How cases begin and grow, and what becomes of members' words to the moderators."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    Case,
    CaseEvent,
    CaseFlag,
    CaseKind,
    CaseState,
    Evidence,
    FoundBy,
    KnownText,
    Matter,
    Notification,
    Report,
    Review,
    Snapshot,
)
from reviews.moderation.refusals import AlreadyDecided, NotAllowed
from reviews.moderation.targets import Target, target_of
from reviews.services.deciding import decide_case
from reviews.services.ending import close_fixed_case, reopen_cases_of
from reviews.services.opening import open_case, open_copied_case, take_snapshot
from reviews.services.publishing import edit_review, undo_withdrawal, withdraw_review
from reviews.services.reporting import FLOOD, is_resting, report, weight_of
from tests.factories import make_list, make_member, make_report, make_review

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def written(alice: Member) -> Review:
    return make_review(
        author=alice, body="Every word of this was copied from somewhere else.", source_hash="a" * 64
    )


@pytest.fixture
def target(written: Review) -> Target:
    return target_of(Matter.REVIEW, written)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def edit(review: Review, body: str) -> Review:
    review.refresh_from_db()
    return edit_review(
        review=review, editor=review.author, version=review.revision_number, body=body, language="en"
    )


def judge(case: Case, verdict: str) -> None:
    decide_case(
        case=case,
        moderator=make_member(is_superuser=True),
        verdict=verdict,
        rule="off-topic" if verdict == "remove" else "",
        reason="Looked at.",
    )


# --- One case for each cause ----------------------------------------------------------------------------


def test_signals_reports_and_a_notice_about_one_cause_are_one_case(written: Review, target: Target) -> None:
    first = open_copied_case(
        review=written,
        revision=written.revisions.get(),
        evidence=[Evidence(kind="overlap", words=60, share=0.9, start=0, end=20)],
    )
    reported = make_report(written, kind="copied-text", text="I know this text.")
    noticed = open_case(target=target, kind=CaseKind.COPIED, found_by=FoundBy.NOTICE, flags=[CaseFlag.NOTICE])
    assert first == reported == noticed
    case = fresh(first)
    assert (case.evidence.count(), case.reports.count()) == (1, 1)
    assert CaseFlag.NOTICE in case.flags
    assert [event.kind for event in case.events.all()] == ["opened", "signal", "reported", "signal"]
    assert case.version > 4


def test_another_cause_is_another_case(written: Review) -> None:
    assert make_report(written, kind="spoilers") != make_report(written, kind="copied-text")
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_that_open_a_case_at_once_one_remains(alice: Member) -> None:
    written = make_review(author=alice)
    reporters = [make_member() for _ in range(6)]

    def tell(reporter: Member) -> int:
        try:
            return make_report(written, reporter).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(tell, reporters))) == 1
    assert Report.objects.count() == 6


def test_a_case_keeps_the_words_that_were_reported_whatever_is_written_since(
    written: Review, bob: Member
) -> None:
    case = make_report(written, bob)
    edit(written, "Something else.")
    later = make_report(written)
    assert later == case
    assert fresh(case).snapshot.text.startswith("Every word of this")
    assert [item.snapshot.text for item in case.reports.order_by("pk")] == [
        "Every word of this was copied from somewhere else.",
        "Something else.",
    ]


def test_the_same_words_of_the_same_thing_are_kept_once(target: Target, alice: Member) -> None:
    assert take_snapshot(target) == take_snapshot(target)
    listed = target_of(Matter.LIST, make_list(alice, name="A list", description="Mine."))
    case = open_case(target=listed, kind="other", found_by=FoundBy.MODERATOR)
    assert take_snapshot(listed) == case.snapshot
    other = target_of(Matter.LIST, make_list(alice, name="A list", description="Mine."))
    assert take_snapshot(other) != case.snapshot, "so that blanking the one leaves the other"


def test_newer_evidence_about_a_text_takes_the_place_of_the_older(written: Review) -> None:
    def screened() -> Case:
        revision = written.revisions.last()
        evidence = [Evidence(kind="overlap", words=60, share=0.5, start=0, end=5)]
        return open_copied_case(review=written, revision=revision, evidence=evidence)

    case = screened()
    screened()
    assert fresh(case).evidence.count() == 1


def test_a_new_member_and_one_who_was_decided_against_are_marked(bob: Member) -> None:
    case = make_report(make_review(author=bob))
    assert case.flags == [CaseFlag.NEW_MEMBER]
    judge(case, "remove")
    Member.objects.filter(pk=bob.pk).update(date_joined=timezone.now() - timedelta(days=100))
    again = make_report(make_review(author=Member.objects.get(pk=bob.pk)))
    assert again.flags == [CaseFlag.REPEAT]


# --- What authors do meanwhile --------------------------------------------------------------------------


def test_an_edit_that_takes_the_copied_words_out_closes_the_case(written: Review) -> None:
    case = open_copied_case(review=written, revision=written.revisions.get(), evidence=[])
    written.body = "I was there."
    with transaction.atomic():
        assert close_fixed_case(review=written)
    assert fresh(case).state == CaseState.CLOSED
    assert fresh(case).events.last().kind == CaseEvent.Kind.EDITED


def test_a_case_that_somebody_reported_waits_for_a_moderator_though_it_is_fixed(written: Review) -> None:
    case = make_report(written, kind="copied-text")
    with transaction.atomic():
        assert not close_fixed_case(review=written)
    assert fresh(case).state == CaseState.OPEN


def test_an_edit_makes_the_page_of_a_moderator_stale(written: Review) -> None:
    case = make_report(written)
    before = fresh(case).version
    edit(written, "Something else.")
    assert fresh(case).version > before
    assert fresh(case).events.last().kind == CaseEvent.Kind.EDITED


def test_what_was_closed_for_another_reason_stays_closed_when_a_text_is_put_back(
    written: Review, alice: Member
) -> None:
    fixed = open_copied_case(review=written, revision=written.revisions.get(), evidence=[])
    with transaction.atomic():
        close_fixed_case(review=written)
    reported = make_report(written)
    withdraw_review(review=written, author=alice)
    assert fresh(reported).state == CaseState.CLOSED
    undo_withdrawal(review=written, author=alice)
    assert fresh(reported).state == CaseState.OPEN
    assert fresh(fixed).state == CaseState.CLOSED
    with transaction.atomic():
        assert reopen_cases_of(written) == 0


def test_nobody_is_waited_for_without_an_end(written: Review) -> None:
    case = make_report(written)
    with pytest.raises(IntegrityError, match="case_waits_until"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state=CaseState.WAITING)
    assert Case.objects.filter(pk=case.pk).update(state=CaseState.WAITING, answer_until=timezone.now())


def test_a_step_of_a_case_cannot_be_changed_but_for_blanking_its_words(written: Review, mona: Member) -> None:
    event = make_report(written).events.last()
    CaseEvent.objects.filter(pk=event.pk).update(text="", detail={})
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(pk=event.pk).update(text="Other words.")
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(pk=event.pk).update(actor=mona)


# --- Reporting ------------------------------------------------------------------------------------------


def test_a_member_reports_a_cause_once(written: Review, bob: Member) -> None:
    case = make_report(written, bob, "I read this in a magazine.")
    version = fresh(case).version
    make_report(written, bob, "Again.")
    assert [item.text for item in case.reports.all()] == ["I read this in a magazine."]
    assert case.events.filter(kind="reported").count() == 1
    assert fresh(case).version >= version


@pytest.mark.parametrize("matter", [Matter.ABOUT, Matter.NAME])
def test_nobody_reports_what_is_their_own(matter: Matter, alice: Member) -> None:
    alice.about = "I like films."
    alice.save()
    with pytest.raises(NotAllowed, match="own"):
        report(target=target_of(matter, alice), reporter=alice, kind="other", text="Look.")


def test_an_author_does_not_report_their_own_text(target: Target, alice: Member) -> None:
    with pytest.raises(NotAllowed, match="own"):
        report(target=target, reporter=alice, kind="other", text="Look.")
    assert not Case.objects.exists()


def test_who_is_suspended_or_leaving_reports_nothing(target: Target, sam: Member) -> None:
    leaving = make_member(closing_at=timezone.now() + timedelta(days=3))
    for reporter in (sam, leaving, make_member(is_active=False)):
        with pytest.raises(NotAllowed, match="rights"):
            report(target=target, reporter=reporter, kind="other", text="Look.")


def test_what_is_gone_needs_no_report(target: Target, written: Review, alice: Member, bob: Member) -> None:
    withdraw_review(review=written, author=alice)
    with pytest.raises(NotAllowed, match="text"):
        report(target=target, reporter=bob, kind="other", text="Look.")


def test_the_same_words_are_judged_once_and_other_words_anew(written: Review, bob: Member) -> None:
    case = make_report(written, kind="spoilers")
    judge(case, "keep")
    with pytest.raises(AlreadyDecided) as refused:
        make_report(written, bob, kind="spoilers")
    assert refused.value.decision == case.decisions.get()
    assert make_report(written, bob, kind="advertising") != case, "another reason is another question"
    edit(written, "The butler did it.")
    assert make_report(written, bob, kind="spoilers") != case


def test_words_that_were_reported_into_a_case_about_earlier_ones_are_judged_with_it(
    written: Review, bob: Member
) -> None:
    case = make_report(written)
    edit(written, "Other words, worse.")
    make_report(written)
    judge(case, "keep")
    with pytest.raises(AlreadyDecided):
        make_report(written, bob)


def test_reporters_hear_the_outcome_and_not_who_decided(written: Review, bob: Member) -> None:
    case = make_report(written, bob)
    judge(case, "remove")
    told = Notification.objects.get(recipient=bob)
    assert (told.kind, told.detail["outcome"], told.actor_id) == ("report", "right", None)
    assert case.reports.get().outcome == Report.Outcome.RIGHT


def test_nobody_hears_twice_of_one_decision(written: Review, bob: Member) -> None:
    first, second = make_report(written, bob, kind="spoilers"), make_report(written, bob, kind="advertising")
    judge(first, "remove")
    assert fresh(second).state == CaseState.CLOSED
    assert Notification.objects.filter(recipient=bob).count() == 2, "one for each report"
    assert set(Report.objects.values_list("outcome", flat=True)) == {"right"}


# --- Weights and floods ---------------------------------------------------------------------------------


@pytest.fixture
def reports_of(bob: Member) -> Callable[[str, int], None]:
    def make(outcome: str, number: int) -> None:
        for _ in range(number):
            case = make_report(make_review(), bob)
            Report.objects.filter(case=case).update(outcome=outcome)

    return make


def test_wrong_reports_cost_weight_and_right_ones_win_it_back(
    bob: Member, reports_of: Callable[[str, int], None]
) -> None:
    assert weight_of(bob) == 100
    reports_of("wrong", 2)
    assert weight_of(bob) == 50
    reports_of("right", 4)
    assert weight_of(bob) == 75
    Report.objects.update(made_at=timezone.now() - timedelta(days=366))
    assert weight_of(bob) == 100


def test_the_weight_of_a_report_is_that_of_when_it_was_made(
    bob: Member, reports_of: Callable[[str, int], None]
) -> None:
    reports_of("wrong", 2)
    heavy, light = make_report(make_review()), make_report(make_review(), bob)
    assert (heavy.reports.get().weight, light.reports.get().weight) == (100, 50)
    assert light.severity < heavy.severity


def test_who_was_wrong_ten_times_running_rests_and_is_heard_again_later(
    bob: Member, target: Target, reports_of: Callable[[str, int], None]
) -> None:
    reports_of("wrong", 9)
    assert not is_resting(bob)
    reports_of("wrong", 1)
    with pytest.raises(NotAllowed, match="paused"):
        report(target=target, reporter=bob, kind="other", text="Look.")
    Report.objects.filter(pk=Report.objects.earliest("pk").pk).update(
        made_at=timezone.now() - timedelta(days=31)
    )
    assert report(target=target, reporter=bob, kind="other", text="Look.").weight == 20


def test_many_reports_within_an_hour_are_one_case_with_a_flag_and_bounded_severity(
    written: Review, alice: Member
) -> None:
    for _ in range(FLOOD - 1):
        case = make_report(written)
    assert CaseFlag.FLOOD not in fresh(case).flags
    make_report(written)
    assert CaseFlag.FLOOD in fresh(case).flags
    bounded = fresh(case).severity
    for _ in range(10):
        make_report(written)
    assert fresh(case).severity == bounded
    assert Case.objects.count() == 1
    written.refresh_from_db()
    assert written.is_published, "reports never act alone"


def test_reports_over_days_are_no_flood(written: Review) -> None:
    for _ in range(FLOOD + 2):
        case = make_report(written)
        Report.objects.update(made_at=timezone.now() - timedelta(hours=2))
    assert CaseFlag.FLOOD not in fresh(case).flags


def test_a_registered_source_makes_a_case_graver_than_a_text_of_the_site(written: Review) -> None:
    def severity(source: KnownText) -> int:
        evidence = [Evidence(kind="overlap", words=100, share=0.5, start=0, end=9, source=source)]
        return open_copied_case(review=written, revision=written.revisions.get(), evidence=evidence).severity

    now = {"source_hash": "b" * 64, "written_at": timezone.now()}
    plot = KnownText.objects.create(kind="plot", title=written.title, **now)
    elsewhere = KnownText.objects.create(kind="registered", label="A magazine", **now)
    assert severity(elsewhere) > severity(plot)


def test_an_erased_snapshot_is_blank_and_the_case_stands(written: Review) -> None:
    case = make_report(written)
    Snapshot.objects.filter(cases=case).update(text="", headline="")
    judge(case, "keep")
    assert fresh(case).state == CaseState.DECIDED


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("The Film Book, page 12", ""),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link_on_the_moderators_page(said: str, link: str) -> None:
    assert Report(source_url=said).source_link == link
