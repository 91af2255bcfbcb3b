"""The memory of translated sentences, in the database."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from reviews.models import Segment

_DELETED_AT_ONCE = 10_000


class SegmentMemory:
    """The translation memory, one query a call. Each batch is stored at once, so that a crash repays one."""

    def __init__(self) -> None:
        self._used: set[bytes] = set()

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, str]:
        found = {
            bytes(key): text for key, text in Segment.objects.filter(key__in=keys).values_list("key", "text")
        }
        self._used.update(found)
        return found

    def put_many(self, items: Sequence[tuple[bytes, str]]) -> None:
        today = timezone.now().date()
        # In the order of their keys: two workers that learn the same sentences must not wait for each other.
        rows = [Segment(key=key, text=text, last_used=today) for key, text in sorted(items)]
        Segment.objects.bulk_create(rows, ignore_conflicts=True)

    def forget_used(self) -> int:
        """Delete what was asked for and known; answers how many sentences that were."""
        return Segment.objects.filter(key__in=self._used).delete()[0]

    @transaction.atomic
    def note_use(self) -> None:
        """Count the hits, once a batch."""
        if self._used:
            # Held in the order of their keys, for two workers may have used the same ones.
            held = Segment.objects.filter(key__in=self._used).order_by("key").select_for_update(no_key=True)
            Segment.objects.filter(key__in=held.values("key")).update(
                hits=F("hits") + 1, last_used=timezone.now().date()
            )


def trim_memory() -> int:
    """Forget the sentences that no text has called for in `FILMSITE_TRANSLATION_MEMORY_DAYS`; answers how many."""
    until = timezone.now().date() - timedelta(days=settings.FILMSITE_TRANSLATION_MEMORY_DAYS)
    old = Segment.objects.filter(last_used__lt=until)
    forgotten = 0
    while number := Segment.objects.filter(pk__in=old.values("pk")[:_DELETED_AT_ONCE]).delete()[0]:
        forgotten += number
    return forgotten
