"""Telling the moderators that something is wrong, and what becomes of it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import MemberRequest
from filmsite.lib.limits import limited
from reviews.models import Decision, LogEntry, Matter, Report
from reviews.moderation import rules
from reviews.moderation.access import get_reportable_target_for
from reviews.moderation.own_record import own_reports_about
from reviews.moderation.permissions import Action, allows
from reviews.moderation.refusals import AlreadyDecided, NotAllowed
from reviews.moderation.reporting_forms import REASONS, ReportForm
from reviews.moderation.targets import Target, target_about
from reviews.reading import Reader, attach_texts
from reviews.services import reporting


@login_required
@limited("report")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: MemberRequest, pk: int, matter: str = Matter.REVIEW) -> HttpResponse:
    """Ask what is wrong with something that somebody made, and tell the moderators. It stays until a person decides."""
    if not allows(request.user, Action.REPORT):
        raise PermissionDenied
    target = get_reportable_target_for(request.user, matter, pk)
    form = ReportForm(request.POST if request.method == "POST" else None, matter=target.matter)
    if request.method == "POST" and form.is_valid():
        try:
            made = reporting.report(target=target, reporter=request.user, **form.cleaned_data)
        except AlreadyDecided as decided:
            return _decided(request, target, decided.decision)
        except NotAllowed as refused:
            if str(refused) != "paused":
                raise Http404 from refused
            form.add_error(None, _paused())
        else:
            return redirect("reviews:report-sent", made.pk)
    context = {
        **shown(request, target),
        "form": form,
        "reported": own_reports_about(request.user, target),
        "may_act": allows(request.user, Action.ACT, section=target.section),
    }
    return render(request, "reviews/report.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def sent(request: MemberRequest, pk: int) -> HttpResponse:
    """Thank a member for a report of theirs, and say what happens next, or what came of it."""
    reports = Report.objects.select_related("case", "part")
    made = get_object_or_404(reports, pk=pk, reporter=request.user)
    about = made.part or made.case
    context = {
        "report": made,
        "target": target_about(about),
        "reason": REASONS.get(about.kind, ""),  # type: ignore[call-overload]  # a stored value of the enumeration
        "is_waiting": made.outcome == Report.Outcome.WAITING,
    }
    return render(request, "reviews/report_sent.html", context)


def _decided(request: HttpRequest, target: Target, decision: Decision) -> HttpResponse:
    """These very words were judged: say how, as everybody may read it."""
    line = LogEntry.objects.filter(case_number=decision.case_id, rule=decision.rule).first()
    context = {"target": target, "decision": decision, "line": line, "rule": rules.BY_SLUG.get(decision.rule)}
    return render(request, "reviews/report_decided.html", context)


def _paused() -> str:
    return _(
        "Moderators found nothing wrong with what you reported lately, every time. For some days you cannot report "
        "anything; the rules say what is against them."
    )


def shown(request: HttpRequest, target: Target) -> dict[str, Any]:
    """What is reported, as a form shows it: nothing of what gives a story away."""
    if target.matter == Matter.REVIEW:
        attach_texts([target.row], Reader.from_request(request))
    return {"target": target, "is_spoiler": bool(getattr(target.row, "is_spoiler", False))}
