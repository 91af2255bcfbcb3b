"""What a decision about a message does, what it undoes, and who hears of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    Case,
    CaseFlag,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    KnownText,
    LogEntry,
    Matter,
    Measure,
    Notification,
    OwnWords,
    Report,
    Review,
    Statement,
    Translation,
)
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.refusals import NotAllowed, StaleCase
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.claiming import claim_case
from reviews.services.deciding import MOST_AT_ONCE, act_on, decide_case, decide_many, undo_decision
from reviews.services.opening import open_copied_case
from reviews.services.publishing import edit_review, publish_review
from reviews.services.steps import answer_case
from tests.factories import make_member, make_report, make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

COPIED = (
    "The harbour wakes before the town does. Boats come in with their lamps still lit, and nobody speaks until the nets "
    "are up. Then the gulls begin."
)
OWN_BEFORE = "I saw this twice in one week and would see it again."
OWN_AFTER = "What stays with me is the sound."


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def source() -> KnownText:
    return KnownText.objects.create(
        kind="registered",
        label="The Harbour Paper",
        url="https://paper.example.org/harbour",
        text=COPIED,
        words=len(COPIED.split()),
        first_words=len(COPIED.split()),
        source_hash="c" * 64,
        written_at=timezone.now() - timedelta(days=900),
    )


@pytest.fixture
def written(alice: Member) -> Review:
    body = f"{OWN_BEFORE}\n\n{COPIED}\n\n{OWN_AFTER}"
    return publish_review(author=alice, subject=make_title("Harbour"), body=body, language="en")


@pytest.fixture
def case(written: Review, source: KnownText) -> Case:
    start = written.body.index(COPIED)
    evidence = Evidence(
        kind="overlap",
        words=len(COPIED.split()),
        share=0.6,
        start=start,
        end=start + len(COPIED),
        source=source,
        source_label=source.label,
        source_url=source.url,
    )
    return open_copied_case(review=written, revision=written.revisions.get(), evidence=[evidence])


def decide(case: Case, moderator: Member, verdict: str, **also: object) -> Decision:
    return decide_case(
        case=case,
        moderator=moderator,
        verdict=verdict,
        reason="It stands in the Harbour Paper.",
        rule="copied-text" if verdict in ("trim", "quote", "hide", "remove") else "",
        **also,
    )


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def read_thread(client: Client, address: str) -> str:
    """What a stranger reads below a title, fragments kept."""
    page = client.get(address).content.decode()
    return page[page.index('class="thread"') :]


# --- Verdicts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["trim", "quote"])
def test_a_copied_passage_is_shortened_and_the_authors_own_words_stay(
    case: Case, written: Review, mona: Member, alice: Member, verdict: str
) -> None:
    before = written.body
    decide(case, mona, verdict)
    after = fresh(written)
    assert after.state == "published"
    assert OWN_BEFORE in after.body
    assert OWN_AFTER in after.body
    assert "> The harbour wakes" in after.body
    assert "(https://paper.example.org/harbour)" in after.body
    assert after.revision_number == 2
    assert after.html.count("<blockquote>") == 1
    assert list(after.revisions.values_list("number", "body")) == [(1, before), (2, after.body)]
    assert Statement.objects.get(recipient=alice).text == before, "nothing that they wrote is lost to them"


def test_a_quotation_is_shorter_than_the_first_paragraph(case: Case, written: Review, mona: Member) -> None:
    decide(case, mona, "quote")
    assert "Then the gulls begin" not in fresh(written).body


def test_passages_of_two_sources_are_shortened_each_with_its_own_link(
    case: Case, written: Review, source: KnownText, mona: Member
) -> None:
    also = " ".join(f"Lighthouse number {n} stands empty." for n in range(12))
    edit_review(
        review=written,
        editor=written.author,
        version=1,
        body=f"{also}\n\n{written.body}",
        language="en",
    )
    now = fresh(written)
    other = KnownText.objects.create(
        kind="registered",
        label="Lights",
        url="https://lights.example.org/",
        text=also,
        words=60,
        first_words=60,
        source_hash="d" * 64,
        written_at=timezone.now(),
    )
    found = [(source, COPIED), (other, also)]
    case = open_copied_case(
        review=now,
        revision=now.revisions.last(),
        evidence=[
            Evidence(
                kind="overlap",
                words=30,
                share=0.3,
                start=now.body.index(words),
                end=now.body.index(words) + len(words),
                source=known,
                source_label=known.label,
                source_url=known.url,
            )
            for known, words in found
        ],
    )
    decide(case, mona, "quote")
    body = fresh(written).body
    for text in (source.url, "https://lights.example.org/", OWN_BEFORE, OWN_AFTER):
        assert text in body
    assert "Lighthouse number 11" not in body


def test_words_that_were_edited_since_cannot_be_shortened_by_old_positions(
    case: Case, written: Review, mona: Member
) -> None:
    Review.objects.filter(pk=written.pk).update(source_hash="e" * 64)
    page = Case.objects.for_page().get(pk=case.pk)
    assert possible_verdicts(page) == ["keep", "hide", "remove"]
    with pytest.raises(StaleCase, match="state"):
        decide(case, mona, "trim")


def test_a_hidden_text_waits_for_its_author_and_is_shown_again_when_it_was_fine(
    case: Case, written: Review, mona: Member, alice: Member
) -> None:
    decide(case, mona, "hide")
    waiting = fresh(case)
    assert (fresh(written).state, waiting.state) == ("hidden", CaseState.WAITING)
    assert waiting.answer_until > timezone.now() + timedelta(days=6)
    assert possible_verdicts(Case.objects.for_page().get(pk=case.pk)) == ["keep", "trim", "quote", "remove"]

    answer_case(case=case, author=alice, text="I am that paper's critic.")
    answered = fresh(case)
    assert (answered.state, answered.answer_until) == (CaseState.OPEN, None)
    assert CaseFlag.ANSWERED in answered.flags

    decide(case, mona, "keep")
    assert (fresh(written).state, fresh(case).state) == ("published", CaseState.DECIDED)
    assert Statement.objects.filter(recipient=alice).count() == 2, (
        "of what was hidden they hear that it is back"
    )
    verbs = list(LogEntry.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["reviews.review.hidden", "reviews.case.kept"]


def test_the_author_of_a_text_that_was_fine_all_along_hears_nothing(case: Case, mona: Member) -> None:
    decide(case, mona, "keep")
    assert not Statement.objects.exists()


def test_nobody_shows_a_text_again_that_another_case_hides(case: Case, written: Review, mona: Member) -> None:
    reported = make_report(written, kind="spoilers")
    decide(case, mona, "hide")
    page = Case.objects.for_page().get(pk=reported.pk)
    assert possible_verdicts(page) == ["remove"]


# --- Restoring ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["trim", "quote", "remove"])
def test_a_restoration_brings_back_state_and_words(
    case: Case, written: Review, mona: Member, sofie: Member, verdict: str
) -> None:
    before = written.body
    decide(case, mona, verdict)
    decide(case, sofie, "restore")
    after = fresh(written)
    assert (after.body, after.state) == (before, "published")
    assert fresh(case).state == CaseState.CLOSED
    assert after.revisions.get(number=after.revision_number).body == before


@pytest.mark.parametrize("verdict", ["trim", "quote"])
def test_the_thread_says_who_changed_a_text_and_nothing_once_it_is_as_it_was(
    client: Client, case: Case, written: Review, mona: Member, sofie: Member, verdict: str
) -> None:
    address = written.subject.get_absolute_url()
    assert "edited" not in read_thread(client, address)
    decide(case, mona, verdict)
    assert "shortened by a moderator" in read_thread(client, address)
    decide(case, sofie, "restore")
    thread = read_thread(client, address)
    assert "shortened by a moderator" not in thread
    assert "edited" not in thread
    after = fresh(written)
    edit_review(
        review=after, editor=after.author, version=after.revision_number, body="My words.", language="en"
    )
    assert "edited" in read_thread(client, address)


def test_a_restoration_leaves_what_the_author_wrote_since(
    case: Case, written: Review, mona: Member, sofie: Member
) -> None:
    decide(case, mona, "trim")
    edit_review(review=written, editor=written.author, version=2, body="I wrote it anew.", language="en")
    decide(case, sofie, "restore")
    assert fresh(written).body == "I wrote it anew."


def test_votes_replies_and_translations_are_there_again_after_a_restoration(
    case: Case, written: Review, mona: Member, sofie: Member, alice: Member
) -> None:
    reply = make_review(written.title, parent=written, root=written)
    row = make_translation(written, "nl", source_language="en")
    decide(case, mona, "remove")
    alice.totals.refresh_from_db()
    assert alice.totals.message_count == 0
    decide(case, sofie, "restore")
    alice.totals.refresh_from_db()
    assert alice.totals.message_count == 1
    assert fresh(reply).parent_id == written.pk
    assert Translation.objects.filter(pk=row.pk, source_hash=fresh(written).source_hash).exists()
    assert fresh(written).known_text.source_hash is not None


# --- Appeals --------------------------------------------------------------------------------------------


def appeal_of(decision: Decision) -> Case:
    return file_appeal(statement=decision.statements.get(), text="These are my own words.").case


def test_an_appeal_against_a_shortened_text_brings_its_words_back(
    case: Case, written: Review, mona: Member, sofie: Member
) -> None:
    before = written.body
    appeal = appeal_of(decide(case, mona, "trim"))
    assert fresh(case).state == CaseState.APPEALED
    decide(appeal, sofie, "restore")
    assert fresh(written).body == before
    assert (fresh(case).state, fresh(appeal).state) == (CaseState.CLOSED, CaseState.CLOSED)


def test_what_was_hidden_is_still_to_be_decided_when_an_appeal_fails(
    case: Case, written: Review, mona: Member, sofie: Member
) -> None:
    appeal = appeal_of(decide(case, mona, "hide"))
    decide(appeal, sofie, "uphold")
    assert (fresh(written).state, fresh(case).state) == ("hidden", CaseState.OPEN)
    decide(case, mona, "remove")
    assert fresh(written).state == "removed"


def test_a_decision_that_is_overturned_takes_its_measure_along(
    case: Case, mona: Member, sofie: Member, alice: Member
) -> None:
    appeal = appeal_of(decide(case, mona, "remove", measure="warning"))
    assert Measure.objects.get().member == alice
    decide(appeal, sofie, "restore")
    assert Measure.objects.get().is_annulled


def test_who_answers_an_appeal_reported_nothing_and_decided_nothing(
    case: Case, written: Review, mona: Member
) -> None:
    bea = make_member("bea", sections=["films"])
    make_report(written, bea, kind="copied-text")
    appeal = appeal_of(decide(case, mona, "remove"))
    for moderator in (mona, bea):
        with pytest.raises(NotAllowed, match="rights"):
            decide(appeal, moderator, "uphold")


# --- What comes with a decision -------------------------------------------------------------------------


def test_a_warning_comes_with_the_statement_of_the_decision(case: Case, mona: Member, alice: Member) -> None:
    decision = decide(case, mona, "remove", measure="warning")
    measure = Measure.objects.get()
    assert (measure.kind, measure.member, measure.decision) == ("warning", alice, decision)
    assert decision.statements.get().measure == measure


@pytest.mark.parametrize("verdict", ["keep", "restore", "uphold"])
def test_what_takes_nothing_leads_to_no_measure(
    case: Case, mona: Member, sofie: Member, verdict: str
) -> None:
    if verdict == "restore":
        decide(case, mona, "remove")
    if verdict == "uphold":
        case = appeal_of(decide(case, mona, "remove"))
    before = Decision.objects.count()
    with pytest.raises(NotAllowed, match="nothing"):
        decide(case, sofie, verdict, measure="warning")
    assert Decision.objects.count() == before
    assert not Measure.objects.exists()


def test_no_measure_is_taken_where_there_is_no_author(case: Case, mona: Member) -> None:
    Case.objects.filter(pk=case.pk).update(author=None)
    with pytest.raises(NotAllowed, match="author"):
        decide(case, mona, "remove", measure="warning")
    assert fresh(case).state == CaseState.OPEN


@pytest.mark.parametrize("measure", ["suspension", "banishment"])
def test_what_is_acted_on_at_once_leads_to_no_measure_that_the_moderator_may_not_give(
    written: Review, mona: Member, measure: str
) -> None:
    with pytest.raises(NotAllowed, match="measure"):
        act_on(
            target=target_of(Matter.REVIEW, written), moderator=mona, kind="spoilers", verdict="remove",
            reason="It gives the end away.", rule="spoilers", measure=measure,
        )  # fmt: skip
    assert not Case.objects.exists()


def test_only_a_moderator_of_members_suspends(case: Case, mona: Member, sofie: Member) -> None:
    with pytest.raises(NotAllowed, match="measure"):
        decide(case, mona, "remove", measure="suspension", measure_days=7)
    assert not Decision.objects.exists()
    Case.objects.filter(pk=case.pk).update(section="members")
    head = make_member("head", sections=["members"])
    decide(case, head, "remove", measure="suspension", measure_days=7)
    assert Measure.objects.get().kind == "suspension"


def test_what_an_author_said_of_their_own_words_is_settled_by_the_decision(
    case: Case, written: Review, source: KnownText, mona: Member, alice: Member
) -> None:
    said = OwnWords.objects.create(author=alice, source=source, review=written)
    decision = decide(case, mona, "keep")
    assert fresh(said).state == OwnWords.State.CONFIRMED
    undo_decision(decision=decision, moderator=mona)
    assert fresh(said).state == OwnWords.State.SAID


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [("keep", "wrong"), ("trim", "right"), ("hide", "waiting"), ("remove", "right")],
)
def test_a_report_ends_as_its_case_does(
    case: Case, written: Review, mona: Member, verdict: str, outcome: str
) -> None:
    make_report(written, kind="copied-text")
    decide(case, mona, verdict)
    assert Report.objects.get().outcome == outcome


def test_a_report_that_led_to_a_mistake_counts_for_nobody(
    case: Case, written: Review, mona: Member, sofie: Member
) -> None:
    make_report(written, kind="copied-text")
    decide(case, mona, "remove")
    decide(case, sofie, "restore")
    assert Report.objects.get().outcome == Report.Outcome.MOOT


# --- Refusals -------------------------------------------------------------------------------------------


def test_a_moderator_who_was_demoted_meanwhile_decides_nothing(case: Case, mona: Member) -> None:
    Member.objects.filter(pk=mona.pk).update(sections=[])
    with pytest.raises(NotAllowed, match="rights"):
        decide(case, mona, "keep")
    assert not Decision.objects.exists()


def test_a_case_that_was_decided_or_is_in_other_hands_is_left_alone(
    case: Case, mona: Member, sofie: Member
) -> None:
    claim_case(case=case, moderator=sofie)
    with pytest.raises(StaleCase, match="claimed"):
        decide(case, mona, "keep")
    decide(case, sofie, "keep")
    with pytest.raises(StaleCase, match="state"):
        decide(case, mona, "remove")


def test_deciding_gives_the_claim_back(case: Case, mona: Member) -> None:
    claim_case(case=case, moderator=mona)
    decide(case, mona, "hide")
    assert fresh(case).claimed_by is None


# --- Acting without a case ------------------------------------------------------------------------------


def test_a_moderator_removes_what_they_came_across_in_one_go(written: Review, mona: Member) -> None:
    decision = act_on(
        target=target_of(Matter.REVIEW, written),
        moderator=mona,
        kind=CaseKind.ADVERTISING,
        verdict="remove",
        rule="advertising",
        reason="It sells something.",
    )
    assert fresh(written).state == "removed"
    assert decision.case.state == CaseState.DECIDED
    assert decision.statements.get().found_by == "moderator"
    assert LogEntry.objects.get().found_by == "moderator"


def test_whoever_may_not_decide_opens_nothing_either(written: Review, alice: Member) -> None:
    about = {"kind": "other", "verdict": "keep", "reason": "Mine."}
    alice.sections = ["films"]
    alice.save()
    for moderator in (alice, make_member(), make_member(sections=["shows"]), make_member(is_staff=True)):
        with pytest.raises(NotAllowed):
            act_on(target=target_of(Matter.REVIEW, written), moderator=moderator, **about)
    assert not Case.objects.exists()


# --- Many at once ---------------------------------------------------------------------------------------


def cases_of(author: Member, number: int, kind: str = "advertising") -> list[Case]:
    return [make_report(make_review(author=author), kind=kind) for _ in range(number)]


def test_cases_of_one_author_are_decided_alike_each_for_itself(alice: Member, mona: Member) -> None:
    cases = cases_of(alice, 3)
    versions = {case.pk: fresh(case).version for case in cases}
    make_report(cases[1].review, kind="advertising")
    done = decide_many(
        cases=cases,
        moderator=mona,
        verdict="remove",
        rule="advertising",
        reason="All of it sells something.",
        versions=versions,
    )
    assert [case for case, _ in done.left_out] == [cases[1]]
    assert done.left_out[0][1] == "version"
    assert len(done.decisions) == Statement.objects.count() == LogEntry.objects.count() == 2
    assert fresh(cases[1]).state == CaseState.OPEN


def test_cases_without_anything_in_common_are_not_decided_alike(
    alice: Member, bob: Member, mona: Member
) -> None:
    for cases in (
        [*cases_of(alice, 1), *cases_of(bob, 1)],
        [*cases_of(alice, 1), *cases_of(alice, 1, "spoilers")],
        cases_of(alice, 1) * (MOST_AT_ONCE + 1),
    ):
        with pytest.raises(NotAllowed, match="apart"):
            decide_many(cases=cases, moderator=mona, verdict="keep", reason="Fine.")
    assert not Decision.objects.exists()


def test_cases_with_one_source_are_decided_alike_whoever_wrote_them(source: KnownText, mona: Member) -> None:
    cases = []
    for _ in range(2):
        review = make_review()
        evidence = [Evidence(kind="overlap", words=60, share=1, start=0, end=9, source=source)]
        cases.append(open_copied_case(review=review, revision=review.revisions.get(), evidence=evidence))
    done = decide_many(cases=cases, moderator=mona, verdict="remove", rule="copied-text", reason="Copied.")
    assert len(done.decisions) == 2


# --- Taking a decision back -----------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["keep", "trim", "quote", "hide", "remove"])
def test_a_decision_is_taken_back_as_if_it_had_not_been(
    case: Case, written: Review, mona: Member, alice: Member, verdict: str
) -> None:
    report = make_report(written, kind="copied-text").reports.get()
    before = written.body
    measure = "" if verdict == "keep" else "warning"
    decision = decide(case, mona, verdict, measure=measure)
    undo_decision(decision=decision, moderator=mona)
    assert (fresh(written).body, fresh(written).state) == (before, "published")
    now = fresh(case)
    assert (now.state, now.answer_until) == (CaseState.OPEN, None)
    assert fresh(decision).undone_at is not None
    assert [row.is_annulled for row in Measure.objects.all()] == ([True] if measure else [])
    assert fresh(report).outcome == "waiting"
    assert not Statement.objects.exists(), "who has not heard of it yet never will"
    assert LogEntry.objects.filter(verb="reviews.decision.undone").count() == 1
    page = Case.objects.for_page().get(pk=case.pk)
    assert "remove" in possible_verdicts(page), "it is to be decided still"
    assert decide(case, mona, "remove").pk != decision.pk


def test_who_read_of_a_decision_is_told_that_it_was_taken_back(
    case: Case, mona: Member, alice: Member
) -> None:
    decision = decide(case, mona, "remove")
    decision.statements.update(read_at=timezone.now())
    undo_decision(decision=decision, moderator=mona)
    assert decision.statements.get().appeal_until is None
    assert Notification.objects.filter(recipient=alice, detail__news="decision_undone").count() == 1


def test_cases_that_a_removal_answered_are_open_again_when_it_is_taken_back(
    case: Case, written: Review, mona: Member
) -> None:
    other = make_report(written, kind="spoilers")
    undo_decision(decision=decide(case, mona, "remove"), moderator=mona)
    assert fresh(other).state == CaseState.OPEN
    assert other.reports.get().outcome == "waiting"


def test_a_decision_is_taken_back_by_whoever_made_it_in_time_and_before_anything_came_of_it(
    case: Case, mona: Member, sofie: Member
) -> None:
    decision = decide(case, mona, "remove")
    with pytest.raises(NotAllowed, match="rights"):
        undo_decision(decision=decision, moderator=sofie)
    Decision.objects.update(decided_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(StaleCase, match="late"):
        undo_decision(decision=decision, moderator=mona)
    Decision.objects.update(decided_at=timezone.now())
    restored = decide(case, sofie, "restore")
    with pytest.raises(StaleCase, match="state"):
        undo_decision(decision=decision, moderator=mona)
    undo_decision(decision=restored, moderator=sofie)
    assert fresh(case.review).state == "removed"


def test_a_decision_that_was_appealed_is_not_taken_back(case: Case, mona: Member) -> None:
    decision = decide(case, mona, "remove")
    appeal_of(decision)
    with pytest.raises(StaleCase, match="appealed"):
        undo_decision(decision=decision, moderator=mona)


def test_a_text_that_was_changed_since_keeps_its_words_when_the_decision_goes(
    case: Case, written: Review, mona: Member
) -> None:
    decision = decide(case, mona, "trim")
    edit_review(review=written, editor=written.author, version=2, body="I wrote it anew.", language="en")
    undo_decision(decision=decision, moderator=mona)
    assert fresh(written).body == "I wrote it anew."


def test_an_answer_to_an_appeal_can_be_taken_back(
    case: Case, written: Review, mona: Member, sofie: Member
) -> None:
    appeal = appeal_of(decide(case, mona, "remove"))
    undo_decision(decision=decide(appeal, sofie, "restore"), moderator=sofie)
    assert fresh(written).state == "removed"
    assert (fresh(case).state, fresh(appeal).state) == (CaseState.APPEALED, CaseState.OPEN)
    undo_decision(decision=decide(appeal, sofie, "uphold"), moderator=sofie)
    assert (fresh(case).state, fresh(appeal).state) == (CaseState.APPEALED, CaseState.OPEN)
    decide(appeal, sofie, "uphold")
