"""Rules of the staff: a text that meets one is reported by the site, and nothing else happens to it."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import Member
from films.models import Change
from films.services.editing import write_facts
from reviews.models import (
    Case,
    CaseKind,
    CaseState,
    DelayedFlagging,
    Evidence,
    FlagRule,
    FoundBy,
    ListEntry,
    LogEntry,
    Matter,
    Notice,
    NoticeItem,
    Review,
    ReviewState,
    Verdict,
)
from reviews.moderation.figures import count_figures
from reviews.moderation.flag_outcomes import outcomes_of
from reviews.moderation.stated import found_words
from reviews.services import delayed_looks, flagging
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.flagging import flag_delayed, order_flagging, sweep_flaggings
from reviews.services.making_lists import (
    add_to_list,
    change_list,
    keep_from_readers,
    make_list,
    take_off_list,
)
from reviews.services.publishing import edit_review, publish_review, undo_withdrawal, withdraw_review
from reviews.tasks import flag_later
from tests.factories import make_list as made_list
from tests.factories import make_member, make_report, make_review, make_title

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]

AD = "What a film. Win at gratis casino tonight, all of you, and tell your friends about it."


@pytest.fixture
def rule(db: None) -> FlagRule:
    return make_rule("gratis casino")


def make_rule(sought: str, **fields: object) -> FlagRule:
    return FlagRule.objects.create(
        **{"sought": sought, "note": "The same twenty sites as in May.", "is_active": True, **fields}
    )


def post(author: Member, body: str = AD) -> Review:
    return publish_review(author=author, subject=make_title(), body=body, language="en")


def edit(review: Review, body: str) -> Review:
    fresh = Review.objects.get(pk=review.pk)
    return edit_review(
        review=fresh, editor=fresh.author, version=fresh.revision_number, body=body, language="en"
    )


def look() -> list[str]:
    """What comes of all the texts that wait, in the order in which they came."""
    return [flag_delayed(pk) for pk in DelayedFlagging.objects.order_by("pk").values_list("pk", flat=True)]


def decide(case: Case, moderator: Member, verdict: str = "keep"):
    case = Case.objects.get(pk=case.pk)
    rule = "" if verdict == "keep" else "advertising"
    return decide_case(case=case, moderator=moderator, verdict=verdict, rule=rule, reason="Looked at.")


# --- It reports, and nothing else -----------------------------------------------------------------------------


def test_a_message_that_meets_a_rule_stands_at_once_and_becomes_a_case_by_the_site(
    alice: Member, rule: FlagRule, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with patch.object(flag_later, "apply_async") as sent, django_capture_on_commit_callbacks(execute=True):
        review = post(alice)
        assert not Case.objects.exists(), "nobody waits for the look"
    assert [call.kwargs["args"] for call in sent.call_args_list] == [(DelayedFlagging.objects.get().pk,)]
    assert look() == ["case"]
    review.refresh_from_db()
    assert (review.state, review.body) == (ReviewState.PUBLISHED, AD)
    case, evidence = Case.objects.get(), Evidence.objects.get()
    assert (case.kind, case.state, case.review, case.author) == ("advertising", "open", review, alice)
    assert case.snapshot.text[evidence.start : evidence.end] == "gratis casino"
    assert (evidence.rule, evidence.source_label) == (rule, rule.note)
    assert evidence.source_excerpt[evidence.excerpt_start : evidence.excerpt_end] == "gratis casino"
    assert case.events.get().detail == {"found_by": FoundBy.RULE}
    assert not DelayedFlagging.objects.exists()


def test_no_rule_and_no_rule_that_is_on_costs_one_look_and_no_row(
    alice: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_rule("gratis casino", is_active=False)
    with django_assert_num_queries(1):
        order_flagging(Matter.REVIEW, 1)
    post(alice)
    assert not DelayedFlagging.objects.exists()


def test_looking_twice_changes_nothing(alice: Member, rule: FlagRule) -> None:
    review = post(alice)
    look()
    version = Case.objects.get().version
    for _ in range(2):
        order_flagging(Matter.REVIEW, review.pk)
        assert look() == ["case"]
    assert Case.objects.get().version == version
    assert Evidence.objects.count() == 1
    assert flag_delayed(999_999) == "nothing"


def test_a_text_has_one_case_for_each_rule_of_the_house_that_is_in_question(alice: Member) -> None:
    make_rule("gratis casino")
    make_rule("casino.example", looks_for="domain")
    make_rule("all of you", kind=CaseKind.ATTACK)
    post(alice, f"{AD} www.casino.example")
    assert look() == ["case"]
    assert {(case.kind, case.evidence.count()) for case in Case.objects.all()} == {
        ("advertising", 2),
        ("personal-attack", 1),
    }


def test_a_site_that_is_known_weighs_more_than_words_and_a_rule_less_than_a_report(alice: Member) -> None:
    make_rule("gratis casino")
    make_rule("casino.example", looks_for="domain")
    by_words, by_site = post(alice), post(alice, "See http://very.casino.example/")
    look()
    words, site = (Case.objects.get(review=review).severity for review in (by_words, by_site))
    reported = make_report(make_review(author=make_member()), kind="advertising").severity
    assert 0 < words < site < reported


# --- What is looked at ------------------------------------------------------------------------------------------


def test_a_headline_is_looked_at_as_well(alice: Member, rule: FlagRule) -> None:
    publish_review(
        author=alice,
        subject=make_title(),
        body="Fine.",
        headline="Gratis casino",
        language="en",
        is_opinion=True,
    )
    assert look() == ["case"]
    evidence = Evidence.objects.get()
    assert (evidence.start, evidence.source_excerpt) == (None, "Gratis casino")


def test_a_hit_in_the_headline_marks_no_place_in_words_that_begin_alike(
    alice: Member, rule: FlagRule
) -> None:
    body = "Gratis casino is what they call it."
    publish_review(
        author=alice,
        subject=make_title(),
        body=body,
        headline="Gratis casino",
        language="en",
        is_opinion=True,
    )
    look()
    assert sorted(Evidence.objects.values_list("start", flat=True), key=str) == [0, None]


def test_rules_hold_for_a_section_or_for_new_members_where_they_say_so(alice: Member) -> None:
    make_rule("gratis casino", section="shows")
    make_rule("win at gratis", only_new_members=True)
    Member.objects.filter(pk=alice.pk).update(date_joined=timezone.now() - timedelta(days=400))
    post(alice)
    assert look() == ["nothing found"]
    publish_review(author=alice, subject=make_title(kind="show"), body=AD, language="en")
    assert look() == ["case"]
    assert Evidence.objects.get().rule.section == "shows"
    post(make_member("newcomer"))
    assert look() == ["case"]
    assert Evidence.objects.latest("pk").rule.only_new_members


def test_lists_what_members_say_of_themselves_and_facts_are_looked_at_where_they_wrote_them(
    alice: Member, rule: FlagRule
) -> None:
    found = make_list(owner=alice, name="Films", description=AD)
    film = make_title()
    plot = {"text": AD, "language": "en", "source": "", "author": alice.pk}
    write_facts(film, {"plot": plot}, actor=alice, origin=Change.Origin.PROPOSAL)
    imported = make_title()
    write_facts(imported, {"plot": plot | {"author": None}}, actor=None, origin=Change.Origin.IMPORT)
    assert look() == ["case", "case"]
    assert {(case.matter, case.list, case.title) for case in Case.objects.all()} == {
        ("list", found, None),
        ("plot", None, film),
    }


@pytest.mark.parametrize("what", ["withdrawn", "removed", "left", "private"])
def test_what_is_hidden_is_not_looked_at(alice: Member, rule: FlagRule, what: str) -> None:
    review = post(alice)
    if what == "withdrawn":
        withdraw_review(review=review, author=alice)
    elif what == "removed":
        Review.objects.filter(pk=review.pk).update(state=ReviewState.REMOVED)
    elif what == "left":
        Member.objects.filter(pk=alice.pk).update(closed_at=timezone.now(), is_active=False)
    else:
        DelayedFlagging.objects.all().delete()
        private = made_list(alice, description=AD, audience="nobody")
        order_flagging(Matter.LIST, private.pk)
    assert look() == ["gone"]
    assert not Case.objects.exists()
    assert not DelayedFlagging.objects.exists()


@pytest.mark.parametrize(
    ("away", "back"),
    [
        ({"suspended_at": timezone.now()}, {"suspended_at": None}),
        ({"is_active": False}, {"is_active": True}),
        ({"closing_at": timezone.now()}, {"closing_at": None}),
    ],
    ids=["suspended", "switched off", "leaving"],
)
def test_the_words_of_somebody_who_is_away_are_looked_at_once_they_are_back(
    alice: Member, rule: FlagRule, away: dict[str, object], back: dict[str, object]
) -> None:
    post(alice)
    Member.objects.filter(pk=alice.pk).update(**away)
    assert look() == ["away"]
    assert DelayedFlagging.objects.get().due_at > timezone.now() + timedelta(hours=23)
    assert not Case.objects.exists()
    Member.objects.filter(pk=alice.pk).update(**back)
    assert look() == ["case"]


def test_what_was_written_into_a_hidden_list_is_looked_at_once_it_is_shown(
    alice: Member, rule: FlagRule
) -> None:
    hidden = make_list(owner=alice, name="Films")
    keep_from_readers(of=hidden, is_removed=True)
    add_to_list(to=hidden, title=make_title(), note=AD)
    assert look() == ["gone"]
    keep_from_readers(of=hidden, is_removed=False)
    assert look() == ["case"]


def test_a_message_that_a_moderator_hid_before_the_look_is_looked_at_once_it_is_back(
    alice: Member, mona: Member, rule: FlagRule
) -> None:
    review = post(alice)
    decision = decide(make_report(review, kind="off-topic"), mona, "remove")
    assert look() == ["gone"]
    undo_decision(decision=decision, moderator=mona)
    assert look() == ["case"]


def test_the_name_of_a_list_is_looked_at_when_it_is_made_and_when_it_changes(
    alice: Member, rule: FlagRule
) -> None:
    make_list(owner=alice, name="Gratis casino")
    assert look() == ["case"]
    harmless = make_list(owner=alice, name="Films")
    assert look() == ["nothing found"]
    as_it_was = {"description": "", "tags": [], "is_ranked": False, "audience": "everyone"}
    change_list(of=harmless, name="Gratis casino tonight", **as_it_was)
    assert look() == ["case"]


def test_taking_out_the_entry_whose_note_met_a_rule_closes_the_case(alice: Member, rule: FlagRule) -> None:
    found = make_list(owner=alice, name="Films")
    add_to_list(to=found, title=make_title(), note=AD)
    look()
    take_off_list(entry=ListEntry.objects.select_related("list").get())
    assert look() == ["closed"]


def test_taking_a_text_back_and_putting_it_there_again_is_no_way_round(alice: Member, rule: FlagRule) -> None:
    review = post(alice)
    withdraw_review(review=review, author=alice)
    assert look() == ["gone"]
    undo_withdrawal(review=review, author=alice)
    assert look() == ["case"]


def test_what_is_gone_when_the_worker_comes_is_nothing(rule: FlagRule) -> None:
    order_flagging(Matter.REVIEW, 987_654)
    assert look() == ["gone"]


# --- Edits ------------------------------------------------------------------------------------------------------


def test_an_edit_that_takes_the_words_out_closes_the_case_and_one_that_brings_them_opens_one(
    alice: Member, rule: FlagRule
) -> None:
    review = post(alice)
    look()
    edit(review, "What a film.")
    assert look() == ["closed"]
    assert Case.objects.get().state == CaseState.CLOSED
    edit(review, AD)
    assert look() == ["case"]
    assert Case.objects.filter(state=CaseState.OPEN).count() == 1


@pytest.mark.parametrize("no_longer", ["switched off", "for new members", "for another rule of the house"])
def test_a_case_waits_while_the_words_stand_even_where_its_rule_holds_no_longer(
    alice: Member, rule: FlagRule, no_longer: str
) -> None:
    make_rule("another matter")
    if no_longer == "for new members":
        FlagRule.objects.filter(pk=rule.pk).update(only_new_members=True)
    review = post(alice)
    look()
    if no_longer == "switched off":
        FlagRule.objects.filter(pk=rule.pk).update(is_active=False)
    elif no_longer == "for new members":
        Member.objects.filter(pk=alice.pk).update(date_joined=timezone.now() - timedelta(days=31))
    else:
        FlagRule.objects.filter(pk=rule.pk).update(kind=CaseKind.ATTACK)
    edit(review, f"{AD} Really.")
    look()
    case = Case.objects.get(kind=CaseKind.ADVERTISING)
    assert (case.state, case.evidence.get().rule) == (CaseState.OPEN, rule)
    edit(review, "What a film.")
    look()
    assert not Case.objects.exclude(state=CaseState.CLOSED).exists()


def test_an_edit_closes_a_case_whose_rule_is_off_also_where_no_other_is_on(
    alice: Member, rule: FlagRule
) -> None:
    review = post(alice)
    look()
    FlagRule.objects.update(is_active=False)
    edit(review, "What a film.")
    assert look() == ["closed"]


def test_the_case_that_waits_has_the_newest_words_and_their_places(alice: Member, rule: FlagRule) -> None:
    review = post(alice)
    look()
    edit(review, f"First of all: go to the gratis casino. {AD}")
    assert look() == ["case"]
    case = Case.objects.get()
    assert case.snapshot.text.startswith("First of all")
    marked = [case.snapshot.text[item.start : item.end] for item in case.evidence.all()]
    assert marked == ["gratis casino", "gratis casino"]


def test_a_case_that_members_reported_keeps_the_words_they_saw_and_gains_the_evidence(
    alice: Member, rule: FlagRule
) -> None:
    review = post(alice, "Buy my book, all of you.")
    case = make_report(review, kind="advertising")
    look()
    edit(review, AD)
    assert look() == ["case"]
    assert Case.objects.get() == case
    case.refresh_from_db()
    evidence = Evidence.objects.get()
    assert case.snapshot.text == "Buy my book, all of you."
    assert (evidence.case, evidence.start) == (case, None)
    assert "gratis casino" in evidence.source_excerpt
    edit(review, "Nothing any more.")
    assert look() == ["nothing found"]
    assert Case.objects.get().state == CaseState.OPEN, "whoever reported it waits for the answer"


def test_a_case_of_which_a_notice_speaks_keeps_the_words_that_the_rights_holder_saw(
    alice: Member, rule: FlagRule
) -> None:
    review = post(alice)
    look()
    case = Case.objects.get()
    notice = Notice.objects.create(
        token="t" * 43, name="Rita", email="rita@holder.example", work="The title.", explanation="Mine."
    )
    NoticeItem.objects.create(notice=notice, url="/reviews/1/", case=case)
    edit(review, f"First of all: go to the gratis casino. {AD}")
    look()
    case.refresh_from_db()
    assert case.snapshot.text == AD


def test_a_report_joins_the_case_that_a_rule_began(alice: Member, rule: FlagRule) -> None:
    review = post(alice)
    look()
    before = Case.objects.get()
    assert make_report(review, kind="advertising") == before
    assert Case.objects.get().severity > before.severity


# --- What was judged --------------------------------------------------------------------------------------------


def test_words_that_were_found_fine_are_not_flagged_again_unless_they_change(
    alice: Member, mona: Member, rule: FlagRule
) -> None:
    review = post(alice, f"An old sentence of mine, here to be changed one day soon. {AD}")
    look()
    decide(Case.objects.get(), mona)
    order_flagging(Matter.REVIEW, review.pk)
    assert look() == ["nothing found"]
    edit(review, f"Quite another beginning with other words than there were before. {AD}")
    assert look() == ["nothing found"], "what was judged is as it was"
    edit(review, AD.replace("tonight", "at casino.example"))
    assert look() == ["case"]
    assert Case.objects.filter(state=CaseState.OPEN).count() == 1


def test_another_rule_about_the_same_words_is_another_question(
    alice: Member, mona: Member, rule: FlagRule
) -> None:
    review = post(alice)
    look()
    decide(Case.objects.get(), mona)
    other = make_rule("casino tonight")
    order_flagging(Matter.REVIEW, review.pk)
    assert look() == ["case"]
    assert [item.rule for item in Case.objects.get(state=CaseState.OPEN).evidence.all()] == [other]


def test_words_that_came_back_on_an_appeal_are_fine(alice: Member, mona: Member, rule: FlagRule) -> None:
    review = post(alice)
    look()
    decision = decide(Case.objects.get(), mona, "remove")
    appeal = file_appeal(statement=decision.statements.get(), text="It is the title of a film.")
    other = make_member("otto", sections=["films"])
    decide_case(case=appeal.case, moderator=other, verdict=Verdict.RESTORE, reason="It is.")
    order_flagging(Matter.REVIEW, review.pk)
    assert look() == ["nothing found"]


def test_what_a_decision_rested_on_stays_with_it_when_its_case_is_looked_at_again(
    alice: Member, mona: Member, rule: FlagRule
) -> None:
    review = post(alice)
    look()
    decision = decide(Case.objects.get(), mona)
    Case.objects.update(state=CaseState.OPEN)
    edit(review, f"Really: the gratis casino is good. {AD}")
    assert look() == ["case"]
    assert decision.evidence.get().source_excerpt
    assert Case.objects.get().evidence.exists()


def test_a_rule_tells_how_its_cases_ended(alice: Member, mona: Member, rule: FlagRule) -> None:
    for _ in range(5):
        post(alice)
    look()
    right, wrong, back, undone, _waiting = Case.objects.order_by("pk")
    decide(right, mona, "remove")
    decide(wrong, mona, "keep")
    decision = decide(back, mona, "remove")
    appeal = file_appeal(statement=decision.statements.get(), text="It is the title of a film.")
    other = make_member("otto", sections=["films"])
    decide_case(case=appeal.case, moderator=other, verdict=Verdict.RESTORE, reason="It is.")
    undo_decision(decision=decide(undone, mona, "remove"), moderator=mona)
    assert outcomes_of([rule.pk]) == {rule.pk: (5, 1, 2)}


# --- It is said -------------------------------------------------------------------------------------------------


def test_the_author_is_told_that_it_began_with_an_automatic_rule_even_where_somebody_reported_it_too(
    alice: Member, mona: Member, rule: FlagRule
) -> None:
    review = post(alice)
    look()
    make_report(review, kind="advertising")
    statement = decide(Case.objects.get(), mona, "remove").statements.get()
    assert "automatic rule" in found_words(statement)
    assert LogEntry.objects.first().found_by == FoundBy.RULE


def test_what_members_reported_first_was_reported(alice: Member, mona: Member, rule: FlagRule) -> None:
    case = make_report(post(alice), kind="advertising")
    look()
    assert Evidence.objects.get().case == case
    statement = decide(case, mona, "remove").statements.get()
    assert statement.found_by == FoundBy.REPORT


def test_the_figures_count_such_cases_by_themselves(alice: Member, rule: FlagRule, client: Client) -> None:
    post(alice)
    look()
    figures = count_figures(timezone.now().year)
    assert figures.opened(kind="advertising", found_by=FoundBy.RULE) == figures.opened() == 1
    page = client.get(reverse("moderation:statistics")).content.decode()
    assert str(FoundBy.RULE.label) in page


def test_the_moderator_sees_the_note_and_the_words_marked_and_the_author_no_note(
    alice: Member, mona: Member, rule: FlagRule, client: Client
) -> None:
    post(alice)
    look()
    case = Case.objects.get()
    client.force_login(mona)
    page = client.get(case.get_absolute_url()).content.decode()
    assert page.count("gratis casino</mark>") == 2
    assert rule.note in page
    statement = decide(case, mona, "remove").statements.get()
    client.force_login(alice)
    told = client.get(statement.get_absolute_url()).content.decode()
    assert "automatic rule" in told
    assert rule.note not in told


# --- Bounds -----------------------------------------------------------------------------------------------------


def test_a_look_asks_as_much_whatever_the_number_of_rules_and_places() -> None:
    def asked() -> int:
        post(make_member(), f"{AD} " * 20)
        with CaptureQueriesContext(connection) as captured:
            assert look() == ["case"]
        return len(captured)

    make_rule("gratis casino")
    few = asked()
    for number in range(30):
        make_rule(f"word{number} casino")
        make_rule(f"site{number}.example", looks_for="domain")
    assert asked() == few


def test_nobody_has_more_than_ten_such_cases_at_a_time_and_the_others_have_their_turn(
    alice: Member, mona: Member, rule: FlagRule
) -> None:
    for _ in range(delayed_looks.MOST_CASES_OF_ONE + 1):
        post(alice)
    assert look() == [*["case"] * delayed_looks.MOST_CASES_OF_ONE, "later"]
    row = DelayedFlagging.objects.get()
    assert row.due_at > timezone.now() + timedelta(hours=23)
    decide(Case.objects.first(), mona)
    assert look() == ["case"]


def test_a_rule_is_shown_at_five_places_of_a_text_at_most(alice: Member, rule: FlagRule) -> None:
    post(alice, "\n".join(f"Line {number}: gratis casino for number {number * 7}." for number in range(40)))
    look()
    assert Evidence.objects.count() == flagging.MOST_SHOWN


def test_the_sweep_delivers_what_waits_and_tries_what_failed_again_later(
    alice: Member, rule: FlagRule
) -> None:
    post(alice)
    with patch.object(flag_later, "apply_async") as sent:
        assert sweep_flaggings() == 1
        assert sweep_flaggings() == 0, "a worker has it in hand"
    assert sent.call_count == 1
    DelayedFlagging.objects.update(due_at=timezone.now())
    with patch.object(flag_later, "apply_async"):
        assert sweep_flaggings() == 1


def test_a_look_that_always_fails_is_tried_less_and_less_often_and_at_last_no_more(
    alice: Member, rule: FlagRule
) -> None:
    review = post(alice)
    waits = []
    with patch.object(flag_later, "apply_async") as sent:
        for _ in range(delayed_looks.MOST_ATTEMPTS + 1):
            DelayedFlagging.objects.update(due_at=timezone.now())
            sweep_flaggings()
            waits.append(DelayedFlagging.objects.get().due_at - timezone.now())
    assert sent.call_count == delayed_looks.MOST_ATTEMPTS
    assert waits[0] < timedelta(minutes=11) < timedelta(minutes=19) < waits[1]
    assert timedelta(hours=23) < waits[-2] < timedelta(hours=25)
    order_flagging(Matter.REVIEW, review.pk)
    assert DelayedFlagging.objects.get().attempts == 0


def test_the_rule_outlives_its_author_and_the_evidence_a_rule(alice: Member, sofie: Member) -> None:
    rule = make_rule("gratis casino", made_by=sofie)
    post(alice)
    look()
    sofie.delete()
    rule.refresh_from_db()
    assert rule.made_by is None
    rule.delete()
    assert Evidence.objects.get().rule is None


@pytest.mark.parametrize(
    "fields",
    [
        {"sought": "ab"},
        {"sought": "   "},
        {"sought": "casino", "looks_for": "domain"},
        {"sought": "Casino.example", "looks_for": "domain"},
        {"sought": "casino", "kind": "copied-text"},
        {"sought": "casino", "note": ""},
    ],
)
def test_the_database_keeps_no_rule_that_means_nothing(fields: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rule(**fields)
