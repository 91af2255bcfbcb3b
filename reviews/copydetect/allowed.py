"""What the policy on pasted text allows, seen in a text: quotations, and a link beside the first paragraph of a page."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from reviews.copydetect.normalise import Token, words_of
from reviews.copydetect.overlap import Overlap

# Of one source so many words may stand in quotations.
QUOTE_WORDS: Final = 40
FIRST_PARAGRAPH_WORDS: Final = 120
OWN_WORDS_BESIDE_A_PARAGRAPH: Final = 15
# Of one source fewer equal words are stock phrases more often than not, and are not added up with those of others.
SOURCE_WORDS: Final = 12
# Of the words of a passage so many must be excused or quoted for all of it to be.
MOST_OF_IT: Final = 0.9

_QUOTE_LINES = re.compile(r"^(?: {0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
# A mark opens once: looking from each of thousands of opening marks for its end would take half a second.
_QUOTE_MARKS = re.compile(
    r"\"[^\"\n]{1,2000}\"|“[^“”\n]{1,2000}”|„[^„”“\n]{1,2000}[”“]|«[^«»\n]{1,2000}»|「[^「」\n]{1,2000}」"
)
_LINK = re.compile(r"https?://[^\s)\]>\"]+", re.IGNORECASE)
_PATH_LINK = re.compile(r"\]\((/[^/\s)][^\s)]*)")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def first_paragraph_words(text: str) -> int:
    """How many words stand before the first blank line."""
    return len(words_of(_BLANK_LINE.split(text.strip(), maxsplit=1)[0]))


def has_link(text: str) -> bool:
    """Whether the text leads anywhere at all."""
    return _LINK.search(text) is not None or _PATH_LINK.search(text) is not None


def links_to(text: str, url: str) -> bool:
    """Whether the text has a link to the site of `url`; of a path on this site, to that very page."""
    if url.startswith("/"):
        return any(path.rstrip("/") == url.rstrip("/") for path in _paths(text))
    host = _host(url)
    return bool(host) and any(_same_site(_host(match.group()), host) for match in _LINK.finditer(text))


def is_first_paragraph(found: Iterable[Overlap], words: int, *, first_words: int, own_words: int) -> bool:
    """Whether passages of so many words in all are the beginning of their source, beside enough own words.

    What follows the paragraph may share a phrase with the text all the same.
    """
    beyond = sum(
        min(overlap.words, max(0, overlap.source_last - max(overlap.source_first, first_words)))
        for overlap in found
    )
    return (
        words <= FIRST_PARAGRAPH_WORDS and own_words >= OWN_WORDS_BESIDE_A_PARAGRAPH and beyond < SOURCE_WORDS
    )


def _paths(text: str) -> Iterator[str]:
    yield from (match.group(1) for match in _PATH_LINK.finditer(text))
    for match in _LINK.finditer(text):
        try:
            yield urlsplit(match.group()).path
        except ValueError:
            continue


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _same_site(one: str, other: str) -> bool:
    return bool(one) and (
        one == other or one.endswith(f".{other}") or (other.endswith(f".{one}") and "." in one)
    )


class Quotes:
    """The quoted stretches of a text: lines that begin with ``>``, and words in quotation marks on one line."""

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
        return sum(quoted[token.start] for token in tokens) >= MOST_OF_IT * len(tokens)
