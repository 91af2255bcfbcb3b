"""What a member wants to see."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import get_member_for
from reviews.models import WatchlistEntry

TITLES_A_PAGE: Final = 60


@require_safe
def watchlist(request: HttpRequest, username: str) -> HttpResponse:
    """A member's watchlist, what came last first. Three queries, however long it is."""
    member = get_member_for(request.user, username)
    entries = (
        WatchlistEntry.objects.filter(member=member, title__merged_into=None)
        .select_related("title__totals")
        .defer("title__plot", "title__tagline", "title__plot_source")
        .order_by("-added_at", "-id")
    )
    page = Paginator(entries, TITLES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "page": page,
        "total": page.paginator.count,
        "crumbs": [(member.username, member.get_absolute_url()), (_("Watchlist"), None)],
    }
    return render(request, "accounts/member_watchlist.html", context)
