"""A member's own side of moderation: what was decided about their texts, and how to object."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import MemberRequest
from reviews.models import Statement
from reviews.moderation import rules
from reviews.moderation.access import get_statement_for
from reviews.moderation.forms import AppealForm
from reviews.services.moderating import NotAllowed, file_appeal


@never_cache
@login_required
@require_safe
def statement_list(request: MemberRequest) -> HttpResponse:
    """All statements of reasons sent to the viewer, the newest first."""
    statements = Statement.objects.filter(recipient=request.user).select_related(
        "decision__case__review__title", "decision__case__review__person"
    )
    return render(
        request, "moderation/statements.html", {"statements": list(statements.order_by("-pk")[:200])}
    )


@never_cache
@login_required
@require_safe
def statement(request: MemberRequest, pk: int) -> HttpResponse:
    """What was decided about a text of the viewer, why, and what they can do about it."""
    statement = get_statement_for(request.user, pk)
    if statement.read_at is None:
        Statement.objects.filter(pk=statement.pk, read_at=None).update(read_at=timezone.now())
    return _statement_page(request, statement, AppealForm())


@login_required
@require_http_methods(["POST"])
def appeal(request: MemberRequest, pk: int) -> HttpResponse:
    """Object to a removal."""
    statement = get_statement_for(request.user, pk)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _statement_page(request, statement, form, status=422)
    try:
        file_appeal(statement=statement, text=form.cleaned_data["text"])
    except NotAllowed:
        messages.error(request, _("This decision can no longer be appealed."))
        return _statement_page(request, statement, form, status=409)
    messages.success(request, _("Your appeal is with the moderators. Somebody else will look at it."))
    return redirect(statement)


def _statement_page(
    request: MemberRequest, statement: Statement, form: AppealForm, status: int = 200
) -> HttpResponse:
    decision = statement.decision
    appeal = getattr(statement, "appeal", None)
    context = {
        "statement": statement,
        "decision": decision,
        "review": decision.case.text,
        "rule": rules.BY_SLUG.get(decision.rule),
        "appeal": appeal,
        "may_appeal": appeal is None
        and statement.appeal_until is not None
        and statement.appeal_until > timezone.now(),
        "form": form,
    }
    return render(request, "moderation/statement.html", context, status=status)
