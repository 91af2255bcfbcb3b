"""The picture that a member shows beside their name."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import PictureForm
from accounts.permissions import can_post
from accounts.requests import MemberRequest
from accounts.services import pictures
from filmsite.lib.limits import limited

# What was taken off last, in the session of who did it: only they can put it back.
_TAKEN_OFF: Final = "picture_taken_off"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("picture")
def picture(request: MemberRequest) -> HttpResponse:
    """Show the member's picture, and take a new one: a file of any name, judged by what is in it."""
    form = PictureForm(request.POST or None, request.FILES or None)
    may = can_post(request.user)
    if request.method == "POST":
        if not may:
            return _page(request, PictureForm(), status=403)
        if not form.is_valid():
            return _page(request, form, status=422)
        pictures.set_picture(member=request.user, made=form.made)
        pictures.delete_files(request.session.pop(_TAKEN_OFF, ""))
        messages.success(request, _("This is your picture now."))
        return redirect("accounts:settings-picture")
    return _page(request, form)


@login_required
@require_POST
@limited("picture")
def remove(request: MemberRequest) -> HttpResponse:
    """Take the picture off; it can be put back for a while."""
    if name := pictures.take_picture_off(member=request.user):
        request.session[_TAKEN_OFF] = name
    return redirect("accounts:settings-picture")


@login_required
@require_POST
@limited("picture")
def restore(request: MemberRequest) -> HttpResponse:
    """Put back the picture that was taken off last."""
    name = request.session.pop(_TAKEN_OFF, "")
    if name and can_post(request.user) and pictures.put_picture_back(member=request.user, name=name):
        messages.success(request, _("Your picture is back."))
    else:
        messages.error(request, _("That picture is gone. Choose its file again."))
    return redirect("accounts:settings-picture")


def _page(request: MemberRequest, form: PictureForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "may_change": can_post(request.user),
        "taken_off": not request.user.avatar and _TAKEN_OFF in request.session,
    }
    return render(request, "accounts/picture.html", context, status=status)
