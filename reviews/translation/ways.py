"""The ways to ask for a sentence: calmly, with its numbers hidden, in another form of token, in pieces."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reviews.translation.masking import (
    TOKEN,
    Atom,
    find_atoms,
    from_form,
    one_line,
    pieces,
    to_form,
    tokens,
)
from reviews.translation.shaping import Shape, shapes

# A sentence that is too large for an engine is cut into so many parts at most, of no fewer words than this.
MOST_PARTS: Final = 16
LEAST_WORDS_OF_PART: Final = 3

_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(slots=True)
class Way:
    """One way to have a sentence translated: the texts to ask for, and how their answers become one."""

    texts: tuple[str, ...]
    combine: Callable[[Sequence[str]], str | None]


def ways_of(text: str, *, language: str, forms: Sequence[str]) -> list[Way]:
    """Give the ways to translate a masked sentence, best first, the last one always exact about atoms.

    `language` is the sentence's, empty for an engine of no real language; `forms` are the engine's forms of token.
    """
    wanted = tokens(text)
    plain = Shape(text, _same)
    ways = [_whole(shape, forms[0], wanted) for shape in (shapes(text, language) if language else [plain])]
    extra = find_atoms(TOKEN.sub(lambda m: "\x00" * len(m.group()), text), numbers=True)
    if extra:
        ways.append(_with_numbers(text, extra, forms[0], wanted))
    if wanted:
        ways += [_whole(plain, form, wanted) for form in forms[1:2]]
        ways.append(_in_pieces(text))
    return ways


def in_smaller_parts(text: str, parts: int, form: str) -> list[Way]:
    """Give the way in twice as many parts, cut at pauses; none where they would be too small to mean anything."""
    words = text.split()
    parts *= 2
    if parts > MOST_PARTS or len(words) < parts * LEAST_WORDS_OF_PART:
        return []
    cut: list[str] = []
    start = 0
    for part in range(1, parts + 1):
        end = len(words) if part == parts else _pause_near(words, start, len(words) * part // parts)
        cut.append(" ".join(words[start:end]))
        start = end
    wanted = [tokens(part) for part in cut]

    def combine(answers: Sequence[str]) -> str | None:
        read = [from_form(one_line(answer), form, own) for answer, own in zip(answers, wanted, strict=True)]
        return None if None in read else " ".join(part for part in read if part)

    return [Way(tuple(to_form(part, form) for part in cut), combine)]


def count_words(text: str) -> int:
    """Give the words of a masked text; tokens are none."""
    return len(_WORD.findall(TOKEN.sub(" ", text)))


def _pause_near(words: Sequence[str], start: int, wanted: int) -> int:
    """Give where to cut: behind a comma or the like close to `wanted`, else there; each part keeps a word."""
    for place in (wanted, wanted - 1, wanted + 1, wanted - 2, wanted + 2):
        if start < place < len(words) and words[place - 1][-1] in ",;:—–،、":
            return place
    return max(wanted, start + 1)


def _same(answer: str) -> str:
    return answer


def _whole(shape: Shape, form: str, wanted: Sequence[int]) -> Way:
    def combine(answers: Sequence[str]) -> str | None:
        answer = from_form(one_line(answers[0]), form, wanted)
        return None if answer is None else shape.restore(answer)

    return Way((to_form(shape.text, form),), combine)


def _with_numbers(text: str, numbers: Sequence[Atom], form: str, wanted: Sequence[int]) -> Way:
    """Hide the numbers too; they get the tokens after the sentence's own."""
    first = max(wanted, default=-1) + 1
    out: list[str] = []
    done = 0
    for place, atom in enumerate(numbers):
        out += [text[done : atom.start], f"XQ{first + place}"]
        done = atom.end
    hidden = "".join(out) + text[done:]
    every = [*wanted, *range(first, first + len(numbers))]

    def combine(answers: Sequence[str]) -> str | None:
        answer = from_form(one_line(answers[0]), form, every)
        if answer is None:
            return None
        return TOKEN.sub(
            lambda m: numbers[int(m[1]) - first].shown if int(m[1]) >= first else m.group(), answer
        )

    return Way((to_form(hidden, form),), combine)


def _in_pieces(text: str) -> Way:
    """Translate what stands between the atoms; the sentence reads worse, but no atom can be lost."""
    parts = pieces(text)
    asked = {
        place: part.strip()
        for place, part in enumerate(parts)
        if isinstance(part, str) and _LETTER.search(part)
    }

    def combine(answers: Sequence[str]) -> str | None:
        out: list[str] = []
        given = dict(zip(asked, answers, strict=True))
        for place, part in enumerate(parts):
            if isinstance(part, int):
                out.append(f"XQ{part}")
            elif place in given:
                lead, trail = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
                out.append(f"{lead}{TOKEN.sub('', one_line(given[place]))}{trail}")
            else:
                out.append(part)
        return "".join(out)

    return Way(tuple(asked.values()), combine)
