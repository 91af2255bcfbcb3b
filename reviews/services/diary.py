"""A member's diary: what they saw, when, and how it was."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from films.duplicates import standing_title_id
from films.models import Title
from reviews.models import Review, Viewing, WatchlistEntry
from reviews.services.holding import hold_title
from reviews.services.voting import cast_vote

# For so long a line that was taken out can be put back.
UNDO_WITHIN: Final = timedelta(days=1)
_SALT: Final = "reviews.diary.removed"
_PLAIN: Final = ("id", "member_id", "title_id", "is_rewatch", "value", "place", "tags", "note", "review_id")


@transaction.atomic
def log_viewing(
    *,
    member: Member,
    title: Title,
    seen_on: date | None,
    is_rewatch: bool = False,
    value: int | None = None,
    place: str = "",
    tags: Sequence[str] = (),
    note: str = "",
    as_vote: bool = False,
    off_watchlist: bool = False,
) -> tuple[Viewing, datetime | None]:
    """Write one viewing into the member's diary; `seen_on` None is a day that they do not know.

    `value` is what it was worth that day, in half stars; `as_vote` makes it the member's vote too, where the title
    takes votes. Answers also when the title had been put on the watchlist that `off_watchlist` took it from.
    """
    viewing = Viewing.objects.create(
        member=member,
        title_id=hold_title(title),
        seen_on=seen_on,
        is_rewatch=is_rewatch,
        value=value,
        place=place,
        tags=list(tags),
        note=note,
        logged_at=timezone.now(),
    )
    if as_vote and value is not None and title.takes_votes:
        cast_vote(member=member, title=title, value=value)
    waited_since = _take_off_watchlist(viewing) if off_watchlist else None
    return viewing, waited_since


@transaction.atomic
def change_viewing(
    *,
    viewing: Viewing,
    seen_on: date | None,
    is_rewatch: bool,
    value: int | None,
    place: str,
    tags: Sequence[str],
    note: str,
    as_vote: bool = False,
) -> None:
    """Write a line of the diary anew. Expects the viewing with its title and member."""
    viewing.seen_on, viewing.is_rewatch, viewing.value = seen_on, is_rewatch, value
    viewing.place, viewing.tags, viewing.note = place, list(tags), note
    viewing.save(update_fields=["seen_on", "is_rewatch", "value", "place", "tags", "note"])
    if as_vote and value is not None and viewing.title.takes_votes:
        cast_vote(member=viewing.member, title=viewing.title, value=value)


def remove_viewing(*, viewing: Viewing) -> str:
    """Take a line out of the diary. Answers a signed copy of it, from which `restore_viewing` puts it back."""
    row: dict[str, Any] = {name: getattr(viewing, name) for name in _PLAIN}
    row["seen_on"] = viewing.seen_on.isoformat() if viewing.seen_on else None
    row["logged_at"] = viewing.logged_at.isoformat()
    viewing.delete()
    return signing.dumps(row, salt=_SALT, compress=True)


@transaction.atomic
def restore_viewing(*, member: Member, removed: str) -> Viewing | None:
    """Put back what `remove_viewing` took out, once however often it is asked; with the title that its own became.

    None where the copy is not one of this member's, is too old, or its title is gone.
    """
    try:
        row = signing.loads(removed, salt=_SALT, max_age=UNDO_WITHIN)
    except signing.BadSignature:
        return None
    title_id = standing_title_id(row["title_id"])
    if row["member_id"] != member.pk or title_id is None:
        return None
    row["title_id"] = title_id
    row["seen_on"] = date.fromisoformat(row["seen_on"]) if row["seen_on"] else None
    row["logged_at"] = datetime.fromisoformat(row["logged_at"])
    if not Review.objects.filter(pk=row["review_id"], author=member).exists():
        row["review_id"] = None
    Viewing.objects.bulk_create([Viewing(**row)], ignore_conflicts=True)
    return Viewing.objects.select_related("title").get(pk=row["id"])


def _take_off_watchlist(viewing: Viewing) -> datetime | None:
    entry = WatchlistEntry.objects.filter(member=viewing.member_id, title=viewing.title_id).first()
    if entry is None:
        return None
    entry.delete()
    return entry.added_at
