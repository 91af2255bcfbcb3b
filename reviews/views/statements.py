"""A member's own side of moderation: what was decided, what they are asked, how to answer and to object."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import can_post
from accounts.requests import MemberRequest
from reviews.models import Case, CaseEvent, CaseState, Evidence, FoundBy, Snapshot, Statement, Verdict
from reviews.moderation import own_record, stated
from reviews.moderation.access import get_question_for, get_statement_for
from reviews.moderation.appeal_forms import AnswerForm, AppealForm
from reviews.moderation.evidence import Comparison, compare
from reviews.moderation.later_words import later_words
from reviews.moderation.refusals import ModerationError
from reviews.services.appealing import CannotAppeal, file_appeal, why_not
from reviews.services.pacing import ACTS, limit_of, limits_end
from reviews.services.serving_notices import notices_about
from reviews.services.stating import mark_read
from reviews.services.steps import answer_case, may_answer

STATEMENTS_A_PAGE = 50


@never_cache
@login_required
@require_safe
def mine(request: MemberRequest) -> HttpResponse:
    """Everything that moderation has to do with the viewer, and how much they may do within a day."""
    context = {
        "record": own_record.record_of(request.user),
        "limits": [(act, limit) for act in ACTS if (limit := limit_of(request.user, act)) is not None],
        "limits_end": limits_end(request.user),
    }
    return render(request, "moderation/mine.html", context)


@never_cache
@login_required
@require_safe
def statement_list(request: MemberRequest) -> HttpResponse:
    """All statements of reasons sent to the viewer, the newest first."""
    found = Statement.objects.of_member(request.user).for_words()
    page = Paginator(found, STATEMENTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": own_record.lines_of(page.object_list)}
    return render(request, "moderation/statements.html", context)


@never_cache
@login_required
@require_safe
def statement(request: MemberRequest, pk: int) -> HttpResponse:
    """What was decided about something of the viewer's, why, and what they can do about it."""
    statement = get_statement_for(request.user, pk)
    if statement.read_at is None:
        mark_read(statement)
    return _statement_page(request, statement)


@never_cache
@login_required
@require_safe
def about_message(request: MemberRequest, review_pk: int) -> HttpResponse:
    """From a message of the viewer's that was hidden or removed to what they were told of it last."""
    told = Statement.objects.of_member(request.user).filter(decision__case__review=review_pk)
    if (newest := told.first()) is None:
        raise Http404
    return redirect(newest)


@never_cache
@login_required
@require_safe
def statement_text(request: MemberRequest, pk: int) -> HttpResponse:
    """The viewer's own words as they stood, as a file to keep."""
    statement = get_statement_for(request.user, pk)
    response = HttpResponse(statement.text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="statement-{statement.pk}.txt"'
    return response


@login_required
@require_http_methods(["POST"])
def appeal(request: MemberRequest, pk: int) -> HttpResponse:
    """Object to a decision."""
    statement = get_statement_for(request.user, pk)
    is_counter = _is_about_notice(statement)
    form = AppealForm(request.POST, is_about_notice=is_counter)
    if not form.is_valid():
        return _statement_page(request, statement, appeal_form=form, status=422)
    try:
        file_appeal(statement=statement, text=form.cleaned_data["text"], is_counter_notice=is_counter)
    except CannotAppeal as refusal:
        messages.error(request, _why_no_appeal(str(refusal)))
        return _statement_page(request, statement, appeal_form=form, status=409)
    messages.success(
        request,
        _("Your counter-notice is with the moderators. Somebody else will look at it.")
        if is_counter
        else _("Your appeal is with the moderators. Somebody else will look at it."),
    )
    return redirect(statement)


@login_required
@require_http_methods(["POST"])
def statement_answer(request: MemberRequest, pk: int) -> HttpResponse:
    """Answer about something that is hidden, or a moderator's question in the appeal."""
    statement = get_statement_for(request.user, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _statement_page(request, statement, answer_form=form, status=422)
    case = _case_to_answer(_cases_of(statement))
    if case is None or not _answer(request, case, form):
        messages.error(request, _("It was decided meanwhile: there is nothing to answer any more."))
        return _statement_page(request, statement, answer_form=form, status=409)
    return redirect(statement)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: MemberRequest, pk: int) -> HttpResponse:
    """What a moderator asks the viewer about something of theirs before anything is decided, and their answer.

    Once something is decided the statement has the conversation.
    """
    case = get_question_for(request.user, pk)
    if (told := Statement.objects.of_member(request.user).filter(decision__case=case).first()) is not None:
        return redirect(f"{told.get_absolute_url()}#answer")
    form, status = AnswerForm(request.POST or None), 200
    if request.method == "POST":
        if form.is_valid():
            if _answer(request, case, form):
                return redirect("moderation:question", case.pk)
            messages.error(request, _("It was decided meanwhile: there is nothing to answer any more."))
        status = 422 if form.errors else 409
    context = {
        "case": case,
        "what": stated.what_of(case),
        "text": case.snapshot.text if case.snapshot else "",
        "conversation": _conversation_of([case]),
        "answer_form": form if may_answer(case) or status == 409 else None,
        "may_answer": may_answer(case),
    }
    return render(request, "moderation/question.html", context, status=status)


def _answer(request: MemberRequest, case: Case, form: AnswerForm) -> bool:
    try:
        answer_case(case=case, author=request.user, text=form.cleaned_data["text"])
    except ModerationError:
        return False
    messages.success(request, _("Your answer is with the moderators. You hear of what they decide."))
    return True


def _statement_page(
    request: MemberRequest,
    statement: Statement,
    *,
    appeal_form: AppealForm | None = None,
    answer_form: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    decision, appealed = statement.decision, getattr(statement, "appeal", None)
    cases = _cases_of(statement)
    refusal = why_not(statement, decision, decision.case)
    judged, evidence = own_record.grounds_of(decision)
    answer = own_record.answer_to(appealed) if appealed else None
    is_put_back = answer is not None and answer.decision.verdict == Verdict.RESTORE
    later = later_words([statement]).get(statement.pk)
    holds = decision.undone_at is None and not is_put_back and later is None
    # What came with it goes by itself, unless everything was given back.
    is_limited = holds or (later is not None and not later.lifts_all)
    context: dict[str, Any] = {
        "statement": statement,
        "decision": decision,
        "case": decision.case,
        "headline": stated.headline_of(statement),
        "what": stated.what_of(decision.case),
        "outcome": stated.outcome_of(statement),
        "rule": stated.rule_of(decision),
        "found": stated.found_words(statement),
        "decided_by": stated.decided_by(decision),
        "meaning": stated.meaning_of(statement, holds=holds) if is_limited else [],
        "later": later,
        "ways": stated.ways_out(statement) if holds and can_post(request.user) else [],
        "is_put_back": is_put_back,
        "comparison": _comparison_of(statement, judged, evidence),
        "language": judged.language if judged else "und",
        "is_about_notice": _is_about_notice(statement),
        "claims": stated.claims_in(notices_about(own_record.first_case_of(decision.case)))
        if _is_about_notice(statement)
        else [],
        "late_days": settings.FILMSITE_APPEAL_LATE_DAYS,
        "appeal": appealed,
        "appeal_answer": answer,
        "appeal_is_shown": appealed is not None and stated.is_shown_meanwhile(appealed),
        "appeal_is_late": appealed is not None and stated.is_late(appealed),
        "refusal": _why_no_appeal(refusal) if refusal in ("late", "over") else "",
        "conversation": _conversation_of(cases),
        "may_answer": _case_to_answer(cases) is not None,
        "answer_form": answer_form or AnswerForm(),
        "appeal_form": appeal_form,
    }
    if not refusal and appeal_form is None:
        context["appeal_form"] = AppealForm(is_about_notice=_is_about_notice(statement))
    return render(request, "moderation/statement.html", context, status=status)


def _comparison_of(
    statement: Statement, judged: Snapshot | None, evidence: Sequence[Evidence]
) -> Comparison | None:
    """The judged words beside those of their sources; nothing where a decision rests on no words that stand elsewhere."""
    if statement.appeal_until is None or judged is None:
        return None
    comparison = compare(judged.text, evidence, matter=statement.decision.case.matter, to_author=True)
    return comparison if comparison.passages else None


def _cases_of(statement: Statement) -> list[Case]:
    appealed = getattr(statement, "appeal", None)
    return [statement.decision.case, *([appealed.case] if appealed else [])]


def _case_to_answer(cases: Sequence[Case]) -> Case | None:
    return next((case for case in cases if case.state != CaseState.DECIDED and may_answer(case)), None)


def _conversation_of(cases: Sequence[Case]) -> list[CaseEvent]:
    said = [CaseEvent.Kind.MESSAGE, CaseEvent.Kind.ANSWER]
    return list(CaseEvent.objects.filter(case__in=cases, kind__in=said).order_by("pk"))


def _is_about_notice(statement: Statement) -> bool:
    return statement.found_by == FoundBy.NOTICE


def _why_no_appeal(code: str) -> str:
    match code:
        case "late":
            return _("The time in which you could appeal is over.")
        case "appealed":
            return _("You have appealed against this decision already.")
    return _(
        "This decision does not stand any more, or a moderator is looking at it: there is nothing to appeal."
    )
