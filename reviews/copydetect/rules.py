"""The policy on pasted text, as a decision on one text.

No copying of other texts, even with their source named; a link with one's own words, or at most the first
paragraph of the page it leads to, is fine. The machine only asks and shows: `warn` is a notice to the author,
`case` is that and, when the text is posted anyway, a moderator's look at the evidence. It never removes
anything.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from reviews.copydetect.candidates import Allowance, choose
from reviews.copydetect.normalise import Token, words_of
from reviews.copydetect.overlap import Overlap, spans
from reviews.copydetect.paste_signal import Origin, PasteSignal

LONG_PASTE_CHARACTERS: Final = 1_000
OVERLAP_WORDS: Final = 40
# From here on the author hears of it, though no moderator does.
NOTICE_WORDS: Final = 25
QUOTE_WORDS: Final = 40
FIRST_PARAGRAPH_WORDS: Final = 120
OWN_WORDS_BESIDE_A_PARAGRAPH: Final = 15
# A paste that is mostly the author's own earlier text is no news.
OWN_SHARE: Final = 0.6
# So many of the likeliest sources are compared word by word, and so many of the author's own texts.
MOST_SOURCES: Final = 8
MOST_OWN: Final = 4
# Processor time for one text, in seconds. A comparison that has begun is finished, which takes at most 60 ms more.
CHOOSING_SECONDS: Final = 0.08
COMPARING_SECONDS: Final = 0.08

_QUOTE_LINES = re.compile(r"^(?: {0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
# A mark opens once: looking from each of thousands of opening marks for its end would take half a second.
_QUOTE_MARKS = re.compile(
    r"\"[^\"\n]{1,2000}\"|“[^“”\n]{1,2000}”|„[^„”“\n]{1,2000}[”“]|«[^«»\n]{1,2000}»|「[^「」\n]{1,2000}」"
)
_LINK = re.compile(r"https?://[^\s)\]>\"]+", re.IGNORECASE)


# People draft in these; what they hold is the author's own until something shows otherwise.
WORD_PROCESSORS: Final = frozenset({Origin.OFFICE, Origin.GDOCS, Origin.LIBREOFFICE})


class Level(StrEnum):
    NONE = "none"
    WARN = "warn"
    CASE = "case"


class FindingKind(StrEnum):
    OVERLAP = "overlap"
    LONG_PASTE = "long_paste"


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text to compare with. `label` names it to the author; `url` is its page, a path if it is on this site.

    Of some texts the words are not kept: then `grams` holds the hash of every run of four words, in order. `written_at`
    is None where nobody knows, and then it counts as older than anything. Of what is not public (`is_public`) nobody is
    told where it stands.
    """

    id: int | str
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


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to show: `words` (of `share` of the text, 0 to 1) at `start:end` of it.

    For an overlap `source` is the known text and `source_start:source_end` the passage in it; a long paste
    has no place, for the browser tells none.
    """

    kind: FindingKind
    words: int
    share: float
    start: int = 0
    end: int = 0
    source: KnownText | None = None
    source_start: int = 0
    source_end: int = 0
    quoted: bool = False
    origin: Origin | None = None
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """What to do about a text, and the evidence, the gravest first.

    `unread` known texts were left out because the time was up.
    """

    level: Level
    findings: tuple[Finding, ...] = ()
    unread: int = 0

    @property
    def is_clean(self) -> bool:
        return self.level is Level.NONE


def assess(
    text: str,
    *,
    paste: PasteSignal | None,
    known: Iterable[KnownText],
    author_id: int | None,
    overlap_words: int = OVERLAP_WORDS,
    long_paste_characters: int = LONG_PASTE_CHARACTERS,
) -> Assessment:
    """Judge a text before or as it is posted.

    `known` are the texts to compare with (plots, other members' reviews and the author's own, which excuse), the
    oldest first: of texts that share equally much the first are compared. Takes some 20 ms for a message among
    two hundred; for texts of the full length, or made to be slow, at most about a quarter of a second.
    """
    texts = list(known)
    tokens = words_of(text)
    candidates = choose(
        [token.word for token in tokens],
        [source.text for source in texts],
        allowance=Allowance(CHOOSING_SECONDS),
    )
    mine = [place for place in candidates.places if _is_by(texts[place], author_id)][:MOST_OWN]
    others = [place for place in candidates.places if not _is_by(texts[place], author_id)][:MOST_SOURCES]
    allowance = Allowance(COMPARING_SECONDS)
    shared = _compare(tokens, texts, others, allowance)
    unread = candidates.unread + len(others) - len(shared)
    quotes = _Quotes(text)
    findings = [
        finding
        for place in sorted(shared)
        for finding in _judge(text, tokens, quotes, texts[place], shared[place])
        if finding.words >= min(NOTICE_WORDS, overlap_words)
    ]
    paste_finding = _long_paste(text, tokens, paste, long_paste_characters)
    if findings or paste_finding is not None:
        excuses = _compare(tokens, texts, mine, allowance)
        unread += len(mine) - len(excuses)
        own = bytearray(len(tokens))
        for overlap in chain.from_iterable(excuses.values()):
            own[overlap.first : overlap.last] = b"\x01" * (overlap.last - overlap.first)
        findings = [finding for finding in findings if not _is_own(finding, tokens, own)]
        if tokens and sum(own) >= OWN_SHARE * len(tokens):
            paste_finding = None
    findings.sort(key=lambda finding: (-finding.words, finding.start))
    if paste_finding is not None or any(finding.words >= overlap_words for finding in findings):
        level = Level.CASE
    else:
        level = Level.WARN if findings else Level.NONE
    return Assessment(level, (*findings, *filter(None, [paste_finding])), unread)


def _is_by(source: KnownText, author_id: int | None) -> bool:
    return author_id is not None and source.author_id == author_id


def _compare(
    tokens: Sequence[Token], texts: Sequence[KnownText], places: Iterable[int], allowance: Allowance
) -> dict[int, list[Overlap]]:
    """Give what the text shares with those at `places`, in that order while the allowance lasts, the first always."""
    found: dict[int, list[Overlap]] = {}
    for place in places:
        if found and allowance.is_spent:
            break
        found[place] = spans(tokens, words_of(texts[place].text))
    return found


def _judge(
    text: str, tokens: Sequence[Token], quotes: "_Quotes", source: KnownText, found: Sequence[Overlap]
) -> list[Finding]:
    """Give the findings of one source after what the policy allows is taken out."""
    total = sum(overlap.words for overlap in found)
    if _is_linked_first_paragraph(text, source, found, own_words=len(tokens) - total):
        return []
    quoted_words = 0
    result: list[Finding] = []
    for overlap in found:
        marked = tokens[overlap.first : overlap.last]
        if source.kind == "review" and quotes.hold(marked, lines_only=True):
            # An answer to another member quotes what it answers.
            continue
        is_quoted = quotes.hold(marked)
        if is_quoted:
            quoted_words += overlap.words
            if quoted_words <= QUOTE_WORDS:
                continue
        result.append(
            Finding(
                FindingKind.OVERLAP,
                words=overlap.words,
                share=overlap.words / len(tokens),
                start=overlap.start,
                end=overlap.end,
                source=source,
                source_start=overlap.source_start,
                source_end=overlap.source_end,
                quoted=is_quoted,
            )
        )
    return result


def _is_linked_first_paragraph(
    text: str, source: KnownText, found: Sequence[Overlap], *, own_words: int
) -> bool:
    host = _host(source.url)
    if not host or not any(_same_site(_host(match.group()), host) for match in _LINK.finditer(text)):
        return False
    first = len(words_of(re.split(r"\n\s*\n", source.text.strip(), maxsplit=1)[0]))
    return (
        sum(overlap.words for overlap in found) <= FIRST_PARAGRAPH_WORDS
        # A few words over the end may be equal by chance.
        and all(overlap.source_last <= first + 5 for overlap in found)
        and own_words >= OWN_WORDS_BESIDE_A_PARAGRAPH
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _same_site(one: str, other: str) -> bool:
    return bool(one) and (
        one == other or one.endswith(f".{other}") or (other.endswith(f".{one}") and "." in one)
    )


def _long_paste(text: str, tokens: Sequence[Token], paste: PasteSignal | None, limit: int) -> Finding | None:
    """Give the finding of a long paste, unless it came from a word processor or is gone again."""
    if paste is None or paste.characters < limit or paste.origin in WORD_PROCESSORS or len(text) < limit:
        return None
    share = min(1.0, paste.characters / len(text))
    return Finding(
        FindingKind.LONG_PASTE,
        words=round(share * len(tokens)),
        share=share,
        end=len(text),
        origin=paste.origin,
        characters=min(paste.characters, len(text)),
    )


def _is_own(finding: Finding, tokens: Sequence[Token], own: bytearray) -> bool:
    """True when the passage also stands in an earlier text of the author: whoever took it from whom, not
    here.
    """
    first, last = (bisect_left(tokens, place, key=_start_of) for place in (finding.start, finding.end))
    return last > first and sum(own[first:last]) >= 0.9 * (last - first)


def _start_of(token: Token) -> int:
    return token.start


class _Quotes:
    """The quoted stretches of a text: lines that begin with ``>``, and words in quotation marks on one
    line.
    """

    def __init__(self, text: str) -> None:
        self._lines = bytearray(len(text))
        for match in _QUOTE_LINES.finditer(text):
            self._lines[match.start() : match.end()] = b"\x01" * len(match.group())
        self._any = bytearray(self._lines)
        for match in _QUOTE_MARKS.finditer(text):
            self._any[match.start() : match.end()] = b"\x01" * len(match.group())

    def hold(self, tokens: Sequence[Token], *, lines_only: bool = False) -> bool:
        """True when nine words in ten stand in a quotation."""
        quoted = self._lines if lines_only else self._any
        return sum(quoted[token.start] for token in tokens) >= 0.9 * len(tokens)
