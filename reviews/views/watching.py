"""The watchlist: putting titles on it and taking them off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import MemberRequest
from films.access import get_title_for
from filmsite.lib.limits import limited
from reviews.keeping import moment_in, query_of
from reviews.services import watching


@require_http_methods(["GET", "POST"])
@login_required
@limited("watch")
def watch(request: MemberRequest, title_pk: int) -> HttpResponse:
    """Keep a title for later, or no longer (`off` in the form). Answers the button to htmx, otherwise goes back.

    `since` puts a title back where it stood before it was taken off. A GET comes from somebody who had to sign in
    first: what they chose was not sent along.
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
    if request.htmx:
        return render(request, "reviews/_watch.html", {"title": title, "watched": on, "said": said})
    messages.success(request, said)
    if "to_list" in request.POST:
        return redirect("accounts:member-watchlist", request.user.username)
    query = "" if on else query_of(since, member=request.user, title=title)
    return HttpResponseRedirect(f"{title.get_absolute_url()}{query}#keeping", status=303)
