"""What followed members did."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import MemberRequest
from filmsite.lib.paging import BadCursor
from reviews.feed import Act, feed_of
from reviews.feed_forms import ActsForm
from reviews.reading import Reader
from reviews.services.following import show_in_feed
from reviews.suggesting import members_to_follow


@require_http_methods(["GET", "POST"])
@login_required
def feed(request: MemberRequest) -> HttpResponse:
    """A page of the feed; a POST says which kinds of acts it has from now on.

    Nine queries at most beside those of every page, however many members are followed. An empty feed names members who
    are worth following, with two or three queries.
    """
    member = request.user
    shown = [act for act in Act if act not in member.feed_hides]
    form = ActsForm(request.POST if request.method == "POST" else None, initial={"acts": shown})
    if request.method == "POST" and form.is_valid():
        show_in_feed(member=member, acts=form.cleaned_data["acts"])
        messages.success(request, _("Your feed shows what you chose."))
        return redirect("reviews:feed")
    try:
        page = feed_of(Reader.from_request(request), member, request.GET)
    except BadCursor:
        return redirect("reviews:feed")
    context: dict[str, Any] = {"feed": page, "form": form, "hides_some": len(shown) < len(Act)}
    if not page.days and "after" not in request.GET:
        context |= {
            "follows_some": member.follows.filter(accepted_at__isnull=False).exists(),
            "suggested": members_to_follow(member),
        }
    return render(request, "social/feed.html", context, status=422 if form.errors else 200)
