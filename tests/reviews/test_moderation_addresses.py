"""Every address of moderation for every role, by GET and by POST: the answer, and that a refusal changes no row."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Job, JobState, Member, Section
from films.models import Merge, Proposal, ProposedChange
from films.services.merging import merge_titles
from reviews.models import Case, Decision, Evidence, KnownText, LogEntry, Measure, NoticeItem, Review
from reviews.moderation.step_forms import FORMS
from reviews.services import measures
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case
from reviews.services.indexing import index_portion, note_text
from reviews.services.serving_notices import confirm_notice, serve_notice
from reviews.services.steps import message_author
from reviews.urls_moderation import urlpatterns
from tests.factories import give_second_factor, make_member, make_report, make_review, make_title
from tests.reviews.copydetect.texts import prose

pytestmark = pytest.mark.django_db

FILMS, SHOWS, MEMBERS = Section.values
ALL = list(Section.values)
COPIED = prose(120, 1)

# Everything that waits is about a film: films and admin decide it. The last three moderate every section, and have a part
# of their own in it: they wrote the text, reported it, or made the decision that was appealed.
ROLES: dict[str, dict[str, Any]] = {
    "visitor": {},
    "member": {},
    "author": {},
    "reporter": {},
    "suspended": {},
    "former": {"sections": ALL},
    "unsecured": {"sections": ALL},
    "staff": {"is_staff": True},
    "auditor": {"is_staff": True},
    "films": {"sections": [FILMS]},
    "shows": {"sections": [SHOWS]},
    "members": {"sections": [MEMBERS]},
    "admin": {"is_staff": True, "is_superuser": True},
    "wrote": {"sections": ALL},
    "reported": {"sections": ALL},
    "decided": {"sections": ALL},
}
MODERATORS = "films shows members admin wrote reported decided"
SIGNED_IN = " ".join(role for role in ROLES if role != "visitor")
# Each is the author of everything that they come across.
WRITERS = ("author", "suspended", "wrote")


@dataclass
class Stage:
    """Something of everything that a moderator can come across, by one author, about films."""

    author: Member
    colleague: Member
    # Open, each with the reports of "reporter" and "reported".
    case: Case
    twin: Case
    held: Case
    asked: Case
    # All decided by "decided": what was removed, found fine, hidden for an answer, and twice removed and appealed.
    decision: Decision
    kept: Decision
    hidden: Decision
    appeals: list[Case]
    measure: Measure
    notice: NoticeItem
    proposal: Proposal
    merge: Merge
    # Shares its words with a text of somebody else.
    copied: Review
    standing: Review


Said = Mapping[str, object]


@dataclass(frozen=True)
class Address:
    """One address (`name` is the route's, and what tells two uses of it apart), with what each role meets there."""

    name: str
    at: Callable[[Stage], list[object]] = lambda stage: []
    asked: Callable[[Stage], Said] = lambda stage: {}
    said: Callable[[Stage], Said] = lambda stage: {}
    get: Mapping[str, str] = field(default_factory=dict)
    post: Mapping[str, str] = field(default_factory=dict)

    @property
    def route(self) -> str:
        return self.name.partition(" ")[0]


def meets(others: str = "nothing", **answers: str) -> dict[str, str]:
    """What each role meets: by the answer those who get it; all others get `others`, but for the two who are sent away."""
    table = dict.fromkeys(ROLES, others) | {"visitor": "login", "unsecured": "factor"}
    for answer, roles in answers.items():
        table |= dict.fromkeys(roles.split(), answer)
    return table


READ_ONLY = meets(method=MODERATORS)
NO_READING = meets(method=MODERATORS)
LISTED = meets(page=MODERATORS)
FOR_ALL = meets("page", page="visitor unsecured")
NEVER = meets("method", method="visitor unsecured")
OF_AUTHORS = "author suspended wrote"


def own(**answers: str) -> dict[str, str]:
    """Of a page for its author alone, whatever rights anybody has."""
    return meets("nothing", **{"nothing": "unsecured", **answers})


def decision(stage: Stage, case: Case, **other: object) -> Said:
    version = Case.objects.get(pk=case.pk).version
    return {
        "verdict": "remove",
        "rule": "off-topic",
        "reason": "Seen.",
        "version": version,
        "seen": 10**6,
    } | other


STEPS: dict[str, tuple[Callable[[Stage], Said], dict[str, str]]] = {
    "note": (
        lambda stage: {"text": "A note."},
        meets("refused", done="films admin reported decided"),
    ),
    "message": (lambda stage: {"text": "Where is it from?"}, meets("refused", done="films admin")),
    "assign": (
        lambda stage: {"colleague": stage.colleague.pk},
        meets(done="films admin", refused="wrote reported decided"),
    ),
    "move": (lambda stage: {"section": MEMBERS, "reason": "Theirs."}, meets("refused", done="films admin")),
    "merge": (
        lambda stage: {"others": [stage.twin.pk]},
        meets(done="films admin", refused="wrote reported decided"),
    ),
}
ADDRESSES = [
    Address("queue", get=LISTED, post=READ_ONLY),
    Address("queue decided", asked=lambda stage: {"show": "decided"}, get=LISTED, post=READ_ONLY),
    Address("claims", asked=lambda stage: {"cases": str(stage.case.pk)}, get=LISTED, post=READ_ONLY),
    # Who only reported or decided something finds other things to take; all that waits about films is by "wrote".
    Address(
        "next",
        get=NO_READING,
        post=meets(done="films admin reported decided", back="shows members wrote"),
    ),
    Address(
        "case",
        at=lambda stage: [stage.case.pk],
        get=meets(page="films admin wrote reported decided"),
        post=READ_ONLY,
    ),
    Address(
        "case-claim",
        at=lambda stage: [stage.case.pk],
        get=NO_READING,
        post=meets(done="films admin", back="wrote reported decided"),
    ),
    Address(
        "case-claim held",
        at=lambda stage: [stage.held.pk],
        get=NO_READING,
        post=meets(back="films admin wrote reported decided"),
    ),
    Address(
        "case-release held",
        at=lambda stage: [stage.held.pk],
        get=NO_READING,
        post=meets(back="films admin wrote reported decided"),
    ),
    Address(
        "case-renew",
        at=lambda stage: [stage.case.pk],
        get=NO_READING,
        post=meets(done="films admin", page="wrote reported decided"),
    ),
    Address(
        "case-renew held",
        at=lambda stage: [stage.held.pk],
        get=NO_READING,
        post=meets(page="films admin wrote reported decided"),
    ),
    Address(
        "case-decide",
        at=lambda stage: [stage.case.pk],
        said=lambda stage: decision(stage, stage.case),
        get=meets(back="films admin wrote reported decided"),
        post=meets("refused", done="films admin"),
    ),
    Address(
        "case-decide held",
        at=lambda stage: [stage.held.pk],
        said=lambda stage: decision(stage, stage.held),
        get=meets(back="films admin wrote reported decided"),
        post=meets("refused", stale="films admin decided"),
    ),
    Address(
        "case-decide suspending",
        at=lambda stage: [stage.case.pk],
        said=lambda stage: decision(
            stage, stage.case, measure="suspension", measure_days=7, off_ladder="Grave."
        ),
        get=meets(back="films admin wrote reported decided"),
        post=meets("refused", done="admin", form="films"),
    ),
    *(
        Address(
            f"case-step {name}",
            at=lambda stage, name=name: [stage.case.pk, name],
            said=said,
            get=NO_READING,
            post=table,
        )
        for name, (said, table) in STEPS.items()
    ),
    Address(
        "case-step reopen",
        at=lambda stage: [stage.kept.case_id, "reopen"],
        said=lambda stage: {"reason": "Again."},
        get=NO_READING,
        post=meets("refused", done="films admin decided reported"),
    ),
    Address("case-step unknown", at=lambda stage: [stage.case.pk, "erase"], get=NO_READING, post=meets()),
    Address(
        "decision-undo", at=lambda stage: [stage.decision.pk], get=NO_READING, post=meets(done="decided")
    ),
    Address(
        "together-undo", at=lambda stage: [stage.decision.pk], get=NO_READING, post=meets(done="decided")
    ),
    Address(
        "bulk",
        asked=lambda stage: {"case": [stage.case.pk, stage.twin.pk]},
        said=lambda stage: {
            "case": [stage.case.pk, stage.twin.pk],
            "version": [
                f"{case.pk}-{case.version}"
                for case in Case.objects.filter(pk__in=[stage.case.pk, stage.twin.pk])
            ],
            "verdict": "remove",
            "rule": "off-topic",
            "reason": "Seen.",
        },
        get=meets(page="films admin wrote reported decided", back="shows members"),
        post=meets("refused", done="films admin", form="wrote reported decided", back="shows members"),
    ),
    Address(
        "author",
        at=lambda stage: [stage.author.username],
        get=meets(page="films shows members admin reported decided"),
        post=READ_ONLY,
    ),
    Address(
        "author-scan",
        at=lambda stage: [stage.author.username],
        get=NO_READING,
        post=meets(done="films shows members admin reported decided"),
    ),
    Address(
        "author-open",
        at=lambda stage: [stage.author.username],
        said=lambda stage: {"found": [f"review-{stage.copied.pk}"]},
        get=NO_READING,
        post=meets(done="films admin reported decided", back="shows members"),
    ),
    Address(
        "measure-lift",
        at=lambda stage: [stage.measure.pk],
        said=lambda stage: {"reason": "It was long ago."},
        get=NO_READING,
        post=meets("refused", done="members admin reported decided"),
    ),
    Address(
        "notice-register",
        at=lambda stage: [stage.notice.case_id, stage.notice.pk],
        get=NO_READING,
        post=meets(done="films admin reported decided", refused="wrote"),
    ),
    Address("proposals", get=LISTED, post=READ_ONLY),
    Address(
        "proposal",
        at=lambda stage: [stage.proposal.pk],
        said=lambda stage: {"decide-year": "no", "reply": "It says nothing."},
        get=meets(page="films admin wrote reported decided"),
        post=meets("refused", done="films admin reported decided"),
    ),
    Address("merges", get=LISTED, post=READ_ONLY),
    Address(
        "merge-undo",
        at=lambda stage: [stage.merge.pk],
        get=NO_READING,
        post=meets(done="films admin wrote reported decided"),
    ),
    Address(
        "act",
        at=lambda stage: ["review", stage.standing.pk],
        said=lambda stage: {"verdict": "remove", "rule": "off-topic", "reason": "Seen."},
        get=meets(page="films admin reported decided"),
        post=meets("refused", done="films admin reported decided"),
    ),
    Address(
        "act name",
        at=lambda stage: ["name", stage.author.pk],
        said=lambda stage: {"rule": "personal-attack", "reason": "Seen."},
        get=meets(page="members admin reported decided"),
        post=meets("refused", done="members admin reported decided"),
    ),
    Address(
        "text-language",
        at=lambda stage: [stage.standing.pk],
        said=lambda stage: {"language": "de"},
        get=meets(page="films admin reported decided"),
        post=meets(done="films admin reported decided"),
    ),
    # For everybody, or for whom it concerns, whoever moderates.
    Address("log", get=FOR_ALL, post=NEVER),
    Address("log-feed", get=FOR_ALL, post=FOR_ALL),
    Address("statistics", get=FOR_ALL, post=NEVER),
    Address("statistics-csv", get=FOR_ALL, post=NEVER),
    Address("statements", get=meets("page", page="unsecured"), post=meets("method", method="unsecured")),
    Address("mine", get=meets("page", page="unsecured"), post=meets("method", method="unsecured")),
    # It is noted that it was read.
    Address(
        "statement",
        at=lambda stage: [stage.decision.statements.get().pk],
        get=own(done=OF_AUTHORS),
        post=meets("method", method="unsecured"),
    ),
    Address(
        "statement-text",
        at=lambda stage: [stage.decision.statements.get().pk],
        get=own(page=OF_AUTHORS),
        post=meets("method", method="unsecured"),
    ),
    Address(
        "statement-about",
        at=lambda stage: [stage.decision.case.review_id],
        get=own(back=OF_AUTHORS),
        post=meets("method", method="unsecured"),
    ),
    Address(
        "statement-answer",
        at=lambda stage: [stage.hidden.statements.get().pk],
        said=lambda stage: {"text": "It is mine."},
        get=meets("method", method="unsecured"),
        post=own(done=OF_AUTHORS),
    ),
    Address(
        "appeal",
        at=lambda stage: [stage.decision.statements.get().pk],
        said=lambda stage: {"text": "I object."},
        get=meets("method", method="unsecured"),
        post=own(done=OF_AUTHORS),
    ),
    Address(
        "question",
        at=lambda stage: [stage.asked.pk],
        said=lambda stage: {"text": "From my own blog."},
        get=own(page=OF_AUTHORS),
        post=own(done=OF_AUTHORS),
    ),
]

ADMIN_MODELS = (
    "case",
    "evidence",
    "report",
    "snapshot",
    "caseevent",
    "decision",
    "statement",
    "appeal",
    "logentry",
    "notice",
    "noticeitem",
    "measure",
)
# Staff see what they were given to see; nobody writes there, not even with all rights.
LOOKED_UP = meets(page="auditor admin", refused="staff", nothing="unsecured")
WRITTEN = meets(refused="staff auditor admin", nothing="unsecured")


def test_every_address_of_moderation_stands_in_the_table() -> None:
    assert {address.route for address in ADDRESSES} == {pattern.name for pattern in urlpatterns}
    steps = {address.name.partition(" ")[2] for address in ADDRESSES if address.route == "case-step"}
    assert steps == {*FORMS, "unknown"}
    for address in ADDRESSES:
        assert set(address.get) == set(address.post) == set(ROLES), address.name


@pytest.fixture
def people() -> dict[str, Member | AnonymousUser]:
    found: dict[str, Member | AnonymousUser] = {"visitor": AnonymousUser()}
    for role, fields in ROLES.items():
        if role != "visitor":
            found[role] = make_member(f"Quill-{role}-x", **fields)
            if fields and role != "unsecured":
                give_second_factor(found[role])
    views = Permission.objects.filter(codename__in=[f"view_{model}" for model in ADMIN_MODELS])
    found["auditor"].user_permissions.set(views)
    return found


@pytest.fixture
def stage(people: dict[str, Member | AnonymousUser], role: str) -> Stage:
    author = people[role if role in WRITERS else "author"]
    film = make_title("Heat")
    index_of(make_review(film, body=COPIED))

    def reported() -> Case:
        case = make_report(make_review(film, author), people["reporter"])
        return make_report(case.text, people["reported"])

    def decided(verdict: str = "remove") -> Decision:
        case = make_report(make_review(film, author))
        rule = "" if verdict == "keep" else "off-topic"
        return decide_case(case=case, moderator=people["decided"], verdict=verdict, rule=rule, reason="Seen.")

    appeals = [file_appeal(statement=decided().statements.get(), text="I object.").case for _ in range(2)]
    case, twin, held, asked = (reported() for _ in range(4))
    colleague = give_second_factor(make_member("Quill-colleague", sections=[FILMS]))
    message_author(case=asked, moderator=colleague, text="Where is it from?")
    Case.objects.filter(pk=held.pk).update(
        claimed_by=colleague, claimed_until=timezone.now() + timedelta(minutes=5)
    )
    if role == "decided":
        # What they decided first is what waits for somebody else.
        case, twin = appeals
    notice = serve_notice(
        token="t" * 43, language="en", name="Rita Holder", on_behalf_of="", email="rita@holder.example",
        work=prose(60, 2), work_url="", explanation="Ours.",
        addresses=[make_review(film, author).get_absolute_url()],
    )  # fmt: skip
    confirm_notice(notice=notice)
    item = notice.items.get()
    if role == "reported":
        make_report(item.case.review, people["reported"])
    proposal = Proposal.objects.create(author=author, title=film, section=FILMS, source="x")
    ProposedChange.objects.create(proposal=proposal, field="year", old=1997, new=1995)
    copied = make_review(film, author, COPIED)
    scan = Job.objects.create(
        kind="moderation.scan-author",
        state=JobState.DONE,
        parameters={"author": author.pk, "texts": [["review", copied.pk]]},
        counts={
            "candidates": [
                {
                    "matter": "review",
                    "number": copied.pk,
                    "section": FILMS,
                    "words": 120,
                    "share": 1,
                    "level": "case",
                    "sources": [],
                }
            ]
        },
    )
    Job.objects.filter(pk=scan.pk).update(started_at=timezone.now() - timedelta(hours=2))
    made = Stage(
        author=author,
        colleague=colleague,
        case=case,
        twin=twin,
        held=held,
        asked=asked,
        decision=decided(),
        kept=decided("keep"),
        hidden=decided("hide"),
        appeals=appeals,
        measure=measures.impose(
            member=author, kind="slow", decision=None, reason="Much.", by=people["decided"], days=7
        ),
        notice=item,
        proposal=proposal,
        merge=merge_titles(
            kept=make_title("Ran"), duplicate=make_title("Ran"), by=people["admin"], reason="The same"
        ),
        copied=copied,
        standing=make_review(film, author),
    )
    Member.objects.filter(pk=people["suspended"].pk).update(suspended_at=timezone.now())
    return made


def index_of(review: Review) -> None:
    note_text(review)
    index_portion()
    KnownText.objects.update(written_at=timezone.now() - timedelta(days=1))


def rows_written() -> int:
    """How many rows of the site this transaction has written so far, those of savepoints that were given up as well."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
            " WHERE relname ~ '^(accounts|films|reviews)_'"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def unmade() -> Iterator[None]:
    """What happens inside did not happen afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def met(client: Client, method: str, url: str, fields: Said) -> str:
    """What the address answers, in one word, and whether that word fits what became of the rows."""
    with unmade():
        before = rows_written()
        answer = getattr(client, method)(url, fields)
        is_changed = rows_written() != before
    words = {403: "refused", 404: "nothing", 405: "method", 409: "stale", 422: "form"}
    if answer.status_code in (200, 302) and is_changed:
        return "done"
    if answer.status_code == 200:
        return "page"
    if answer.status_code == 302:
        where = answer["Location"]
        return "login" if "/login/" in where else "factor" if where == reverse("mfa_index") else "back"
    word = words.get(answer.status_code, str(answer.status_code))
    return f"{word}, and rows changed" if is_changed else word


@pytest.fixture
def visit(client: Client, people: dict[str, Member | AnonymousUser], stage: Stage, role: str) -> Client:
    """The browser of somebody who signed in when they had all the rights they ever had."""
    person = people[role]
    if isinstance(person, Member):
        client.force_login(person)
    if role == "former":
        Member.objects.filter(pk=person.pk).update(sections=[])
    return client


@pytest.mark.parametrize("role", ROLES)
def test_every_role_meets_at_every_address_what_the_table_says(
    visit: Client, stage: Stage, role: str
) -> None:
    holes = []
    for address in ADDRESSES:
        url = reverse(f"moderation:{address.route}", args=address.at(stage))
        for method, table, fields in (
            ("get", address.get, address.asked),
            ("post", address.post, address.said),
        ):
            found = met(visit, method, url, fields(stage))
            if found != table[role]:
                holes.append((address.name, method, f"{found}, not {table[role]}"))
    assert holes == []


@pytest.mark.parametrize("role", ROLES)
def test_the_admin_of_moderation_is_looked_at_by_those_who_may_and_written_by_nobody(
    visit: Client, stage: Stage, role: str
) -> None:
    rows = {
        "case": stage.case,
        "report": stage.held.reports.first(),
        "logentry": LogEntry.objects.first(),
        "evidence": Evidence.objects.create(case=stage.held, kind="velocity"),
        "snapshot": stage.held.snapshot,
        "caseevent": stage.held.events.first(),
        "decision": stage.decision,
        "statement": stage.decision.statements.get(),
        "appeal": stage.appeals[0].appeal,
        "notice": stage.notice.notice,
        "noticeitem": stage.notice,
        "measure": stage.measure,
    }
    holes = []
    for model in ADMIN_MODELS:
        name, pk = f"admin:reviews_{model}", rows[model].pk
        pages = [
            (f"{name}_changelist", [], LOOKED_UP, LOOKED_UP),
            (f"{name}_add", [], WRITTEN, WRITTEN),
            (f"{name}_change", [pk], LOOKED_UP, WRITTEN),
            (f"{name}_history", [pk], LOOKED_UP, LOOKED_UP),
            (f"{name}_delete", [pk], WRITTEN, WRITTEN),
        ]
        # Where a list is asked to delete what is ticked, or a history is sent a form, it is shown again.
        said = {"post": "yes", "reason": "Other.", "action": "delete_selected", "_selected_action": pk}
        for page, where, looking, writing in pages:
            for method, table, fields in (("get", looking, {}), ("post", writing, said)):
                found = met(visit, method, reverse(page, args=where), fields)
                if found != table[role]:
                    holes.append((page, method, f"{found}, not {table[role]}"))
    assert holes == []


@pytest.mark.parametrize("role", ["visitor", "author", "films", "admin"])
def test_the_public_pages_name_nobody_to_anybody(visit: Client, stage: Stage, role: str) -> None:
    for route in ("log", "log-feed", "statistics", "statistics-csv"):
        page = visit.get(reverse(f"moderation:{route}")).content.decode()
        assert "Seen." in page or route.startswith("statistics")
        for other in ROLES:
            assert f"Quill-{other}-x" not in page or other == role, (route, other)
