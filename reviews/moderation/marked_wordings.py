"""Copied words in another language: which sentences of a translation stand for those that hold them.

A translation is put together sentence by sentence, and knows of each what its author wrote. Closer than that no passage
can be followed into another language.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db.models import Q

from filmsite.lib.languages import primary, same_language
from reviews.copydetect.normalise import folded
from reviews.models import Evidence, Translation
from reviews.moderation.evidence import Comparison, Passage, Piece, WordingOfPassage, marked
from reviews.reading import Reader

_BETWEEN: Final = "\0"
# A translation links the names of titles and people that it knows; beside the original that is noise.
_LINK_HERE: Final = re.compile(r"\[([^\[\]]+)\]\(/[^()\s]*\)")


@dataclass(slots=True)
class _Sentence:
    """A sentence of a translation: the words that its author wrote, where it stands in it (code points, end exclusive), and
    of which passages it holds words.
    """

    words: list[str]
    start: int
    end: int
    numbers: list[int] = field(default_factory=list)


def mark_wording(row: Translation, text: str, passages: Sequence[Passage]) -> list[Piece]:
    """Cut the words of a translation at the sentences that hold words of the passages of the judged text. Nothing where
    none of them is found: the translation is then of other words.
    """
    words = {passage.number: text[passage.evidence.start : passage.evidence.end] for passage in passages}
    sentences = _marked_sentences(row, words)
    if not any(sentence.numbers for sentence in sentences):
        return []
    return _pieces(row.body, sentences, 0, len(row.body))


def attach_source_wordings(comparison: Comparison, reader: Reader) -> None:
    """Give each passage what its source says in the reader's language, where the reader does not read the original and
    there is a translation: the sentences with the copied words, and one before and behind. One query at most.
    """
    foreign = [passage for passage in comparison.passages if _is_foreign(passage.evidence, reader)]
    by_text: dict[tuple[str, int], list[Translation]] = {}
    for row in _translations_of([passage.evidence for passage in foreign], reader):
        by_text.setdefault((row.kind, getattr(row, f"{row.kind}_id")), []).append(row)
    for passage in foreign:
        item = passage.evidence
        words = item.source_excerpt[item.excerpt_start or 0 : item.excerpt_end or 0]
        for row in by_text.get(_text_behind(item), ()):
            sentences = _marked_sentences(row, {passage.number: words})
            held = [place for place, sentence in enumerate(sentences) if sentence.numbers]
            if held:
                around = sentences[max(0, held[0] - 1) : held[-1] + 2]
                passage.wording = WordingOfPassage(row.target, row.pk, _excerpt(row.body, around))
                break


def _excerpt(body: str, around: Sequence[_Sentence]) -> list[Piece]:
    start, end = around[0].start, around[-1].end
    pieces = _pieces(body, around, start, end)
    opening = [Piece("… ")] if body[:start].strip() else []
    closing = [Piece(" …")] if body[end:].strip() else []
    return [*opening, *pieces, *closing]


def _is_foreign(item: Evidence, reader: Reader) -> bool:
    if item.excerpt_start is None or not item.source_excerpt:
        return False
    language = ""
    if item.source_review:
        language = item.source_review.language
    elif item.source_title:
        language = item.source_title.plot_language
    elif item.source_person:
        language = item.source_person.biography_language
    return not any(same_language(language, known) for known in reader.reads)


def _text_behind(item: Evidence) -> tuple[str, int]:
    if item.source_review_id is not None:
        return "review", item.source_review_id
    if item.source_title_id is not None:
        return "title", item.source_title_id
    return "person", item.source_person_id or 0


def _translations_of(items: Iterable[Evidence], reader: Reader) -> list[Translation]:
    """Translations of the sources into the reader's language, the newest first."""
    columns: dict[str, set[int]] = {}
    for kind, pk in map(_text_behind, items):
        columns.setdefault(kind, set()).add(pk)
    if not columns:
        return []
    of_these = Q()
    for kind, pks in columns.items():
        of_these |= Q(**{f"{kind}__in": pks})
    rows = Translation.objects.filter(of_these, target__startswith=primary(reader.language)).exclude(body="")
    return list(rows.defer("html").order_by("-pk"))


def _marked_sentences(row: Translation, passages: Mapping[int, str]) -> list[_Sentence]:
    sentences = list(_sentences_in(row.body, row.sentences))
    for number, text in passages.items():
        for sentence in _holding(sentences, folded(text)):
            sentence.numbers.append(number)
    return sentences


def _sentences_in(body: str, stored: Sequence[Mapping[str, Any]]) -> Iterator[_Sentence]:
    """The sentences of a translation in order, each where it stands; without the headline, and what is not found."""
    position = 0
    for sentence in stored:
        start = body.find(sentence["text"], position) if sentence["place"] >= 0 and sentence["text"] else -1
        if start >= 0:
            position = start + len(sentence["text"])
            yield _Sentence(folded(sentence["source"]), start, position)


def _holding(sentences: Sequence[_Sentence], words: Sequence[str]) -> list[_Sentence]:
    """The sentences in which the words stand, one behind the other. Where the original has something between its sentences
    that they have not, the number of a list for one, those that stand in the words as a whole.
    """
    owners = [sentence for sentence in sentences for _word in sentence.words]
    first = _find([word for sentence in sentences for word in sentence.words], words)
    if first is not None:
        held = owners[first : first + len(words)]
        return list({sentence.start: sentence for sentence in held}.values())
    return [sentence for sentence in sentences if _find(words, sentence.words) is not None]


def _find(words: Sequence[str], sought: Sequence[str]) -> int | None:
    """At which word those that are sought begin; None where they do not stand there one behind the other."""
    if not sought:
        return None
    joined = _BETWEEN + "".join(word + _BETWEEN for word in words)
    place = joined.find(_BETWEEN + "".join(word + _BETWEEN for word in sought))
    return None if place < 0 else joined.count(_BETWEEN, 0, place)


def _pieces(body: str, sentences: Sequence[_Sentence], start: int, end: int) -> list[Piece]:
    cut = _cut(body, sentences, start, end)
    return [replace(piece, text=_LINK_HERE.sub(r"\1", piece.text)) for piece in cut]


def _cut(body: str, sentences: Sequence[_Sentence], start: int, end: int) -> Iterator[Piece]:
    """The words from `start` to `end`, sentences of one paragraph that hold the same passages as one piece."""
    marks: list[tuple[int, int, tuple[int, ...]]] = []
    for sentence in sentences:
        if not sentence.numbers:
            continue
        numbers = tuple(sentence.numbers)
        before = marks[-1] if marks else None
        if before and before[2] == numbers and body[before[1] : sentence.start] in ("", " "):
            marks[-1] = (before[0], sentence.end, numbers)
        else:
            marks.append((sentence.start, sentence.end, numbers))
    for first, last, numbers in marks:
        if first > start:
            yield Piece(body[start:first])
        yield from marked(body[first:last], numbers[0], numbers[1:])
        start = last
    if start < end:
        yield Piece(body[start:end])
