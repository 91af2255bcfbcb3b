"""The policy on pasted text, as a decision on one text.

No copying of other texts, even with their source named; a quotation is fine, and so is the first paragraph of a page
with a link to it. What stands in an earlier text of the same author is theirs, wherever it stood, and what is free is
free. Words that are verified to stand in the same order elsewhere decide, and never the number of fingerprints.

The machine only asks and shows: `WARN` is a notice to the author, `CASE` is that and, when the text is posted anyway, a
moderator's look at the evidence. It never removes anything.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from reviews.copydetect.allowed import (
    MOST_OF_IT,
    QUOTE_WORDS,
    SOURCE_WORDS,
    Quotes,
    is_first_paragraph,
    links_to,
)
from reviews.copydetect.attributing import Passage, each_word_once, mark, share_of
from reviews.copydetect.candidates import Allowance
from reviews.copydetect.normalise import Token, words_of
from reviews.copydetect.overlap import Overlap, spans

# Which of two texts came first nobody can say when they came so close together.
AT_ONCE: Final = timedelta(minutes=5)
# Processor time for the sources of one text, and for what its author may use, in seconds. A comparison that has begun is
# finished, which takes at most 60 ms more.
COMPARING_SECONDS: Final = 0.08
FORMULA: Final = "formula"
REGISTERED: Final = "registered"
FREE: Final = "free"


class Level(StrEnum):
    NONE = "none"
    WARN = "warn"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many copied words the author is told, and from how many (or what share of the text) it is a case."""

    warn_words: int = 40
    case_words: int = 60
    case_share: float = 0.5


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text to compare with. `label` names it to the author; `url` is its page, a path if it is on this site.

    Of some texts the words are not kept: then `grams` holds the hash of every run of four words, in order. `written_at`
    is None where nobody knows, and then it counts as older than anything. Of what is not public (`is_public`) nobody is
    told where it stands. `id` is 0 for a text that is in no index.
    """

    id: int
    kind: str
    text: str = ""
    grams: Sequence[int] = ()
    author_id: int | None = None
    label: str = ""
    url: str = ""
    licence: str = "unknown"
    first_words: int = 0
    written_at: datetime | None = None
    is_public: bool = True

    @property
    def is_free(self) -> bool:
        return self.kind == FORMULA or self.licence == FREE


@dataclass(frozen=True, slots=True)
class Excuses:
    """What this author may use, beyond what is free and what they wrote before.

    `own` are known texts, by id, of which they say that the words are theirs. `answered` are the messages that theirs
    answers, which may be quoted at any length. `earlier` are former states of this very text, and `doubted` known texts of
    theirs, by id, that are in question themselves: these excuse only against a source that came later. `copied` are known
    texts of others, by id, whose words were found copied in a text of theirs: as against these all that they wrote is in
    question.
    """

    own: Collection[int] = ()
    doubted: Collection[int] = ()
    copied: Collection[int] = ()
    answered: Sequence[KnownText] = ()
    earlier: Sequence[KnownText] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A passage that stands in a source too: `words` equal words at `start:end` of the text (code points, end exclusive).

    `share` (0 to 1) of the text's words, at `source_start:source_end` of the source (0 where its words are not kept).
    `quoted` says that it stands in a quotation, too long for one. `at_once`: which of the two is older is not known, so
    nobody is told that they copied, and a moderator sees both.
    """

    source: KnownText
    words: int
    share: float
    start: int
    end: int
    source_start: int
    source_end: int
    quoted: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """What to do about a text, and why: the findings in the order of the text, each of its words at most once.

    `unread` known texts were left out because the time was up.
    """

    text_words: int = 0
    findings: tuple[Finding, ...] = ()
    unread: int = 0
    limits: Limits = field(default_factory=Limits)

    @property
    def level(self) -> Level:
        """What it is to a moderator."""
        return self._level_of(self.findings)

    @property
    def to_author(self) -> tuple[Finding, ...]:
        """The findings that the author is shown."""
        return tuple(finding for finding in self.findings if not finding.at_once)

    @property
    def level_to_author(self) -> Level:
        """What it is to the author."""
        return self._level_of(self.to_author)

    @property
    def words(self) -> int:
        """Copied words, of all sources together."""
        return sum(finding.words for finding in self.findings)

    @property
    def share(self) -> float:
        """Copied words of all words, 0 to 1."""
        return min(1.0, self.words / self.text_words) if self.text_words else 0.0

    def _level_of(self, findings: Iterable[Finding]) -> Level:
        words = sum(finding.words for finding in findings)
        if words < self.limits.warn_words:
            return Level.NONE
        is_case = words >= self.limits.case_words or words >= self.limits.case_share * self.text_words
        return Level.CASE if is_case else Level.WARN


def assess(
    text: str,
    sources: Sequence[KnownText],
    *,
    author_id: int | None,
    written_at: datetime,
    limits: Limits,
    excuses: Excuses,
    seconds: float = COMPARING_SECONDS,
) -> Assessment:
    """Judge a text that was written at `written_at`, against known texts, the likeliest first.

    Takes about a millisecond for each source of ordinary length; of texts made to be slow as many are read as so many
    `seconds` of processor time allow, and the others are counted as `unread`. Nothing is held against an author while
    what may excuse them is unread.
    """
    tokens = words_of(text)
    comparing = _Comparing(tokens, Allowance(seconds))
    judged: list[KnownText] = []
    free: list[KnownText] = []
    theirs: list[KnownText] = []
    for source in sources:
        if source.is_free or source.id in excuses.own:
            free.append(source)
        elif author_id is not None and source.author_id == author_id:
            theirs.append(source)
        else:
            judged.append(source)
    shared = {
        place: found
        for place, source in enumerate(judged)
        if not _is_later(source, written_at) and (found := comparing.with_(source))
    }
    if not shared:
        return Assessment(len(tokens), unread=comparing.unread, limits=limits)
    quotes = Quotes(text)
    excusing = _Comparing(tokens, Allowance(seconds))
    excused = _Excused(tokens, quotes, excusing, free, theirs, excuses)
    if excusing.unread:
        return Assessment(len(tokens), unread=comparing.unread + excusing.unread, limits=limits)
    passages = [
        passage
        for place, found in shared.items()
        for passage in _not_allowed(text, tokens, quotes, judged[place], found, excused, written_at)
    ]
    held = each_word_once(passages, len(tokens), least=SOURCE_WORDS)
    findings = tuple(_finding(passage, len(tokens)) for passage in held)
    return Assessment(len(tokens), findings, comparing.unread, limits)


def _is_later(source: KnownText, written_at: datetime) -> bool:
    """True for what came into being after the text: then it is no source. Of what was registered the date tells little."""
    return (
        source.written_at is not None
        and source.written_at > written_at + AT_ONCE
        and source.kind != REGISTERED
    )


def is_at_once(source: KnownText, written_at: datetime) -> bool:
    """True for what is no older than a text that was written then: nobody can say which of the two came first."""
    return source.written_at is not None and source.written_at > written_at - AT_ONCE


class _Comparing:
    """Compares a text with others while the allowance lasts, the first always."""

    def __init__(self, tokens: Sequence[Token], allowance: Allowance) -> None:
        self._tokens = tokens
        self._allowance = allowance
        self._read = 0
        self.unread = 0

    def with_(self, source: KnownText) -> list[Overlap]:
        if self._read and self._allowance.is_spent:
            self.unread += 1
            return []
        self._read += 1
        return spans(self._tokens, words_of(source.text) if source.text else source.grams)


class _Excused:
    """Which words of the text its author may use, as against a source."""

    def __init__(
        self,
        tokens: Sequence[Token],
        quotes: Quotes,
        comparing: _Comparing,
        free: Iterable[KnownText],
        theirs: Iterable[KnownText],
        excuses: Excuses,
    ) -> None:
        self._copied = excuses.copied
        self._always = bytearray(len(tokens))
        self._if_older = [(known, comparing.with_(known)) for known in excuses.earlier]
        for known in free:
            mark(self._always, comparing.with_(known))
        self._unless_copied: list[tuple[KnownText, list[Overlap]]] = []
        for known in theirs:
            of_them = self._if_older if known.id in excuses.doubted else self._unless_copied
            of_them.append((known, comparing.with_(known)))
        for known in excuses.answered:
            found = comparing.with_(known)
            mark(
                self._always,
                (
                    shared
                    for shared in found
                    if quotes.hold(tokens[shared.first : shared.last], lines_only=True)
                ),
            )

    def as_against(self, source: KnownText) -> tuple[bytearray, bytearray]:
        """Give a byte for each word, 1 where nothing can be said against it; and the same for what the author wrote earlier.

        The day on which a text was registered says little about when it was written: there the second is for a moderator.
        """
        marks, earlier = bytearray(self._always), bytearray(len(self._always))
        if_older = self._if_older
        if source.id in self._copied:
            if_older = [*if_older, *self._unless_copied]
        else:
            for _known, found in self._unless_copied:
                mark(marks, found)
        for known, found in if_older:
            if known.written_at and source.written_at and known.written_at < source.written_at:
                mark(earlier if source.kind == REGISTERED else marks, found)
        return marks, earlier


def _not_allowed(
    text: str,
    tokens: Sequence[Token],
    quotes: Quotes,
    source: KnownText,
    found: Sequence[Overlap],
    excused: _Excused,
    written_at: datetime,
) -> list[Passage]:
    """Give the passages of one source after what the policy allows is taken out."""
    free, earlier = excused.as_against(source)
    left = []
    for overlap in found:
        share = share_of(overlap, free)
        if share < MOST_OF_IT:
            quoted = quotes.hold(tokens[overlap.first : overlap.last])
            at_once = is_at_once(source, written_at) or share_of(overlap, earlier) >= MOST_OF_IT
            left.append(Passage(source, overlap, round(overlap.words * (1 - share)), quoted, at_once))
    words = sum(passage.words for passage in left)
    if words < SOURCE_WORDS:
        return []
    if links_to(text, source.url) and is_first_paragraph(
        (passage.overlap for passage in left),
        words,
        first_words=source.first_words,
        own_words=len(tokens) - words,
    ):
        return []
    result, quoted_words = [], 0
    for passage in left:
        if passage.quoted:
            quoted_words += passage.words
            if quoted_words <= QUOTE_WORDS:
                continue
        result.append(passage)
    return result


def _finding(passage: Passage, size: int) -> Finding:
    overlap = passage.overlap
    return Finding(
        source=passage.source,
        words=passage.words,
        share=passage.words / size,
        start=overlap.start,
        end=overlap.end,
        source_start=overlap.source_start,
        source_end=overlap.source_end,
        quoted=passage.quoted,
        at_once=passage.at_once,
    )
