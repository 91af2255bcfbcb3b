"""Show a sentence to the engine in the shape it knows best, and undo that in its answer.

Models are trained on edited prose. Shouted text comes back untouched or half translated, and an exclamation
of one or two words is guessed at; in lower case with a full stop the same words come back right.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from reviews.translation.masking import TOKEN

SHORT_WORDS = 3
EXCLAIMED_WORDS = 8
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[\s.!?…]*$")
_QUOTED_ENDS = "\"'“”‘’«»()"
_TOKEN_SPLIT = re.compile(r"(XQ\d{1,3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to show a text: what the engine sees, and how its answer becomes ours."""

    text: str
    restore: Callable[[str], str]


def shapes(text: str, language: str) -> list[Shape]:
    """Give the ways to show a masked sentence, the most promising first; the last is the text as it
    stands.
    """
    plain = Shape(text, lambda answer: answer)
    words = _WORD.findall(TOKEN.sub(" ", text))
    if not words:
        return [plain]
    if is_shouted(text):
        calm = _lower(text)
        calm = calm[:1].upper() + calm[1:]
        return [*(Shape(s.text, _then(s.restore, _upper)) for s in shapes(calm, language)), plain]
    end = _END.search(text)
    tail = end.group() if end else ""
    core = text[: len(text) - len(tail)]
    if "?" in tail or not core or core[-1] in _QUOTED_ENDS:
        return [plain]
    result: list[Shape] = []
    if len(words) <= SHORT_WORDS and not TOKEN.search(text):
        first = core.split(maxsplit=1)[0]
        lowered = core if _keeps_case(first, language) else core[:1].lower() + core[1:]
        result.append(Shape(f"{lowered}.", _ending(tail, upper=core[:1].isupper())))
    if "!" in tail and len(words) <= EXCLAIMED_WORDS:
        result.append(Shape(f"{core}.", _ending(tail, upper=core[:1].isupper())))
    return [*result, plain]


def is_shouted(text: str) -> bool:
    """True for a text in capitals: at least four letters, nearly all of them upper case."""
    letters = [c for c in TOKEN.sub("", text) if c.isalpha() and c.lower() != c.upper()]
    return len(letters) >= 4 and sum(map(str.isupper, letters)) >= 0.85 * len(letters)


def _keeps_case(word: str, language: str) -> bool:
    return (language == "en" and re.match(r"I\b", word) is not None) or (len(word) > 1 and word.isupper())


def _ending(tail: str, *, upper: bool) -> Callable[[str], str]:
    def restore(answer: str) -> str:
        answer = answer.strip()
        body = answer[:-1].rstrip() if answer.endswith(".") and not answer.endswith("..") else answer
        if upper:
            body = body[:1].upper() + body[1:]
        return body + tail if body else ""

    return restore


def _then(first: Callable[[str], str], second: Callable[[str], str]) -> Callable[[str], str]:
    return lambda answer: second(first(answer))


def _lower(text: str) -> str:
    return "".join(part if TOKEN.fullmatch(part) else part.lower() for part in _TOKEN_SPLIT.split(text))


def _upper(text: str) -> str:
    return "".join(part if TOKEN.fullmatch(part) else part.upper() for part in _TOKEN_SPLIT.split(text))
