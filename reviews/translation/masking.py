"""Keep names out of the engine's hands.

What must come back as it is (titles, people, addresses, mentions, ratings, emoji) is replaced by a token such
as ``XQ0`` before the engine and put back after it, each exactly once. Within the pipeline and in memory
tokens always have the form ``XQ<n>``; an engine may be shown another one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from reviews.translation.base import DEFAULT_PLACEHOLDER
from reviews.translation.surnames import stands_alone

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
# Stars before a half are a rating and no emoji.
_EMOJI_ONE = (
    "(?!★+½)(?:[\U0001f1e6-\U0001f1ff]{2}|[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\u2b1b\u2b1c\u231a\u231b"
    "\u23e9-\u23f3\u203c\u2049][\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[\U0001f300-\U0001faff\u2600-\u27bf]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_CODE = re.compile(r"(`+)[^`\n]+\1")
_STANDING_FOR = re.compile("[\x00\ue000-\ue003\ufffc]")
_GROWS = re.compile(r"[@#/]")
_WORDY = re.compile(r"\w")
# Signs that people and catalogues write in several ways.
_ALIKE: Final = ("'’‘ʼ`´", '"“”„‟«»″', "-‐‑–", ":：")
_SAME_SIGN: Final = str.maketrans({sign: signs[0] for signs in _ALIKE for sign in signs})
_OPENING: Final = "\"“„«‹‘'「『《"
_CLOSING: Final = "\"”“»›’'」』》"
_PAUSES: Final = " .,;:!?…"
EMOJI = re.compile(f"{_EMOJI_ONE}(?:\\s*{_EMOJI_ONE})*")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as authors write it (`written`), as readers of the target language know it (`shown`), and where it leads.

    `shown` is empty where that is the same name, `href` where it leads nowhere. A `word` is an expression rather than a name: it may begin a sentence with a
    capital, and `shown` follows. A `marked` name may be just a word elsewhere: it counts only where the author put it in
    emphasis or quotation marks. A `surname` may be one too: see `surnames.stands_alone`.
    """

    written: str
    shown: str = ""
    href: str = ""
    kind: Literal["name", "word", "marked", "surname"] = "name"


@dataclass(frozen=True, slots=True)
class Atom:
    """One stretch to protect: `text[start:end]`, given back as `shown`, which is the same text unless a name is known
    otherwise in the target language; `href` is where it leads, if anywhere.
    """

    start: int
    end: int
    shown: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with tokens in place of its atoms, token n standing for `atoms[n]`."""

    text: str
    atoms: tuple[Atom, ...]


def find_atoms(
    text: str,
    *,
    names: Sequence[Name] = (),
    emphasised: Sequence[tuple[int, int]] = (),
    any_case: bool = False,
    numbers: bool = False,
) -> list[Atom]:
    """Find what must survive, left to right and without overlap; the longest name wins.

    `emphasised` are the stretches in emphasis, for names that count nowhere else. `any_case` finds names of several
    words or five letters whatever their case: for lines in capitals. A name of one short word ("It", "Her") counts only
    inside a sentence, since at its start it may be just a word.
    """
    found: list[Atom] = []

    def take(start: int, end: int, shown: str | None = None, href: str = "") -> None:
        if not any(atom.start < end and start < atom.end for atom in found):
            found.append(Atom(start, end, text[start:end] if shown is None else shown, href))

    # Most sentences have none of these signs, and looking for addresses takes as long as for all else.
    may_lead = "@" in text or "#" in text or "://" in text
    for pattern in (_LITERAL_TOKEN, _CODE, *([_ADDRESS] if may_lead else [])):
        for match in pattern.finditer(text):
            take(*match.span())
    if names:
        pattern, by_form = _names_pattern(tuple(names), any_case)
        for match in pattern.finditer(text):
            # The case of a few letters (İ) is another in patterns than in texts.
            name = by_form.get(form_of(match.group()))
            if name and _counts(name, match, emphasised, any_case):
                take(*match.span(), _as_shown(name, match.group()), name.href)
    for pattern in (_RATING, EMOJI, *([_NUMBER] if numbers else [])):
        for match in pattern.finditer(text):
            take(*match.span())
    return sorted(found, key=lambda atom: atom.start)


def form_of(name: str) -> str:
    """Give the form in which two spellings of a name are the same: apostrophes, dashes, spaces and case aside."""
    return " ".join(name.translate(_SAME_SIGN).casefold().split())


@lru_cache(maxsize=64)
def _names_pattern(names: tuple[Name, ...], any_case: bool) -> tuple[re.Pattern[str], Mapping[str, Name]]:
    by_form: dict[str, Name] = {}
    for name in names:
        if name.written.strip() and (not any_case or " " in name.written or len(name.written) > 4):
            by_form.setdefault(form_of(name.written), name)
    longest_first = sorted(by_form.values(), key=lambda name: (-len(name.written), name.written))
    body = "|".join(map(_pattern_of, longest_first)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)", re.IGNORECASE if any_case else 0), by_form


def _pattern_of(name: Name) -> str:
    # Any run of white space in the text matches a space in the name: lines may break within a name.
    words = r"\s+".join("".join(map(_sign_pattern, word)) for word in name.written.split())
    first = name.written.strip()[0]
    # "Von Trier" begins a sentence in which "von Trier" stands.
    either = name.kind == "word" or (name.kind == "surname" and first.islower())
    if either and first.lower() != first.upper():
        return f"[{first.lower()}{first.upper()}]{words[1:]}"
    return words


def _sign_pattern(sign: str) -> str:
    alike = next((signs for signs in _ALIKE if sign in signs), "")
    return f"[{re.escape(alike)}]" if alike else re.escape(sign)


def _counts(name: Name, match: re.Match[str], emphasised: Sequence[tuple[int, int]], any_case: bool) -> bool:
    if name.kind == "word":
        return True
    start, end = match.span()
    if name.kind == "surname":
        return not any_case and stands_alone(match.string, start, end)
    quoted = start > 0 and match.string[start - 1] in _OPENING
    if name.kind == "marked":
        closed = match.string[end:].lstrip(_PAUSES)[:1]
        return (quoted and bool(closed) and closed in _CLOSING) or any(
            first <= start
            and end <= last
            and match.string[first:last].strip(_PAUSES) == match.group().strip(_PAUSES)
            for first, last in emphasised
        )
    written = match.group()
    if any_case or " " in written or len(written) > 4 or not written.isalpha():
        return True
    before = match.string[:start].rstrip()
    return written[0].isupper() and (quoted or (bool(before) and before[-1] not in ".!?…:"))


def _as_shown(name: Name, written: str) -> str:
    """Give the name for where it was written so: in capitals in a line in capitals, a word with its author's first letter."""
    shown = name.shown or name.written
    if form_of(shown) == form_of(name.written) and name.kind != "word":
        return written
    if written.isupper() and not name.written.isupper() and len(written) > 1:
        return shown.upper()
    if name.kind == "word" and written[:1].isupper() and not name.written[:1].isupper():
        return shown[:1].upper() + shown[1:]
    return shown


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
    """Put atoms back; None unless every token stands there exactly once.

    An address, a mention or a mark that would touch a word would be another one, so it gets a space.
    """
    if sorted(tokens(text)) != list(range(len(shown))):
        return None

    def put(match: re.Match[str]) -> str:
        atom = shown[int(match[1])]
        if not _GROWS.search(atom):
            return atom
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        return f"{' ' * bool(_WORDY.match(before))}{atom}{' ' * bool(_WORDY.match(after))}"

    return TOKEN.sub(put, text)


def one_line(text: str) -> str:
    """Give foreign text on one line, since a line break would change the paragraph, and without characters that stand
    for something here or in the renderer.
    """
    return " ".join(_STANDING_FOR.sub(" ", text).split())


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
