"""The page of a case, and deciding it. Each passes `moderator_required`; buttons and views ask the same `allows`."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import moderator_required
from accounts.requests import ModeratorRequest
from filmsite.lib.inputs import number_in
from reviews.models import Case, CaseState, MeasureKind, Verdict
from reviews.moderation.access import get_case_for, get_own_decision_for
from reviews.moderation.dossier import LastDecision, last_decision_of, last_made_together_of
from reviews.moderation.forms import DecisionForm, TextDecisionForm
from reviews.moderation.matters import UNDECIDED
from reviews.moderation.naming import concerned_in
from reviews.moderation.permissions import Action, allows, can_see_case
from reviews.moderation.queue import Age, flags_of, name_of
from reviews.moderation.refusals import ModerationError, NotAllowed
from reviews.moderation.step_forms import StepForm, step_forms
from reviews.services.claiming import claim_next
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.steps import add_note
from reviews.views.case_pages import CasePage, page_of

# In the session: the decision that the next page offers to take back.
_JUST_DECIDED = "just_decided"

# What a moderator may press instead of pointing. Those of one page differ.
VERDICT_KEYS = {
    Verdict.KEEP: "n",
    Verdict.TRIM: "t",
    Verdict.QUOTE: "q",
    Verdict.HIDE: "h",
    Verdict.REMOVE: "r",
    Verdict.RESTORE: "b",
    Verdict.UPHOLD: "d",
    Verdict.EXCLUDE: "x",
}
MEASURE_KEYS = {MeasureKind.WARNING: "w", MeasureKind.SLOW: "l", MeasureKind.SUSPENSION: "s"}


@dataclass(frozen=True)
class Key:
    """A key of the page, and the choice that it makes."""

    key: str
    value: str
    label: str | Promise


@never_cache
@moderator_required
@require_safe
def case(request: ModeratorRequest, pk: int) -> HttpResponse:
    """One case with its evidence side by side, and the form to decide it."""
    found = get_case_for(request.user, pk)
    if found.state == CaseState.MERGED and found.merged_into is not None:
        return redirect(found.merged_into)
    return case_page(request, found)


@moderator_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Decide the case; the next one opens, taken already. What was typed comes back with every refusal."""
    found = get_case_for(request.user, pk)
    if request.method != "POST":
        return redirect(found)
    page = page_of(found, request)
    form = page.form(request.POST)
    form.concerned = concerned_in([found], members=page.voters)
    if not allows(request.user, Action.DECIDE, found):
        return _refused(request, page, "rights", status=403)
    if request.POST.get("version") != str(found.version):
        # Before the form is looked at: what could be chosen on a stale page may not be there any more.
        return _refused(request, page, "version" if found.state in UNDECIDED else "state", status=409)
    if not form.is_valid():
        return _answer(request, page, form, status=422)
    decided = {name: value for name, value in form.cleaned_data.items() if name not in ("seen", "off_ladder")}
    try:
        with transaction.atomic():
            decision = decide_case(case=found, moderator=request.user, **decided)
            if why := form.cleaned_data.get("off_ladder"):
                add_note(case=found, moderator=request.user, text=why)
    except ModerationError as error:
        fresh = page_of(get_case_for(request.user, pk), request)
        return _refused(request, fresh, str(error), status=403 if isinstance(error, NotAllowed) else 409)
    request.session[_JUST_DECIDED] = decision.pk
    return open_next(request, after=found)


@moderator_required
@require_POST
def undo(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Take one's own last decision back; the case is open again, and nobody's."""
    decision = get_own_decision_for(request.user, pk)
    try:
        undo_decision(decision=decision, moderator=request.user)
    except ModerationError as error:
        messages.error(request, refusal(str(error)))
    else:
        messages.success(request, _("Taken back: everything is as it was before your decision."))
    return redirect(decision.case)


def open_next(request: ModeratorRequest, *, after: Case | None = None) -> HttpResponse:
    """Go on with the next case that is nobody's, taken already; to the queue when there is none."""
    following = claim_next(moderator=request.user, sections=request.sections, after=after)
    return redirect(following) if following else redirect("moderation:queue")


def decision_to_undo(request: ModeratorRequest, *, beside: Case | None = None) -> LastDecision | None:
    """The moderator's last decision, as long as it can be taken back: on the page that follows it, and on that of its case;
    decisions that were made together on every page of the queue.
    """
    just_decided = request.session.pop(_JUST_DECIDED, None)
    last = last_decision_of(request.user)
    if last is not None and last.decision.pk == just_decided:
        return last
    # One decided by itself since takes their way back from none of them.
    together = last if last is not None and last.is_of_many else last_made_together_of(request.user)
    if beside is None:
        return together if together is not None and together.is_of_many else None
    return next((one for one in (last, together) if one is not None and one.about(beside)), None)


def case_page(
    request: ModeratorRequest, case: Case, *, typed: StepForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of a case. `typed` is a form of it that was refused and comes back as it was filled in."""
    page = page_of(case, request)
    return _answer(request, page, page.form(), typed=typed, status=status)


def _refused(request: ModeratorRequest, page: CasePage, code: str, *, status: int) -> HttpResponse:
    """The page as it is now, with why nothing was done, what happened meanwhile, and what was typed."""
    messages.error(request, refusal(code))
    page.mark_news(number_in(request.POST.get("seen", "")))
    return _answer(request, page, page.form_with(request.POST), status=status)


def _answer(
    request: ModeratorRequest,
    page: CasePage,
    form: DecisionForm,
    *,
    typed: StepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    case, viewer = page.case, request.user
    is_impartial = allows(viewer, Action.DECIDE, case)
    is_held = case.claimed_until is not None and case.claimed_until > timezone.now()
    holder = case.claimed_by if is_held else None
    forms = step_forms(case, viewer)
    if typed is not None:
        forms[typed.NAME] = typed
    verdict_keys = [
        Key(VERDICT_KEYS[verdict], verdict.value, form.LABELS[verdict]) for verdict in page.verdicts
    ]
    measures = form.measures if isinstance(form, TextDecisionForm) else []
    context = {
        "case": case,
        "name": name_of(case),
        "age": Age.since(case.opened_at, timezone.now()),
        "flags": flags_of(case),
        "form": form,
        # Where there is no form any more, what was typed into it is still shown.
        "typed_reason": form["reason"].value(),
        "may_decide": is_impartial and bool(page.verdicts),
        "appeal_case": _appeal_case_for(request, case),
        "for_somebody_else": bool(page.verdicts) and not is_impartial,
        "may_claim": case.state in UNDECIDED and allows(viewer, Action.CLAIM, case),
        "is_mine": holder is not None and holder.pk == viewer.pk,
        "holder": holder if holder is not None and holder.pk != viewer.pk else None,
        "verdict_keys": verdict_keys,
        "measure_keys": [Key(MEASURE_KEYS[kind], kind, TextDecisionForm.MEASURES[kind]) for kind in measures],
        "step_forms": forms,
        "opened_step": typed.NAME if typed is not None else "",
        "steps": page.steps,
        "news": page.news,
        "last": (last := decision_to_undo(request, beside=case)),
        "last_here": last.about(case) if last is not None else None,
        **page.context(),
    }
    return render(request, page.TEMPLATE, context, status=status)


def _appeal_case_for(request: ModeratorRequest, case: Case) -> Case | None:
    """The case in which the appeal against this one's decision is answered, for a moderator who may see it. One query."""
    if case.state != CaseState.APPEALED:
        return None
    found = Case.objects.filter(appeal__decision__case=case).order_by("-pk").first()
    return found if found is not None and can_see_case(request.user, found) else None


def refusal(code: str) -> str:
    """Why an act was refused, in words; the codes are those of `reviews.moderation.refusals`."""
    return {
        "version": _(
            "This case changed while you were reading. Look again before you decide; your words are kept."
        ),
        "state": _("This case has been decided meanwhile. Nothing was overwritten."),
        "text": _("The text was changed, taken back or restored meanwhile. Nothing was overwritten."),
        "claimed": _("Another moderator is working on this case right now."),
        "late": _("It is too late to take this back: decide it anew."),
        "appealed": _("Its author has appealed: another moderator answers."),
        "rights": _(
            "This one is for somebody else: nobody decides about their own text, vote, report or decision."
        ),
        "measure": _("Only moderators of members suspend somebody."),
        "nothing": _("What stays as it is leads to nothing for its author."),
        "author": _("It has no author for whom anything could follow."),
        "nobody": _("None of those you chose is concerned any more. Look again."),
        "colleague": _("This colleague may not decide this case."),
        "apart": _(
            "These cases have too little in common to be decided together. It takes one reason, one sort of thing, and one "
            "author or words of one source. Your ticks are kept."
        ),
        "parts": _("It holds something that is for somebody else: hand it to who may decide all of it."),
        "sections": _("Cases of two sections stay apart: hand one of them over first."),
        "twin": _("A newer case about the same is open already."),
    }.get(code, _("That could not be done."))
