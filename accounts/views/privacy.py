"""Who may see what of a member."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import PrivacyForm
from accounts.requests import MemberRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: MemberRequest) -> HttpResponse:
    """Choose for whom each part of one's page is, and whether followers ask first."""
    form = PrivacyForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save(commit=False).save(update_fields=form.Meta.fields)
        messages.success(request, _("Saved."))
        return redirect("accounts:settings-privacy")
    return render(request, "accounts/privacy.html", {"form": form}, status=422 if form.errors else 200)
