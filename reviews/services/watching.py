"""Keeping titles for later. Doing it twice is as good as once."""

from collections.abc import Collection

from accounts.models import Member
from accounts.permissions import Viewer
from films.models import Title
from reviews.models import WatchlistEntry


def watch(*, member: Member, title: Title) -> None:
    """Put the title on the member's watchlist; one that stands there keeps its place."""
    WatchlistEntry.objects.bulk_create([WatchlistEntry(member=member, title=title)], ignore_conflicts=True)


def unwatch(*, member: Member, title: Title) -> None:
    """Take the title off the member's watchlist."""
    WatchlistEntry.objects.filter(member=member, title=title).delete()


def watched_of(*, viewer: Viewer, title_ids: Collection[int]) -> frozenset[int]:
    """Which of these titles are on the viewer's watchlist; asks nothing for somebody who is not signed in."""
    if not viewer.is_authenticated or not title_ids:
        return frozenset()
    entries = WatchlistEntry.objects.filter(member_id=viewer.pk, title__in=title_ids)
    return frozenset(entries.values_list("title_id", flat=True))
