"""Keep names out of the engine's hands.

What must come back as it is (titles, people, addresses, mentions, ratings, emoji) is replaced by a token such
as ``XQ0`` before the engine and put back after it, each exactly once. Within the pipeline and in memory
tokens always have the form ``XQ<n>``; an engine may be shown another one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from reviews.translation.base import DEFAULT_PLACEHOLDER

# Stands for an atom that the Markdown already showed to be one (a bare address, a mention, a title link).
OBJECT: Final = "\ufffc"

TOKEN = re.compile(r"XQ(\d{1,3})(?!\d)")
# As engines give it back: lower-cased, or with a space put in.
_LOOSE_TOKEN = re.compile(r"(?<!\w)[Xx][Qq] ?(\d{1,3})(?!\d)")
_LITERAL_TOKEN = re.compile(r"XQ ?\d+|\ufffc", re.IGNORECASE)
_ADDRESS = re.compile(
    r"https?://[^\s<>]+[^\s<>.,;:!?)\]'\"]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w/])[@#]\w[\w-]*"
)
_RATING = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?\s?/\s?\d+(?:[.,]\d+)?(?![\w/])|★+½?|½")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,:]\d+)*%?(?!\w)")
_EMOJI_ONE = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\u2b1b\u2b1c\u231a\u231b"
    "\u23e9-\u23f3\u203c\u2049][\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\U0001f300-\U0001faff\u2600-\u27bf]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_WORDY = re.compile(r"\w")
EMOJI = re.compile(f"{_EMOJI_ONE}(?:\\s*{_EMOJI_ONE})*")


@dataclass(frozen=True, slots=True)
class Atom:
    """One stretch to protect: `text[start:end]`, given back as `shown` (the same text unless a name is known
    in the target language)."""

    start: int
    end: int
    shown: str


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with tokens in place of its atoms, token n standing for `atoms[n]`."""

    text: str
    atoms: tuple[Atom, ...]


def find_atoms(
    text: str,
    *,
    names: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
    any_case: bool = False,
    numbers: bool = False,
) -> list[Atom]:
    """Find what must survive, left to right and without overlap; the longest name wins.

    `any_case` finds names of several words or five letters whatever their case: for lines in capitals.
    A name of one short word ("It", "Her") counts only inside a sentence, since at its start it may be just a
    word.
    """
    found: list[Atom] = []

    def take(start: int, end: int, shown: str | None = None) -> None:
        if not any(atom.start < end and start < atom.end for atom in found):
            found.append(Atom(start, end, text[start:end] if shown is None else shown))

    for pattern in (_LITERAL_TOKEN, _ADDRESS):
        for match in pattern.finditer(text):
            take(*match.span())
    if names:
        for match in _names_pattern(tuple(names), any_case).finditer(text):
            if _is_name(match, any_case):
                take(*match.span(), (renamed or {}).get(match.group()))
    for pattern in (_RATING, EMOJI, *([_NUMBER] if numbers else [])):
        for match in pattern.finditer(text):
            take(*match.span())
    return sorted(found, key=lambda atom: atom.start)


@lru_cache(maxsize=64)
def _names_pattern(names: tuple[str, ...], any_case: bool) -> re.Pattern[str]:
    wanted = sorted({name.strip() for name in names if name.strip()}, key=lambda name: (-len(name), name))
    # Any run of white space in the text matches a space in the name: lines may break within a name.
    words = [
        r"\s+".join(map(re.escape, name.split()))
        for name in wanted
        if not any_case or " " in name or len(name) > 4
    ]
    body = "|".join(words) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)", re.IGNORECASE if any_case else 0)


def _is_name(match: re.Match[str], any_case: bool) -> bool:
    name = match.group()
    if any_case or " " in name or len(name) > 4 or not name.isalpha():
        return True
    before = match.string[: match.start()].rstrip()
    quoted = (
        match.string[match.start() - 1 : match.start()] in ('"', "“", "«", "‘", "'")
        if match.start()
        else False
    )
    return name[0].isupper() and (quoted or (bool(before) and before[-1] not in ".!?…:"))


def mask(text: str, atoms: Iterable[Atom]) -> Masked:
    """Replace atoms (in order, not overlapping) by tokens.

    A token that would touch a word or another token gets a space: "lindo❤️" reads better as two words, to the
    engine and to a reader.
    """
    atoms = tuple(atoms)
    out = ""
    done = 0
    for number, atom in enumerate(atoms):
        out += _apart(out, text[done : atom.start])
        out += _apart(out, f"XQ{number}")
        done = atom.end
    return Masked(out + _apart(out, text[done:]), atoms)


def _apart(before: str, after: str) -> str:
    touching = before and after and _WORDY.match(before[-1]) and _WORDY.match(after[0])
    return f" {after}" if touching else after


def pieces(text: str) -> list[str | int]:
    """Cut masked text into words (str) and token numbers (int), in order."""
    cut = TOKEN.split(text)
    return [int(part) if place % 2 else part for place, part in enumerate(cut) if place % 2 or part]


def tokens(text: str) -> list[int]:
    """Give the token numbers of a masked text in order."""
    return [int(number) for number in TOKEN.findall(text)]


def unmask(text: str, shown: Sequence[str]) -> str | None:
    """Put atoms back; None unless every token stands there exactly once."""
    if sorted(tokens(text)) != list(range(len(shown))):
        return None
    return TOKEN.sub(lambda match: shown[int(match[1])], text)


def to_form(text: str, form: str) -> str:
    """Write the tokens in another form, such as ``[{n}]``."""
    return text if form == DEFAULT_PLACEHOLDER else TOKEN.sub(lambda match: form.format(n=match[1]), text)


def from_form(text: str, form: str, wanted: Sequence[int]) -> str | None:
    """Read an engine's answer back; None unless it holds each wanted token exactly once and no other."""
    if form == DEFAULT_PLACEHOLDER:
        pattern = _LOOSE_TOKEN
    else:
        pattern = re.compile(re.escape(form).replace(re.escape("{n}"), r"\s?(\d{1,3})\s?"))
    text = pattern.sub(lambda match: f"XQ{int(match[1])}", text)
    return text if sorted(tokens(text)) == sorted(wanted) else None
