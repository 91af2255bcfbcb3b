"""Keeping titles for later. Doing it twice is as good as once."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import WatchlistEntry
from reviews.services.holding import hold_title


@transaction.atomic
def watch(*, member: Member, title: Title, since: datetime | None = None) -> None:
    """Put the title on the member's watchlist; one that stands there keeps its place.

    `since` puts one back where it stood before it was taken off.
    """
    entry = WatchlistEntry(member=member, title_id=hold_title(title), added_at=since or timezone.now())
    WatchlistEntry.objects.bulk_create([entry], ignore_conflicts=True)


def unwatch(*, member: Member, title: Title) -> datetime | None:
    """Take the title off the member's watchlist. Answers since when it stood there, None when it did not."""
    entry = WatchlistEntry.objects.filter(member=member, title=title).first()
    if entry is None:
        return None
    entry.delete()
    return entry.added_at
