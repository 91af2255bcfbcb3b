"""Who voted on a title, and what."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from films.access import get_title_for
from films.models import Title
from filmsite.lib import charts
from filmsite.lib.paging import BadCursor, KeysetPage, keyset_page
from reviews.models import Vote
from reviews.models.vote import HIGHEST, LOWEST

VOTES_A_PAGE: Final = 60
_NEWEST: Final = ("-changed_at", "-id")


@require_safe
def voters(request: HttpRequest, title_pk: int) -> HttpResponse:
    """The counted votes of a title, the newest first; of so many half stars where `?stars=` says 1 to 10.

    Three queries for a visitor, however many votes there are.
    """
    title = get_title_for(request.user, title_pk)
    if title.pk != title_pk:
        return redirect("reviews:voters", title.pk)
    asked = request.GET.get("stars", "")
    stars = int(asked) if asked in {str(value) for value in range(LOWEST, HIGHEST + 1)} else None
    counts = title.totals.histogram
    context = {
        "title": title,
        "page": _page(request, title, stars),
        "stars": stars,
        "found": counts[stars - 1] if stars else title.totals.vote_count,
        "chart": charts.histogram(counts, mine=stars),
        "crumbs": [(title.display_name, title.get_absolute_url()), (_("Votes"), None)],
    }
    return render(request, "reviews/voters.html", context)


def _page(request: HttpRequest, title: Title, stars: int | None) -> KeysetPage[Vote]:
    # A show's votes are those on its seasons.
    votes = (
        Vote.objects.filter(title__parent=title)
        if not title.takes_votes
        else Vote.objects.filter(title=title)
    )
    votes = votes.filter(counted=True).select_related("member__totals", "title")
    votes = votes.defer("title__plot", "title__tagline", "title__plot_source")
    if stars:
        votes = votes.filter(value=stars)
    query = request.GET.copy()
    try:
        return keyset_page(votes, order=_NEWEST, query=query, size=VOTES_A_PAGE)
    except BadCursor:
        for name in ("after", "before"):
            query.pop(name, None)
        return keyset_page(votes, order=_NEWEST, query=query, size=VOTES_A_PAGE)
