"""The queue of the moderators, and who is at work on what. Each page passes `moderator_required`."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import moderator_required
from accounts.models import Member
from accounts.requests import ModeratorRequest
from filmsite.lib.inputs import number_in
from reviews.models import Case, CaseState, KnownText
from reviews.moderation.access import get_case_for
from reviews.moderation.permissions import Action, allows
from reviews.moderation.queue import (
    CASES_A_PAGE,
    QUEUE_WORDS,
    QueueFilter,
    Show,
    count_waiting,
    queue_page,
    rows_of,
)
from reviews.services.canary import silence_of_detector
from reviews.services.claiming import claim_case, release_claim, renew_claim
from reviews.services.deciding import MOST_AT_ONCE
from reviews.views.cases import decision_to_undo, open_next, refusal


@dataclass(frozen=True)
class Tab:
    """A part of the queue; what was decided is not counted."""

    value: str
    label: str
    number: int | None


@never_cache
@moderator_required
@require_safe
def queue(request: ModeratorRequest) -> HttpResponse:
    """What waits for this moderator, the gravest and then the oldest first."""
    filters = QueueFilter.from_query(request.GET, request.sections)
    numbers = count_waiting(request.user, request.sections)
    rows, page = queue_page(filters, request.user, request.sections, request.GET)
    newest = Case.objects.order_by("-pk").values_list("pk", flat=True).first()
    context = {
        "filters": filters,
        "numbers": numbers,
        "tabs": [Tab(show.value, str(show.label), numbers.shows.get(show.value)) for show in Show],
        "rows": rows,
        "page": page,
        "shown": "-".join(str(row.case.pk) for row in rows),
        # Of a choice that could not be decided together.
        "ticked": {number_in(pk) for pk in request.GET.getlist("case")},
        "asked": [(name, request.GET[name]) for name in QUEUE_WORDS if request.GET.get(name)],
        "newest": newest or 0,
        "narrowed_to": _narrowed_to(filters),
        "most": MOST_AT_ONCE,
        "last": decision_to_undo(request),
        "silence": silence_of_detector(),
    }
    return render(request, "moderation/queue.html", context)


@never_cache
@moderator_required
@require_safe
def claims(request: ModeratorRequest) -> HttpResponse:
    """Who is at work on the cases of a queue that stands on somebody's screen, and how many came since it was drawn."""
    shown = [number_in(pk) for pk in request.GET.get("cases", "").split("-")[:CASES_A_PAGE]]
    theirs = Case.objects.in_sections(request.sections)
    pks = list(theirs.filter(pk__in=[pk for pk in shown if pk]).values_list("pk", flat=True))
    newest = number_in(request.GET.get("newest", "")) or 0
    context = {
        "rows": rows_of(pks, request.user),
        "arrived": theirs.filter(pk__gt=newest, state=CaseState.OPEN).count(),
    }
    return render(request, "moderation/_claims.html", context)


@moderator_required
@require_POST
def take_next(request: ModeratorRequest) -> HttpResponse:
    """Take the gravest case that is nobody's and open it; `after` names the one that is put back for it."""
    pk = number_in(request.POST.get("after", ""))
    left = get_case_for(request.user, pk) if pk else None
    if left:
        release_claim(case=left, moderator=request.user)
    return open_next(request, after=left)


@moderator_required
@require_POST
def claim(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Take the case for ten minutes, so that nobody else works on it, and open it."""
    case = get_case_for(request.user, pk)
    if not allows(request.user, Action.CLAIM, case):
        messages.error(request, refusal("rights"))
    elif not claim_case(case=case, moderator=request.user):
        messages.warning(request, _("Somebody else is looking at this case."))
    return redirect(case)


@moderator_required
@require_POST
def release(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Put the case back for others, and go to the queue."""
    release_claim(case=get_case_for(request.user, pk), moderator=request.user)
    return redirect("moderation:queue")


@moderator_required
@require_POST
def renew(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Ten minutes more, as long as the page stands open; says who has the case where that is somebody else by now."""
    case = get_case_for(request.user, pk)
    kept = renew_claim(case=case, moderator=request.user) or (
        allows(request.user, Action.CLAIM, case) and claim_case(case=case, moderator=request.user)
    )
    return render(request, "moderation/_kept.html", {"case": case, "kept": kept})


def _narrowed_to(filters: QueueFilter) -> str:
    """Of whose texts, or with words of which text, all of these are."""
    if filters.author:
        name = Member.objects.filter(pk=filters.author).values_list("username", flat=True).first()
        return _("Texts of %(name)s") % {"name": name} if name else ""
    if filters.source:
        source = KnownText.objects.filter(pk=filters.source).first()
        return _("With words of “%(name)s”") % {"name": source} if source else ""
    return ""
