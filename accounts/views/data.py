"""What a member brought in and can take out, in one place with the way to leave."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import MemberRequest
from reviews.models import ExportState, MemberExport, MemberImport
from reviews.services.taking_out import next_export_at

SHOWN = 8


@login_required
@require_safe
def data(request: MemberRequest) -> HttpResponse:
    """Past imports and exports with their state, and the three ways from here."""
    imports = MemberImport.objects.filter(member=request.user).defer("lists").order_by("-id")
    exports = MemberExport.objects.filter(member=request.user).defer("content").order_by("-id")
    shown = list(exports[:SHOWN])
    context = {
        "imports": list(imports[:SHOWN]),
        "exports": shown,
        "at_work": any(export.state in (ExportState.WAITING, ExportState.WRITING) for export in shown),
        "next_export_at": next_export_at(request.user),
    }
    return render(request, "accounts/data.html", context)
