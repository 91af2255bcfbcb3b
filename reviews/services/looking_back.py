"""Texts that stood before a text was registered: which of the newest share words with it. They go the way of every new text.

The index tells it of messages, plots and biographies. Trivia, lists and what members say of themselves are in no index: their
words are gone through, against the runs of words that are kept of what was registered.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from accounts.models import Audience, Member
from films.models import Change, Trivia
from reviews.copy_index import LEAST_SHARED
from reviews.copydetect.allowed import SOURCE_WORDS
from reviews.copydetect.fingerprint import unpack
from reviews.copydetect.normalise import folded
from reviews.copydetect.overlap import GRAM, grams_of
from reviews.models import Evidence, KnownKind, KnownText, Matter, TitleList
from reviews.moderation.targets import Target, load_targets
from reviews.services.examining import LONGEST
from reviews.services.screening_later import order_text_screening

NEWEST_DAYS: Final = 30
# Somewhat more than the time between two turns, so that none falls between them.
_REGISTERED_WITHIN: Final = timedelta(hours=36)
# Registered texts whose runs are held in memory at once, and others that are loaded at once.
_REGISTERED_AT_ONCE: Final = 200
_LOADED_AT_ONCE: Final = 200
# As many as the fewest words have of which anybody is told.
_LEAST_GRAMS: Final = SOURCE_WORDS - GRAM + 1
_BY_MEMBERS: Final = (Change.Origin.PROPOSAL, Change.Origin.STAFF)
# The prints of what was registered lately are found by reading all of them once: no index leads from a text to its own.
_SHARING: Final = """
    WITH new AS MATERIALIZED (
        SELECT DISTINCT hash, known_id FROM reviews_fingerprint WHERE known_id = ANY (%(new)s)
    ), pair AS MATERIALIZED (
        SELECT held.known_id, new.known_id AS source_id
        FROM new JOIN reviews_fingerprint AS held ON held.hash = new.hash AND held.known_id <> new.known_id
        GROUP BY 1, 2 HAVING count(*) >= %(least)s
    )
    INSERT INTO reviews_delayedscreening (review_id, matter, number, said, attempts, due_at)
    SELECT DISTINCT review.id, 'review', NULL::bigint, '{}'::jsonb, 0, now()
    FROM pair
        JOIN reviews_knowntext AS known ON known.id = pair.known_id
        JOIN reviews_review AS review ON review.id = known.review_id
    WHERE review.state = 'published' AND review.created_at > %(since)s
        AND NOT EXISTS (
            SELECT FROM reviews_evidence AS evidence JOIN reviews_case AS held_case ON held_case.id = evidence.case_id
            WHERE held_case.review_id = review.id AND evidence.source_id = pair.source_id
        )
    UNION ALL
    SELECT DISTINCT NULL::bigint, known.kind, coalesce(known.title_id, known.person_id), '{}'::jsonb, 0, now()
    FROM pair JOIN reviews_knowntext AS known ON known.id = pair.known_id
    WHERE known.kind IN ('plot', 'biography')
        AND EXISTS (
            SELECT FROM films_change AS change
            WHERE (change.title_id = known.title_id OR change.person_id = known.person_id)
                AND change.field = known.kind AND change.origin = ANY (%(by_members)s) AND change.at > %(since)s
        )
        AND NOT EXISTS (
            SELECT FROM reviews_evidence AS evidence JOIN reviews_case AS held_case ON held_case.id = evidence.case_id
            WHERE held_case.matter = known.kind AND evidence.source_id = pair.source_id
                AND (held_case.title_id = known.title_id OR held_case.person_id = known.person_id)
        )
    ON CONFLICT DO NOTHING
"""


def compare_newest_again() -> int:
    """Order that what members wrote in the last 30 days and shares runs of words with a text registered after it is compared
    with that. Returns how many. Reads the whole index, if anything was registered at all.

    What a member says of themselves has no day, and is gone through whenever it was written.
    """
    now = timezone.now()
    registered = KnownText.objects.filter(
        kind=KnownKind.REGISTERED, algorithm__gt=0, indexed_at__gt=now - _REGISTERED_WITHIN
    )
    new = list(registered.order_by("pk").values_list("pk", flat=True))
    if not new:
        return 0
    since = now - timedelta(days=NEWEST_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARING,
            {"new": new, "least": LEAST_SHARED, "since": since, "by_members": list(_BY_MEMBERS)},
        )
        ordered = cursor.rowcount
    for first in range(0, len(new), _REGISTERED_AT_ONCE):
        ordered += _order_not_indexed(new[first : first + _REGISTERED_AT_ONCE], since)
    return ordered


def _order_not_indexed(new: Collection[int], since: datetime) -> int:
    """Order the comparison of texts that are in no index and share words with one of these. Returns how many."""
    kept = KnownText.objects.filter(pk__in=new).values_list("pk", "grams")
    runs = {pk: frozenset(unpack(grams)) for pk, grams in kept}
    of_any = frozenset[int]().union(*runs.values())
    ordered = 0
    for target in _newest_not_indexed(since):
        shared = of_any.intersection(grams_of(folded(target.words.text[:LONGEST])))
        if len(shared) >= _LEAST_GRAMS and _is_news(target, shared, runs):
            order_text_screening(target.matter, target.row.pk)
            ordered += 1
    return ordered


def _is_news(target: Target, shared: frozenset[int], runs: Mapping[int, frozenset[int]]) -> bool:
    """Whether a moderator has not had it before them yet that the text shares words with one of these."""
    sources = {pk for pk, of_source in runs.items() if len(shared & of_source) >= _LEAST_GRAMS}
    about_it = {f"case__{column}": value for column, value in target.filter.items()}
    seen = Evidence.objects.filter(**about_it, source__in=sources).values_list("source", flat=True)
    return bool(sources.difference(seen))


def _newest_not_indexed(since: datetime) -> Iterator[Target]:
    changed = Change.objects.filter(field="trivia", title__isnull=False, origin__in=_BY_MEMBERS, at__gt=since)
    trivia = Trivia.objects.filter(is_removed=False, title__in=changed.order_by().values("title"))
    lists = TitleList.objects.filter(audience=Audience.EVERYONE, is_removed=False, changed_at__gt=since)
    numbers = [
        *((Matter.TRIVIA, pk) for pk in trivia.values_list("pk", flat=True)),
        *((Matter.LIST, pk) for pk in lists.values_list("pk", flat=True)),
        *((Matter.ABOUT, pk) for pk in Member.objects.exclude(about="").values_list("pk", flat=True)),
    ]
    for first in range(0, len(numbers), _LOADED_AT_ONCE):
        yield from load_targets(numbers[first : first + _LOADED_AT_ONCE]).values()
