"""A text put together from sentences, whoever translated them: an engine, a person, or nobody yet."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from filmsite.lib.languages import detect, same_language
from filmsite.lib.text import Run, escape_markdown, inline_runs, spoiler_marks
from reviews.translation.masking import Name, one_line
from reviews.translation.segments import Document, Mark, Passage, Sentence, link_target, parse
from reviews.translation.ways import count_words

# Whose words a sentence of a translation is in. "author": left as it was, for nothing could translate it well; "same": it
# has no words to translate, or stands in the target language already.
By = Literal["engine", "person", "author", "same"]
LEFT: Final = ("author", "same")


@dataclass(frozen=True, slots=True)
class SentencePair:
    """One sentence of a text and what stands in its place, both Markdown; `place` is that of its paragraph.

    Paragraphs are counted as `filmsite.lib.text.blocks` cuts them.
    """

    place: int
    source: str
    text: str
    by: By


@dataclass(frozen=True, slots=True)
class Composed:
    """A text in which some sentences are translated: Markdown to store and render.

    `share` (0 to 1) is the part of the words that are; 1 where there was nothing to translate.
    """

    markdown: str
    pairs: tuple[SentencePair, ...]
    share: float


def compose(
    source: str, answers: Mapping[str, tuple[str, By]], *, dst: str, names: Sequence[Name] = ()
) -> Composed:
    """Put a text together from sentences that are known, with no engine: Markdown of a sentence to (Markdown, whose).

    What has no answer stays the author's. Line breaks, spoiler bars and marks of blocks in an answer lose their meaning,
    so that every sentence stays in the paragraph and the spoiler that it stands in. Passages in the language `dst`
    already count as translated, unless a person translated them nevertheless.
    """
    document = parse(source)
    dressed: list[list[str | SentencePair]] = []
    words = known = 0
    for place, passage in zip(document.paragraphs(), document.passages(), strict=True):
        ready = is_already(passage, dst, names)
        parts = [
            part if isinstance(part, str) else _answered(part, place, answers, only_person=ready)
            for part in passage.parts
        ]
        dressed.append(parts)
        if not ready:
            for sentence, pair in zip(passage.sentences(), pairs_of(parts), strict=True):
                count = count_words(sentence.text)
                words += count
                known += count if pair.by != "author" else 0
    markdown, pairs = put_together(document, dressed)
    return Composed(markdown, pairs, known / words if words else 1.0)


def sentences_in(source: str) -> set[str]:
    """Give the Markdown of each sentence of a text, as `SentencePair.source` has it."""
    return {sentence.markdown() for passage in parse(source).passages() for sentence in passage.sentences()}


def is_already(passage: Passage, dst: str, names: Sequence[Name]) -> bool:
    """True for a passage that stands in the target language already: it is copied."""
    found = detect(passage.source, names=tuple(name.written for name in names))
    return found.reliable and same_language(found.language, dst)


def put_together(
    document: Document, dressed: Sequence[Sequence[str | SentencePair]]
) -> tuple[str, tuple[SentencePair, ...]]:
    """Give the Markdown of a document and all its pairs; `dressed` holds the sentences of each passage, and what is
    between them. A passage of which nothing is translated stays as it is, to the character.
    """
    return document.join(_translated(dressed)), tuple(pair for parts in dressed for pair in pairs_of(parts))


def left_in(source: str, markdown: str, pairs: Sequence[SentencePair]) -> list[tuple[int, int]]:
    """Where in a text that was put together the author's words stand for want of better ones: (start, end) in order.

    `source` is the author's text and `pairs` all its sentences in order. Nothing where the three do not belong together.
    """
    if all(pair.by != "author" for pair in pairs):
        return []
    document = parse(source)
    if sum(1 for passage in document.passages() for _ in passage.sentences()) != len(pairs):
        return []
    given = iter(pairs)
    dressed = [
        [part if isinstance(part, str) else next(given) for part in passage.parts]
        for passage in document.passages()
    ]
    translated = _translated(dressed)
    pieces = document.pieces(translated)
    if "".join(pieces) != markdown:
        return []
    found: list[tuple[int, int]] = []
    start = number = 0
    for part, piece in zip(document.parts, pieces, strict=True):
        if isinstance(part, Passage):
            if number in translated:
                found += _left_among(dressed[number], start)
            elif any(pair.by == "author" for pair in pairs_of(dressed[number])):
                found.append((start, start + len(piece)))
            number += 1
        start += len(piece)
    return found


def _left_among(parts: Sequence[str | SentencePair], start: int) -> list[tuple[int, int]]:
    """The author's sentences of one passage that begins at `start`; those next to each other as one stretch."""
    found: list[tuple[int, int]] = []
    goes_on = False
    for part in parts:
        words = part if isinstance(part, str) else part.text
        end = start + len(words)
        if isinstance(part, SentencePair):
            is_left = part.by == "author"
            if is_left:
                found.append((found.pop()[0] if goes_on else start, end))
            goes_on = is_left
        start = end
    return found


def _translated(dressed: Sequence[Sequence[str | SentencePair]]) -> dict[int, str]:
    """The Markdown of each passage of which anything is translated."""
    return {
        number: "".join(part if isinstance(part, str) else part.text for part in parts)
        for number, parts in enumerate(dressed)
        if any(pair.by not in LEFT for pair in pairs_of(parts))
    }


def pairs_of(parts: Sequence[str | SentencePair]) -> list[SentencePair]:
    """Give the sentences among the parts of a passage."""
    return [part for part in parts if isinstance(part, SentencePair)]


def _answered(
    sentence: Sentence, place: int, answers: Mapping[str, tuple[str, By]], *, only_person: bool
) -> SentencePair:
    source = sentence.markdown()
    text, by = answers.get(source, ("", "author"))
    if by == "engine" and only_person:
        text = ""
    if by == "person" or (by == "engine" and not _is_inline(text)):
        text = markdown_of_person(text)
    if by in LEFT or not text.strip():
        is_same = by == "same" or only_person or not count_words(sentence.text)
        return SentencePair(place, source, source, "same" if is_same else "author")
    return SentencePair(place, source, text, by)


# --- A person's Markdown --------------------------------------------------------------------------------

_BLOCK_START = re.compile(r"\s*(?:[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|#{1,6}(?:\s|$)|>|(?:[-*_]\s*){3,}$)")


def markdown_of_person(markdown: str) -> str:
    """Give a person's wording of one sentence as Markdown that stays within its paragraph and its spoiler.

    Emphasis, links, mentions and [[titles]] keep their meaning. Everything else is shown as it was typed, on one line.
    """
    line = one_line(markdown)
    if not line:
        return ""
    runs = inline_runs(line)
    plain = " ".join("".join(run.text for run in runs).split())
    whole = "".join(_rendered(href, list(group)) for href, group in groupby(runs, key=lambda run: run.href))
    # Marks that touch each other may be read otherwise than they were meant.
    same = " ".join("".join(run.text for run in inline_runs(whole)).split()) == plain
    return whole if same and _is_inline(whole) else escape_markdown(plain)


def _is_inline(markdown: str) -> bool:
    """Whether Markdown can stand anywhere in a paragraph, in a spoiler or out of it, and touch nothing round it."""
    return "\n" not in markdown and not spoiler_marks(markdown) and not _BLOCK_START.match(markdown)


def _rendered(href: str, runs: Sequence[Run]) -> str:
    inner = "".join(
        Mark(0, 0, run.strong, run.emphasis).wrap(run.atom or escape_markdown(run.text)) for run in runs
    )
    return f"[{inner}]({link_target(href)})" if href else inner
