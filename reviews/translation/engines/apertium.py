"""Apertium's own server (APy): rules instead of a model, fast, and rough. Run it where nobody but the workers reach it.

Each request costs it more than the words in it: ten paragraphs in one go take hardly longer than one.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlencode

from babel.core import get_global

from reviews.translation.base import Capabilities, FailureKind, Pair
from reviews.translation.engines.place import Place
from reviews.translation.engines.remote import HttpEngine, broken, our_code, their_code

OPTIONS: Final = ("url", "external", "version")
MOST_PARAGRAPHS: Final = 50
# It cuts a request into ten pieces at most, of 500 to 1,000 characters while others are waiting, and forgets the rest.
UNCUT_CHARACTERS: Final = 5_000
_LINE_END = re.compile(r"\s*[\n\r\x0b\x0c\x85\u2028\u2029]\s*")
_BETWEEN = re.compile(r"\n[ \t]*\n")


class ApertiumEngine(HttpEngine):
    """Sends texts as paragraphs of one; see `Place` for the options."""

    @classmethod
    def from_settings(cls, name: str, options: Mapping[str, str], models_dir: Path | None) -> Self:
        return cls(name, Place.from_settings(name, options, known=OPTIONS))

    def limits(self) -> Capabilities:
        return Capabilities(
            max_segments=MOST_PARAGRAPHS, max_characters=UNCUT_CHARACTERS - 2 * MOST_PARAGRAPHS
        )

    def offered(self, deadline: float) -> frozenset[Pair]:
        said = self.ask("/listPairs", deadline=deadline)
        try:
            listed = {
                (_our_code(pair["sourceLanguage"]), _our_code(pair["targetLanguage"]))
                for pair in said["responseData"]
            }
        except (TypeError, KeyError) as error:
            raise broken("its list of pairs is none") from error
        return frozenset((src, dst) for src, dst in listed if src and dst and src != dst)

    def answers(self, texts: Sequence[str], src: str, dst: str, deadline: float) -> Sequence[object]:
        # A line's end within a text would make two paragraphs of it.
        lines = [_LINE_END.sub(" ", text).strip() for text in texts]
        found = _BETWEEN.split(self._paragraphs(lines, src, dst, deadline))
        if len(found) == len(lines):
            return found
        # A rule joined or parted paragraphs: nobody knows any more whose words are whose.
        return [self._paragraphs([line], src, dst, deadline) for line in lines]

    def _paragraphs(self, lines: Sequence[str], src: str, dst: str, deadline: float) -> str:
        form: dict[str, Any] = {
            "langpair": f"{_their_code(src)}|{_their_code(dst)}",
            "q": "\n\n".join(lines),
            "markUnknown": "no",
            "format": "txt",
        }
        said = self.ask(
            "/translate",
            deadline=deadline,
            body=urlencode(form, errors="replace").encode(),
            content="application/x-www-form-urlencoded",
        )
        try:
            text = said["responseData"]["translatedText"]
        except (TypeError, KeyError) as error:
            raise broken("an answer without a translation") from error
        if not isinstance(text, str):
            raise broken("the answer is no text")
        return text.strip("\n")

    def refusal(self, status: int, said: str) -> FailureKind | None:
        return FailureKind.UNSUPPORTED if status == 400 and "pair" in said.lower() else None


def _our_code(code: str) -> str | None:
    """Its codes have three letters where ours have two. What is written otherwise than by region is passed over."""
    language, _, form = code.partition("_")
    if form and not (len(form) == 2 and form.isupper()):
        return None
    short = get_global("language_aliases").get(language, language)
    return our_code(f"{short}_{form}" if form else short) if "_" not in short else our_code(language)


def _their_code(code: str) -> str:
    """It takes two letters as well as three."""
    return their_code(code).replace("-", "_")
