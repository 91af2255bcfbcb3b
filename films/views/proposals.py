"""The queue of proposals for moderators, and a member's own proposals with their answers."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import moderator_required
from accounts.models import Section
from accounts.requests import MemberRequest, ModeratorRequest
from films.deciding_forms import DecisionForm
from films.editing import Field, PartKind, fields_of, fields_of_kind, fingerprint, locked_fields, read_facts
from films.editing.differences import Difference, difference
from films.editing.parts import Words
from films.editing_access import get_own_proposal_for, get_proposal_for
from films.models import Person, Proposal, ProposedChange, Title, TitleKind
from films.permissions import can_decide_proposal, is_own_proposal
from films.search import Hit, search
from films.services.editing import FactsLocked, FactsRefused
from films.services.proposals import (
    DuplicateTitle,
    ProposalError,
    decide_proposal,
    explain,
    see_answers,
    withdraw_proposal,
)
from films.views.own_words import notices_about, title_to_be
from reviews.pasting import PasteNotice

PROPOSALS_A_PAGE = 40
SIMILAR = 5
KINDS = ("corrections", "additions")


@dataclass
class Row:
    """One proposed field as a page shows it."""

    change: ProposedChange
    label: Words
    # From what the author saw to what they propose; and from today to that, where today is something else.
    proposed: Difference
    meanwhile: Difference | None = None
    from_today: Difference | None = None
    is_so_already: bool = False
    locked: str = ""
    seen: str = ""
    choice: Any = None
    # Names of people who are not here yet: accepted, each gets a page.
    new_people: list[str] = dataclass_field(default_factory=list)

    @property
    def is_conflict(self) -> bool:
        return self.meanwhile is not None and not self.is_so_already


@dataclass(frozen=True)
class Line:
    """A proposal in a list."""

    proposal: Proposal
    rows: list[Row]
    is_own: bool = False

    @property
    def section(self) -> str:
        return str(Section(self.proposal.section).label)

    @property
    def new_people(self) -> list[str]:
        return list(dict.fromkeys(name for row in self.rows for name in row.new_people))

    @property
    def labels(self) -> list[Words]:
        return [row.label for row in self.rows]


@never_cache
@moderator_required
@require_safe
def queue(request: ModeratorRequest) -> HttpResponse:
    """What waits in the moderator's sections, the oldest first."""
    sections = [section for section in request.sections if section in ("films", "shows")]
    section, kind = request.GET.get("section", ""), request.GET.get("kind", "")
    waiting = Proposal.objects.waiting().in_sections([section] if section in sections else sections)
    if kind in KINDS:
        waiting = waiting.additions() if kind == "additions" else waiting.corrections()
    page = Paginator(waiting.for_row().order_by("created_at", "pk"), PROPOSALS_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "lines": [_line(proposal, request) for proposal in page.object_list],
        "sections": sections,
        "section": section if section in sections else "",
        "kind": kind if kind in KINDS else "",
    }
    return render(request, "films/proposals.html", context)


@never_cache
@moderator_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: ModeratorRequest, pk: int) -> HttpResponse:
    """One proposal: what its author saw, what stands there today, what they propose; and the decision."""
    found = get_proposal_for(request.user, pk)
    keys = [change.field for change in found.changes.all()]
    form = DecisionForm(request.POST if request.method == "POST" else None, fields=keys)
    if request.method != "POST":
        return _proposal_page(request, found, form)
    if not can_decide_proposal(request.user, found):
        own = is_own_proposal(request.user, found)
        messages.error(request, explain(ProposalError("rights" if own else "state")))
        return _proposal_page(request, found, form, status=403 if own else 409)
    if not form.is_valid():
        return _proposal_page(request, found, form, status=422)
    try:
        decided = decide_proposal(
            proposal=found, moderator=request.user, accepted=form.accepted, reply=form.cleaned_data["reply"]
        )
    except (ProposalError, FactsRefused) as error:
        messages.error(request, _words_of(error))
        return _proposal_page(request, get_proposal_for(request.user, pk), form, status=409)
    messages.success(request, _decided(decided))
    return redirect("moderation:proposals")


@never_cache
@require_safe
@login_required
def mine(request: MemberRequest) -> HttpResponse:
    """A member's own proposals, the newest first, with the answers. Having seen them, they are no news."""
    own = Proposal.objects.filter(author=request.user).for_row().order_by("-created_at", "-pk")
    page = Paginator(own, PROPOSALS_A_PAGE).get_page(request.GET.get("page"))
    lines = [_line(proposal, request) for proposal in page.object_list]
    response = render(request, "films/my_proposals.html", {"page": page, "lines": lines})
    see_answers(author=request.user)
    return response


@require_POST
@login_required
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """Take one's own proposal back while it waits."""
    if withdraw_proposal(proposal=get_own_proposal_for(request.user, pk), author=request.user):
        messages.success(request, _("Your proposal is taken back."))
    else:
        messages.warning(request, _("This proposal has an answer already."))
    return redirect("films:my-proposals")


# --- What the pages share ---


def _proposal_page(
    request: ModeratorRequest, found: Proposal, form: DecisionForm, status: int = 200
) -> HttpResponse:
    rows = _rows_to_decide(found)
    form = form.without_stale_choices({row.change.field: row.seen for row in rows})
    for row in rows:
        row.choice = form[f"decide-{row.change.field}"]
    context = {
        "proposal": found,
        "rows": rows,
        "form": form,
        "may_decide": can_decide_proposal(request.user, found),
        "is_own": is_own_proposal(request.user, found),
        "notices": _notices(found),
        "similar": _similar(found),
        "conflicts": sum(row.is_conflict for row in rows),
    }
    return render(request, "films/proposal.html", context, status=status)


def _rows_to_decide(found: Proposal) -> list[Row]:
    fields = _fields_of(found)
    changes = list(found.changes.all())
    item = None if found.is_addition else found.item
    known = [change.field for change in changes if change.field in fields]
    waits = found.state == Proposal.State.WAITING
    today = read_facts(item, known) if item is not None and waits else {}
    locks = locked_fields(item) if item is not None and waits else {}
    rows = []
    for change in changes:
        field = fields.get(change.field)
        row = Row(
            change=change,
            label=field.label if field else change.field,
            proposed=difference(field, change.old, change.new),
            **_compared(field, change, today) if field and change.field in today else {},
            locked=locks.get(change.field) or locks.get("", ""),
            new_people=_new_people(field, change) if waits else [],
        )
        rows.append(row)
    return rows


def _compared(field: Field, change: ProposedChange, today: dict[str, Any]) -> dict[str, Any]:
    """What stands there today, beside what the author saw and what they propose."""
    now = today[change.field]
    compared: dict[str, Any] = {"seen": fingerprint(now), "is_so_already": field.same(now, change.new)}
    if not field.same(now, change.old):
        compared["meanwhile"] = difference(field, change.old, now)
        compared["from_today"] = difference(field, now, change.new)
    return compared


def _line(proposal: Proposal, request: MemberRequest) -> Line:
    fields = _fields_of(proposal)
    waits = proposal.state == Proposal.State.WAITING
    rows = [
        Row(
            change=change,
            label=fields[change.field].label if change.field in fields else change.field,
            proposed=difference(fields.get(change.field), change.old, change.new),
            new_people=_new_people(fields.get(change.field), change) if waits else [],
        )
        for change in proposal.changes.all()
    ]
    return Line(proposal, rows, is_own_proposal(request.user, proposal))


def _new_people(field: Field | None, change: ProposedChange) -> list[str]:
    """The names in a proposed list or value that are nobody's here."""
    if field is None or change.new is None:
        return []
    rows = change.new if field.is_list else [change.new]
    keys = [part.key for part in field.parts if part.kind is PartKind.PERSON]
    is_bare = len(field.parts) == 1
    people = [row if is_bare else row.get(key) for row in rows for key in keys]
    return [person["name"] for person in people if person and person["id"] is None]


def _fields_of(proposal: Proposal) -> dict[str, Field]:
    item = proposal.item
    return fields_of(item) if item is not None else fields_of_kind(TitleKind(proposal.adds))


def _notices(found: Proposal) -> list[PasteNotice]:
    """What the check for copied texts says today about the words in the proposal, while it waits."""
    if found.state != Proposal.State.WAITING or found.author is None:
        return []
    subject: Title | Person = found.item or title_to_be(TitleKind(found.adds), found.show)
    changes = {change.field: (change.old, change.new) for change in found.changes.all()}
    return notices_about(subject=subject, author=found.author, changes=changes)


def _similar(found: Proposal) -> list[Hit]:
    """Titles called like the one to be added: a moderator's last look for a duplicate."""
    if not found.is_addition or found.state != Proposal.State.WAITING or found.show is not None:
        return []
    return search(found.norm, kinds=["title"], limit=SIMILAR)


def _words_of(error: ProposalError | FactsRefused) -> str:
    if isinstance(error, FactsLocked):
        return _("Locked: %(reasons)s Unlock it first, or decline.") % {"reasons": explain(error)}
    if isinstance(error, DuplicateTitle) and error.title is not None:
        return _("This title is here already: %(title)s.") % {"title": error.title}
    return explain(error)


def _decided(decided: Proposal) -> str:
    if decided.state == Proposal.State.DECLINED:
        return _("Declined. The author reads your reply.")
    if decided.is_addition and decided.title is not None:
        link = format_html('<a href="{}">{}</a>', decided.title.get_absolute_url(), decided.title)
        return format_html(_("Added: {}. Its author has an answer."), link)
    return _("Decided: what you accepted stands in the catalogue, and its author has an answer.")
