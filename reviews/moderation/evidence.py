"""Evidence as a moderator and an author see it: the judged words with numbered passages, and where they come from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from accounts.models import Member
from reviews.models import Evidence, KnownKind, KnownText, Matter

_BETWEEN_LINES: Final = re.compile(r"(\s*\n\s*)")
# What nobody sees of a message: the marks of headings, of emphasis round some words of a line, and before a sign that is
# meant as it is. Quotations, spoilers and links keep theirs: a moderator has to know of them.
_HEADING: Final = re.compile(r"#{2,6}[ \t]+")
_MARK: Final = re.compile(r"\\[!-/:-@\[-`{-~]|\*+|_+")
_EMPHASIS: Final = ("*", "**", "_")
# A line with an address, a name or a backtick stays as it was written: not every mark in it is one.
_AS_WRITTEN: Final = re.compile(r"`|://|www\.|\]\(|\[\[|@")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text; `number` is the passage it belongs to, or None for words of nobody else."""

    text: str
    number: int | None = None
    # Further passages of which a sentence in another language holds words.
    also: tuple[int, ...] = ()
    # A further paragraph of the passage that the piece before began.
    goes_on: bool = False

    @property
    def tint(self) -> int:
        return tint_of(self.number or 1)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The passages that begin here."""
        return () if self.number is None or self.goes_on else (self.number, *self.also)


def marked(text: str, number: int, also: tuple[int, ...] = ()) -> Iterator[Piece]:
    """A passage as pieces, one a line: what is between its lines stays unmarked."""
    goes_on = False
    for part in _BETWEEN_LINES.split(text):
        if part.strip():
            yield Piece(part, number, also, goes_on)
            goes_on = True
        elif part:
            yield Piece(part)


class _Seen:
    """A text without the marks that nobody sees, by the places of the text with them. Of what is no message (`is_plain`)
    readers see every mark.
    """

    def __init__(self, text: str, *, is_plain: bool) -> None:
        self.text = text
        self.unseen: set[int] = set()
        if is_plain:
            return
        position = 0
        for line in text.split("\n"):
            if not _AS_WRITTEN.search(line):
                self.unseen.update(position + place for place in _unseen_in(line))
            position += len(line) + 1

    def between(self, start: int, end: int | None = None) -> str:
        end = len(self.text) if end is None else end
        return "".join(self.text[place] for place in range(start, end) if place not in self.unseen)


def _unseen_in(line: str) -> Iterator[int]:
    """The places of the marks in a line, each looked at once: hostile text has thousands that are never closed."""
    if heading := _HEADING.match(line):
        yield from range(heading.end())
    opened: dict[str, int] = {}
    for match in _MARK.finditer(line):
        mark, start = match[0], match.start()
        if mark.startswith("\\"):
            yield start
        if mark not in _EMPHASIS:
            continue
        before, after = line[start - 1 : start] or " ", line[match.end() : match.end() + 1] or " "
        # `*` may stand within a word and `_` may not.
        is_closing = not before.isspace() and (before.isalnum() or not after.isalnum())
        is_opening = not after.isspace() and (after.isalnum() or not before.isalnum())
        if mark in opened and is_closing and not (mark == "_" and after.isalnum()):
            yield from range(opened[mark], opened[mark] + len(mark))
            yield from range(start, match.end())
            # What began between the two can end behind them no more.
            opened = {other: place for other, place in opened.items() if place < opened[mark]}
        elif is_opening and not (mark == "_" and before.isalnum()):
            opened[mark] = start


def tint_of(number: int) -> int:
    """Which of the four marks a passage is drawn with."""
    return (number - 1) % 4 + 1


@dataclass(frozen=True)
class WordingOfPassage:
    """A passage of a source in another language, by the whole sentences of the translation with this number."""

    language: str
    translation_pk: int
    pieces: list[Piece]


@dataclass
class Passage:
    """One numbered passage: what was found about it."""

    number: int
    evidence: Evidence
    # Of a source that nobody can read now: its words, what it is called and where it was stay out.
    is_withheld: bool = False
    # Of words that readers see with every mark.
    is_plain: bool = False
    # What `reviews.moderation.marked_wordings` brings along.
    wording: WordingOfPassage | None = None

    @property
    def tint(self) -> int:
        return tint_of(self.number)

    @property
    def pieces(self) -> list[Piece]:
        """The source's words round the passage, with those that are the same marked; nothing where it keeps no words, or
        they are withheld.
        """
        if self.is_withheld:
            return []
        item = self.evidence
        text = item.source_excerpt
        seen = _Seen(text, is_plain=self.is_plain)
        start, end = item.excerpt_start, item.excerpt_end
        if start is None or end is None or not start < end <= len(text):
            return list(marked(seen.between(0), self.number))
        words = seen.between(start, end)
        around = [Piece(seen.between(0, start)), *marked(words, self.number), Piece(seen.between(end))]
        return [piece for piece in around if piece.text]


@dataclass
class Source:
    """One text that shares words with the judged one, and the passages that it shares."""

    label: str
    url: str
    # None of evidence from before there was an index, and where the text has gone since.
    known: KnownText | None
    passages: list[Passage] = field(default_factory=list)

    @property
    def words(self) -> int:
        return sum(passage.evidence.words for passage in self.passages)

    @property
    def kind(self) -> str:
        """What sort of text it is: a value of `KnownKind`, or nothing where that is not known any more."""
        if self.known:
            return self.known.kind
        item = self.passages[0].evidence
        found = {"review": item.source_review, "plot": item.source_title, "biography": item.source_person}
        return next((kind for kind, row in found.items() if row), "")

    @property
    def kind_label(self) -> str:
        return str(KnownKind(self.kind).label) if self.kind else ""

    @property
    def author(self) -> Member | None:
        return self.known.author if self.known else None

    @property
    def written_at(self) -> datetime | None:
        """When it was written; None of what was registered, which nobody knows it of."""
        if self.known is None or self.known.kind in (KnownKind.REGISTERED, KnownKind.FORMULA):
            return None
        return self.known.written_at


@dataclass
class MetRule:
    """A rule of the staff that the text meets: its note as it was then, and the places, each with its words marked."""

    note: str
    places: list[Passage] = field(default_factory=list)


@dataclass
class Comparison:
    pieces: list[Piece] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    # Nothing of these is for the author: whoever knows a rule word for word writes round it.
    rules: list[MetRule] = field(default_factory=list)
    # What the browser said about the text as a whole, such as a long paste: it can be false.
    signals: list[Evidence] = field(default_factory=list)

    @property
    def words(self) -> int:
        """Copied words of all sources together."""
        return sum(passage.evidence.words for passage in self.passages)

    @property
    def percent(self) -> int:
        """Which part of the text they are, as far as was measured."""
        return min(100, round(100 * sum(passage.evidence.share for passage in self.passages)))

    @property
    def worded(self) -> list[Passage]:
        """The passages of which the source's words are here in the reader's language as well."""
        return [passage for passage in self.passages if passage.wording is not None]

    @property
    def source_ids(self) -> list[int]:
        return [source.known.pk for source in self.sources if source.known]


def compare(text: str, evidence: Sequence[Evidence], *, matter: str, to_author: bool = False) -> Comparison:
    """Cut the text at the passages of the evidence. Overlapping passages are shown up to where the next begins.

    `matter` is the `Matter` that the text is: only a message is read without its marks. `to_author` withholds what only
    moderators may still read; the evidence then needs its sources loaded, with the message, title or person behind each.
    """
    comparison = Comparison()
    flagged = [item for item in evidence if item.kind == Evidence.Kind.RULE and not to_author]
    copied = [item for item in evidence if item.kind == Evidence.Kind.OVERLAP]
    located = [item for item in (*copied, *flagged) if item.start is not None]
    located.sort(key=lambda found: (found.start or 0, found.end or 0))
    # What a rule found above these words, or in older ones, is numbered behind what they hold.
    elsewhere = [item for item in flagged if item.start is None]
    met: list[Passage] = []
    is_plain = matter != Matter.REVIEW
    seen, position = _Seen(text, is_plain=is_plain), 0
    for number, item in enumerate([*located, *elsewhere], start=1):
        is_rule = item.kind == Evidence.Kind.RULE
        passages = met if is_rule else comparison.passages
        passages.append(
            Passage(
                number,
                item,
                is_withheld=to_author and not _stands(item),
                # What a rule met stands in the text itself.
                is_plain=is_plain if is_rule else not _is_of_message(item),
            )
        )
        start, end = max(position, item.start or 0), min(item.end or 0, len(text))
        if start >= end:
            continue
        if start > position:
            comparison.pieces.append(Piece(seen.between(position, start)))
        comparison.pieces += marked(seen.between(start, end), number)
        position = end
    if position < len(text):
        comparison.pieces.append(Piece(seen.between(position)))
    comparison.sources = _by_source(comparison.passages)
    comparison.rules = _by_rule(met)
    comparison.signals = [item for item in evidence if item.kind == Evidence.Kind.LONG_PASTE]
    return comparison


def _by_source(passages: Sequence[Passage]) -> list[Source]:
    """The sources in the order in which the text comes to them."""
    sources: dict[object, Source] = {}
    for passage in passages:
        item = passage.evidence
        row = item.source_review or item.source_title or item.source_person
        key = item.source_id or ((type(row), row.pk) if row else item.source_label)
        label, url = ("", "") if passage.is_withheld else (_label(item), _url(item))
        source = sources.setdefault(key, Source(label, url, item.source))
        source.passages.append(passage)
    return list(sources.values())


def _by_rule(places: Sequence[Passage]) -> list[MetRule]:
    """The rules in the order in which the text comes to them; one that was changed meanwhile with each of its notes."""
    rules: dict[tuple[int | None, str], MetRule] = {}
    for place in places:
        note = place.evidence.source_label
        rules.setdefault((place.evidence.rule_id, note), MetRule(note)).places.append(place)
    return list(rules.values())


def _label(item: Evidence) -> str:
    """What the source is called: as it was when it was found, or, of evidence older than the index, as it is now."""
    if item.source_review:
        return item.source_label or item.source_review.author.username
    return item.source_label or str(item.source_title or item.source_person or "")


def _url(item: Evidence) -> str:
    row = item.source_review or item.source_title or item.source_person
    return item.source_url or (row.get_absolute_url() if row else "")


def _is_of_message(item: Evidence) -> bool:
    """Whether the source is a message; not where nobody knows any more what it was."""
    return item.source_review_id is not None or (
        item.source is not None and item.source.kind == KnownKind.REVIEW
    )


def _stands(item: Evidence) -> bool:
    """Whether anybody can read the source; of a plot or a biography, whether it still has these words."""
    known = item.source
    review = item.source_review or (known and known.review)
    title = item.source_title or (known and known.title)
    person = item.source_person or (known and known.person)
    if review:
        return review.is_published
    if title:
        return bool(title.plot) and item.source_excerpt in title.plot
    if person:
        return bool(person.biography) and item.source_excerpt in person.biography
    return True
