"""Leaving, and changing one's mind."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import ClosingForm
from accounts.models import MemberTotals
from accounts.requests import MemberRequest
from accounts.services.closing import LastSuperuser, close_account, keep_account
from filmsite.lib.limits import limited


@login_required
@limited("close")
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: MemberRequest) -> HttpResponse:
    """Say what goes and what stays, and close the account of whoever has shown just now that it is theirs."""
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _close(request, form)
    return _page(request, form)


@reauthentication_required
def _close(request: MemberRequest, form: ClosingForm) -> HttpResponse:
    try:
        close_account(member=request.user, keeps_texts=form.cleaned_data["texts"] == "keep")
    except LastSuperuser:
        form.add_error(
            None, _("You are the only one with all rights here. Give them to somebody else before you leave.")
        )
        return _page(request, form)
    return redirect("accounts:settings-close")


def _page(request: MemberRequest, form: ClosingForm) -> HttpResponse:
    context = {
        "form": form,
        "totals": MemberTotals.objects.get(member=request.user),
        "days": settings.FILMSITE_CLOSING_DAYS,
    }
    return render(request, "accounts/close.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def keep(request: MemberRequest) -> HttpResponse:
    """Stay: everything is as it was before."""
    if keep_account(member=request.user):
        messages.success(request, _("Welcome back. Your account stays, and everything is as it was."))
    return redirect("accounts:settings-data")
