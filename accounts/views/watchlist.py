"""What a member wants to see."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import get_member_showing
from accounts.models import Part
from reviews.keeping_filters import sort_watchlist
from reviews.models import WatchlistEntry
from reviews.seen import seen_among

TITLES_A_PAGE: Final = 60


@require_safe
def watchlist(request: HttpRequest, username: str) -> HttpResponse:
    """A member's watchlist in the order of `?sort=`, with what the viewer has seen of it. Three queries for a visitor."""
    member = get_member_showing(request.user, username, Part.WATCHLIST)
    entries = (
        WatchlistEntry.objects.filter(member=member, title__merged_into=None)
        .select_related("title__totals")
        .defer("title__plot", "title__tagline", "title__plot_source")
    )
    entries, sorts = sort_watchlist(entries, request.GET)
    page = Paginator(entries, TITLES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "page": page,
        "sorts": sorts,
        "seen": seen_among(request.user, [entry.title_id for entry in page]),
        "total": page.paginator.count,
        "crumbs": [(member.username, member.get_absolute_url()), (_("Watchlist"), None)],
    }
    return render(request, "accounts/member_watchlist.html", context)
