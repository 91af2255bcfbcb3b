"""Texts that rights-holders and staff let the copy detector know, and formulas that anybody may use.

Of a registered text the words are kept only where FILMSITE_KNOWN_TEXTS_KEEP says so; of a formula always, for it is free.
What already stands on the site is looked for once, while the words are at hand; nothing is done about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Job, JobState, Member
from filmsite.lib.bulk import copy_rows
from reviews.copy_index import IndexTooSlow, candidates_for, load_known
from reviews.copydetect.allowed import first_paragraph_words
from reviews.copydetect.fingerprint import ALGORITHM, K, fingerprints, pack
from reviews.copydetect.normalise import words_of
from reviews.copydetect.overlap import grams_of, spans
from reviews.models import KnownKind, KnownText, Licence
from reviews.services.indexing import forget_known, hash_of

SCAN: Final = "known_texts.scan"
KEEP_TEXT: Final = "text"
# Longer than any review or plot; a book is registered by chapter.
MOST_CHARACTERS: Final = 200_000
# What came from elsewhere counts as older than anything on the site.
BEFORE_ALL: Final = datetime(1900, 1, 1, tzinfo=UTC)
# So many texts of the site are compared with a registered one, and fewer words in common are of no interest.
_MOST_COMPARED: Final = 50
_WORTH_SHOWING: Final = 25


class CannotRegister(Exception):
    """Nothing was registered; the words say why."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A text that is known now, and how many words of it stand in texts of the site: (known text, words), most first."""

    known: KnownText
    standing: list[tuple[int, int]]


def register_text(
    *,
    text: str,
    label: str,
    url: str = "",
    holder: str = "",
    licence: Licence = Licence.UNKNOWN,
    section: str = "",
    is_formula: bool = False,
    registered_by: Member | None = None,
) -> Registered:
    """Let the detector know a text, or a formula that anybody may use, and look which texts of the site hold its words.

    In the index at once. Raises `CannotRegister` when the text is too short to be found (`K` words), too long, or known
    already.
    """
    words = [token.word for token in words_of(text)]
    if len(words) < K:
        raise CannotRegister(f"It has {len(words)} words, and nothing shorter than {K} is ever found.")
    if len(text) > MOST_CHARACTERS:
        raise CannotRegister(f"It has {len(text):,} characters; register it in parts of {MOST_CHARACTERS:,}.")
    kind = KnownKind.FORMULA if is_formula else KnownKind.REGISTERED
    known = KnownText(
        kind=kind,
        label=label,
        url=url,
        holder=holder,
        licence=Licence.FREE if is_formula else licence,
        section=section,
        registered_by=registered_by,
        text=text if is_formula or settings.FILMSITE_KNOWN_TEXTS_KEEP == KEEP_TEXT else "",
        grams=pack(grams_of(words)),
        words=len(words),
        first_words=first_paragraph_words(text),
        source_hash=hash_of(text),
        algorithm=ALGORITHM,
        written_at=BEFORE_ALL,
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            known.save()
            prints = fingerprints(words, window=settings.FILMSITE_COPY_WINDOW)
            copy_rows(
                cursor, "reviews_fingerprint", ["hash", "known_id"], ((value, known.pk) for value in prints)
            )
    except IntegrityError as error:
        raise CannotRegister("It is known already.") from error
    return Registered(known, [] if is_formula else _scan(known, words))


def remove_text(*, known: KnownText) -> None:
    """Forget a registered text or formula. Cases that it led to keep what they show."""
    if known.kind not in (KnownKind.REGISTERED, KnownKind.FORMULA):
        raise ValueError("A text of the site leaves the index with its words.")
    with transaction.atomic():
        forget_known(KnownText.objects.select_for_update(of=("self",)).get(pk=known.pk))


def _scan(known: KnownText, words: Sequence[str]) -> list[tuple[int, int]]:
    """Find which texts of the site hold words of a registered one, and note them in a job for moderators to look at."""
    try:
        hits = candidates_for(words, author_id=None, every_run=True, exclude_review=None, most=_MOST_COMPARED)
    except IndexTooSlow:
        return []
    grams = grams_of(words)
    compared = (
        (source.id, sum(overlap.words for overlap in spans(words_of(source.text), grams)))
        for source in load_known([hit.known_id for hit in hits if hit.known_id != known.pk])
    )
    standing = sorted(
        (found for found in compared if found[1] >= _WORTH_SHOWING), key=lambda found: -found[1]
    )
    if standing:
        Job.objects.create(
            kind=SCAN,
            owner=known.registered_by,
            parameters={"known": known.pk, "standing": standing},
            counts={"texts": len(standing)},
            state=JobState.DONE,
            finished_at=timezone.now(),
        )
    return standing
