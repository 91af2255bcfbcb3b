"""Putting right a text that holds somebody else's words: pure functions from the text as it is to the text as it may be.

The buttons of the composer and the verdicts of moderators use the same ones. Passages are stretches of the text (code
points, end exclusive). What stands outside them stays, in its order; what was hidden as a spoiler stays hidden, and
nothing else becomes hidden. A quotation is a paragraph of its own that says where its words come from, with "…" where
they begin or end in the midst of a sentence.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from filmsite.lib.text import escape_markdown, plain_text, spoiler_marks
from reviews.copydetect.allowed import FIRST_PARAGRAPH_WORDS, OWN_WORDS_BESIDE_A_PARAGRAPH
from reviews.copydetect.cutting import Cut, Stretch, cut, widened
from reviews.copydetect.normalise import Token, folded, tokenise, words_of
from reviews.copydetect.overlap import spans
from reviews.copydetect.rules import KnownText

# So long is the quotation that a button makes: under the limit, and enough to know what is spoken of.
QUOTED_WORDS: Final = 25
# Passages of the first paragraph with fewer words between them are one: some of its words were changed.
_CHANGED_WORDS: Final = 12
# Within one sentence so few words between two passages are nothing without them.
_LEFT_OVER_WORDS: Final = 4
_QUOTE_MARKS: Final = "\"'“”„‘’«»「」"
_SENTENCE_ENDS: Final = ".!?…。！？"
# With these no quotation ends.
_HALTS: Final = " ,;:–—-"
_HEADING_MARKS = re.compile(r" {0,3}#{1,6}[^\S\n]+")
_HEADING = re.compile(f"^{_HEADING_MARKS.pattern}([^\\n]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Put `text` in the place of the characters `start:end` (code points) of another text."""

    start: int
    end: int
    text: str

    def applied_to(self, text: str) -> str:
        """Give the text with the change made."""
        return text[: self.start] + self.text + text[self.end :]


def replacement(old: str, new: str) -> Replacement:
    """Give the smallest single change that makes `new` of `old`."""
    start = 0
    most = min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    same = 0
    while same < most - start and old[-1 - same] == new[-1 - same]:
        same += 1
    return Replacement(start, len(old) - same, new[start : len(new) - same])


def headings_in(text: str) -> list[str]:
    """Give the headings of a text, without their marks."""
    return _HEADING.findall(text)


def without_headings(
    text: str, passages: Sequence[Stretch], headings: Iterable[str]
) -> tuple[str, list[Stretch]]:
    """Give the text without the headings that came with the passages, and where the passages stand in it.

    Such a heading is the first line of a passage, or right above it one of the `headings` at its source, with marks or
    without. Any other is its author's.
    """
    told = {tuple(folded(heading)) for heading in headings} - {()}
    moved = sorted(passages)
    for number in reversed(range(len(moved))):
        start, end = moved[number]
        first, last = _heading_over(text, start, end, told)
        gone = last - first
        text = text[:first] + text[last:]
        moved[number:] = [
            (max(start, last) - gone, end - gone),
            *((begin - gone, stop - gone) for begin, stop in moved[number + 1 :]),
        ]
    return text, moved


def take_out(text: str, passages: Sequence[Stretch]) -> str:
    """Take the passages out."""
    return cut(text, [Cut(*stretch) for stretch in _apart(text, passages)])


def as_quote(text: str, passages: Sequence[Stretch], label: str, url: str, *, is_plain: bool = False) -> str:
    """Make the beginning of the longest passage a quotation that names and links its source; the other words go.

    Without `label` and `url` it is a quotation of nobody knows what. In a text that is no Markdown (`is_plain`) it stands
    between quotation marks, and its source behind it by name, or by address where it has none.
    """
    apart = _apart(text, passages)
    longest = max(apart, key=lambda stretch: len(words_of(text[slice(*stretch)])), default=None)
    if longest is None:
        return text
    make = _plain_quotation if is_plain else _quotation
    quoted = make(text, longest, QUOTED_WORDS, label, url)
    return cut(
        text, [Cut(*stretch, quoted if stretch == longest else "", is_shown=True) for stretch in apart]
    )


def keep_first_paragraph(text: str, passages: Sequence[Stretch], source: KnownText, url: str) -> str:
    """Keep of the passages what is the first paragraph of the source, as a quotation with a link; the other words go.

    At most the 120 words that the policy allows. Where the text has nothing of that paragraph the link alone is left.
    """
    label = source.label if source.is_public else ""
    kept = first_paragraph_in(text, passages, source)
    apart = _apart(text, passages)
    if not apart:
        return text
    if kept is None:
        link = _link(label, url)
        return cut(
            text, [Cut(*stretch, link if stretch == apart[0] else "", is_shown=True) for stretch in apart]
        )
    place = next(stretch for stretch in apart if stretch[0] < kept[1] and kept[0] < stretch[1])
    first, last = widened(text, *kept)
    kept = max(first, place[0]), min(last, place[1])
    quoted = _quotation(text, kept, FIRST_PARAGRAPH_WORDS, label, url, whole_sentences=True)
    return cut(text, [Cut(*stretch, quoted if stretch == place else "", is_shown=True) for stretch in apart])


def may_keep_first_paragraph(text: str, passages: Sequence[Stretch], source: KnownText) -> bool:
    """Whether the first paragraph of the source with a link is something that the policy allows here: there is some of it
    in the text, and enough of the author's own words beside the passages.
    """
    return has_words_beside(text, passages) and first_paragraph_in(text, passages, source) is not None


def has_words_beside(text: str, passages: Sequence[Stretch]) -> bool:
    """Whether the author has written enough of their own beside the passages for a first paragraph with a link."""
    taken = sum(len(words_of(text[slice(*stretch)])) for stretch in _apart(text, passages))
    return len(words_of(text)) - taken >= OWN_WORDS_BESIDE_A_PARAGRAPH


def shorten(text: str, passages: Sequence[Stretch], source: KnownText, url: str) -> str:
    """Keep the first paragraph of the source with a link where more than that was copied and the policy allows it; else
    no more than a quotation.
    """
    first = first_paragraph_in(text, passages, source)
    taken = sum(len(words_of(text[slice(*stretch)])) for stretch in _apart(text, passages))
    if url and first and may_keep_first_paragraph(text, passages, source):
        kept = min(len(words_of(text[slice(*first)])), FIRST_PARAGRAPH_WORDS)
        if kept < taken:
            return keep_first_paragraph(text, passages, source, url)
    return as_quote(text, passages, source.label if source.is_public else "", url)


def first_paragraph_in(text: str, passages: Sequence[Stretch], source: KnownText) -> Stretch | None:
    """Give the stretch of the passages that is the first paragraph of the source, or its part; None without any."""
    if not source.first_words:
        return None
    words = words_of(text)
    first = (
        words_of(source.text)[: source.first_words] if source.text else source.grams[: source.first_words - 3]
    )
    found = [
        overlap
        for overlap in spans(words, first)
        if any(start < overlap.end and overlap.start < end for start, end in passages)
    ]
    if not found:
        return None
    longest = max(found, key=lambda overlap: overlap.words)
    start, last = longest.start, longest.last
    end = longest.end
    for overlap in found:
        if overlap.first >= last and overlap.first - last <= _CHANGED_WORDS:
            last, end = overlap.last, overlap.end
    return start, end


def _heading_over(text: str, start: int, end: int, told: Collection[tuple[str, ...]]) -> Stretch:
    """The heading of a passage with the blank lines below it; nothing, at its beginning, where it has none."""
    line = text.rfind("\n", 0, start) + 1
    if _HEADING_MARKS.fullmatch(text, line, start) and "\n" in text[start:end]:
        first, last = line, text.index("\n", start)
        last += len(text[last:end]) - len(text[last:end].lstrip())
    elif any(map(str.isalnum, text[line:start])):
        return start, start
    else:
        above = text[:line].rstrip()
        first, last = above.rfind("\n") + 1, line
        if tuple(folded(text[first:last])) not in told:
            return start, start
    # Of a spoiler that opens in it the other words stay hidden.
    return (start, start) if "||" in text[first:last] else (first, last)


def _apart(text: str, passages: Iterable[Stretch]) -> list[Stretch]:
    """The passages in order, with what belongs to them; those that touch, but for a word or two of a sentence, made one."""
    result: list[Stretch] = []
    for start, end in sorted(widened(text, *passage) for passage in passages):
        if result and _is_left_over(text[result[-1][1] : start]):
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif start < end:
            result.append((start, end))
    return result


def _is_left_over(between: str) -> bool:
    """Whether what stands between two passages says nothing without them."""
    if any(mark in between for mark in _SENTENCE_ENDS + "\n"):
        return not any(map(str.isalnum, between))
    return len(words_of(between)) <= _LEFT_OVER_WORDS


def _quotation(
    text: str, stretch: Stretch, most_words: int, label: str, url: str, *, whole_sentences: bool = False
) -> str:
    """The beginning of a stretch as a quotation, a paragraph below it its source."""
    start, end = stretch
    opening, quoted, closing = _beginning(text, stretch, most_words, whole_sentences=whole_sentences)
    beginning = escape_markdown(quoted)
    if beginning and any(start <= mark < end for mark in spoiler_marks(text)):
        beginning = f"||{beginning}||"
    lines = [f"> {opening}{beginning}{closing}"]
    if label or url:
        lines += [">", f"> — {_link(label, url)}"]
    return "\n".join(lines)


def _plain_quotation(text: str, stretch: Stretch, most_words: int, label: str, url: str) -> str:
    """The beginning of a stretch between quotation marks, and what it is from. A mark inside would end it: those go."""
    opening, quoted, closing = _beginning(text, stretch, most_words, whole_sentences=False)
    bare = "".join(character for character in quoted if character not in '“”"')
    return f"“{opening}{bare}{closing}”" + (f" ({label or url})" if label or url else "")


def _beginning(
    text: str, stretch: Stretch, most_words: int, *, whole_sentences: bool
) -> tuple[str, str, str]:
    """The first words of a stretch, and the dots before and behind them where they are cut from a sentence."""
    start, end = stretch
    words = _bare(" ".join(plain_text(text[start:end].replace("||", " ")).split()))
    quoted = _first(words, tokenise(words), most_words, whole_sentences=whole_sentences)
    opening = "…" if _begins_in_midst(text[:start], quoted) else ""
    if not _ends_a_sentence(quoted):
        quoted = quoted.rstrip(_HALTS)
    return opening, quoted, "" if not quoted or _ends_a_sentence(quoted) else "…"


def _bare(words: str) -> str:
    """The words without the quotation marks round them."""
    last = max(map(words.rfind, _QUOTE_MARKS))
    if words[:1] in tuple(_QUOTE_MARKS) and last and not any(map(str.isalnum, words[last:])):
        return words[1:last] + words[last + 1 :]
    return words


def _begins_in_midst(before: str, quoted: str) -> bool:
    """Whether words begin in the midst of a sentence, by what stands before them in the text or by their first letter."""
    last = before.rstrip(" \t*_|>\"'“„‘«「(")[-1:]
    return quoted[:1].islower() or last.isalnum() or last in tuple(",;")


def _ends_a_sentence(words: str) -> bool:
    return words.rstrip(_QUOTE_MARKS + ")").endswith(tuple(_SENTENCE_ENDS))


def _first(words: str, tokens: Sequence[Token], most: int, *, whole_sentences: bool) -> str:
    """The first words of a text, and of more than that preferably whole sentences."""
    if len(tokens) <= most:
        return words
    end = tokens[most - 1].end
    if whole_sentences:
        last_end = max(words.rfind(mark, 0, end + 1) for mark in _SENTENCE_ENDS)
        if last_end > end // 2:
            return words[: last_end + 1]
    return words[:end]


def _link(label: str, url: str) -> str:
    if not url:
        return escape_markdown(label)
    return f"[{escape_markdown(label or url)}]({quote(url, safe=_IN_ADDRESSES)})"


# Brackets, spaces and what ends a line would end the link.
_IN_ADDRESSES: Final = "!#$%&'*+,-./:;=?@_~"
