"""What a text makes out by itself as a name: linked as [[a title]], in emphasis, in quotation marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reviews.translation.segments import Sentence, parse

# A longer stretch is a quotation, or said with emphasis; more of them are no names but a way of writing.
MOST_WORDS: Final = 12
MOST_STRETCHES: Final = 60

_TITLE_LINK = re.compile(r"\[\[([^\[\]\n]+)\]\]")
_QUOTED = re.compile(
    r"(?<!\w)[\"“”„«»「『《]([^\"“”„«»「」『』《》\n]{1,120})[\"”“»«」』》](?!\w)"
    r"|(?<!\w)['‘‹]([^\s‘‹›\n][^‘‹›\n]{0,120}?)['’›](?!\w)"
)
_PAUSES = " .,;:!?…"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that stand out. `at_start` of a sentence a capital says nothing."""

    text: str
    by: Literal["link", "emphasis", "quotes"]
    at_start: bool = False


def stretches(source: str) -> list[Stretch]:
    """Give what stands out in a text (Markdown) and may be a name, each once, with and without a full stop at its end."""
    found: dict[Stretch, None] = {}
    for passage in parse(source).passages():
        for sentence in passage.sentences():
            for one in _of(sentence):
                found[one] = None
                bare = one.text.rstrip(_PAUSES)
                if one.by != "link" and bare and bare != one.text:
                    found[Stretch(bare, one.by, one.at_start)] = None
        if len(found) >= MOST_STRETCHES:
            break
    return list(found)[:MOST_STRETCHES]


def _of(sentence: Sentence) -> Iterator[Stretch]:
    for markdown in sentence.objects:
        if match := _TITLE_LINK.fullmatch(markdown):
            yield Stretch(match[1].strip(), "link")
    text = sentence.text.replace("\n", " ")
    whole = text.strip(_PAUSES)
    for mark in sentence.marks:
        inner = text[mark.start : mark.end].strip()
        if not mark.href and inner.strip(_PAUSES) != whole and _may_be_name(inner):
            yield Stretch(inner, "emphasis", not text[: mark.start].strip())
    for match in _QUOTED.finditer(text):
        inner = (match[1] or match[2]).strip()
        if _may_be_name(inner):
            yield Stretch(inner, "quotes", not text[: match.start()].strip())


def _may_be_name(text: str) -> bool:
    return bool(text) and not text[0].islower() and text[0].isalnum() and len(text.split()) <= MOST_WORDS
