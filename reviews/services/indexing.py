"""Keeping the copy detector's index: which texts it knows, and the fingerprints of each.

The transaction that stores a text notes it: a row of `KnownText` that waits. The fingerprints follow by a task after the
commit; a sweep finds what a dead worker left. `source_hash` of the row tells which words its fingerprints were made of, so
that those of earlier words can be computed again and taken out: no index leads from a text to its fingerprints.

What becomes of a message (hidden, removed, withdrawn, restored) changes nothing here: `reviews.copy_index` looks at its
state whenever it is asked.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.utils import timezone

from films.models import Change, Person, Title
from filmsite.lib.bulk import copy_rows
from filmsite.lib.waking import wake_on_commit
from reviews.copydetect.allowed import first_paragraph_words
from reviews.copydetect.fingerprint import ALGORITHM, fingerprints
from reviews.copydetect.normalise import folded
from reviews.models import Evidence, KnownKind, KnownText, OwnWords, Review, Revision
from reviews.tasks import index_text as index_later

Indexed = Review | Title | Person

# The `algorithm` of a known text whose fingerprints are still to be made.
WAITING: Final = 0
# Known texts a transaction: their rows are held for half a second, for which an edit of one of them waits.
PORTION: Final = 500
_COLUMNS: Final[dict[type[Indexed], tuple[KnownKind, str]]] = {
    Review: (KnownKind.REVIEW, "review"),
    Title: (KnownKind.PLOT, "title"),
    Person: (KnownKind.BIOGRAPHY, "person"),
}

# By the hash, which is indexed, and then by the text among those that share it.
_TAKE_OUT: Final = "DELETE FROM reviews_fingerprint WHERE hash = ANY (%s) AND known_id = %s"
_SETTLE: Final = f"""
    UPDATE reviews_knowntext AS known
    SET algorithm = {ALGORITHM}, source_hash = made.source_hash, words = made.words, first_words = made.first_words
    FROM unnest(%s::integer[], %s::text[], %s::integer[], %s::integer[])
        AS made (id, source_hash, words, first_words)
    WHERE known.id = made.id
"""  # noqa: S608  (no value is put in but our own constant)
_RENUMBER: Final = """
    UPDATE reviews_knowntext SET id = nextval(pg_get_serial_sequence('reviews_knowntext', 'id'))
    WHERE id = %s RETURNING id
"""


class Words(NamedTuple):
    """The words of a text as they stand, their hash, whose they are, and when they were written as far as is known."""

    text: str
    source_hash: str
    author_id: int | None
    written_at: datetime


def words_behind(row: Indexed) -> Words:
    """Give the words by which the detector knows a message, a title or a person."""
    if isinstance(row, Review):
        return Words(row.body, row.source_hash, row.author_id, row.created_at)
    if isinstance(row, Title):
        return Words(row.plot, hash_of(row.plot), row.plot_author_id, timezone.now())
    return Words(row.biography, hash_of(row.biography), None, timezone.now())


def hash_of(text: str) -> str:
    """Give the hash of the words of a text that has none of its own."""
    return hashlib.sha256(text.encode()).hexdigest()


def note_text(row: Indexed) -> KnownText | None:
    """Note that a message, the plot of a title or the biography of a person has other words now, or is new.

    Call it in the transaction that stores them, with the row held. The same words again change nothing but whose they
    are. None where there are no words; then what was known is forgotten.
    """
    words = words_behind(row)
    if not words.text.strip():
        forget_text(row)
        return None
    kind, column = _COLUMNS[type(row)]
    known, is_new = KnownText.objects.get_or_create(
        **{column: row},
        defaults={
            "kind": kind,
            "author_id": words.author_id,
            "written_at": words.written_at,
            "algorithm": WAITING,
        },
    )
    if not is_new:
        if (known.source_hash, known.author_id) == (words.source_hash, words.author_id):
            return known
        known.author_id = words.author_id
        if known.source_hash != words.source_hash:
            known.algorithm = WAITING
        known.save(update_fields=["author", "algorithm"])
    if known.algorithm == WAITING:
        wake_on_commit(index_later, known.pk)
    return known


def forget_text(row: Indexed) -> None:
    """Take a text out of the index for good, in the transaction that deletes its words; before they are gone."""
    _kind, column = _COLUMNS[type(row)]
    known = KnownText.objects.select_for_update(of=("self",)).filter(**{column: row}).first()
    if known is None:
        return
    forget_known(known)


def forget_known(known: KnownText) -> None:
    """Take a known text out of the index, held by the caller. Prints of words that nobody has any more go with the night."""
    earlier = _earlier_words(known)
    if earlier is not None:
        with connection.cursor() as cursor:
            _take_out(cursor, known.pk, _prints(earlier))
    known.delete()


def index_text(pk: int) -> bool:
    """Make the fingerprints of a known text that waits for them; whether it did. Twice is as once."""
    return bool(index_portion([pk]))


def index_portion(pks: Collection[int] | None = None, *, at_most: int = PORTION) -> int:
    """Make the fingerprints of the first known texts that wait for them, or of these; give how many were made.

    Several may be at it: each takes what no other holds. All or nothing, and nothing is held that is not waiting.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        waiting = KnownText.objects.filter(algorithm=WAITING).order_by("pk")
        if pks is not None:
            waiting = waiting.filter(pk__in=pks)
        held = list(
            waiting.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)[:at_most]
        )
        # In a statement of its own: whoever changed the words before the rows were held is seen by it.
        index_held(cursor, _with_words(KnownText.objects.filter(pk__in=held)))
    return len(held)


def index_held(cursor: CursorWrapper, rows: Collection[KnownText]) -> None:
    """Make the fingerprints of known texts that the caller holds, with their words loaded along."""
    if not rows:
        return
    prints: list[tuple[int, int]] = []
    settled: list[tuple[int, str, int, int]] = []
    for row in rows:
        text, source_hash = _words_of_known(row)
        words = folded(text)
        wanted = fingerprints(words, window=settings.FILMSITE_COPY_WINDOW)
        # A registered text never changes: one that waits has lost its fingerprints when the index was emptied.
        if row.source_hash and not row.text:
            wanted -= _without_earlier(cursor, row, wanted)
        prints += [(value, row.pk) for value in wanted]
        # Most texts are one paragraph, and need not be cut into words twice.
        first = first_paragraph_words(text) if "\n" in text.strip() else len(words)
        settled.append((row.pk, source_hash, len(words), first))
    copy_rows(cursor, "reviews_fingerprint", ["hash", "known_id"], prints)
    cursor.execute(_SETTLE, [list(column) for column in zip(*settled, strict=True)])


def _without_earlier(cursor: CursorWrapper, row: KnownText, wanted: Collection[int]) -> set[int]:
    """Take the fingerprints of its earlier words out; give those of them that are wanted still, which stay.

    Where nobody has the earlier words any more the text gets a new number, under which nothing is known of it yet.
    """
    earlier = _earlier_words(row)
    if earlier is None:
        _renumber(cursor, row)
        return set()
    old = _prints(earlier)
    _take_out(cursor, row.pk, old - set(wanted))
    return old & set(wanted)


def _prints(text: str) -> set[int]:
    return fingerprints(folded(text), window=settings.FILMSITE_COPY_WINDOW)


def _take_out(cursor: CursorWrapper, pk: int, prints: Collection[int]) -> None:
    if prints:
        cursor.execute(_TAKE_OUT, [list(prints), pk])


def _renumber(cursor: CursorWrapper, row: KnownText) -> None:
    """Give a known text another number, with all that leads to it. Its old fingerprints are nobody's, and go at night."""
    old = row.pk
    cursor.execute(_RENUMBER, [old])
    (row.pk,) = cursor.fetchone()
    Evidence.objects.filter(source_id=old).update(source_id=row.pk)
    OwnWords.objects.filter(source_id=old).update(source_id=row.pk)


def _with_words(known: QuerySet[KnownText]) -> QuerySet[KnownText]:
    return known.select_related("review", "title", "person").only(
        *("kind", "text", "source_hash", "algorithm"),
        *("review__body", "review__source_hash", "title__plot", "person__biography"),
    )


def _words_of_known(row: KnownText) -> tuple[str, str]:
    """The words of a known text as they stand, and their hash."""
    if row.review is not None:
        return row.review.body, row.review.source_hash
    text = (
        row.title.plot
        if row.title is not None
        else row.person.biography
        if row.person is not None
        else row.text
    )
    return text, hash_of(text)


def _earlier_words(row: KnownText) -> str | None:
    """The words of which the fingerprints were made; "" if there are none yet, None where they are not known any more."""
    if not row.source_hash:
        return ""
    if row.review_id is not None:
        revisions = Revision.objects.filter(review=row.review_id, source_hash=row.source_hash)
        return revisions.values_list("body", flat=True).first()
    return next((text for text in _kept_words(row) if hash_of(text) == row.source_hash), None)


def _kept_words(row: KnownText) -> Sequence[str]:
    """What a plot or a biography said at any time, by the history of the catalogue; or a registered text."""
    if row.title_id is None and row.person_id is None:
        return [row.text]
    current = (
        row.title.plot if row.title is not None else row.person.biography if row.person is not None else ""
    )
    history: Any = Change.objects.filter(title=row.title_id, person=row.person_id)
    changes = history.filter(field="plot" if row.title_id is not None else "biography")
    values = (value for pair in changes.values_list("old", "new") for value in pair)
    return [current, *(value["text"] for value in values if isinstance(value, dict) and value.get("text"))]
