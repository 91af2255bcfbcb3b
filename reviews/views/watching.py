"""The watchlist: putting titles on it and taking them off."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import MemberRequest
from films.access import get_title_for
from films.models import Title
from filmsite.lib.limits import limited
from reviews.keeping import moment_in, query_of, signed_since
from reviews.models import WatchlistEntry
from reviews.seen import seen_among
from reviews.services import watching


@require_http_methods(["GET", "POST"])
@login_required
@limited("watch")
def watch(request: MemberRequest, title_pk: int) -> HttpResponse:
    """Keep a title for later, or no longer (`off` in the form). Answers the button to htmx, otherwise goes back.

    `since` puts a title back where it stood before it was taken off. `to_list` comes from the page of the watchlist:
    that gets the row, or a way back in its place. A GET comes from somebody who had to sign in first: what they chose
    was not sent along.
    """
    title = get_title_for(request.user, title_pk)
    if request.method == "GET":
        return HttpResponseRedirect(f"{title.get_absolute_url()}#keeping")
    if on := "off" not in request.POST:
        since = moment_in(request.POST.get("since", ""), member=request.user, title=title)
        watching.watch(member=request.user, title=title, since=since)
        said = _("%(title)s is on your watchlist.") % {"title": title.display_name}
    else:
        since = watching.unwatch(member=request.user, title=title)
        said = _("%(title)s is no longer on your watchlist.") % {"title": title.display_name}
    if "to_list" in request.POST:
        return _row(request, title, said=said, removed=None if on else since)
    if request.htmx:
        return render(request, "reviews/_watch.html", {"title": title, "watched": on, "said": said})
    messages.success(request, said)
    query = "" if on else query_of(since, member=request.user, title=title)
    return HttpResponseRedirect(f"{title.get_absolute_url()}{query}#keeping", status=303)


def _row(request: MemberRequest, title: Title, *, said: str, removed: datetime | None) -> HttpResponse:
    """The answer to a row of one's watchlist. `removed` is since when what was taken off had stood there."""
    own = WatchlistEntry.objects.filter(member=request.user, title__merged_into=None)
    context: dict[str, Any] = {"title": title, "said": said}
    if removed:
        context["since"] = signed_since(removed, member=request.user, title=title)
    if request.htmx:
        context |= {
            "entry": own.select_related("title__totals").filter(title=title).first(),
            "is_me": True,
            "seen": seen_among(request.user, [title.pk]),
            "total": own.count(),
        }
        return render(request, "lists/_watchlist_answer.html", context)
    if removed:
        return render(request, "lists/watchlist_removed.html", context)
    messages.success(request, said)
    address = reverse("accounts:member-watchlist", args=[request.user.username])
    return redirect(f"{address}#title-{title.pk}")
