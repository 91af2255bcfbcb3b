"""What a member is told, on the site; and the link in mails that stops them."""

from itertools import groupby
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Member
from accounts.requests import MemberRequest
from filmsite.lib.inputs import number_in
from filmsite.lib.looking import is_looked_at
from filmsite.lib.paging import BadCursor, KeysetPage, keyset_page
from reviews.models import Notification
from reviews.notices import is_gone, reason_of, target_of, words_of
from reviews.reading import Reader, attach_texts
from reviews.services.channels import resume_mails, stop_mails
from reviews.services.notifying import mark_all_read, mark_read
from reviews.stop_links import read_stop_token, read_undo_token, undo_token

NOTIFICATIONS_A_PAGE: Final = 50


@require_safe
@login_required
def notifications(request: MemberRequest) -> HttpResponse:
    """A member's news by day, the newest first; only what they have not read with `?unread=1`.

    Two queries beside those of every page, however many there are.
    """
    only_unread = request.GET.get("unread") == "1"
    rows = Notification.objects.filter(recipient=request.user).heard_by(request.user).for_page()
    if only_unread:
        rows = rows.filter(read_at=None)
    try:
        page = keyset_page(rows, order=["-id"], query=request.GET, size=NOTIFICATIONS_A_PAGE)
    except BadCursor:
        return redirect("reviews:notifications")
    context: dict[str, Any] = {
        "page": page,
        "days": _by_day(request, page),
        "only_unread": only_unread,
        # What comes while the page is read stays unread when everything on it is marked.
        "newest": page.rows[0].pk if page else 0,
    }
    return render(request, "social/notifications.html", context)


def _by_day(request: MemberRequest, page: KeysetPage[Notification]) -> list[tuple[Any, list[dict[str, Any]]]]:
    attach_texts([row.review for row in page.rows if row.review], Reader.from_request(request))
    return [
        (
            day,
            [
                {"row": row, "words": words_of(row), "reason": reason_of(row), "is_gone": is_gone(row)}
                for row in rows
            ],
        )
        for day, rows in groupby(page.rows, key=lambda row: localdate(row.made_at))
    ]


@require_safe
@login_required
def open_notification(request: MemberRequest, pk: int) -> HttpResponse:
    """Leads to what the news is about, and marks it as read when somebody follows the link."""
    row = get_object_or_404(Notification.objects.for_page(), pk=pk, recipient=request.user)
    if is_looked_at(request):
        mark_read(row)
    return redirect(target_of(row))


@require_POST
@login_required
def read_all(request: MemberRequest) -> HttpResponse:
    """Marks everything as read that was there when the page was drawn (`newest`)."""
    newest = number_in(request.POST.get("newest", ""))
    if newest is not None:
        mark_all_read(member=request.user, up_to=newest)
        messages.success(request, _("Everything is marked as read."))
    return redirect("reviews:notifications")


# The signed address is the proof: mail programs post here by themselves (RFC 8058), without cookie or token.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stops mails about news, of one kind or (`all`) of every kind, and takes that back (`undo`).

    A GET changes nothing: programs that look what is behind a link must not unsubscribe anybody.
    """
    found = read_stop_token(token)
    if found is None:
        raise Http404
    pk, kind = found
    member = get_object_or_404(Member, pk=pk)
    context: dict[str, Any] = {"kind": kind, "token": token}
    if request.method == "POST":
        if "undo" in request.POST:
            resume_mails(member=member, kinds=read_undo_token(request.POST["undo"], member))
            context["is_undone"] = True
        else:
            everything = "all" in request.POST or kind is None
            stopped = stop_mails(member=member, kind=None if everything else kind)
            context |= {"is_stopped": True, "everything": everything, "undo": undo_token(member, stopped)}
    return render(request, "social/stop.html", context)
