"""Keeping titles for later. Doing it twice is as good as once."""

from accounts.models import Member
from films.models import Title
from reviews.models import WatchlistEntry


def watch(*, member: Member, title: Title) -> None:
    """Put the title on the member's watchlist; one that stands there keeps its place."""
    WatchlistEntry.objects.bulk_create([WatchlistEntry(member=member, title=title)], ignore_conflicts=True)


def unwatch(*, member: Member, title: Title) -> None:
    """Take the title off the member's watchlist."""
    WatchlistEntry.objects.filter(member=member, title=title).delete()
