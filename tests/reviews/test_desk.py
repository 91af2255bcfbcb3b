"""The moderators' desk: the queue, a case with its evidence, deciding it with two keys, and everything beside."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import (
    Case,
    CaseEvent,
    CaseFlag,
    CaseState,
    Decision,
    LogEntry,
    Matter,
    Measure,
    MeasureKind,
    Review,
    Snapshot,
    Statement,
)
from reviews.moderation.queue import Age
from reviews.moderation.targets import load_target, target_of
from reviews.services.claiming import claim_case
from reviews.services.deciding import decide_case
from reviews.services.opening import open_case
from reviews.services.publishing import edit_review
from reviews.services.reporting import report
from reviews.services.steps import add_note
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_review, make_title
from tests.reviews.casework import OWN, PASSAGE, make_copied_case, make_known_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def desk(client: Client, mona: Member) -> Client:
    client.force_login(mona)
    return client


@pytest.fixture
def case(alice: Member) -> Case:
    return make_copied_case(alice)


def page_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def decide(client: Client, case: Case, **said: object):
    return client.post(f"/moderation/cases/{case.pk}/decide/", {"version": case.version, "seen": 0, **said})


# --- The queue ------------------------------------------------------------------------------------------------------


def cases_in(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-case="(\d+)"', page)]


def test_the_queue_shows_the_gravest_first_and_of_equals_the_oldest(desk: Client) -> None:
    newer, graver, older = (make_copied_case(severity=severity) for severity in (50, 90, 50))
    Case.objects.filter(pk=older.pk).update(opened_at=timezone.now() - timedelta(hours=30))
    page = page_of(desk, "/moderation/")
    assert cases_in(page) == [graver.pk, older.pk, newer.pk]
    assert "30 copied words" in page
    assert "longer than 24 hours" in page


@pytest.mark.parametrize(
    ("hours", "level", "words"),
    [(0.5, 1, "30 minutes"), (11.9, 1, "11 hours"), (12, 2, "12 hours"), (75, 3, "3 days")],
)
def test_an_age_is_fine_late_or_too_late(hours: float, level: int, words: str) -> None:
    age = Age(hours)
    assert (age.level, str(age)) == (level, words)


def test_each_part_of_the_queue_holds_what_it_says(desk: Client, mona: Member, sofie: Member) -> None:
    free, mine, theirs, given, own, flooded, hidden, decided = (make_copied_case() for _ in range(8))
    claim_case(case=mine, moderator=mona)
    claim_case(case=theirs, moderator=sofie)
    run_out = timezone.now() - timedelta(minutes=1)
    Case.objects.filter(pk=free.pk).update(claimed_by=sofie, claimed_until=run_out)
    Case.objects.filter(pk=given.pk).update(assigned_to=mona)
    Case.objects.filter(pk=own.pk).update(flags=[CaseFlag.DECLARED_OWN])
    Case.objects.filter(pk=flooded.pk).update(flags=[CaseFlag.FLOOD])
    Case.objects.filter(pk=hidden.pk).update(state=CaseState.WAITING, answer_until=timezone.now())
    decide_case(case=decided, moderator=sofie, verdict="keep", reason="Fine.")

    def shown(part: str) -> set[int]:
        return set(cases_in(page_of(desk, f"/moderation/?show={part}")))

    assert shown("mine") == {mine.pk}
    assert shown("assigned") == {given.pk}
    assert shown("unclaimed") == {case.pk for case in (free, given, own, flooded)}
    assert shown("own-words") == {own.pk}
    assert shown("flooded") == {flooded.pk}
    assert shown("author") == {hidden.pk}
    assert shown("decided") == {decided.pk}
    assert len(shown("open")) == 6
    tabs = page_of(desk, "/moderation/")
    for part in ("open", "unclaimed", "mine", "assigned", "appeals", "own-words", "flooded", "author"):
        counted = rf'show={part}"[^<]*<small class="tab-number">{len(shown(part))}<'
        assert re.search(counted, tabs), part


def test_what_is_decided_waits_no_longer_and_cannot_be_ticked(desk: Client, sofie: Member) -> None:
    decide_case(case=make_copied_case(), moderator=sofie, verdict="keep", reason="Fine.")
    page = page_of(desk, "/moderation/?show=decided")
    (row,) = re.findall(r'<li class="case-row".*?</li>', page, re.DOTALL)
    assert "checkbox" not in row
    assert "case-age" not in row
    assert "Decide the ticked ones together" not in page


def test_filters_narrow_the_queue_and_count_what_they_leave(desk: Client, alice: Member, bob: Member) -> None:
    known = make_known_text()
    first, second = make_copied_case(alice, known=known), make_copied_case(bob, known=known)
    target = load_target("review", make_review(author=alice).pk)
    assert target is not None
    rude = report(target=target, reporter=bob, kind="personal-attack", text="Look.").case
    page = page_of(desk, "/moderation/?kind=personal-attack")
    assert cases_in(page) == [rude.pk]
    assert "copied text (2)" in page
    assert set(cases_in(page_of(desk, f"/moderation/?author={alice.pk}"))) == {first.pk, rude.pk}
    assert set(cases_in(page_of(desk, f"/moderation/?source={known.pk}"))) == {first.pk, second.pk}
    assert "None of these" in page_of(desk, "/moderation/?matter=list")


@pytest.mark.parametrize(
    "query",
    ["show=nonsense", "after=%21%21", "author=99999999999999999999", "source=-1", "kind=x&section=members"],
)
def test_an_address_that_means_nothing_gives_a_queue(desk: Client, case: Case, query: str) -> None:
    assert desk.get(f"/moderation/?{query}").status_code in (200, 400)


def test_pages_of_the_queue_follow_each_other_without_gap(desk: Client, monkeypatch) -> None:
    monkeypatch.setattr("reviews.moderation.queue.CASES_A_PAGE", 2)
    made = [make_copied_case(severity=severity).pk for severity in (10, 30, 20, 30, 10)]
    seen, address = [], "/moderation/"
    while address:
        page = page_of(desk, address)
        seen += cases_in(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = f"/moderation/{following[1].replace('&amp;', '&')}" if following else ""
    assert seen == [made[1], made[3], made[2], made[0], made[4]]


def test_the_queue_asks_as_much_for_many_cases_as_for_few(desk: Client) -> None:
    assert_flat_queries(desk, make_copied_case, "/moderation/", at_most=16)


def test_another_section_is_not_seen(desk: Client) -> None:
    show = make_title("A show", kind="show")
    theirs = make_copied_case(known=make_known_text(show) if show.plot else None)
    Case.objects.filter(pk=theirs.pk).update(section="shows")
    assert cases_in(page_of(desk, "/moderation/")) == []
    assert desk.get(theirs.get_absolute_url()).status_code == 404


def test_the_screen_learns_who_is_at_work_and_what_came(desk: Client, case: Case, sofie: Member) -> None:
    claim_case(case=case, moderator=sofie)
    newer = make_copied_case()
    answer = page_of(desk, f"/moderation/claims/?cases={case.pk}&newest={case.pk}")
    assert "sofie is on it" in answer
    assert 'hx-swap-oob="true"' in answer
    assert "1 new case" in answer
    assert str(newer.pk) not in re.findall(r"claim-(\d+)", answer)


# --- Taking a case --------------------------------------------------------------------------------------------------


def test_whoever_takes_a_case_has_it_until_they_let_it_go(
    desk: Client, case: Case, mona: Member, sofie: Member
) -> None:
    assert desk.post(f"/moderation/cases/{case.pk}/claim/")["Location"] == case.get_absolute_url()
    assert "Let it go" in page_of(desk, case.get_absolute_url())
    other = Client()
    other.force_login(sofie)
    assert "mona is on it" in page_of(other, case.get_absolute_url())
    other.post(f"/moderation/cases/{case.pk}/claim/")
    case.refresh_from_db()
    assert case.claimed_by == mona
    assert "kept" in desk.post(f"/moderation/cases/{case.pk}/renew/").content.decode()
    desk.post(f"/moderation/cases/{case.pk}/release/")
    case.refresh_from_db()
    assert case.claimed_by is None


def test_the_next_case_opens_taken_and_the_one_that_was_left_is_free(desk: Client, mona: Member) -> None:
    lesser, graver = make_copied_case(severity=40), make_copied_case(severity=80)
    assert desk.post("/moderation/next/")["Location"] == graver.get_absolute_url()
    assert desk.post("/moderation/next/", {"after": graver.pk})["Location"] == lesser.get_absolute_url()
    graver.refresh_from_db()
    lesser.refresh_from_db()
    assert (graver.claimed_by, lesser.claimed_by) == (None, mona)


# --- The page of a case ---------------------------------------------------------------------------------------------


def test_both_texts_stand_side_by_side_with_the_same_passage_marked(desk: Client, case: Case) -> None:
    page = page_of(desk, case.get_absolute_url())
    assert page.count(PASSAGE) >= 2
    assert 'id="span-1"' in page
    assert 'href="#passage-1"' in page
    assert 'id="passage-1"' in page
    assert 'href="#span-1"' in page
    assert "In the end there is a race." in page
    assert "75\xa0%" in page or "75 %" in page


def test_the_record_of_the_author_stands_beside_the_case(
    desk: Client, alice: Member, sofie: Member, mona: Member
) -> None:
    earlier = make_copied_case(alice)
    decide_case(
        case=earlier,
        moderator=sofie,
        verdict="remove",
        rule="copied-text",
        reason="Elsewhere.",
        measure="warning",
    )
    page = page_of(desk, make_copied_case(alice).get_absolute_url())
    assert "1 × removed" in page
    assert "a slower pace for 7 days" in page
    assert earlier.get_absolute_url() in page


def test_earlier_decisions_about_the_same_source_are_at_hand(
    desk: Client, bob: Member, sofie: Member
) -> None:
    known = make_known_text()
    earlier = make_copied_case(bob, known=known)
    decide_case(case=earlier, moderator=sofie, verdict="keep", reason="They wrote that plot.")
    page = page_of(desk, make_copied_case(known=known).get_absolute_url())
    assert "They wrote that plot." in page


def test_decisions_about_a_source_are_those_of_ones_sections_and_ones_own_come_first(
    desk: Client, mona: Member, sofie: Member
) -> None:
    known = make_known_text()
    for moderator, reason, section in (
        (mona, "By me.", "films"),
        (sofie, "By a colleague.", "films"),
        (sofie, "Not for me.", "members"),
    ):
        case = make_copied_case(known=known)
        Case.objects.filter(pk=case.pk).update(section=section)
        case.refresh_from_db()
        decide_case(case=case, moderator=moderator, verdict="keep", reason=reason)
    Member.objects.filter(pk=mona.pk).update(sections=["films"])
    page = page_of(desk, make_copied_case(known=known).get_absolute_url())
    assert page.index("By me.") < page.index("By a colleague.")
    assert "Not for me." not in page


def test_a_case_of_another_section_is_neither_offered_to_be_merged_nor_counted(
    desk: Client, mona: Member, alice: Member
) -> None:
    case, other = make_copied_case(alice), make_copied_case(alice)
    assert f'name="others" value="{other.pk}"' in page_of(desk, case.get_absolute_url())
    Case.objects.filter(pk=other.pk).update(section="members")
    Member.objects.filter(pk=mona.pk).update(sections=["films"])
    page = page_of(desk, case.get_absolute_url())
    assert f'value="{other.pk}"' not in page
    assert "1 more case waits" not in page


def test_a_text_that_changed_since_says_so_and_what(desk: Client, case: Case) -> None:
    edit_review(
        review=case.text, editor=case.text.author, version=1, body=f"{OWN}\n\nNow in my words.", language="en"
    )
    page = page_of(desk, case.get_absolute_url())
    assert "The author has changed the text since." in page
    assert "<ins>" in page


def test_what_changed_since_is_told_in_words_without_marks(desk: Client, case: Case) -> None:
    Snapshot.objects.filter(pk=case.snapshot_id).update(text="A **good** film.")
    edit_review(
        review=case.text,
        editor=case.text.author,
        version=1,
        body="A **fine** film, ||he dies||.",
        language="en",
    )
    page = page_of(desk, case.get_absolute_url())
    assert (
        "A <del>good</del><ins>fine</ins> <del>film.</del><ins>film, [spoiler] he dies [end of spoiler].</ins>"
        in page
    )


def test_marks_are_words_where_no_text_has_marks(desk: Client) -> None:
    film = make_title(plot="A *good* plot.")
    case = open_case(target=target_of(Matter.PLOT, film), kind="other", found_by="report")
    Title.objects.filter(pk=film.pk).update(plot="A *new* plot.")
    assert "A <del>*good*</del><ins>*new*</ins> plot." in page_of(desk, case.get_absolute_url())


def test_a_text_that_a_moderator_shortened_is_not_said_to_be_changed_by_its_author(
    desk: Client, case: Case, mona: Member
) -> None:
    decide_case(case=case, moderator=mona, verdict="quote", rule="copied-text", reason="Elsewhere.")
    page = page_of(desk, case.get_absolute_url())
    assert "A moderator has changed the text since: made a quotation." in page
    assert "The author has changed the text since." not in page


def test_what_trimming_and_quoting_would_leave_is_shown_before(desk: Client, case: Case) -> None:
    review = case.text
    Case.objects.filter(pk=case.pk).update(snapshot=case.snapshot)
    type(case.snapshot).objects.filter(pk=case.snapshot_id).update(digest=review.source_hash)
    page = page_of(desk, case.get_absolute_url())
    assert "What would be left" in page
    assert "<blockquote>" in page.partition("What would be left")[2], "as readers would see it"
    assert 'value="trim"' in page
    assert 'value="quote"' in page


def test_of_a_text_that_is_copied_whole_no_first_paragraph_is_kept(desk: Client, alice: Member) -> None:
    whole = make_copied_case(alice, review=make_review(make_title(), alice, PASSAGE))
    page = page_of(desk, whole.get_absolute_url())
    assert 'value="trim"' not in page
    assert 'value="quote"' in page
    assert "at least 15 words of the author's own" in html.unescape(page)
    answer = decide(desk, whole, verdict="trim", rule="copied-text", reason="")
    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_reports_stand_there_with_their_weight(desk: Client, bob: Member, alice: Member) -> None:
    target = load_target("review", make_review(author=alice).pk)
    assert target is not None
    case = report(target=target, reporter=bob, kind="spoilers", text="It tells the end.").case
    case.reports.update(weight=40)
    page = page_of(desk, case.get_absolute_url())
    assert "It tells the end." in page
    assert "weighs 40\xa0%" in page or "weighs 40 %" in page


def test_the_page_of_a_case_asks_as_much_with_many_steps_as_with_few(
    desk: Client, case: Case, mona: Member, alice: Member
) -> None:
    def more() -> None:
        add_note(case=case, moderator=mona, text="Looked at it.")
        make_copied_case(alice)

    assert_flat_queries(desk, more, case.get_absolute_url(), at_most=50)


def test_a_merged_case_leads_to_the_one_that_holds_it(desk: Client, alice: Member) -> None:
    kept, other = make_copied_case(alice), make_copied_case(alice)
    answer = desk.post(f"/moderation/cases/{kept.pk}/steps/merge/", {"others": [other.pk]})
    assert answer.status_code == 302, answer.content.decode()
    assert desk.get(other.get_absolute_url())["Location"] == kept.get_absolute_url()


# --- Deciding -------------------------------------------------------------------------------------------------------


def test_a_clear_case_takes_two_keys_once_it_is_open(desk: Client, mona: Member) -> None:
    """The key of the verdict and Enter: the form says everything else by itself, and the next case opens taken."""
    case, following = make_copied_case(severity=80), make_copied_case(severity=40)
    page = page_of(desk, case.get_absolute_url())
    key = re.search(r'value="remove" data-key="(\w)"', page)
    assert key is not None
    keys = [key[1], "Enter"]
    hidden = dict(re.findall(r'<input type="hidden" name="(version|seen)" value="(\d+)"', page))
    rule = re.search(r'<option value="([\w-]+)" selected>', page)
    assert rule is not None
    answer = decide(desk, case, **hidden, verdict="remove", rule=rule[1], reason="", measure="")
    assert answer["Location"] == following.get_absolute_url()
    following.refresh_from_db()
    assert following.claimed_by == mona
    decision = Decision.objects.get()
    assert "30 words here also stand elsewhere" in decision.reason
    assert len(keys) <= 2


def test_a_reason_of_ones_own_is_kept_and_the_proposed_one_names_no_member(desk: Client, bob: Member) -> None:
    case = make_copied_case()
    decide(desk, case, verdict="keep", reason="They asked the author of that plot.")
    assert Decision.objects.get().reason == "They asked the author of that plot."
    case = make_copied_case(bob)
    decide(desk, case, verdict="hide", rule="copied-text", reason="")
    reason = Decision.objects.last().reason
    assert "bob" not in reason
    assert PASSAGE[:20] not in reason


def test_where_nothing_was_compared_the_proposed_reason_claims_no_comparison(
    desk: Client, alice: Member
) -> None:
    told_of = target_of(Matter.REVIEW, make_review(make_title("Heat"), alice))
    case = open_case(target=told_of, kind="copied-text", found_by="report")
    decide(desk, case, verdict="remove", rule="copied-text", reason="")
    assert Decision.objects.get().reason.startswith("We were told that these words are somebody else's")


@pytest.mark.parametrize(
    ("chosen", "written", "begins", "said"),
    [
        ("nl", "en", "Hier is niets", "Dutch"),
        ("", "nl", "Hier is niets", "Dutch"),
        ("en", "nl", "Nothing here", "English"),
        ("", "pt", "Nothing here", "English"),
    ],
)
def test_the_proposed_reason_is_in_a_language_that_its_author_reads(
    desk: Client, alice: Member, chosen: str, written: str, begins: str, said: str
) -> None:
    Member.objects.filter(pk=alice.pk).update(interface_language=chosen)
    alice.refresh_from_db()
    case = make_copied_case(alice)
    Snapshot.objects.filter(cases=case).update(language=written)
    page = page_of(desk, case.get_absolute_url())
    assert f"what is usual for the rule, in {said}. You may write in any language." in page
    decide(desk, case, verdict="keep", reason="")
    assert Decision.objects.get().reason.startswith(begins)


def test_a_removal_names_its_rule_and_an_appeal_its_reason(desk: Client, case: Case) -> None:
    answer = decide(desk, case, verdict="remove", rule="", reason="")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"rule", "reason"}
    assert not Decision.objects.exists()


def test_a_measure_comes_with_the_decision_and_suspension_is_for_moderators_of_members(
    desk: Client, case: Case, sofie: Member, alice: Member
) -> None:
    page = page_of(desk, case.get_absolute_url())
    assert 'value="slow"' in page
    assert 'value="suspension"' not in page
    answer = decide(
        desk, case, verdict="remove", rule="copied-text", reason="", measure="suspension", measure_days=7
    )
    assert answer.status_code == 422
    taken = {"verdict": "remove", "rule": "copied-text", "reason": "", "off_ladder": "Five at once."}
    answer = decide(desk, case, **taken, measure="slow")
    assert "measure_days" in answer.context["form"].errors
    decide(desk, case, **taken, measure="slow", measure_days=7)
    assert Measure.objects.get().kind == MeasureKind.SLOW
    head = Client()
    head.force_login(sofie)
    assert 'value="suspension"' in page_of(head, make_copied_case(alice).get_absolute_url())


def test_a_measure_starts_as_the_ladder_says_and_another_one_has_its_reason_in_the_steps(
    alice: Member, sofie: Member
) -> None:
    head = Client()
    head.force_login(sofie)
    taken = {"verdict": "remove", "rule": "copied-text", "reason": ""}
    first = make_copied_case(alice)
    answer = decide(head, first, **taken, measure="suspension", measure_days=7)
    assert set(answer.context["form"].errors) == {"off_ladder"}, "the ladder begins with a note"
    answer = decide(head, first, **taken, measure="suspension", off_ladder="A whole book.")
    assert set(answer.context["form"].errors) == {"measure_days"}, (
        "nobody is suspended for ever by an empty field"
    )
    decide(head, first, **taken, measure="warning", off_ladder="A whole book.")
    assert first.events.get(kind="note").text == "A whole book."
    assert "A whole book." not in LogEntry.objects.latest("pk").reason

    second = make_copied_case(alice)
    page = page_of(head, second.get_absolute_url())
    assert re.search(r'name="measure_days" value="7"', page)
    decide(head, second, **taken, measure="slow", measure_days=7)
    assert not second.events.filter(kind="note").exists(), "that is what the ladder proposes"
    third = make_copied_case(alice)
    said = {"measure_days": 7, "until_lifted": "on", "off_ladder": "Threats."}
    decide(head, third, **taken, measure="suspension", **said)
    assert Measure.objects.latest("pk").ends_at is None


def test_what_was_just_decided_names_the_measure_that_came_with_it(alice: Member, sofie: Member) -> None:
    head = Client()
    head.force_login(sofie)
    taken = {"verdict": "remove", "rule": "copied-text", "reason": "", "off_ladder": "A whole book."}
    make_copied_case(alice, severity=10)
    answer = decide(head, make_copied_case(alice), **taken, measure="suspension", measure_days=7)
    last = page_of(head, answer["Location"]).partition('class="last-decision')[2].partition("</div>")[0]
    assert "removed, suspended until" in last


def test_no_measure_is_offered_where_nobody_can_have_it_and_none_with_what_comes_back(
    desk: Client, case: Case
) -> None:
    assert 'value="warning"' in page_of(desk, case.get_absolute_url())
    decide(desk, case, verdict="remove", rule="copied-text", reason="")
    assert 'value="warning"' not in page_of(desk, case.get_absolute_url())
    nobodys = make_copied_case()
    Case.objects.filter(pk=nobodys.pk).update(author=None)
    assert 'value="warning"' not in page_of(desk, nobodys.get_absolute_url())


def test_what_is_fine_names_no_rule(desk: Client, case: Case) -> None:
    decide(desk, case, verdict="keep", rule="copied-text", reason="")
    assert Decision.objects.get().rule == ""


def test_a_stale_page_says_who_did_what_and_loses_nothing_that_was_typed(
    desk: Client, case: Case, sofie: Member
) -> None:
    seen = CaseEvent.objects.filter(case=case).latest("pk").pk
    decide_case(case=case, moderator=sofie, verdict="keep", reason="It is theirs.")
    answer = decide(desk, case, seen=seen, verdict="remove", rule="copied-text", reason="My careful words.")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What happened meanwhile" in page
    assert "sofie" in page
    assert "It is theirs." in page
    assert "My careful words." in page
    assert Decision.objects.count() == 1
    assert case.text.is_published


def test_what_was_typed_stands_in_the_form_when_only_news_came(
    desk: Client, case: Case, sofie: Member
) -> None:
    add_note(case=case, moderator=sofie, text="I know this plot.")
    answer = decide(desk, case, verdict="remove", rule="copied-text", reason="My careful words.")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "My careful words." in page
    assert "I know this plot." in page
    case.refresh_from_db()
    assert f'name="version" value="{case.version}"' in page


def test_whoever_lost_their_rights_meanwhile_decides_nothing(desk: Client, case: Case, mona: Member) -> None:
    Member.objects.filter(pk=mona.pk).update(sections=[])
    assert decide(desk, case, verdict="keep", reason="Fine.").status_code == 403
    assert not Decision.objects.exists()


def test_one_s_own_text_and_report_are_for_somebody_else(desk: Client, mona: Member, alice: Member) -> None:
    own = make_copied_case(mona)
    page = page_of(desk, own.get_absolute_url())
    assert "This one is for somebody else" in page
    assert 'name="verdict"' not in page
    assert decide(desk, own, verdict="keep", reason="Mine.").status_code == 403


def test_the_last_decision_can_be_taken_back_and_no_other(desk: Client, mona: Member, sofie: Member) -> None:
    first, second = make_copied_case(severity=90), make_copied_case(severity=20)
    decide(desk, first, verdict="remove", rule="copied-text", reason="Elsewhere.")
    page = page_of(desk, "/moderation/")
    decision = Decision.objects.get()
    assert f"/moderation/decisions/{decision.pk}/undo/" in page
    assert "Undo" not in page_of(desk, "/moderation/"), "it follows nobody about"
    assert "Undo" in page_of(desk, first.get_absolute_url())
    other = Client()
    other.force_login(sofie)
    assert "Undo" not in page_of(other, "/moderation/")
    assert other.post(f"/moderation/decisions/{decision.pk}/undo/").status_code == 404
    desk.post(f"/moderation/decisions/{decision.pk}/undo/")
    first.refresh_from_db()
    assert (first.state, first.claimed_by) == (CaseState.OPEN, None)
    assert Review.objects.get(pk=first.review_id).is_published
    assert "Undo" not in page_of(desk, "/moderation/")
    assert second.state == CaseState.OPEN


# --- Steps ----------------------------------------------------------------------------------------------------------


def test_notes_and_messages_stand_in_the_order_in_which_they_came(
    desk: Client, case: Case, alice: Member
) -> None:
    desk.post(f"/moderation/cases/{case.pk}/steps/note/", {"text": "Seen this plot before."})
    desk.post(f"/moderation/cases/{case.pk}/steps/message/", {"text": "Did you write that plot?"})
    page = page_of(desk, case.get_absolute_url())
    assert page.index("Seen this plot before.") < page.index("Did you write that plot?")


def test_a_case_is_handed_on_and_leaves_the_queue(desk: Client, case: Case) -> None:
    answer = desk.post(
        f"/moderation/cases/{case.pk}/steps/move/", {"section": "shows", "reason": "It is a show."}
    )
    assert answer["Location"] == "/moderation/"
    case.refresh_from_db()
    assert case.section == "shows"


def test_a_case_is_given_to_a_colleague_who_may_decide_it(desk: Client, case: Case, sofie: Member) -> None:
    make_member("sam-of-shows", sections=["shows"])
    page = page_of(desk, case.get_absolute_url())
    assert "sofie</option>" in page
    assert "sam-of-shows" not in page
    assert "mona</option>" not in page, "whoever wants it themselves takes it"
    desk.post(f"/moderation/cases/{case.pk}/steps/assign/", {"colleague": sofie.pk})
    case.refresh_from_db()
    assert case.assigned_to == sofie
    assert "to sofie" in page_of(desk, case.get_absolute_url())


def test_a_decided_case_is_opened_again_for_a_reason(desk: Client, case: Case, sofie: Member) -> None:
    decide_case(case=case, moderator=sofie, verdict="keep", reason="Fine.")
    answer = desk.post(f"/moderation/cases/{case.pk}/steps/reopen/", {"reason": ""})
    assert answer.status_code == 422
    desk.post(f"/moderation/cases/{case.pk}/steps/reopen/", {"reason": "There is a source after all."})
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_a_refused_step_gives_back_what_was_typed(desk: Client, case: Case, sofie: Member) -> None:
    decide_case(case=case, moderator=sofie, verdict="keep", reason="Fine.")
    answer = desk.post(f"/moderation/cases/{case.pk}/steps/message/", {"text": "One more question."})
    assert answer.status_code == 409
    assert "One more question." in answer.content.decode()
    assert desk.post(f"/moderation/cases/{case.pk}/steps/nonsense/").status_code == 404


# --- Many at once ---------------------------------------------------------------------------------------------------


def test_cases_of_one_source_are_decided_together_each_by_itself(
    desk: Client, alice: Member, bob: Member
) -> None:
    known = make_known_text()
    cases = [make_copied_case(author, known=known) for author in (alice, bob)]
    query = "&".join(f"case={case.pk}" for case in cases)
    page = page_of(desk, f"/moderation/together/?{query}")
    assert "2 cases. Nothing has happened yet." in page
    said = {
        "case": [case.pk for case in cases],
        "version": re.findall(r'name="version" value="([\d-]+)"', page),
        "verdict": "remove",
        "rule": "copied-text",
        "reason": "The plot of the film, word for word.",
    }
    assert desk.post("/moderation/together/", said).status_code == 302
    assert Decision.objects.count() == 2
    assert set(Statement.objects.values_list("recipient__username", flat=True)) == {"alice", "bob"}
    assert LogEntry.objects.filter(verb="reviews.review.removed").count() == 2


def test_what_is_decided_together_is_seen_before(
    desk: Client, alice: Member, bob: Member, sofie: Member
) -> None:
    known = make_known_text()
    first, second = make_copied_case(alice, known=known), make_copied_case(bob, known=known)
    claim_case(case=second, moderator=sofie)
    page = page_of(desk, f"/moderation/together/?case={first.pk}&case={second.pk}")
    assert page.count(f'<mark class="span-1">{PASSAGE}</mark>') == 2
    assert f"All of these have words of “{known.title}”." in page
    assert "sofie is on it" in page


def test_what_changed_meanwhile_is_left_out_and_named(desk: Client, alice: Member, sofie: Member) -> None:
    still, changed = make_copied_case(alice), make_copied_case(alice)
    version = f"{changed.pk}-{changed.version}"
    add_note(case=changed, moderator=sofie, text="Wait.")
    answer = desk.post(
        "/moderation/together/",
        {
            "case": [still.pk, changed.pk],
            "version": [f"{still.pk}-{still.version}", version],
            "verdict": "keep",
            "reason": "Their own.",
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "These were left as they are" in page
    assert changed.get_absolute_url() in page
    assert Decision.objects.get().case == still


def test_cases_that_have_nothing_in_common_are_not_decided_together(
    desk: Client, alice: Member, bob: Member
) -> None:
    cases = [make_copied_case(alice), make_copied_case(bob)]
    third = make_copied_case(bob)
    query = "&".join(f"case={case.pk}" for case in cases)
    answer = desk.get(f"/moderation/together/?kind=copied-text&{query}", follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(f"/moderation/?kind=copied-text&{query}", 302)]
    assert "too little in common" in page
    assert [f'value="{case.pk}" data-sort' in page for case in (*cases, third)] == [True] * 3
    assert re.findall(r'name="case" value="(\d+)"[^>]*checked', page) == [str(case.pk) for case in cases]
    assert desk.get("/moderation/together/")["Location"] == "/moderation/"


def test_too_many_cases_say_how_many_go_together(desk: Client, alice: Member, monkeypatch) -> None:
    monkeypatch.setattr("reviews.views.deciding_together.MOST_AT_ONCE", 1)
    query = "&".join(f"case={make_copied_case(alice).pk}" for _case in range(2))
    page = desk.get(f"/moderation/together/?{query}", follow=True).content.decode()
    assert "At most 1 cases are decided together." in page


def test_each_of_what_is_decided_together_has_the_reason_that_fits_how_it_was_found(
    desk: Client, alice: Member, bob: Member
) -> None:
    known = make_known_text()
    cases = [make_copied_case(author, known=known) for author in (alice, bob)]
    cases[1].evidence.update(words=44)
    Member.objects.filter(pk=bob.pk).update(interface_language="nl")
    page = page_of(desk, "/moderation/together/?" + "&".join(f"case={case.pk}" for case in cases))
    assert "We were told that" not in page
    shown = [f"30 words here also stand elsewhere: in the plot of {known.title}", "44 woorden"]
    assert [page.count(said) > 0 for said in shown] == [True, True], "each is read before it is sent"
    said = {
        "case": [case.pk for case in cases],
        "version": [f"{case.pk}-{case.version}" for case in cases],
        "verdict": "trim",
        "rule": "copied-text",
        "reason": "",
    }
    assert desk.post("/moderation/together/", said).status_code == 302
    reasons = [Decision.objects.get(case=case).reason for case in cases]
    assert reasons[0].startswith(shown[0])
    assert reasons[1].startswith(shown[1])


def test_what_is_the_same_in_all_that_is_decided_together_is_the_reason_to_start_from(
    desk: Client, alice: Member
) -> None:
    cases = [make_copied_case(alice) for _case in range(2)]
    answer = desk.get("/moderation/together/?" + "&".join(f"case={case.pk}" for case in cases))
    reasons = answer.context["form"].reasons
    assert reasons["keep"] == {"": "Nothing here is against the rules."}
    assert reasons["remove"]["copied-text"] == "", "of different plots"
    assert reasons["remove"]["spoilers"]


def test_what_each_decision_would_leave_is_seen_before(desk: Client, alice: Member) -> None:
    cases = [make_copied_case(alice) for _case in range(2)]
    query = "&".join(f"case={case.pk}" for case in cases)
    page = page_of(desk, f"/moderation/together/?{query}")
    for verdict in ("trim", "quote"):
        left = re.findall(rf'outcome-{verdict}">.*?outcome-text[^>]*>(.*?)</div>', page, re.DOTALL)
        assert len(left) == 2
        assert all(OWN in one and "<blockquote>" in one for one in left)
    assert "Readers see nothing of it until alice has answered." in page


def test_the_list_of_what_is_decided_together_asks_as_much_however_long_it_is(
    desk: Client, alice: Member
) -> None:
    made = [make_copied_case(alice)]

    def address() -> str:
        return "/moderation/together/?" + "&".join(f"case={case.pk}" for case in made)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            page_of(desk, address())
        return len(asked)

    queries()  # what is kept for every page
    few = queries()
    made += [make_copied_case(alice) for _case in range(4)]
    assert queries() == few


# --- An author ------------------------------------------------------------------------------------------------------


def test_a_measure_is_lifted_on_the_page_about_the_member_by_moderators_of_members_alone(
    desk: Client, alice: Member, sofie: Member
) -> None:
    case = make_copied_case(alice)
    decide_case(
        case=case,
        moderator=sofie,
        verdict="remove",
        rule="copied-text",
        reason="Elsewhere.",
        measure="slow",
        measure_days=7,
    )
    measure = Measure.objects.get()
    where = f"/moderation/measures/{measure.pk}/lift/"
    assert where not in page_of(desk, "/moderation/members/alice/")
    assert desk.post(where, {}).status_code == 404
    head = Client()
    head.force_login(sofie)
    assert where in page_of(head, "/moderation/members/alice/")
    assert head.post(where, {"reason": ""}).status_code == 422
    assert head.post(where, {"reason": "Said sorry."})["Location"] == "/moderation/members/alice/"
    measure.refresh_from_db()
    assert (measure.lifted_by, measure.is_annulled) == (sofie, False)
    assert LogEntry.objects.latest("pk").reason == "Said sorry."
    assert alice.notifications.filter(detail__news="pace_freed").exists()
    assert where not in page_of(head, "/moderation/members/alice/")


def test_the_page_about_a_member_has_their_cases_and_measures(
    desk: Client, alice: Member, sofie: Member
) -> None:
    case = make_copied_case(alice)
    decide_case(
        case=case,
        moderator=sofie,
        verdict="remove",
        rule="copied-text",
        reason="Elsewhere.",
        measure="warning",
    )
    page = page_of(desk, "/moderation/members/alice/")
    assert case.get_absolute_url() in page
    assert "removed" in page
    assert "warning" in page
    assert desk.get("/moderation/members/mona/").status_code == 404
    assert_flat_queries(desk, lambda: make_copied_case(alice), "/moderation/members/alice/")
