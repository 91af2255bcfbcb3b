"""The moderators' pages. Each passes `moderator_required`, which puts the viewer's sections on the request."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import moderator_required
from accounts.requests import ModeratorRequest
from reviews.models import Case, CaseKind, CaseState
from reviews.moderation import rules
from reviews.moderation.access import get_case_for
from reviews.moderation.evidence import compare
from reviews.moderation.forms import DecisionForm
from reviews.moderation.permissions import can_decide, possible_verdicts
from reviews.services.moderating import ModerationError, NotAllowed, claim_case, decide_case

CASES_A_PAGE = 40
SHOWN_STATES = {
    "open": [CaseState.OPEN],
    "decided": [CaseState.DECIDED, CaseState.APPEALED, CaseState.CLOSED],
}


@never_cache
@moderator_required
@require_safe
def queue(request: ModeratorRequest) -> HttpResponse:
    """What waits for this moderator, the gravest and then the oldest first."""
    shown = request.GET.get("show", "open")
    states = SHOWN_STATES.get(shown, SHOWN_STATES["open"])
    mine = Case.objects.in_sections(request.sections)
    counts = mine.counts_by_state()
    page = Paginator(mine.filter(state__in=states).for_queue(), CASES_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "cases": list(page.object_list),
        "shown": shown if shown in SHOWN_STATES else "open",
        "open_count": counts.get(CaseState.OPEN, 0),
        "decided_count": sum(counts.values()) - counts.get(CaseState.OPEN, 0),
        "oldest": mine.oldest_open(),
        "sections": request.sections,
    }
    return render(request, "moderation/queue.html", context)


@never_cache
@moderator_required
@require_safe
def case(request: ModeratorRequest, pk: int) -> HttpResponse:
    """One case with its evidence side by side, and the form to decide it."""
    case = get_case_for(request.user, pk)
    return _case_page(request, case, _fresh_form(case))


@moderator_required
@require_POST
def claim(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Take the case for ten minutes, so that nobody else works on it."""
    case = get_case_for(request.user, pk)
    if claim_case(case=case, moderator=request.user):
        messages.success(request, _("Yours for ten minutes."))
    else:
        messages.warning(request, _("Somebody else is looking at this case."))
    return redirect(case)


@moderator_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Decide the case. What was typed comes back with every refusal; the bare address leads to the case."""
    case = get_case_for(request.user, pk)
    if request.method != "POST":
        return redirect(case)
    form = DecisionForm(request.POST, verdicts=possible_verdicts(case))
    if not can_decide(request.user, case):
        messages.error(request, _refusal("rights"))
        return _case_page(request, case, form, status=403)
    if not form.is_valid():
        return _case_page(request, case, form, status=409 if not possible_verdicts(case) else 422)
    try:
        decide_case(case=case, moderator=request.user, **form.cleaned_data)
    except ModerationError as error:
        fresh = get_case_for(request.user, pk)
        messages.error(request, _refusal(str(error)))
        form = DecisionForm(
            {**request.POST.dict(), "version": fresh.version}, verdicts=possible_verdicts(fresh)
        )
        return _case_page(request, fresh, form, status=403 if isinstance(error, NotAllowed) else 409)
    messages.success(request, _("Decided. The author has been told, and the log has a line about it."))
    return redirect("moderation:queue")


def _fresh_form(case: Case) -> DecisionForm:
    initial = {"version": case.version, "rule": "copied-text" if case.kind == CaseKind.PASTE else ""}
    return DecisionForm(verdicts=possible_verdicts(case), initial=initial)


def _case_page(request: ModeratorRequest, case: Case, form: DecisionForm, status: int = 200) -> HttpResponse:
    appeal = getattr(case, "appeal", None)
    # Whoever answers an appeal sees what the decision rested on.
    evidence = list(appeal.decision.case.evidence.all() if appeal else case.evidence.all())
    text = case.revision.body if case.revision else case.review.body
    context = {
        "case": case,
        "review": case.review,
        "appeal": appeal,
        "form": form,
        "may_decide": can_decide(request.user, case) and bool(possible_verdicts(case)),
        "own_decision_appealed": bool(possible_verdicts(case)) and not can_decide(request.user, case),
        "comparison": compare(text, evidence),
        "declared_own": any(item.detail.get("declared_own") for item in evidence),
        "reports": [item for item in evidence if item.kind == item.Kind.REPORT],
        "decisions": list(case.decisions.all()),
        "reasons": {rule.slug: str(rule.reason) for rule in rules.RULES},
        "edited_since": case.revision is not None and case.revision.number != case.review.revision_number,
        "earlier_count": Case.objects.filter(review__author_id=case.review.author_id)
        .exclude(pk=case.pk)
        .count(),
    }
    return render(request, "moderation/case.html", context, status=status)


def _refusal(code: str) -> str:
    return {
        "version": _(
            "This case changed while you were reading. Look again before you decide; your words are kept."
        ),
        "state": _("This case has been decided meanwhile. Nothing was overwritten."),
        "text": _("The text was taken back or restored meanwhile. Nothing was overwritten."),
        "claimed": _("Another moderator is working on this case right now."),
        "rights": _(
            "This one is for somebody else: nobody decides about their own text, report or decision."
        ),
    }.get(code, _("That could not be done."))
