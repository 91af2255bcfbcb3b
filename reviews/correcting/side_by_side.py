"""A text and its translation beside each other, paragraph by paragraph, with the sentences each was put together from.

Nothing here asks the database. A spoiler stays closed whatever becomes of its marks: where it goes over more than one
paragraph, each paragraph that it touches is hidden as a whole.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from filmsite.lib.text import blocks, plain_text, render_review, render_translation, spoiler_marks
from reviews.translation.composing import By, SentencePair, left_in

# Parsing is the cost: a text of more paragraphs stands beside its translation as one piece.
MOST_PARAGRAPHS: Final = 300
HEADLINE: Final = -1


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Better words, one sentence of Markdown, that wait for somebody to accept them; `pk` is that of the correction."""

    pk: int
    text: str

    @property
    def html(self) -> str:
        return render_review(self.text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a translation: Markdown of its author, and what stands for it. `by` is "engine", "person",
    "author" (could not be translated) or "same" (nothing to translate in it).

    `number` is its place in `Translation.sentences`, `place` that of its paragraph; `corrector` the name of the member
    whose words they are, `suggested` what its reader suggested for it.
    """

    number: int
    place: int
    source: str
    text: str
    by: By
    corrector: str = ""
    suggested: Suggestion | None = None

    @property
    def source_html(self) -> str:
        return render_review(self.source)

    @property
    def text_html(self) -> str:
        return render_review(self.text)

    @property
    def plain(self) -> str:
        """The author's words without marks."""
        return plain_text(self.source)

    @property
    def seen(self) -> str:
        """What a form sends back, to tell whether the sentence is still the one that it was made of. 32 characters."""
        return hashlib.sha256(f"{self.source}\x1f{self.text}".encode()).hexdigest()[:32]

    @property
    def is_by_person(self) -> bool:
        return self.by == "person"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph twice, as sanitised HTML. Hidden as a whole where a spoiler goes beyond it."""

    original: str
    translation: str
    is_hidden: bool = False
    # Whether any of it gives something away: its sentences, one by one, then stand behind a word of warning.
    has_spoiler: bool = False
    sentences: Sequence[Sentence] = ()

    @property
    def left(self) -> list[Sentence]:
        """The sentences that stand in the translation as the author wrote them."""
        return [sentence for sentence in self.sentences if sentence.by == "author"]


@dataclass(frozen=True, slots=True)
class SideBySide:
    paragraphs: list[Paragraph]
    headline: Sequence[Sentence] = ()
    # False where the paragraphs of the two do not answer each other: then each stands as one piece.
    is_aligned: bool = True


@dataclass(slots=True)
class _Stretch:
    """A paragraph's own source, and what spoilers do to it."""

    source: str
    is_cut: bool = False
    has_spoiler: bool = False
    # Where in it the author's words stand in a translation, as `render_translation` wants it.
    left: Sequence[tuple[int, int]] = ()

    def html(self, *, headings: bool) -> str:
        """The paragraph by itself."""
        return render_review(self._without_lone_bars(), headings=headings)

    def translated_html(self, languages: tuple[str, str], *, headings: bool) -> str:
        """The same of a translation; the languages are the author's and that of the translation."""
        language, target = languages
        left = [(self._moved(start), self._moved(end)) for start, end in self.left]
        return render_translation(
            self._without_lone_bars(), target=target, language=language, left=left, headings=headings
        )

    def _without_lone_bars(self) -> str:
        """Bars that have no partner in the paragraph are taken out; the page then hides all of it."""
        return self.source.replace("||", "") if self.is_cut else self.source

    def _moved(self, place: int) -> int:
        return place - 2 * self.source.count("||", 0, place) if self.is_cut else place


def sentences_of(
    rows: Sequence[Mapping[str, Any]],
    correctors: Mapping[str, str] | None = None,
    suggested: Mapping[str, Suggestion] | None = None,
) -> list[Sentence]:
    """`Translation.sentences` as it is stored, in order; by the author's sentence `correctors` are names, and `suggested` what
    its reader suggested.
    """
    names, waiting = correctors or {}, suggested or {}
    return [
        Sentence(
            number,
            row["place"],
            row["source"],
            row["text"],
            row["by"],
            _name(row, names),
            waiting.get(row["source"]),
        )
        for number, row in enumerate(rows)
    ]


def _name(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return names.get(row["source"], "") if row["by"] == "person" else ""


def side_by_side(
    original: str,
    translation: str,
    *,
    languages: tuple[str, str],
    sentences: Sequence[Sentence] = (),
    headings: bool = False,
) -> SideBySide:
    """Put two Markdown texts beside each other, in the author's language and in another. `headings` as in `render_review`."""
    pairs = [
        SentencePair(one.place, one.source, one.text, one.by) for one in sentences if one.place != HEADLINE
    ]
    stayed = left_in(original, translation, pairs)
    left, right = _stretches(original), _stretches(translation, stayed)
    is_aligned = len(left) == len(right) <= MOST_PARAGRAPHS
    if not is_aligned:
        left, right = [_whole(original)], [_whole(translation, stayed)]
    of_place: dict[int, list[Sentence]] = {}
    for sentence in sentences:
        place = sentence.place if is_aligned or sentence.place == HEADLINE else 0
        of_place.setdefault(min(place, len(left) - 1), []).append(sentence)
    paragraphs = [
        Paragraph(
            original=one.html(headings=headings),
            translation=other.translated_html(languages, headings=headings),
            is_hidden=one.is_cut or other.is_cut,
            has_spoiler=one.has_spoiler or other.has_spoiler,
            sentences=of_place.get(place, ()),
        )
        for place, (one, other) in enumerate(zip(left, right, strict=True))
    ]
    return SideBySide(paragraphs, headline=of_place.get(HEADLINE, ()), is_aligned=is_aligned)


def gives_away(source: str) -> bool:
    """Whether a text hides anything: its sentences are then shown one by one only to who asks."""
    return bool(spoiler_marks(source))


def _whole(source: str, left: Sequence[tuple[int, int]] = ()) -> _Stretch:
    return _Stretch(source, has_spoiler=gives_away(source), left=left)


def _stretches(source: str, left: Sequence[tuple[int, int]] = ()) -> list[_Stretch]:
    marks = spoiler_marks(source)
    found: list[_Stretch] = []
    start = before = 0
    for block in blocks(source):
        end = start + len(block.source) + len(block.after)
        inside = sum(start <= mark < end for mark in marks)
        is_cut = bool(before % 2 or inside % 2)
        here = [(one - start, other - start) for one, other in left if start <= one < end]
        found.append(_Stretch(block.source, is_cut, has_spoiler=is_cut or inside > 0, left=here))
        before, start = before + inside, end
    return found or [_Stretch("")]
