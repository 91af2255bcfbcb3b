from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from accounts.forms import PreferencesForm
from accounts.models import Member
from accounts.permissions import can_post
from accounts.requests import MemberRequest
from accounts.signals import about_changed
from filmsite.lib.limits import limited
from reviews.plain_fields import field_of_about, look_at


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("settings")
def preferences(request: MemberRequest) -> HttpResponse:
    """What a member chooses for themselves: their line, the site's language, whether scores are covered."""
    written = field_of_about(request.user)
    sent: QueryDict | None = None
    if request.method == "POST":
        asks = can_post(request.user)
        sent = look_at(written, author=request.user, sent=request.POST) if asks else request.POST
    form = PreferencesForm(sent or None, instance=request.user)
    if request.method == "POST" and form.is_valid() and not written.holds_up:
        member = form.save(commit=False)
        with transaction.atomic():
            member.save(update_fields=list(form.Meta.fields))
            if "about" in form.changed_data:
                about_changed.send(Member, member=member, own_sources=written.own_sources)
        with override(member.interface_language or None):
            messages.success(request, _("Saved."))
        return redirect("accounts:settings")
    return render(request, "accounts/settings.html", {"form": form, "written": written})
