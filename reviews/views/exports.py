"""Ordering everything one gave, and fetching it."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import MemberRequest
from filmsite.lib.limits import limited
from reviews import access
from reviews.services.taking_out import TooSoon, order_export


@login_required
@limited("export")
@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: MemberRequest) -> HttpResponse:
    """Order an export: it stands with everything else on the page about one's data."""
    return _order(request) if request.method == "POST" else redirect("accounts:settings-data")


@reauthentication_required
def _order(request: MemberRequest) -> HttpResponse:
    try:
        order_export(member=request.user)
    except TooSoon as error:
        at = date_format(timezone.localtime(error.again_at), "DATETIME_FORMAT")
        messages.info(
            request, _("One a day is enough: you can order the next export from %(time)s.") % {"time": at}
        )
    else:
        messages.success(request, _("Your export is being made. You will be told when it is ready."))
    return redirect("accounts:settings-data")


@login_required
@require_safe
@never_cache
@reauthentication_required
def export(request: MemberRequest, pk: int) -> HttpResponse:
    """The file, for the member whose data it holds and who has just shown that it is them."""
    found = access.get_ready_export_for(request.user, pk)
    name = f"filmsite-{request.user.username}-{found.ready_at:%Y-%m-%d}.zip"
    response = HttpResponse(found.content, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
