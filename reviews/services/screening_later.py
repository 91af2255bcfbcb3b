"""Looking at texts that wait for it: messages for which there was no time when they were stored, and whatever else members
write, which a worker always looks at. A row waits for each, so that the sweep finds what no worker heard of.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from filmsite.lib.waking import wake, wake_on_commit
from reviews.comparing import known_since
from reviews.copy_index import IndexTooSlow
from reviews.copydetect.paste_signal import signal_from
from reviews.models import Case, CaseKind, DelayedScreening, Matter, Review
from reviews.moderation.targets import Target, load_target, target_of
from reviews.services.delayed_looks import LONGEST_WAIT, MOST_ATTEMPTS, due, has_many_cases
from reviews.services.ending import close_fixed_case_about
from reviews.services.examining import NOTHING, Said, act_on, compare_stored, compare_text
from reviews.services.opening import hold
from reviews.tasks import screen_later
from reviews.written_words import written_by_member

log = structlog.get_logger("filmsite.screening")

# A worker tries again after so long, twice as long each time, and at last every day.
_FIRST_WAIT: Final = timedelta(seconds=30)


def order_screening(review: Review, said: Said = NOTHING, *, is_urgent: bool = True) -> None:
    """Let a worker compare a message once this transaction is committed, or the sweep, should nobody hear of it.

    What is not urgent, as thousands of texts that came with a file, waits for the sweep.
    """
    row, _ = DelayedScreening.objects.update_or_create(
        review=review, defaults={"said": asdict(said), "due_at": timezone.now(), "attempts": 0}
    )
    if is_urgent:
        wake_on_commit(screen_later, row.pk)


def order_text_screening(
    matter: Matter, number: int, *, own_sources: Mapping[str, Collection[int]] | None = None
) -> None:
    """The same for what is no message, by the number of its row. Costs two small queries, or three, and no comparison.

    `own_sources` are the known texts whose words its author has just called their own, by the field in which they stand. What
    was said of other fields that still wait stands.
    """
    row, _ = DelayedScreening.objects.update_or_create(
        matter=matter, number=number, defaults={"due_at": timezone.now(), "attempts": 0}
    )
    if own_sources:
        said = _said_in(row.said)
        fields = {**said.own_sources, **{name: sorted(ids) for name, ids in own_sources.items()}}
        row.said = asdict(replace(said, own_sources=fields))
        row.save(update_fields=["said"])
    wake_on_commit(screen_later, row.pk)


def order_comparisons_again(matter: Matter, numbers: Collection[int]) -> None:
    """Let the sweep have texts of one kind compared that stood already, those too that no worker tries any more. What was said of
    words that still wait stands. One statement, none where there are no numbers.
    """
    is_message = matter == Matter.REVIEW
    DelayedScreening.objects.bulk_create(
        [
            DelayedScreening(review_id=pk) if is_message else DelayedScreening(matter=matter, number=pk)
            for pk in sorted(numbers)
        ],
        update_conflicts=True,
        unique_fields=["review"] if is_message else ["matter", "number"],
        update_fields=["attempts", "due_at"],
    )


def screen_delayed(pk: int) -> str:
    """Compare a text that waits for it. Says what came of it; twice is as once."""
    row = DelayedScreening.objects.filter(pk=pk).first()
    if row is None:
        return "nothing"
    with transaction.atomic():
        return _screen_message(pk) if row.review_id is not None else _screen_text(row)


def sweep_screenings() -> int:
    """Deliver the comparisons that no wake-up reached or that failed, the longest waiting first. Returns how many."""
    waiting = list(due(DelayedScreening.objects.all()).values_list("pk", flat=True))
    for pk in waiting:
        wake(screen_later, pk)
    return len(waiting)


def _screen_message(pk: int) -> str:
    # The message before the row that waits, like whoever stores a message and orders this.
    held = Review.objects.select_for_update(of=("self",), no_key=True).with_subject()
    review = held.filter(delayed_screening=pk).first()
    row = DelayedScreening.objects.filter(pk=pk).first()
    if review is None or row is None:
        return "nothing"
    if not review.is_published:
        row.delete()
        return "gone"
    target = target_of(Matter.REVIEW, review)
    if _waits_for_others(target):
        return _try_tomorrow(row)
    revision = review.revisions.get(number=review.revision_number)
    try:
        assessment = compare_stored(review, written_at=max(revision.created_at, known_since(review)))
    except IndexTooSlow:
        return _put_off(row)
    row.delete()
    return "case" if act_on(target, assessment, _said_in(row.said), revision=revision) else "nothing found"


def _screen_text(row: DelayedScreening) -> str:
    target = load_target(row.matter, row.number or 0)
    if target is not None:
        hold(target)
        # Under the lock the words are those that stay until this is done.
        target = load_target(row.matter, row.number or 0)
    if target is None:
        row.delete()
        return "gone"
    # And what was said of them.
    waiting = DelayedScreening.objects.filter(pk=row.pk).first()
    if waiting is None:
        return "nothing"
    if not target.words.text:
        close_fixed_case_about(target)
    written, author = written_by_member(target), target.author
    if written is None or author is None:
        row.delete()
        return "gone"
    if _waits_for_others(target):
        return _try_tomorrow(row)
    try:
        assessment = compare_text(target, written, author_id=author.pk)
    except IndexTooSlow:
        return _put_off(row)
    row.delete()
    said = _said_in(waiting.said)
    said = replace(said, own_words=written.declared_own or said.own_words)
    return "case" if act_on(target, assessment, said) else "nothing found"


def _waits_for_others(target: Target) -> bool:
    of_others = Case.objects.filter(kind=CaseKind.COPIED).exclude(**target.filter)
    return has_many_cases(target.author, of_others)


def _try_tomorrow(row: DelayedScreening) -> str:
    DelayedScreening.objects.filter(pk=row.pk).update(due_at=timezone.now() + LONGEST_WAIT)
    return "later"


def _put_off(row: DelayedScreening) -> str:
    wait = min(LONGEST_WAIT, _FIRST_WAIT * 2 ** min(row.attempts, 16))
    DelayedScreening.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1, due_at=timezone.now() + wait
    )
    if row.attempts + 1 >= MOST_ATTEMPTS:
        log.error("a text is never compared: the index was too slow", screening=row.pk, text=str(row))
        return "given up"
    return "too slow"


def _said_in(kept: Mapping[str, Any]) -> Said:
    """What was kept when it was ordered."""
    paste = kept.get("paste") and signal_from({**kept["paste"], "pastes": kept["paste"].get("count")})
    return Said(
        paste or None,
        bool(kept.get("own_words")),
        str(kept.get("own_words_url", "")),
        kept.get("own_sources", {}),
    )
