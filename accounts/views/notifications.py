"""Where and how often a member wants to be told."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import MemberRequest
from reviews.channel_forms import ChannelsForm
from reviews.services.channels import channels_of, choose_channels


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: MemberRequest) -> HttpResponse:
    """Choose for each kind of news where it is told, and when the mails go out."""
    form = ChannelsForm(
        request.POST or None, channels=channels_of(request.user), rhythm=request.user.mail_rhythm
    )
    if request.method == "POST" and form.is_valid():
        choose_channels(
            member=request.user, channels=form.chosen_channels, rhythm=form.cleaned_data["rhythm"]
        )
        messages.success(request, _("Saved."))
        return redirect("accounts:settings-notifications")
    return render(request, "accounts/notifications.html", {"form": form}, status=422 if form.errors else 200)
