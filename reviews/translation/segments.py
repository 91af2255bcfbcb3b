"""Cut a review into what is translated and what is not, so that everything falls back into its place.

A document is glue (kept to the character) and passages (the words between the glue). Line prefixes, blank
lines, rules, spoiler bars and quotations are glue: paragraph i stays paragraph i, what is in a spoiler stays
in it, and other people's words are not translated. A passage is a list of sentences with the space between
them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from filmsite.lib.text import Run, blocks, escape_markdown, inline_runs, spoiler_marks
from reviews.translation.masking import OBJECT

# Engines cut off or lose themselves in longer sentences.
MAX_WORDS: Final = 50
MAX_CHARACTERS: Final = 350
MAX_DENSE_CHARACTERS: Final = 90

_PREFIX = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,2}[.)])[ \t]+)*(?:#{1,6}[ \t]+)?")
_RULE = re.compile(r"[ \t]*([-*_])[ \t]*(?:\1[ \t]*){2,}")
_STRUCTURE = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,2}[.)])[ \t]|#{1,6}[ \t])")
_FENCE = re.compile(r" {0,3}```(?!.*```)")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Emphasis or a link round `text[start:end]` of a sentence."""

    start: int
    end: int
    strong: bool = False
    emphasis: bool = False
    href: str = ""

    def wrap(self, markdown: str) -> str:
        """Put the mark round Markdown; white space stays outside, where Markdown wants it."""
        inner = markdown.strip()
        if not inner:
            return markdown
        lead, trail = markdown[: markdown.index(inner)], markdown[markdown.index(inner) + len(inner) :]
        if self.emphasis:
            inner = f"*{inner}*"
        if self.strong:
            inner = f"**{inner}**"
        if self.href:
            inner = f"[{inner}]({link_target(self.href)})"
        return f"{lead}{inner}{trail}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Plain words with their marks; `OBJECT` characters stand for `objects`, Markdown to give back as it
    is.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    objects: tuple[str, ...] = ()

    def markdown(self) -> str:
        """Give the sentence as Markdown, untranslated."""
        return render_pieces(self.text, self.marks, self.objects)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words between glue; `parts` are sentences and, as str, the white space round them."""

    source: str
    parts: tuple[Sentence | str, ...] = ()

    def sentences(self) -> Iterator[Sentence]:
        return (part for part in self.parts if isinstance(part, Sentence))


@dataclass(frozen=True, slots=True)
class Document:
    """A whole review; joining it with nothing translated gives the source back to the character."""

    parts: tuple[Passage | str, ...] = field(default_factory=tuple)

    def passages(self) -> list[Passage]:
        return [part for part in self.parts if isinstance(part, Passage)]

    def paragraphs(self) -> list[int]:
        """Give for each passage the place of its paragraph among the `blocks` of the text."""
        source = self.join({})
        ends: list[int] = []
        for block in blocks(source):
            ends.append((ends[-1] if ends else 0) + len(block.source) + len(block.after))
        found: list[int] = []
        place = paragraph = 0
        for part in self.parts:
            if isinstance(part, Passage):
                while paragraph < len(ends) - 1 and ends[paragraph] <= place:
                    paragraph += 1
                found.append(paragraph)
                place += len(part.source)
            else:
                place += len(part)
        return found

    def join(self, translated: Mapping[int, str]) -> str:
        """Put the document together; `translated` holds Markdown by a passage's place among the passages."""
        return "".join(self.pieces(translated))

    def pieces(self, translated: Mapping[int, str]) -> list[str]:
        """Give what `join` joins: the Markdown of each of the parts."""
        out: list[str] = []
        place = 0
        for part in self.parts:
            if isinstance(part, Passage):
                words = translated.get(place, part.source)
                # A backslash would take its meaning from a spoiler bar behind it.
                out.append(f"{words} " if place in translated and words.endswith("\\") else words)
                place += 1
            else:
                out.append(part)
        return out


def parse(source: str) -> Document:
    """Cut a source text (Markdown as members write it, with line feeds) into a document."""
    bars = spoiler_marks(source)
    parts: list[Passage | str] = []
    glue: list[str] = []

    def keep(text: str) -> None:
        if text:
            glue.append(text)

    def add(text: str) -> None:
        body = text.strip()
        if not _LETTER.search(body):
            keep(text)
            return
        start = text.index(body)
        keep(text[:start])
        if glue:
            parts.append("".join(glue))
            glue.clear()
        parts.append(Passage(body, tuple(split_passage(body))))
        keep(text[start + len(body) :])

    for start, end, is_text in _stretches(source):
        if not is_text:
            keep(source[start:end])
            continue
        done = start
        for bar in (bar for bar in bars if start <= bar < end):
            add(source[done:bar])
            keep(source[bar : bar + 2])
            done = bar + 2
        add(source[done:end])
    if glue:
        parts.append("".join(glue))
    return Document(tuple(parts))


def _stretches(source: str) -> Iterator[tuple[int, int, bool]]:
    """Give (start, end, is text) in order: runs of prose lines on the one hand, what lies between on the
    other.
    """
    text_start: int | None = None
    text_end = place = 0
    in_code = False
    lines = re.findall(r"[^\n]*\n|[^\n]+", source)
    # A fence that nobody closes is none.
    fences = sum(bool(_FENCE.match(line)) for line in lines) // 2 * 2
    for line in lines:
        body = line.rstrip("\n")
        prefix = _PREFIX.match(body)
        indent = prefix.end() if prefix else 0
        fresh = bool(_STRUCTURE.match(body))
        is_fence = fences > 0 and bool(_FENCE.match(body))
        fences -= is_fence
        prose = not (in_code or is_fence) and bool(body.strip())
        prose = prose and not body.lstrip(" ").startswith(">") and not _RULE.fullmatch(body)
        in_code ^= is_fence
        if text_start is not None and (fresh or not prose):
            yield text_start, text_end, True
            text_start = None
        if prose:
            if text_start is None:
                if place + indent > text_end:
                    yield text_end, place + indent, False
                text_start = place + indent
            text_end = place + len(body)
            if re.match(r"[ \t]*#{1,6}[ \t]", body):
                yield text_start, text_end, True
                text_start = None
        place += len(line)
    if text_start is not None:
        yield text_start, text_end, True
    if text_end < len(source):
        yield text_end, len(source), False


# --- Sentences ------------------------------------------------------------------------------------------


def split_passage(source: str) -> list[Sentence | str]:
    """Read a passage's marks and cut it into sentences and the white space between them."""
    whole = read_inline(source)
    parts: list[Sentence | str] = []
    done = used = 0
    for start, end in sentence_spans(whole.text):
        if start > done:
            parts.append(whole.text[done:start])
        words = whole.text[start:end]
        count = words.count(OBJECT)
        inside = tuple(
            Mark(max(m.start, start) - start, min(m.end, end) - start, m.strong, m.emphasis, m.href)
            for m in whole.marks
            if m.start < end and start < m.end
        )
        parts.append(Sentence(words, inside, whole.objects[used : used + count]))
        used += count
        done = end
    if done < len(whole.text):
        parts.append(whole.text[done:])
    return parts


def read_inline(source: str) -> Sentence:
    """Read the marks of a stretch of Markdown, as one sentence whatever its length."""
    text: list[str] = []
    marks: list[Mark] = []
    objects: list[str] = []
    length = 0
    for run in inline_runs(source):
        shown = OBJECT if run.atom else run.text.replace(OBJECT, "")
        if run.atom:
            objects.append(run.atom)
        if run.strong or run.emphasis or run.href:
            _add_mark(marks, run, length, length + len(shown))
        text.append(shown)
        length += len(shown)
    return Sentence("".join(text), tuple(marks), tuple(objects))


def _add_mark(marks: list[Mark], run: Run, start: int, end: int) -> None:
    # Emphasis within a link is let go: a link is one thing, and its words are translated in one go.
    mark = Mark(start, end, href=run.href) if run.href else Mark(start, end, run.strong, run.emphasis)
    if marks and marks[-1].end == start and replace(marks[-1], start=start, end=end) == mark:
        mark = replace(mark, start=marks.pop().start)
    marks.append(mark)


_BOUNDARY = re.compile(
    r"[.!?…؟۔]+[\"'“”’»)\]]*(?=\s)|[。！？｡]+[」』”’）)]*|\n"  # a full stop of any script, or a line's end
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“'«])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]|sra?|dra?|prof|st|mrs?|ms|vs|etc|no|nr|vol|ex|p|pp|ed|eds"
    r"|bijv|ca|evt|resp|dhr|mevr|bzw|ggf|usw|aprox|cf|al|inc|jr|ltd|av|pág|temp|ep)\.$",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s*(\S?)")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Give (start, end) of the sentences of a plain text, without the white space between them.

    A line break ends a sentence unless the next line goes on in lower case. Sentences too long for an engine
    are cut at the best place there is.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        end = match.end()
        ahead = _NEXT.match(text, end)
        following = ahead[1] if ahead else ""
        # Looking back a few characters only keeps a text full of initials linear.
        before = text[max(start, match.start() - 12) : match.start()]
        if match.group() == "\n":
            if before.strip() and before.rstrip()[-1] not in ".!?…:;" and following.islower():
                continue
        elif following.islower() and match.group()[0] in ".…!?":
            # "Help! is a film", "No! he cried": a title or a quotation goes on.
            continue
        elif match.group()[0] in ".…" and _ABBREVIATION.search(f"{before}{match.group()}"):
            continue
        spans += _trimmed(text, start, end)
        start = end
    spans += _trimmed(text, start, len(text))
    return [piece for span in spans for piece in _short_enough(text, *span)]


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    body = text[start:end]
    inner = body.strip()
    if not inner:
        return []
    start += body.index(inner)
    return [(start, start + len(inner))]


def _short_enough(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while _too_long(text[start:end]):
        limit = start + (MAX_DENSE_CHARACTERS if _DENSE.search(text[start:end]) else MAX_CHARACTERS)
        words = list(re.finditer(r"\S+", text[start : min(limit, end)]))
        if len(words) > MAX_WORDS:
            limit = start + words[MAX_WORDS - 1].end()
        window = text[start : min(limit, end)]
        # The last third of the room is searched for a pause, the strongest kind first.
        floor = len(window) * 2 // 3
        cut = 0
        for pause in (r"[;:—–。；](?=\s|$)|[；：]", r"[,،、，](?=\s|$)|[、，]", r"\s"):
            cut = max(
                (m.end() for m in re.finditer(pause, window) if m.end() > floor or pause == r"\s"), default=0
            )
            if cut:
                break
        cut = cut or len(window)
        yield from _trimmed(text, start, start + cut)
        start += cut
    yield from _trimmed(text, start, end)


def _too_long(text: str) -> bool:
    if _DENSE.search(text) and len(_DENSE.findall(text)) > MAX_DENSE_CHARACTERS:
        return True
    return len(text) > MAX_CHARACTERS or len(text.split()) > MAX_WORDS


# --- Back to Markdown -----------------------------------------------------------------------------------


def render_pieces(text: str, marks: tuple[Mark, ...], objects: tuple[str, ...]) -> str:
    """Give Markdown for plain text with marks (in order, not overlapping) and `OBJECT` characters."""
    given = iter(objects)

    def plain(part: str) -> str:
        cut = re.split(f"({OBJECT})", part)
        return "".join(next(given) if piece == OBJECT else escape_markdown(piece) for piece in cut)

    out: list[str] = []
    done = 0
    for mark in marks:
        out.append(plain(text[done : mark.start]))
        out.append(mark.wrap(plain(text[mark.start : mark.end])))
        done = mark.end
    out.append(plain(text[done:]))
    return "".join(out)


def link_target(href: str) -> str:
    """Give an address as Markdown wants it within a link."""
    return f"<{href}>" if re.search(r"[\s()<>]", href) else href
