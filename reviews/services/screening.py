"""Looking at a text for words that stand elsewhere too: while it is written, and in the transaction that stores it.

The machine asks the author and shows a moderator what it found. It never blocks, hides or removes anything, and nothing
waits for it: where the index gives no answer in time the text is stored, and a worker compares it afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Member, MemberTotals
from films.models import Person, Title
from filmsite.lib.text import plain_text
from filmsite.lib.waking import wake, wake_on_commit
from reviews.comparing import compare, known_since
from reviews.copied_evidence import evidence_of, without_judged
from reviews.copy_index import IndexTooSlow
from reviews.copydetect.mending import (
    Replacement,
    as_quote,
    keep_first_paragraph,
    may_keep_first_paragraph,
    replacement,
    take_out,
)
from reviews.copydetect.paste_signal import PasteSignal, is_worth_a_question, signal_from
from reviews.copydetect.rules import Assessment, Finding, KnownText, Level
from reviews.models import Case, CaseFlag, CaseKind, CaseState, DelayedScreening, KnownKind, Review, Revision
from reviews.services.indexing import note_text
from reviews.services.opening import close_fixed_case, open_copied_case
from reviews.services.own_words import honoured, is_believed, looked_at, say_own_words
from reviews.subjects import Subject
from reviews.tasks import screen_later

log = structlog.get_logger("filmsite.screening")

EXCERPT_CHARACTERS: Final = 160
# Whoever wrote so many messages is no newcomer, and is not asked about a paste of which no source is known.
NEWCOMER_MESSAGES: Final = 10
# Whoever brings in a thousand texts has so many cases at a time, and the next ones when those are decided.
MOST_CASES_OF_ONE: Final = 10
# A worker tries again after so long, twice as long each time, and at last every day.
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(days=1)
# After so many times, some ten days, no worker tries of itself: the row stays for staff to see.
MOST_ATTEMPTS: Final = 20
_SWEPT_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class NoticePassage:
    """What a text shares with one source, as the composer shows it.

    `stretches` are the passages within the text (code points, end exclusive), `start` and `end` those of the longest,
    whose words `excerpt` begins with; `words` counts all of them. `label` and `url` are empty where it is nobody's business
    where the words stand. Of the three buttons each has what it puts in the text's place; `keeps_first` is None where the
    policy does not allow that: the text has nothing of that paragraph, or too few words of its author.
    """

    number: int
    start: int
    end: int
    words: int
    excerpt: str
    label: str
    url: str
    keeps_first: Replacement | None
    as_quote: Replacement
    remove: Replacement
    source_id: int
    stretches: tuple[tuple[int, int], ...] = ()
    # What the source is (`reviews.models.KnownKind`); "" where nobody is told.
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the composer says about a text: its passages with a known source, or one `question` about a paste without one.

    `words` copied words are `share` (0 to 1) of the text. `level` CASE says that a moderator will look at the text if it
    is posted as it is.
    """

    passages: list[NoticePassage]
    words: int = 0
    share: float = 0
    level: Level = Level.NONE
    question: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What came with a text: what the browser said about a paste, and what its author said about whose words they are."""

    paste: PasteSignal | None = None
    own_words: bool = False
    own_words_url: str = ""


NOTHING: Final = Said()


def notice_for(
    *,
    subject: Subject,
    author: Member,
    body: str,
    paste: PasteSignal | None,
    review: Review | None = None,
    parent: Review | None = None,
) -> Notice | None:
    """What to tell the author before the text is posted, or None. `review` is the text being changed, `parent` what it
    answers, if any.

    A few milliseconds, and at most about a quarter of a second: where the index gives no answer in time nothing is said,
    and what must be looked at is found when the text is stored.
    """
    try:
        assessment = compare(
            body,
            subject=subject,
            author_id=author.pk,
            written_at=timezone.now(),
            own_words=honoured,
            review=review,
            parent=parent or (review.parent if review else None),
        )
    except IndexTooSlow:
        log.warning("a text was not compared while it was written", subject=str(subject), member=author.pk)
        return None
    level = assessment.level_to_author
    if level is Level.NONE:
        asks = is_worth_a_question(body, paste) and _is_newcomer(author) and not is_believed(author)
        return Notice([], question=True) if asks else None
    shown = assessment.to_author
    words = sum(finding.words for finding in shown)
    return Notice(
        passages=[_passage(number, body, found) for number, found in enumerate(_by_source(shown), 1)],
        words=words,
        share=min(1.0, words / assessment.text_words),
        level=level,
    )


def screen_review(review: Review, revision: Revision, said: Said = NOTHING) -> Case | None:
    """Open a case where the rules ask for one, and close the one that an edit has answered; record what the author said.

    Runs inside the transaction that stores the revision. Where the index is too slow the text waits for a worker.
    """
    try:
        assessment = _assess(review, written_at=timezone.now())
    except IndexTooSlow:
        order_screening(review, said)
        return None
    if assessment.unread:
        order_screening(review, said)
    return _act_on(review, revision, assessment, said)


def order_screening(review: Review, said: Said = NOTHING, *, is_urgent: bool = True) -> None:
    """Let a worker compare a message once this transaction is committed, or the sweep, should nobody hear of it.

    What is not urgent, as thousands of texts that came with a file, waits for the sweep.
    """
    row, _ = DelayedScreening.objects.update_or_create(
        review=review, defaults={"said": asdict(said), "due_at": timezone.now(), "attempts": 0}
    )
    if is_urgent:
        wake_on_commit(screen_later, row.pk)


def screen_delayed(pk: int) -> str:
    """Compare a message that waits for it. Says what came of it; twice is as once."""
    with transaction.atomic():
        # The message before the row that waits, like whoever stores a message and orders this.
        held = Review.objects.select_for_update(of=("self",), no_key=True).with_subject()
        review = held.filter(delayed_screening=pk).first()
        row = DelayedScreening.objects.filter(pk=pk).first()
        if review is None or row is None:
            return "nothing"
        if not review.is_published:
            row.delete()
            return "gone"
        if _has_many_cases(review):
            DelayedScreening.objects.filter(pk=pk).update(due_at=timezone.now() + _LONGEST_WAIT)
            return "later"
        revision = review.revisions.get(number=review.revision_number)
        try:
            assessment = _assess(review, written_at=max(revision.created_at, known_since(review)))
        except IndexTooSlow:
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(row.attempts, 16))
            DelayedScreening.objects.filter(pk=pk).update(
                attempts=F("attempts") + 1, due_at=timezone.now() + wait
            )
            if row.attempts + 1 >= MOST_ATTEMPTS:
                log.error("a message is never compared: the index was too slow", review=review.pk)
                return "given up"
            return "too slow"
        row.delete()
        return "case" if _act_on(review, revision, assessment, _said_in(row.said)) else "nothing found"


def sweep_screenings() -> int:
    """Deliver the comparisons that no wake-up reached or that failed, the longest waiting first. Returns how many."""
    due = DelayedScreening.objects.filter(due_at__lte=timezone.now(), attempts__lt=MOST_ATTEMPTS).order_by(
        "due_at"
    )
    waiting = list(due.values_list("pk", flat=True)[:_SWEPT_AT_ONCE])
    for pk in waiting:
        wake(screen_later, pk)
    return len(waiting)


def _has_many_cases(review: Review) -> bool:
    """Whether so many cases about this author wait that others have their turn when some of those are decided."""
    waiting = Case.objects.filter(kind=CaseKind.COPIED, author=review.author_id, state=CaseState.OPEN)
    return waiting.exclude(review=review).count() >= MOST_CASES_OF_ONE


def _assess(review: Review, *, written_at: datetime) -> Assessment:
    return compare(
        review.body,
        subject=review.subject,
        author_id=review.author_id,
        written_at=written_at,
        # What the author said about this very message is for the moderator of its case to find.
        own_words=partial(looked_at, other_than=review.pk),
        review=review,
        parent=review.parent,
        every_run=True,
    )


def _act_on(review: Review, revision: Revision, assessment: Assessment, said: Said) -> Case | None:
    """Record what the author said, and let there be a case about the newest words exactly if there must be one."""
    found = replace(assessment, findings=tuple(_with_known_sources(assessment.findings)))
    if said.own_words:
        sources = {finding.source.id for finding in found.to_author}
        if sources or is_worth_a_question(review.body, said.paste):
            say_own_words(author=review.author, review=review, sources=sources, url=said.own_words_url)
    if found.level is Level.CASE:
        found = replace(found, findings=tuple(without_judged(review, found.findings)))
    if found.level is not Level.CASE:
        close_fixed_case(review=review)
        return None
    return open_copied_case(
        review=review,
        revision=revision,
        evidence=evidence_of(found.findings, said.paste),
        flags=[CaseFlag.DECLARED_OWN] if said.own_words else [],
    )


def _with_known_sources(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, each with a source that has a row: what no index has heard of yet is noted now."""
    noted: dict[tuple[str, int], KnownText] = {}
    for finding in findings:
        source = finding.source
        if source.id < 0:
            key = (source.kind, source.id)
            if key not in noted:
                row = note_text(_NOTED_AS[source.kind].objects.get(pk=-source.id))
                noted[key] = replace(source, id=row.pk if row else 0)
            source = noted[key]
        yield replace(finding, source=source)


_NOTED_AS: Final[dict[str, type[Review] | type[Title] | type[Person]]] = {
    KnownKind.REVIEW: Review,
    KnownKind.PLOT: Title,
    KnownKind.BIOGRAPHY: Person,
}


def _said_in(kept: Mapping[str, Any]) -> Said:
    """What `order_screening` kept."""
    paste = kept.get("paste") and signal_from({**kept["paste"], "pastes": kept["paste"].get("count")})
    return Said(paste or None, bool(kept.get("own_words")), str(kept.get("own_words_url", "")))


def _is_newcomer(author: Member) -> bool:
    totals = MemberTotals.objects.filter(member=author).first()
    return totals is None or totals.message_count < NEWCOMER_MESSAGES


# --- What the composer shows --------------------------------------------------------------------------------------


def _by_source(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The passages of each source, in the order in which the text comes to them."""
    sources: dict[int, list[Finding]] = {}
    for finding in findings:
        sources.setdefault(id(finding.source), []).append(finding)
    return list(sources.values())


def _passage(number: int, body: str, findings: Sequence[Finding]) -> NoticePassage:
    source, longest = findings[0].source, max(findings, key=lambda finding: finding.words)
    stretches = [(finding.start, finding.end) for finding in findings]
    label, url = (source.label, source.url) if source.is_public else ("", "")
    may_keep = bool(url) and may_keep_first_paragraph(body, stretches, source)
    return NoticePassage(
        number=number,
        start=longest.start,
        end=longest.end,
        words=sum(finding.words for finding in findings),
        excerpt=_shortened(plain_text(body[longest.start : longest.end])),
        label=label,
        url=url,
        keeps_first=replacement(body, keep_first_paragraph(body, stretches, source, url))
        if may_keep
        else None,
        as_quote=replacement(body, as_quote(body, stretches, label, url)),
        remove=replacement(body, take_out(body, stretches)),
        source_id=source.id,
        stretches=tuple(stretches),
        kind=source.kind if source.is_public else "",
    )


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_CHARACTERS else text[: EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
