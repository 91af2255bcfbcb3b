"""Looking at a text for words that stand elsewhere too: while it is written, and in the transaction that stores it.

The machine asks the author and shows a moderator what it found. It never blocks, hides or removes anything, and nothing
waits for it: where the index gives no answer in time the text is stored, and a worker compares it afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from django.utils import timezone

from accounts.models import Member, MemberTotals
from filmsite.lib.text import plain_text
from reviews.comparing import compare
from reviews.copy_index import IndexTooSlow
from reviews.copydetect.mending import (
    Replacement,
    as_quote,
    first_paragraph_in,
    headings_in,
    keep_first_paragraph,
    may_keep_first_paragraph,
    replacement,
    take_out,
    without_headings,
)
from reviews.copydetect.paste_signal import PasteSignal, is_worth_a_question
from reviews.copydetect.rules import Finding, Level, Limits
from reviews.models import Case, KnownKind, KnownText, Matter, Review, Revision
from reviews.moderation.targets import target_of
from reviews.services.examining import NOTHING, Said, act_on, compare_stored
from reviews.services.own_words import honoured, is_believed
from reviews.services.screening_later import order_screening
from reviews.subjects import Subject

log = structlog.get_logger("filmsite.screening")

EXCERPT_CHARACTERS: Final = 160
# Whoever wrote so many messages is no newcomer, and is not asked about a paste of which no source is known.
NEWCOMER_MESSAGES: Final = 10


@dataclass(frozen=True, slots=True)
class NoticePassage:
    """What a text shares with one source, as the composer shows it.

    `stretches` are the passages within the text (code points, end exclusive), `start` and `end` those of the longest,
    whose words `excerpt` begins with; `words` counts all of them. `label` and `url` are empty where it is nobody's business
    where the words stand. Of the three buttons each has what it puts in the text's place; `keeps_first` is None where the
    policy does not allow that: the text has nothing of that paragraph, or (`lacks_own_words`) too few words of its author.
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
    # No link can stand in the text.
    is_plain: bool = False
    lacks_own_words: bool = False


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


def notice_for(
    *,
    subject: Subject | None,
    author: Member,
    body: str,
    paste: PasteSignal | None,
    review: Review | None = None,
    parent: Review | None = None,
    limits: Limits | None = None,
    is_plain: bool = False,
) -> Notice | None:
    """What to tell the author before the text is posted, or None. Of a text about nothing in particular, as the description
    of a list, the `subject` is None. `review` is the text being changed, `parent` what it
    answers, if any; `limits` are those of the section unless given. Of a text that is no Markdown (`is_plain`) no first
    paragraph with a link can be kept, and a quotation stands between its marks.

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
            limits=limits,
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
    headlines = _headlines_of(shown)
    return Notice(
        passages=[
            _passage(number, body, found, headlines.get(found[0].source.id, ""), is_plain=is_plain)
            for number, found in enumerate(_by_source(shown), 1)
        ],
        words=words,
        share=min(1.0, words / assessment.text_words),
        level=level,
    )


def screen_review(review: Review, revision: Revision, said: Said = NOTHING) -> Case | None:
    """Open a case where the rules ask for one, and close the one that an edit has answered; record what the author said.

    Runs inside the transaction that stores the revision. Where the index is too slow the text waits for a worker.
    """
    try:
        assessment = compare_stored(review, written_at=timezone.now())
    except IndexTooSlow:
        order_screening(review, said)
        return None
    if assessment.unread:
        order_screening(review, said)
    return act_on(target_of(Matter.REVIEW, review), assessment, said, revision=revision)


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


def _headlines_of(findings: Iterable[Finding]) -> dict[int, str]:
    """What stands over messages that were found, which is no part of their words, by the id of the known text. One
    query, rarely two.
    """
    sources = [finding.source for finding in findings]
    ids = {source.id for source in sources if source.kind == KnownKind.REVIEW and source.is_public}
    indexed = KnownText.objects.filter(pk__in=[pk for pk in ids if pk > 0], review__isnull=False)
    # What is in no index yet has the number of the message, below zero.
    fresh = Review.objects.filter(pk__in=[-pk for pk in ids if pk < 0])
    found = dict(indexed.values_list("pk", "review__headline"))
    return found | {-pk: headline for pk, headline in fresh.values_list("pk", "headline")}


def _passage(
    number: int, body: str, findings: Sequence[Finding], headline: str, *, is_plain: bool
) -> NoticePassage:
    source, longest = findings[0].source, max(findings, key=lambda finding: finding.words)
    stretches = [(finding.start, finding.end) for finding in findings]
    label, url = (source.label, source.url) if source.is_public else ("", "")
    above = [headline, label, label.partition(": ")[2], *headings_in(source.text)]
    bare, places = without_headings(body, stretches, above)
    has_first = bool(url) and not is_plain and first_paragraph_in(bare, places, source) is not None
    may_keep = has_first and may_keep_first_paragraph(bare, places, source)
    return NoticePassage(
        number=number,
        start=longest.start,
        end=longest.end,
        words=sum(finding.words for finding in findings),
        excerpt=_shortened(plain_text(body[longest.start : longest.end])),
        label=label,
        url=url,
        keeps_first=replacement(body, keep_first_paragraph(bare, places, source, url)) if may_keep else None,
        as_quote=replacement(body, as_quote(bare, places, label, url, is_plain=is_plain)),
        remove=replacement(body, take_out(bare, places)),
        source_id=source.id,
        stretches=tuple(stretches),
        kind=source.kind if source.is_public else "",
        is_plain=is_plain,
        lacks_own_words=has_first and not may_keep,
    )


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_CHARACTERS else text[: EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
