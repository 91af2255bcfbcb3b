"""Where a moderator of members removes a picture."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import get_member_for, moderator_required
from accounts.permissions import can_remove_picture
from accounts.requests import ModeratorRequest
from reviews.moderation.forms import PictureRemovalForm
from reviews.services.removing_pictures import remove_picture


@moderator_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: ModeratorRequest, username: str) -> HttpResponse:
    """Show the picture and ask for the reason; with one, remove it."""
    member = get_member_for(request.user, username)
    if not can_remove_picture(request.user, member):
        raise Http404
    form = PictureRemovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if remove_picture(member=member, moderator=request.user, reason=form.cleaned_data["reason"]):
            messages.success(request, _("The picture is removed, and the member is told why."))
        else:
            messages.info(request, _("There is no picture any more."))
        return redirect(member)
    context = {"member": member, "form": form}
    return render(request, "moderation/picture.html", context, status=422 if form.errors else 200)
