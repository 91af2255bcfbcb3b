"""Who voted on a title, and what."""

from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Viewer
from films.access import get_title_for
from filmsite.lib import charts
from filmsite.lib.paging import BadCursor, KeysetPage, keyset_page
from reviews.integrity import account_of
from reviews.models import Vote
from reviews.models.vote import HIGHEST, LOWEST
from reviews.querysets import VoteQuerySet
from reviews.templatetags.rating import covers_scores

VOTES_A_PAGE: Final = 60
SECONDS_KEPT: Final = 60
_NEWEST: Final = ("-changed_at", "-id")


@require_safe
def voters(request: HttpRequest, title_pk: int) -> HttpResponse:
    """The counted votes of a title whose members show them, the newest first; the others as a number.

    `?stars=` asks for those of 1 to 10 half stars, `?by=followed` for those of members whom the viewer follows. At most
    five queries for a visitor, however many votes there are.
    """
    title = get_title_for(request.user, title_pk)
    if title.pk != title_pk:
        return redirect("reviews:voters", title.pk)
    crumbs = [(title.display_name, title.get_absolute_url()), (_("Votes"), None)]
    if covers_scores(request, title):
        return render(request, "reviews/voters_covered.html", {"title": title, "crumbs": crumbs})
    asked = request.GET.get("stars", "")
    stars = int(asked) if asked in {str(value) for value in range(LOWEST, HIGHEST + 1)} else None
    by_followed = request.user.is_authenticated and request.GET.get("by") == "followed"
    counts, minimum = title.totals.histogram, settings.FILMSITE_MEAN_MINIMUM_VOTES
    of_all = Vote.objects.counted_on(title)
    if stars:
        of_all = of_all.filter(value=stars)
    votes = of_all.named_to(request.user)
    if by_followed:
        votes = votes.by_followed(request.user)
        found = votes.count()
    else:
        found = counts[stars - 1] if stars else title.totals.vote_count
    context = {
        "title": title,
        "page": _page(request, votes),
        "stars": stars,
        "by_followed": by_followed,
        "found": found,
        # Said of all only: of a few, it would tell who they are.
        "unnamed": 0 if by_followed else _unnamed(request.user, of_all, found, f"{title.pk}:{stars}"),
        # Of fewer there is no mean, and the columns would tell it.
        "chart": charts.histogram(counts, mine=stars) if title.totals.vote_count >= minimum else None,
        "minimum": minimum,
        "account": account_of(title),
        "crumbs": crumbs,
    }
    return render(request, "reviews/voters.html", context)


def _unnamed(viewer: Viewer, votes: VoteQuerySet, found: int, key: str) -> int:
    """How many of the `found` votes are not named to the viewer: so many as to any stranger, which takes a look at every
    one of them and is kept for a minute, but for the few near to the viewer.
    """
    key, stranger = f"votes-unnamed:{key}", AnonymousUser()
    unnamed = cache.get(key)
    if unnamed is None:
        unnamed = found - votes.named_to(stranger).count()
        cache.set(key, unnamed, SECONDS_KEPT)
    if viewer.is_authenticated:
        near = votes.near(viewer)
        unnamed += near.named_to(stranger).count() - near.named_to(viewer).count()
    return max(0, unnamed)


def _page(request: HttpRequest, votes: VoteQuerySet) -> KeysetPage[Vote]:
    votes = votes.select_related("member__totals", "title")
    votes = votes.defer("title__plot", "title__tagline", "title__plot_source")
    query = request.GET.copy()
    try:
        return keyset_page(votes, order=_NEWEST, query=query, size=VOTES_A_PAGE)
    except BadCursor:
        for name in ("after", "before"):
            query.pop(name, None)
        return keyset_page(votes, order=_NEWEST, query=query, size=VOTES_A_PAGE)
