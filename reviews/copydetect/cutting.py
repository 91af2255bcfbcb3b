"""Cutting stretches out of a Markdown text so that what is left reads as its author meant it.

Marks that open within a stretch and close behind it, or the other way round, are carried over to the side that is left:
of spoilers without fail, of emphasis and of writing directions where the partner is there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from filmsite.lib.text import spoiler_marks

Stretch = tuple[int, int]

_SPOILER: Final = "||"
_STOPS = re.compile(r"[.,;:!?…。！？]+")
# What may stand round a passage and belongs to it.
_ROUND: Final[Mapping[str, str]] = {
    '"': '"',
    "'": "'",
    "“": "”",
    "„": "”“",
    "‘": "’",
    "«": "»",
    "»": "«",
    "「": "」",
    "(": ")",
}
# Links and names are cut as a whole or not at all.
_ATOM = re.compile(
    r"\[\[[^\[\]\n]{1,200}\]\]|\[[^\[\]\n]{0,1000}\]\([^()\s]{0,1000}\)|https?://[^\s)\]>\"]{1,1000}"
)
# What may stand before the first word of a line and is nothing by itself: quotation, list, heading.
_ONLY_MARKS = re.compile(r"[\s>#*+-]*(?:\d{1,9}[.)])?\s*")
_QUOTE_PREFIX = re.compile(r"(?: {0,3}> ?)*")
# What would become a list, a heading or a quotation at the beginning of a line.
_BECOMES_BLOCK = re.compile(r"(?:[-+*#=]+|\d{1,9}[.)])(?=\s|$)|>|(?:[-*_]\s*){3,}$")
_BLANK_LINE = re.compile(r"\n[^\S\n]*(?:>[^\S\n]*)*\n")
_JOINS_LEFT: Final = ".,;:!?…)”»"
# Beside these the words that were cut had no blank, and those that follow them now need none.
_OPENING: Final = "([{“„«「*_"
_CLOSING: Final = ")]}”»」*_"
_MARK = re.compile(r"(?<!\\)(?:\*\*|__|\*|_)|[\u202a-\u202e\u2066-\u2069]")
_DIRECTIONS: Final = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"),
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),
}


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch to take out (code points, end exclusive), and the lines of Markdown to put in its place.

    With `is_shown` a "…" stands where a sentence goes on behind words that are gone.
    """

    start: int
    end: int
    put: str = ""
    is_shown: bool = False


def widened(text: str, start: int, end: int) -> Stretch:
    """The stretch with what belongs to it: its stops, the quotation marks round it, and the links it goes through."""
    start, end = _round_atoms(text, start, end)
    for _ in range(2):
        if stops := _STOPS.match(text, end):
            end = stops.end()
        if start and text[end : end + 1] and text[end] in _ROUND.get(text[start - 1], ""):
            start, end = start - 1, end + 1
    return start, end


def cut(text: str, cuts: Sequence[Cut]) -> str:
    """Take the stretches out, which must stand in order and apart. The rest stays as it is, but for blanks beside them."""
    if not cuts:
        return text
    for one in reversed(cuts):
        text = _cut_one(text, one)
    return text.strip()


def _round_atoms(text: str, start: int, end: int) -> Stretch:
    """Move a border that goes through a link: out of it if most of the link is in the stretch, else out of its way."""
    for match in _ATOM.finditer(text, max(0, start - 2_000), end + 2_000):
        first, last = match.span()
        if not (first < start < last or first < end < last):
            continue
        is_mostly_in = 2 * (min(end, last) - max(start, first)) > last - first
        if is_mostly_in or (first <= start and end <= last):
            start, end = min(start, first), max(end, last)
        elif first < start:
            start = min(last, end)
        else:
            end = max(first, start)
    return start, end


def _cut_one(text: str, one: Cut) -> str:
    removed, left, right = text[one.start : one.end], text[: one.start], text[one.end :]
    left, right = _keep_emphasis(left, removed, right, is_apart=bool(one.put))
    left, right = _keep_hidden(text, one, left, right)
    if one.put:
        return _put(left, removed, one.put, right)
    return _join(left, removed, right, is_shown=one.is_shown)


# --- Marks that go over a border --------------------------------------------------------------------------------


def _keep_hidden(text: str, one: Cut, left: str, right: str) -> tuple[str, str]:
    """What was hidden on either side stays so, and an empty spoiler is not left behind."""
    marks = spoiler_marks(text)
    before = sum(mark < one.start for mark in marks)
    within = sum(one.start <= mark < one.end for mark in marks)
    is_hidden_before, is_hidden_behind = before % 2, (before + within) % 2
    bare_left, bare_right = left.rstrip(), right.lstrip()
    begins_here = is_hidden_before and bare_left.endswith(_SPOILER) and not bare_left.endswith("\\||")
    ends_here = is_hidden_behind and bare_right.startswith(_SPOILER)
    if not within:
        if begins_here and ends_here and not one.put:
            left, right = bare_left[:-2], bare_right[2:]
            # Two words that a spoiler stood between must not become one.
            is_apart = left[-1:].isspace() or right[:1].isspace()
            return (left if is_apart or not left else f"{left} "), right
        return left, right
    if is_hidden_before:
        # A backslash or a single bar before it would make the mark another one.
        left = (
            bare_left[:-2] if begins_here else bare_left + (" " if bare_left[-1:] in "\\|" else "") + _SPOILER
        )
    if is_hidden_behind:
        right = bare_right[2:] if ends_here else _SPOILER + bare_right
    return left, right


def _keep_emphasis(left: str, removed: str, right: str, *, is_apart: bool) -> tuple[str, str]:
    """Close before the cut what opened before it, and open behind it what closes there.

    With `is_apart` the two sides become paragraphs of their own, which no emphasis goes over.
    """
    closers, openers = _unmatched(removed)
    # The words that are cut stand beside these: a letter stands for them.
    open_before = _unmatched(_BLANK_LINE.split(left)[-1], behind_all="x")[1]
    closed_behind = _unmatched(_BLANK_LINE.split(right, maxsplit=1)[0], before_all="x")[0]
    for mark in closers:
        if open_before and _closes(open_before[-1], mark):
            left = _closed(left, open_before.pop(), mark)
    for mark in reversed(openers):
        if closed_behind and _closes(mark, closed_behind[0]):
            right = _opened(right, mark, closed_behind.pop(0))
    if not closers and not openers and open_before and closed_behind:
        opener, closer = open_before[-1], closed_behind[0]
        is_empty = left.rstrip().endswith(opener) and right.lstrip().startswith(closer)
        if is_empty and opener == closer and not is_apart:
            return left.rstrip()[: -len(opener)], right.lstrip()[len(closer) :]
    if is_apart:
        for opener, closer in zip(reversed(open_before), closed_behind, strict=False):
            if _closes(opener, closer):
                left, right = _closed(left, opener, closer), _opened(right, opener, closer)
    return left, right


def _closed(left: str, opener: str, closer: str) -> str:
    bare = left.rstrip()
    return bare[: -len(opener)] if bare.endswith(opener) else bare + closer


def _opened(right: str, opener: str, closer: str) -> str:
    bare = right.lstrip()
    return bare[len(closer) :] if bare.startswith(closer) else opener + bare


def _unmatched(text: str, *, before_all: str = "", behind_all: str = "") -> tuple[list[str], list[str]]:
    """The marks of emphasis and direction that close something before the text, and those that are still open behind it."""
    closers: list[str] = []
    openers: list[str] = []
    for match in _MARK.finditer(text):
        mark = match.group()
        before = text[match.start() - 1] if match.start() else before_all
        behind = text[match.end()] if match.end() < len(text) else behind_all
        is_direction = mark not in ("**", "__", "*", "_")
        can_close = (
            mark in ("\u202c", "\u2069") if is_direction else bool(before.strip()) and not behind.isalnum()
        )
        can_open = mark in _DIRECTIONS if is_direction else bool(behind.strip()) and not before.isalnum()
        if can_close and openers and _closes(openers[-1], mark):
            openers.pop()
        elif can_open:
            openers.append(mark)
        elif can_close:
            closers.append(mark)
    return closers, openers


def _closes(opener: str, mark: str) -> bool:
    return _DIRECTIONS.get(opener, opener) == mark


# --- The seam ---------------------------------------------------------------------------------------------------


def _join(left: str, removed: str, right: str, *, is_shown: bool) -> str:
    """Bring together what stood before and behind the cut."""
    line_start = left.rfind("\n") + 1
    line_end = right.find("\n") if "\n" in right else len(right)
    has_before = _ONLY_MARKS.fullmatch(left, line_start) is None
    has_behind = bool(right[:line_end].strip())
    if not has_before and not has_behind:
        above, below = left[:line_start], right[line_end:]
        breaks = len(above) - len(above.rstrip("\n")) + len(below) - len(below.lstrip("\n"))
        above, below = above.rstrip("\n"), below.lstrip("\n")
        # The line that is gone takes its own break along.
        return above + "\n" * min(2, breaks - 1) + below if above.strip() and below.strip() else above + below
    if not has_before:
        return left + right.lstrip(" \t")
    if not has_behind:
        return left.rstrip(" \t") + right[line_end:]
    if "\n" not in removed:
        before, behind = left.rstrip(" \t"), right.lstrip(" \t")
        if is_shown and before[-1:].isalnum() and behind[:1].isalnum():
            return f"{before} … {behind}"
        return left.rstrip(" \t") + _gap(left, right) + right.lstrip(" \t")
    prefix = _prefix_of(removed, left)
    gap = f"\n{prefix.rstrip()}\n{prefix}" if _BLANK_LINE.search(removed) else f"\n{prefix}"
    return left.rstrip(" \t") + gap + _as_line(right)


def _gap(left: str, right: str) -> str:
    """What stands between two sides that become neighbours on a line."""
    last, first = left.rstrip(" \t")[-1:], right.lstrip(" \t")[:1]
    if (
        first in _JOINS_LEFT
        or left.endswith(tuple(_OPENING))
        or (first in _CLOSING and right.startswith(first))
    ):
        gap = ""
    else:
        gap = " " if left != left.rstrip(" \t") or right != right.lstrip(" \t") else ""
    # Two sides that were no mark must not become one, and a backslash must not take a mark away.
    return gap or (" " if last == "\\" or last + first == _SPOILER else "")


def _put(left: str, removed: str, put: str, right: str) -> str:
    """Put lines of their own in the place of the cut."""
    line_start = left.rfind("\n") + 1
    above = left[:line_start] if _ONLY_MARKS.fullmatch(left, line_start) else left
    line_end = right.find("\n") if "\n" in right else len(right)
    below = right.lstrip()
    if right[:line_end].strip():
        below = _prefix_of(removed, left) + _as_line(right)
    return "\n\n".join(part for part in (above.rstrip(), put, below) if part)


def _prefix_of(removed: str, left: str) -> str:
    """The marks of quotation in which the line stands that goes on behind the cut."""
    line = (left + removed).rpartition("\n")[2]
    match = _QUOTE_PREFIX.match(line)
    return match.group() if match else ""


def _as_line(right: str) -> str:
    """What goes on behind a cut, as the beginning of a line: words that it does not turn into a list."""
    right = right.lstrip(" \t")
    if (becoming := _BECOMES_BLOCK.match(right)) is None:
        return right
    # Of "1." the stop is what makes it a list.
    place = becoming.end() - 1 if right[0].isdigit() else 0
    return f"{right[:place]}\\{right[place:]}"
