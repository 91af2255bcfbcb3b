"""The memory of translated sentences, in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from reviews.models import Segment, UsedSentences

_DELETED_AT_ONCE = 10_000


class SegmentMemory:
    """The translation memory, one query a call. Each batch is stored at once, so that a crash repays one."""

    def __init__(self) -> None:
        self._used: set[bytes] = set()
        self._learnt: set[bytes] = set()

    @property
    def touched(self) -> frozenset[bytes]:
        """The keys of all that was found or learnt."""
        return frozenset(self._used | self._learnt)

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
        self._learnt.update(key for key, _text in items)

    @transaction.atomic
    def note_use(self) -> None:
        """Count the hits, once a batch."""
        if self._used:
            # Held in the order of their keys, for two workers may have used the same ones.
            held = Segment.objects.filter(key__in=self._used).order_by("key").select_for_update(no_key=True)
            Segment.objects.filter(key__in=held.values("key")).update(
                hits=F("hits") + 1, last_used=timezone.now().date()
            )


def note_sentences(keys: Mapping[int, Collection[bytes]]) -> None:
    """Keep which sentences translations were made with, by id of their rows, which are held; two queries."""
    known = UsedSentences.objects.in_bulk(list(keys))
    rows = [
        UsedSentences(
            translation_id=pk, keys=sorted({*used, *map(bytes, known[pk].keys if pk in known else ())})
        )
        for pk, used in keys.items()
    ]
    UsedSentences.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["translation"], update_fields=["keys"]
    )


def forget_keys(keys: "Collection[bytes] | QuerySet[UsedSentences, bytes]") -> int:
    """Delete sentences from the memory, in a transaction; answers how many there were. One query."""
    # Held in the order of their keys, as who notes their use holds them.
    held = Segment.objects.filter(key__in=keys).order_by("key").select_for_update()
    return Segment.objects.filter(key__in=held.values("key")).delete()[0]


def trim_memory() -> int:
    """Forget the sentences that no text has called for in `FILMSITE_TRANSLATION_MEMORY_DAYS`; answers how many."""
    until = timezone.now().date() - timedelta(days=settings.FILMSITE_TRANSLATION_MEMORY_DAYS)
    old = Segment.objects.filter(last_used__lt=until)
    forgotten = 0
    while number := Segment.objects.filter(pk__in=old.values("pk")[:_DELETED_AT_ONCE]).delete()[0]:
        forgotten += number
    return forgotten
