"""A member as moderators see them: cases, measures, and all their texts against what is known. Nothing here decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import get_member_for, moderator_required
from accounts.models import Job, Member
from accounts.requests import ModeratorRequest
from filmsite.lib.paging import BadCursor, keyset_page
from reviews.models import (
    MATTER_COLUMNS,
    Case,
    CaseKind,
    Matter,
    Measure,
    OwnWords,
    Review,
    TitleList,
)
from reviews.moderation.acting_forms import LiftForm
from reviews.moderation.dossier import last_decision_of, record_of, with_verdicts
from reviews.moderation.matters import UNDECIDED
from reviews.moderation.naming import concerned_in
from reviews.moderation.permissions import Action, allows
from reviews.moderation.queue import name_of
from reviews.moderation.targets import Target, attach_rows, load_targets
from reviews.services import measures
from reviews.services.opening_found import open_cases_about
from reviews.services.scanning import MOST_TEXTS, candidates_in, order_scan, scan_of
from reviews.sources import source_of

CASES_SHOWN = 50
MEASURES_SHOWN = 50


@dataclass(frozen=True)
class Candidate:
    """A text that shares words with others, as a scan found it; `case` is the newest about its copied words."""

    target: Target
    found: dict[str, Any]
    case: Case | None

    @property
    def percent(self) -> int:
        return round(100 * self.found["share"])

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"{self.target.matter}-{self.target.row.pk}"

    @property
    def kind(self) -> str:
        return str(self.target.matter.label)

    @property
    def at(self) -> datetime | None:
        """When it was written, where its row tells."""
        match self.target.row:
            case Review():
                return self.target.row.created_at
            case TitleList():
                return self.target.row.changed_at
        return None

    @property
    def may_open(self) -> bool:
        """Whether a case can be opened about it: it stands, and none waits."""
        return self.target.stands and (self.case is None or self.case.state not in UNDECIDED)


@never_cache
@moderator_required
@require_safe
def author(request: ModeratorRequest, username: str) -> HttpResponse:
    """Everything that was decided about a member, and what a scan of their texts has found."""
    return _author_page(request, _author_for(request, username))


@moderator_required
@require_POST
def lift(request: ModeratorRequest, pk: int) -> HttpResponse:
    """End a measure before its time; the member is told why, and so is the public log."""
    if not allows(request.user, Action.LIFT):
        raise Http404
    measure = get_object_or_404(Measure.objects.select_related("member", "decision__case"), pk=pk)
    member = _author_for(request, measure.member.username)
    form = LiftForm(request.POST, auto_id=f"id_{pk}_%s")
    form.concerned = concerned_in([measure.decision.case] if measure.decision else [], members=[member.pk])
    if not form.is_valid():
        return _author_page(request, member, typed={pk: form}, status=422)
    if measures.lift(measure=measure, by=request.user, reason=form.cleaned_data["reason"]):
        messages.success(request, _("Lifted. The member is told why."))
    else:
        messages.warning(request, _("Somebody else was first: there is nothing left to do."))
    return redirect("moderation:author", username=member.username)


def _author_page(
    request: ModeratorRequest,
    member: Member,
    *,
    typed: Mapping[int, LiftForm] = MappingProxyType({}),
    status: int = 200,
) -> HttpResponse:
    """`typed` is the form, by measure, that was refused and comes back as it was filled in."""
    record = record_of(member, sections=request.sections)
    running = record.in_force if allows(request.user, Action.LIFT) else []
    cases = with_verdicts(Case.objects.in_sections(request.sections).filter(author=member))
    try:
        page = keyset_page(cases, order=["-opened_at", "-pk"], query=request.GET, size=CASES_SHOWN)
    except BadCursor as error:
        raise Http404 from error
    scan = scan_of(member)
    context = {
        "member": member,
        "record": record,
        "liftable": [
            (measure, typed.get(measure.pk) or LiftForm(auto_id=f"id_{measure.pk}_%s")) for measure in running
        ],
        "cases": [(case, name_of(case)) for case in attach_rows(page.rows)],
        "page": page,
        "measures": list(
            Measure.objects.filter(member=member)
            .select_related("imposed_by", "lifted_by")
            .order_by("-starts_at")[:MEASURES_SHOWN]
        ),
        "own_words": list(
            OwnWords.objects.filter(author=member).select_related("source").order_by("-pk")[:20]
        ),
        "scan": scan,
        "candidates": _candidates(request, scan),
        "may_scan": allows(request.user, Action.SCAN),
        "most_texts": MOST_TEXTS,
        "last": last_decision_of(request.user),
    }
    return render(request, "moderation/author.html", context, status=status)


@moderator_required
@require_POST
def scan(request: ModeratorRequest, username: str) -> HttpResponse:
    """Have all their texts compared with what is known. It shows candidates and acts upon nothing."""
    member = _author_for(request, username)
    if allows(request.user, Action.SCAN):
        order_scan(author=member, moderator=request.user)
    return redirect("moderation:author", username=member.username)


@moderator_required
@require_POST
def open_found(request: ModeratorRequest, username: str) -> HttpResponse:
    """Open a case about each of the ticked candidates, in sections that are the moderator's."""
    member = _author_for(request, username)
    asked = set(request.POST.getlist("found"))
    found = _candidates(request, scan_of(member))
    chosen = [
        (candidate.target.matter, candidate.target.row.pk)
        for candidate in found
        if candidate.may_open and candidate.key in asked
    ]
    if not chosen:
        messages.warning(request, _("Tick the texts first."))
    elif opened := open_cases_about(texts=chosen, author=member, moderator=request.user):
        said = ngettext("%(n)s case opened.", "%(n)s cases opened.", len(opened))
        messages.success(request, said % {"n": len(opened)})
    else:
        messages.warning(request, _("Those texts share nothing with others any more."))
    return redirect("moderation:author", username=member.username)


def _author_for(request: ModeratorRequest, username: str) -> Member:
    """A member whose record this moderator may see, which is that of everybody else, or 404."""
    member = get_member_for(request.user, username)
    if member.pk == request.user.pk:
        raise Http404
    return member


def _candidates(request: ModeratorRequest, scan: Job | None) -> list[Candidate]:
    """What a scan found in the moderator's sections and everybody can see by now, the most copied words first. A query for each
    kind of text among it, and one for the cases.
    """
    found = [one for one in candidates_in(scan) if one["section"] in request.sections] if scan else []
    texts = [(Matter(one["matter"]), one["number"]) for one in found]
    targets = load_targets(texts)
    cases = _cases_about(texts) if texts else {}
    return [
        Candidate(targets[text], one, cases.get(text))
        for text, one in zip(texts, found, strict=True)
        if text in targets and not _is_private(targets[text])
    ]


def _is_private(target: Target) -> bool:
    """Whether it stands, and only some may see it: a list that was made private. What was removed is shown as it was decided."""
    source = source_of(target.row)
    return target.stands and source is not None and not source.is_public


def _cases_about(texts: Sequence[tuple[Matter, int]]) -> dict[tuple[Matter, int], Case]:
    """The newest case about copied words of each of these texts, by matter and number. One query."""
    about_them = Q()
    for matter in {matter for matter, _pk in texts}:
        pks = [pk for of, pk in texts if of == matter]
        about_them |= Q(**{"matter": matter, f"{MATTER_COLUMNS[matter]}__in": pks})
    cases = Case.objects.filter(about_them, kind=CaseKind.COPIED).order_by("pk")
    return {
        (Matter(case.matter), getattr(case, f"{MATTER_COLUMNS[Matter(case.matter)]}_id")): case
        for case in cases
    }
