"""Who may do what: every role, every act, every section, by the predicate and through the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member, Section
from films.models import TitleKind
from reviews.models import Case, CaseState, Decision, LogEntry, Matter, Measure, Review
from reviews.moderation.permissions import Action, allows, verdicts_for
from reviews.moderation.refusals import NotAllowed
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case
from reviews.services.steps import merge_cases, move_case_to
from reviews.urls_moderation import urlpatterns
from tests.factories import make_list, make_member, make_report, make_review, make_season, make_title

pytestmark = pytest.mark.django_db

FILMS, SHOWS, MEMBERS = Section.values
ALL = frozenset(Section.values)
NONE: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@dataclass
class Cast:
    """Everybody who may come along, and a case of each section about something of the author's."""

    people: dict[str, Member | AnonymousUser]
    cases: dict[str, Case]


@pytest.fixture
def cast(alice: Member, bob: Member) -> Cast:
    people: dict[str, Member | AnonymousUser] = {
        "visitor": AnonymousUser(),
        "member": make_member(),
        "author": alice,
        "reporter": bob,
        "films": make_member(sections=[FILMS]),
        "shows": make_member(sections=[SHOWS]),
        "members": make_member(sections=[MEMBERS]),
        "staff": make_member(is_staff=True),
        "admin": make_member(is_staff=True, is_superuser=True),
        "suspended": make_member(sections=list(ALL), suspended_at=timezone.now()),
        "closed": make_member(sections=list(ALL), is_superuser=True, is_active=False),
        # Moderators of everything, each with a part of their own in every case.
        "moderator who wrote it": make_member(sections=list(ALL)),
        "moderator who reported it": make_member(sections=list(ALL)),
    }
    show = make_season(make_title("The Wire", kind=TitleKind.SHOW))
    cases = {}
    for section, title in ((FILMS, make_title("Heat")), (SHOWS, show), (MEMBERS, make_title("Ran"))):
        review = make_review(title, alice)
        case = make_report(review, bob)
        make_report(review, people["moderator who reported it"])
        Case.objects.filter(pk=case.pk).update(section=section)
        cases[section] = case
    return Cast(people, cases)


def page_of(case: Case) -> Case:
    return Case.objects.for_page().get(pk=case.pk)


# --- The table ------------------------------------------------------------------------------------------

EVERYBODY_HERE = dict.fromkeys(
    (
        "member",
        "author",
        "reporter",
        "films",
        "shows",
        "members",
        "staff",
        "admin",
        "moderator who wrote it",
        "moderator who reported it",
    ),
    ALL,
)
THEIR_SECTION = {
    "films": frozenset({FILMS}),
    "shows": frozenset({SHOWS}),
    "members": frozenset({MEMBERS}),
    "admin": ALL,
}
# In the sections of which cases each role may do it; whoever is not named may do it nowhere.
TABLE: dict[Action, dict[str, frozenset[str]]] = {
    Action.REPORT: EVERYBODY_HERE,
    Action.ANSWER: {"author": ALL},
    Action.SEE: {**THEIR_SECTION, "moderator who wrote it": ALL, "moderator who reported it": ALL},
    Action.NOTE: {**THEIR_SECTION, "moderator who reported it": ALL},
    Action.CLAIM: THEIR_SECTION,
    Action.MESSAGE: THEIR_SECTION,
    Action.MOVE: THEIR_SECTION,
    Action.ASSIGN: THEIR_SECTION,
    Action.MERGE: THEIR_SECTION,
    Action.DECIDE: THEIR_SECTION,
    Action.WARN: THEIR_SECTION,
    Action.SLOW: THEIR_SECTION,
    Action.SUSPEND: {"members": frozenset({MEMBERS}), "admin": ALL},
    # Of a case that is open there is nothing to open again or to take back.
    Action.REOPEN: {},
    Action.UNDO: {},
    # Without a case.
    Action.ACT: {},
    Action.BULK: {},
    Action.SCAN: {},
    Action.LIFT: {},
}
OF_A_SECTION = {**THEIR_SECTION, "moderator who wrote it": ALL, "moderator who reported it": ALL}
WITHOUT_CASE: dict[Action, dict[str, frozenset[str]]] = {
    Action.ACT: OF_A_SECTION,
    Action.BULK: OF_A_SECTION,
    Action.SCAN: OF_A_SECTION,
    Action.LIFT: dict.fromkeys(
        ("members", "admin", "moderator who wrote it", "moderator who reported it"), ALL
    ),
    Action.REPORT: EVERYBODY_HERE,
}


def test_the_table_names_every_act() -> None:
    assert set(TABLE) == set(Action)


def test_every_role_may_do_exactly_what_the_table_says(cast: Cast) -> None:
    alice = cast.people["author"]
    holes = []
    for role, person in cast.people.items():
        for section, case in cast.cases.items():
            found = page_of(case)
            if role == "moderator who wrote it":
                found.author = person
                found.review.author = person
            for action in Action:
                wanted = section in TABLE[action].get(role, NONE)
                if role == "moderator who wrote it" and action == Action.ANSWER:
                    wanted = True
                if allows(person, action, found) != wanted:
                    holes.append((role, section, action, not wanted))
    assert holes == []
    assert alice.pk == cast.cases[FILMS].author_id


def test_every_role_may_do_exactly_what_the_table_says_without_a_case(cast: Cast) -> None:
    holes = [
        (role, section, action)
        for role, person in cast.people.items()
        for section in Section.values
        for action in Action
        if allows(person, action, section=section)
        != (section in WITHOUT_CASE.get(action, {}).get(role, NONE))
    ]
    assert holes == []


def test_nobody_has_powers_without_their_second_factor(cast: Cast, settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = True
    powers = set(Action) - {Action.REPORT, Action.ANSWER}
    for person in cast.people.values():
        for case in cast.cases.values():
            assert not any(allows(person, action, page_of(case)) for action in powers)
        assert not any(allows(person, action) for action in powers)


# --- What depends on what happened ----------------------------------------------------------------------


@pytest.fixture
def decided(cast: Cast) -> Decision:
    return decide_case(
        case=cast.cases[FILMS],
        moderator=cast.people["films"],
        verdict="remove",
        rule="off-topic",
        reason="Not about it.",
    )


def test_a_decision_is_taken_back_by_whoever_made_it_and_a_case_opened_again_by_any_of_the_section(
    cast: Cast, decided: Decision
) -> None:
    case = page_of(decided.case)
    other = make_member(sections=[FILMS])
    roles = {**cast.people, "colleague": other}
    assert [role for role, person in roles.items() if allows(person, Action.UNDO, case)] == ["films"]
    again = [role for role, person in roles.items() if allows(person, Action.REOPEN, case)]
    assert again == ["films", "admin", "moderator who wrote it", "colleague"], "that one wrote another text"
    Decision.objects.update(decided_at=timezone.now() - timedelta(minutes=11))
    assert not allows(cast.people["films"], Action.UNDO, page_of(decided.case))


def test_an_appeal_is_for_those_of_the_section_who_had_no_part_in_it(cast: Cast, decided: Decision) -> None:
    appeal = file_appeal(statement=decided.statements.get(), text="It is about the film.").case
    case = page_of(appeal)
    other = make_member(sections=[FILMS])
    for action in (Action.DECIDE, Action.CLAIM, Action.MESSAGE, Action.MOVE, Action.ASSIGN):
        for role in ("films", "moderator who reported it", "author", "shows", "members", "staff"):
            assert not allows(cast.people[role], action, case), (role, action)
        assert allows(other, action, case)
        assert allows(cast.people["admin"], action, case)
    assert allows(cast.people["films"], Action.NOTE, case), "whoever decided may say why"


@pytest.mark.parametrize("matter", [Matter.ABOUT, Matter.PICTURE, Matter.NAME, Matter.CONDUCT])
def test_nobody_acts_on_a_case_about_themselves(matter: Matter) -> None:
    head = make_member(sections=[MEMBERS])
    case = Case.objects.create(kind="other", matter=matter, section=MEMBERS, member=head, author=head)
    acts = set(Action) - {Action.SEE, Action.REPORT, Action.ANSWER, *WITHOUT_CASE}
    assert not [action for action in acts if allows(head, action, page_of(case))]


def test_nobody_acts_on_their_own_list() -> None:
    head = make_member(sections=[MEMBERS])
    case = Case.objects.create(
        kind="other", matter=Matter.LIST, section=MEMBERS, list=make_list(head), author=head
    )
    assert not allows(head, Action.DECIDE, page_of(case))


# --- Through the pages ----------------------------------------------------------------------------------

# For members and visitors as well; each asks for itself whose it is.
OPEN = {
    "log",
    "log-feed",
    "statistics",
    "statistics-csv",
    "statements",
    "statement",
    "statement-text",
    "statement-about",
    "statement-answer",
    "appeal",
    "question",
    "mine",
}
OUTSIDERS = ("visitor", "member", "author", "reporter", "staff", "suspended")
# Addresses of one case, with the act that posting there is.
OF_CASE: dict[str, tuple[Action, dict[str, str]]] = {
    "case-claim": (Action.CLAIM, {}),
    "case-renew": (Action.CLAIM, {}),
    "case-decide": (Action.DECIDE, {"verdict": "keep", "reason": "Fine."}),
    "case-step:note": (Action.NOTE, {"text": "A note."}),
    "case-step:message": (Action.MESSAGE, {"text": "A question."}),
    "case-step:move": (Action.MOVE, {"section": MEMBERS, "reason": "Theirs."}),
    "case-step:assign": (Action.ASSIGN, {}),
    "case-step:merge": (Action.MERGE, {}),
    "case-step:reopen": (Action.REOPEN, {"reason": "Again."}),
}


def address(name: str, case: Case) -> str:
    name, _colon, step = name.partition(":")
    return reverse(f"moderation:{name}", args=[case.pk, step] if step else [case.pk])


def sign_in(client: Client, person: Member | AnonymousUser) -> None:
    client.logout()
    if isinstance(person, Member) and person.is_active:
        client.force_login(person)


@pytest.fixture
def arguments(cast: Cast, decided: Decision) -> Callable[[str], dict[str, object]]:
    def of(route: str) -> dict[str, object]:
        known = {
            "pk": decided.case_id,
            "case_pk": decided.case_id,
            "name": "note",
            "username": "alice",
            "matter": "review",
            "feed": "x",
        }
        return {name: value for name, value in known.items() if f":{name}>" in route}

    return of


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_of_the_moderators_opens_to_anybody_else(
    cast: Cast, arguments: Callable[[str], dict[str, object]], client: Client, method: str
) -> None:
    holes = []
    before = (Case.objects.count(), Decision.objects.count(), LogEntry.objects.count())
    for role in OUTSIDERS:
        sign_in(client, cast.people[role])
        for pattern in urlpatterns:
            if pattern.name in OPEN:
                continue
            where = reverse(f"moderation:{pattern.name}", kwargs=arguments(str(pattern.pattern)))
            answer = getattr(client, method)(where)
            wanted = 302 if role == "visitor" else 404
            if answer.status_code != wanted or (wanted == 302 and "/login/" not in answer["Location"]):
                holes.append((role, where, answer.status_code))
    assert holes == []
    assert before == (Case.objects.count(), Decision.objects.count(), LogEntry.objects.count())


def test_a_case_is_no_page_to_moderators_of_other_sections(cast: Cast, client: Client) -> None:
    holes = []
    for role in ("films", "shows", "members", "admin"):
        sign_in(client, cast.people[role])
        for section, case in cast.cases.items():
            wanted = 200 if section in TABLE[Action.SEE][role] else 404
            if client.get(case.get_absolute_url()).status_code != wanted:
                holes.append((role, section, "get"))
            for name in OF_CASE:
                # An empty form changes nothing where it is let in.
                is_found = client.post(address(name, case), {}).status_code != 404
                if is_found != (wanted == 200):
                    holes.append((role, section, name))
    assert holes == []
    assert not Decision.objects.exists()


def test_what_the_predicate_refuses_the_page_refuses_and_changes_nothing(cast: Cast, client: Client) -> None:
    """A moderator of all sections, about a text of theirs and about one that they reported."""
    reporter = cast.people["moderator who reported it"]
    mine = make_report(make_review(make_title("Ran"), reporter))
    holes = []
    for case in (mine, cast.cases[FILMS]):
        before = page_of(case)
        sign_in(client, reporter)
        for name, (action, fields) in OF_CASE.items():
            if allows(reporter, action, page_of(case)):
                continue
            version = page_of(case).version
            answer = client.post(
                address(name, case), {**fields, "version": version, "seen": 10**6}, follow=False
            )
            now = page_of(case)
            # Renewing is answered with whose the case is, on the same page of a browser.
            is_done = answer.status_code == 200 and name != "case-renew"
            if is_done or now.version != version or now.claimed_by_id == reporter.pk:
                holes.append((name, answer.status_code))
        assert page_of(case).state == before.state
    assert holes == []
    assert not Decision.objects.exists()


def test_the_page_offers_no_act_that_it_would_refuse(cast: Cast, client: Client) -> None:
    reporter = cast.people["moderator who reported it"]
    client.force_login(reporter)
    case = cast.cases[FILMS]
    page = client.get(case.get_absolute_url()).content.decode()
    for name, (action, _fields) in OF_CASE.items():
        if not allows(reporter, action, page_of(case)):
            assert f'action="{address(name, case)}"' not in page, name
    assert f'action="{address("case-step:note", case)}"' in page


def test_a_moderator_who_lost_their_section_between_page_and_decision_is_shut_out(
    cast: Cast, client: Client
) -> None:
    moderator, case = cast.people["films"], cast.cases[FILMS]
    client.force_login(moderator)
    assert client.get(case.get_absolute_url()).status_code == 200
    Member.objects.filter(pk=moderator.pk).update(sections=[])
    fields = {"verdict": "keep", "reason": "A long one.", "version": page_of(case).version, "seen": 10**6}
    for sections in ([], [SHOWS]):
        Member.objects.filter(pk=moderator.pk).update(sections=sections)
        answer = client.post(address("case-decide", case), fields)
        assert answer.status_code == 403
        assert "A long one." in answer.text, "what was typed is not lost"
        assert case.review.body not in answer.text
    assert client.post(address("case-decide", case), {"verdict": "keep"}).status_code == 404
    assert page_of(case).state == CaseState.OPEN


def test_nobody_rewrites_what_happened(cast: Cast, decided: Decision, client: Client) -> None:
    client.force_login(cast.people["admin"])
    holes = []
    for model in (
        "case",
        "evidence",
        "report",
        "snapshot",
        "caseevent",
        "decision",
        "statement",
        "appeal",
        "logentry",
    ):
        listing = reverse(f"admin:reviews_{model}_changelist")
        if client.get(listing).status_code != 200:
            holes.append((model, "cannot be read"))
        if client.get(reverse(f"admin:reviews_{model}_add")).status_code != 403:
            holes.append((model, "add"))
        for act in ("change", "delete"):
            pk = decided.case_id
            answer = client.post(reverse(f"admin:reviews_{model}_{act}", args=[pk]), {"reason": "Other."})
            if answer.status_code not in (302, 403):
                holes.append((model, act, answer.status_code))
    assert holes == []
    assert Review.objects.filter(state="removed").count() == 1
    assert Decision.objects.get().reason == "Not about it."


# --- What came with a decision ---------------------------------------------------------------------------


def suspend(case: Case, moderator: Member) -> Decision:
    return decide_case(
        case=case,
        moderator=moderator,
        verdict="remove",
        reason="Seen.",
        rule="off-topic",
        measure="suspension",
        measure_days=7,
    )


def restore(case: Case, moderator: Member) -> Decision:
    return decide_case(case=case, moderator=moderator, verdict="restore", reason="It was fine.")


def test_only_who_may_lift_a_suspension_overturns_what_it_came_with(cast: Cast, client: Client) -> None:
    case = cast.cases[FILMS]
    films, admin = cast.people["films"], cast.people["admin"]
    suspend(case, admin)
    assert (verdicts_for(films, page_of(case)), verdicts_for(admin, page_of(case))) == ([], ["restore"])
    with pytest.raises(NotAllowed, match="measure"):
        restore(case, films)
    assert Measure.objects.get().lifted_at is None
    client.force_login(films)
    assert 'value="restore"' not in client.get(case.get_absolute_url()).content.decode()
    restore(case, admin)
    assert Measure.objects.get().is_annulled


def test_an_appeal_against_a_suspension_stays_with_the_moderators_of_members(cast: Cast) -> None:
    statement = suspend(cast.cases[FILMS], cast.people["admin"]).statements.get()
    appeal = file_appeal(statement=statement, text="It was mine.").case
    assert appeal.section == MEMBERS
    second = make_member(sections=list(ALL))
    with pytest.raises(NotAllowed, match="measure"):
        move_case_to(case=appeal, moderator=second, section=FILMS, reason="It is about a film.")
    Case.objects.filter(pk=appeal.pk).update(section=FILMS)
    with pytest.raises(NotAllowed, match="measure"):
        restore(appeal, cast.people["films"])
    assert Measure.objects.get().lifted_at is None


def test_who_reported_a_case_that_became_one_with_another_answers_no_appeal_about_it(alice: Member) -> None:
    reporter, first, other = (make_member(sections=list(ALL)) for _ in range(3))
    kept = make_report(make_review(author=alice), kind="advertising")
    merged = make_report(make_review(author=alice), reporter, kind="advertising")
    merge_cases(into=kept, others=[merged], moderator=first)
    decide_case(case=kept, moderator=first, verdict="remove", reason="Seen.", rule="advertising")
    statement = Decision.objects.get(case=merged).statements.get()
    appeal = file_appeal(statement=statement, text="It is no advertising.").case
    assert allows(other, Action.DECIDE, page_of(appeal))
    assert not allows(reporter, Action.DECIDE, page_of(appeal))


def test_who_reported_one_of_a_chain_of_cases_has_no_say_in_any_of_them(alice: Member) -> None:
    *reporters, other = (make_member(sections=list(ALL)) for _ in range(4))
    texts = [make_review(author=alice) for _ in range(2)]
    kept = make_report(texts[0], reporters[0], kind="advertising")
    held = make_report(texts[1], reporters[1], kind="advertising")
    held_by_that = make_report(texts[1], reporters[2], kind="off-topic")
    merge_cases(into=held, others=[held_by_that], moderator=other)
    merge_cases(into=kept, others=[Case.objects.get(pk=held.pk)], moderator=other)
    first = make_member(sections=list(ALL))
    decide_case(
        case=Case.objects.get(pk=kept.pk),
        moderator=first,
        verdict="remove",
        reason="Seen.",
        rule="advertising",
    )
    into = dict(Case.objects.exclude(merged_into=None).values_list("pk", "merged_into"))
    assert into == {held_by_that.pk: held.pk, held.pk: kept.pk}
    appeal = file_appeal(statement=Decision.objects.get(case=held).statements.get(), text="It sells nothing.")
    for case in (kept, held, held_by_that, appeal.case):
        may = [allows(member, Action.DECIDE, page_of(case)) for member in (*reporters, other)]
        assert may == [False, False, False, True], case
