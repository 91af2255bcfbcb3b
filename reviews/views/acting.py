"""Where a moderator acts on what they come across: a case is opened and decided in one go."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import moderator_required
from accounts.requests import ModeratorRequest
from reviews.models import Case, CaseKind, Matter, Verdict
from reviews.moderation.access import get_reportable_target_for
from reviews.moderation.acting_forms import ActForm
from reviews.moderation.naming import concerned_in
from reviews.moderation.permissions import Action, allows
from reviews.moderation.refusals import ModerationError
from reviews.services.deciding import act_on
from reviews.views.cases import refusal
from reviews.views.reporting import shown


@moderator_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: ModeratorRequest, matter: str, pk: int) -> HttpResponse:
    """Show what it is about and ask for the rule and the reason; with both, take it away."""
    target = get_reportable_target_for(request.user, matter, pk)
    if not allows(request.user, Action.ACT, section=target.section):
        raise Http404
    hiding = [Verdict.HIDE] if target.matter in (Matter.REVIEW, Matter.LIST) else []
    form = ActForm(request.POST if request.method == "POST" else None, verdicts=[*hiding, Verdict.REMOVE])
    status = 200
    if request.method == "POST":
        status = 422
        about = Case.objects.filter(**target.filter)
        form.concerned = concerned_in(about, members=[target.author.pk] if target.author else [])
        if form.is_valid():
            rule = form.cleaned_data["rule"]
            try:
                decision = act_on(
                    target=target,
                    moderator=request.user,
                    kind=rule if rule in CaseKind.values else CaseKind.OTHER,
                    verdict=form.verdict_chosen,
                    rule=rule,
                    reason=form.cleaned_data["reason"],
                )
            except ModerationError as error:
                form.add_error(None, refusal(str(error)))
                status = 409
            else:
                messages.success(request, _("Done. The member is told why, and may object."))
                return redirect(decision.case)
    return render(request, "moderation/act.html", {**shown(request, target), "form": form}, status=status)
