"""Member text: a small Markdown, turned into HTML that is safe to show.

The source is the truth and is never rewritten; HTML is made once, when a text is saved, and can be made again from
it at any time.

Spoilers are written ``||like this||``. They win over every other mark, an unclosed one hides everything after
it, and whatever this module cannot place with certainty is hidden as a whole: a spoiler never leaks.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final, Literal
from urllib.parse import quote, urlencode, urlsplit

import nh3
from django.utils.html import escape
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from filmsite.lib.languages import detect, direction, same_language

MAX_CHARACTERS: Final = 20_000
# A translation of a text of the full length may be longer than the text itself.
RENDER_LIMIT: Final = 3 * MAX_CHARACTERS
MAX_QUOTE_DEPTH: Final = 6
# Finding bare addresses takes quadratic time; over this many they stay plain text.
MAX_BARE_LINKS: Final = 400
# For each bracket the rest of its paragraph is searched for the end of a link; over this many that are never
# closed, links in brackets stay plain text. (Names of titles, `[[so]]`, are still read.)
MAX_OPEN_BRACKETS: Final = 400
WORDS_PER_MINUTE: Final = 230
CJK_CHARACTERS_PER_MINUTE: Final = 500

MEMBER_URL: Final = "/members/{name}/"
TITLE_URL: Final = "/titles/called/?{query}"

# Private-use characters stand for the spoiler marks, and for both ends of words that were left in their author's
# language, while Markdown is parsed. They are removed from the source first, so nobody can write one.
_OPEN, _CLOSE, _BLOCK_OPEN, _BLOCK_CLOSE = "\ue000", "\ue001", "\ue002", "\ue003"
_LEFT_OPEN, _LEFT_CLOSE = "\ue004", "\ue005"
_SENTINELS = re.compile("[\ue000-\ue005]")
_DELIMITER = re.compile(r"(?<!\\)\|\|")
_QUOTE_PREFIX = re.compile(r"(?: {0,3}> ?)*")
_BLOCK_START = re.compile(r"\s*(?:[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|#{1,6}(?:\s|$)|>|(?:[-*_]\s*){3,}$)")

_SUMMARY = "<summary>Spoiler</summary>"
_SPOILER_OPEN = f'<details class="spoiler">{_SUMMARY}'
_SPOILER_CLOSE = "</details>"

_NAME_LINK = re.compile(r'(<a href="[^"]*" class="(?:mention|title-link)")')
_MENTION = re.compile(r"@(\w(?:[\w.-]{0,38}\w)?)")
_TITLE_LINK = re.compile(r"\[\[([^\[\]\n]{1,200})\]\]")

_TAGS: Final = {
    "a",
    "blockquote",
    "br",
    "details",
    "div",
    "em",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "strong",
    "summary",
    "ul",
}
_ATTRIBUTES: Final = {"a": {"href"}, "ol": {"start"}}
# What may carry a language of its own in a translation; nowhere else.
_SPOKEN: Final = ("blockquote", "h3", "h4", "p", "span")


def _make_cleaner(tags: set[str], attributes: dict[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        attributes=attributes,
        allowed_classes={"a": {"mention", "title-link"}, "details": {"spoiler"}, "div": {"para", "whole"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="ugc nofollow noopener",
    )


_CLEANER = _make_cleaner(_TAGS, _ATTRIBUTES)
_TRANSLATION_CLEANER = _make_cleaner(
    _TAGS | {"span"}, _ATTRIBUTES | {tag: {"lang", "dir"} for tag in _SPOKEN}
)


# --- Public functions -----------------------------------------------------------------------------------


def render_review(source: str, *, headings: bool = False) -> str:
    """Give the HTML of a review, sanitised and safe to mark as such.

    Section headings (``##``, ``###``) are read only in opinions: pass `headings=True` there. The word on a
    spoiler is English until `localise_html` has passed over the result, so the HTML may be kept for readers
    of any language. Raises ValueError over `RENDER_LIMIT` characters.
    """
    tokens, parser = _parse(source, headings=headings)
    html = parser.renderer.render(tokens, parser.options, {})
    return _CLEANER.clean(html).strip()


def render_translation(
    source: str,
    *,
    target: str,
    language: str,
    left: Sequence[tuple[int, int]] = (),
    headings: bool = False,
) -> str:
    """As `render_review`, of a translation into `target`: what stands in it in another language says so.

    `left` are the stretches (code points, end exclusive, in order) that stayed in the `language` of the author, each
    within one paragraph and on one side of every spoiler mark; others are drawn as if they were translated. Quotations,
    which nobody translates, say the language that their words look like.
    """
    tokens, parser = _parse(source, headings=headings, left=left)
    _say_language(tokens, {"lang": language, "dir": direction(language)})
    _say_language_of_quotations(tokens, target)
    html = parser.renderer.render(tokens, parser.options, {})
    return _TRANSLATION_CLEANER.clean(html).strip()


def localise_html(html: str) -> str:
    """Swap the word on spoilers for the reader's, and keep browsers from translating or reordering names of titles and
    members; cheap enough for every request.

    Authors cannot write a tag, so these elements can only have come from this module.
    """
    word = escape(_("Spoiler"))  # not inside the f-string: makemessages does not look there
    return _NAME_LINK.sub(
        r'\1 translate="no" dir="auto"', html.replace(_SUMMARY, f"<summary>{word}</summary>")
    )


def plain_text(source: str) -> str:
    """Give the text without any mark, paragraphs one blank line apart; spoilers become a word in brackets."""
    tokens, _parser = _parse(source, headings=True)
    return _plain(tokens)


def named_titles(source: str) -> list[str]:
    """The names that stand as [[name]] in the text, each once, in order; what a spoiler hides is not told."""
    tokens, _parser = _parse(source, headings=True)
    depth, names = 0, []
    for token in _flat(tokens):
        depth += token.nesting if token.type.startswith("spoiler") else 0
        if not depth and token.attrGet("class") == "title-link":
            names.append(str(token.meta["atom"])[2:-2].strip())
    return list(dict.fromkeys(names))


def named_members(source: str) -> list[str]:
    """The names that stand as @name in the text, each once, in order; what is quoted names nobody anew."""
    tokens, _parser = _parse(source, headings=True)
    quoted, names = 0, []
    for token in tokens:
        quoted += token.nesting if token.type.startswith("blockquote") else 0
        for child in token.children or [] if not quoted else []:
            if child.attrGet("class") == "mention":
                names.append(str(child.meta["atom"])[1:])
    return list(dict.fromkeys(names))


def excerpt(source: str, *, characters: int) -> str:
    """Give the beginning of the text on one line, at most `characters` long, without spoilers or quoted
    words.
    """
    tokens, _parser = _parse(source, headings=True)
    text = " ".join((_plain(tokens, quotes=False) or _plain(tokens)).split())
    if len(text) <= characters:
        return text
    cut = text[: max(characters - 1, 0)]
    # A word longer than a third of the room (a URL, a script without spaces) is cut through rather than
    # dropped.
    space = cut.rfind(" ") if not text[len(cut)].isspace() else len(cut)
    if space >= len(cut) * 2 // 3:
        cut = cut[:space]
    while cut and (
        text[len(cut)] in "\u200d\ufe0f" or unicodedata.combining(text[len(cut)]) or cut[-1] == "\u200d"
    ):
        cut = cut[:-1]
    return cut.rstrip(" ,;:.-–—") + "…"


def reading_minutes(source: str) -> int:
    """Give the whole minutes an unhurried reader needs, at least 1; scripts without spaces count
    characters.
    """
    text = _MARK_CHARACTERS.sub(" ", source)
    cjk = len(_CJK.findall(text))
    words = len(_CJK.sub(" ", text).split())
    return max(1, math.ceil(words / WORDS_PER_MINUTE + cjk / CJK_CHARACTERS_PER_MINUTE))


_MARK_CHARACTERS = re.compile(r"[*_>#|\[\]()-]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

BlockKind = Literal["paragraph", "heading", "quote", "list", "rule"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a source text; `source + after` of all blocks in order is the text, to the character."""

    kind: BlockKind
    source: str
    after: str


def blocks(source: str) -> list[Block]:
    """Cut a source text at its blank lines, losing nothing.

    The first block may have an empty source when the text begins with blank lines.
    """
    result: list[Block] = []
    pieces = re.split(r"((?:^[ \t]*\n)+|\n(?:[ \t]*(?:\n|\Z))+)", source)
    for body, gap in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if body or gap:
            result.append(Block(_kind_of(body), body, gap))
    return result


def _kind_of(body: str) -> BlockKind:
    first = body.lstrip(" ").split("\n", 1)[0]
    if first.startswith(">"):
        return "quote"
    if re.match(r"#{1,6}(\s|$)", first):
        return "heading"
    if re.fullmatch(r"(?:([-*_])[ \t]*)(?:\1[ \t]*){2,}", first):
        return "rule"
    if re.match(r"(?:[-*+]|\d{1,9}[.)])\s", first):
        return "list"
    return "paragraph"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one line in which the marks do not change.

    `atom` is the Markdown of something that is a name rather than words (a bare URL, a mention, a title link)
    and must be given back exactly; `text` is what a reader sees of it.
    """

    text: str
    strong: bool = False
    emphasis: bool = False
    href: str = ""
    atom: str = ""


def inline_runs(source: str) -> list[Run]:
    """Read the marks within one paragraph (no line prefixes, no spoiler), exactly as the renderer reads
    them.
    """
    runs: list[Run] = []
    strong = emphasis = 0
    href = atom = ""
    inline = _parser_for(source, headings=False).parseInline(source, {})
    for token in inline[0].children or [] if inline else []:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                emphasis += token.nesting
            case "link_open":
                href, atom = str(token.attrs.get("href", "")), str(token.meta.get("atom", ""))
                if not atom and token.info == "auto":
                    atom = "<>" if token.markup == "autolink" else "auto"
            case "link_close":
                href = atom = ""
            case _:
                text = "\n" if token.type in ("softbreak", "hardbreak") else token.content
                if not text:
                    continue
                raw = {"<>": f"<{text}>", "auto": text}.get(atom, atom)
                run = Run(text, strong > 0, emphasis > 0, "" if atom else href, raw)
                if runs and not atom and _marks_of(runs[-1]) == _marks_of(run):
                    run = Run(runs.pop().text + text, *_marks_of(run)[:3])
                runs.append(run)
    return runs


def _marks_of(run: Run) -> tuple[bool, bool, str, str]:
    return run.strong, run.emphasis, run.href, run.atom


def escape_markdown(text: str) -> str:
    """Give Markdown that shows `text` exactly as it stands, with no link or mark, wherever on a line it is
    put.
    """
    text = re.sub(r"([\\*_\[\]<>|`&@]|:(?=//))", r"\\\1", text)
    return re.sub(r"^(\s*)([-+#]|\d{1,9}(?=[.)]))", _escape_start, text, flags=re.MULTILINE)


def _escape_start(match: re.Match[str]) -> str:
    space, mark = match.groups()
    if mark.isdigit():
        following = match.string[match.end() : match.end() + 2]
        # `1. ` starts a list; `1.5` and `12)x` do not.
        return f"{space}{mark}\\" if len(following) < 2 or following[1].isspace() else match.group()
    return f"{space}\\{mark}"


def spoiler_marks(source: str) -> list[int]:
    """Give the places of the ``||`` marks; they open and close in turn, and an odd last one hides the
    rest.
    """
    return [match.start() for match in _DELIMITER.finditer(source)]


# --- From source to tokens ------------------------------------------------------------------------------


def _parse(
    source: str, *, headings: bool, left: Sequence[tuple[int, int]] = ()
) -> tuple[list[Token], MarkdownIt]:
    """Parse a whole text; if a spoiler mark was not understood, the whole text becomes one spoiler."""
    if len(source) > RENDER_LIMIT:
        msg = f"text of {len(source)} characters; the renderer takes {RENDER_LIMIT}"
        raise ValueError(msg)
    parser = _parser_for(source, headings=headings)
    source = _mark_left(source, left).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    source = _YEAR_AS_LIST.sub(r"\1\2\\\3", source)
    source = _QUOTE_END.sub(r"\1\n", source)
    source = _QUOTE_RUN.sub(lambda m: "> " * min(m.group().count(">"), MAX_QUOTE_DEPTH), source)
    tokens = parser.parse(_mark_spoilers(source), {})
    if any(_SENTINELS.search(token.content) for token in _flat(tokens)):
        tokens = [
            Token("spoiler_block_open", "details", 1),
            *parser.parse(_DELIMITER.sub("", source), {}),
            Token("spoiler_block_close", "details", -1),
        ]
    return tokens, parser


def _parser_for(source: str, *, headings: bool) -> MarkdownIt:
    """Give the parser with the rules that are affordable for this text."""
    bare_links = source.count("://") <= MAX_BARE_LINKS
    bracket_links = source.count("[") - source.count("]") <= MAX_OPEN_BRACKETS
    return _PARSERS[headings, bare_links, bracket_links]


# "1984. A great year" is a sentence, not item 1,984 of a list.
_YEAR_AS_LIST = re.compile(r"^([ >]*)(\d{3,9})([.)])(?=\s)", re.MULTILINE)
# An answer right below a quotation is the author's own, though Markdown would take it into the quotation.
_QUOTE_END = re.compile(r"^( {0,3}>[^\n]*\n)(?=[ \t]*[^>\s])", re.MULTILINE)
_QUOTE_RUN = re.compile(rf"^(?: {{0,3}}>[ \t]?){{{MAX_QUOTE_DEPTH + 1},}}", re.MULTILINE)


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.children is None:
            yield token
        else:
            yield from token.children


def _mark_left(source: str, left: Sequence[tuple[int, int]]) -> str:
    """Take out what stands for marks, and put it round the stretches that were left in their author's language.

    None of them is marked where that would make or unmake a spoiler.
    """
    out: list[str] = []
    done = 0
    for start, end in left:
        before, inner = _SENTINELS.sub("", source[done:start]), _SENTINELS.sub("", source[start:end])
        out += [before, _LEFT_OPEN, inner, _LEFT_CLOSE]
        done = end
    marked = "".join([*out, _SENTINELS.sub("", source[done:])])
    bare = _SENTINELS.sub("", source)
    return marked if len(spoiler_marks(marked)) == len(spoiler_marks(bare)) else bare


def _say_language(tokens: Sequence[Token], spoken: Mapping[str, str]) -> None:
    """Give the attributes to what was left in its author's language: to a block where all of it was."""
    for before, token in pairwise(tokens):
        if token.type != "inline" or not token.children:
            continue
        ends = [child for child in token.children if child.type in ("left_open", "left_close")]
        is_whole = len(ends) == 2 and ends == [token.children[0], token.children[-1]]
        if is_whole and before.tag in _SPOKEN and not before.hidden:
            before.attrs |= spoken
            token.children = token.children[1:-1]
            continue
        for child in ends[::2]:
            child.attrs = dict(spoken)


def _say_language_of_quotations(tokens: Sequence[Token], target: str) -> None:
    """Give each outermost quotation the language it is in, "" where that is not clear; nothing where it is the target."""
    depth, outer, words = 0, None, list[str]()
    for token in tokens:
        depth += token.nesting if token.type in ("blockquote_open", "blockquote_close") else 0
        if token.type == "blockquote_open" and depth == 1:
            outer, words = token, []
        elif token.type == "inline" and depth:
            words.append(token.content)
        elif token.type == "blockquote_close" and depth == 0 and outer is not None:
            found = detect("\n".join(words))
            if not found.reliable:
                outer.attrs |= {"lang": "", "dir": "auto"}
            elif not same_language(found.language, target):
                outer.attrs |= {"lang": found.language, "dir": direction(found.language)}


def _mark_spoilers(source: str) -> str:
    """Replace the ``||`` marks by characters the parser hooks know.

    A spoiler within one paragraph stays inline. One that goes over more than that is put on lines of its own,
    inside the quotation it stands in, or outside of everything if it crosses a border.
    """
    places = spoiler_marks(source)
    if len(places) % 2:
        places.append(len(source))
    out: list[str] = []
    done = 0
    for start, end in zip(places[::2], places[1::2], strict=True):
        inner = source[start + 2 : end]
        out.append(source[done:start])
        done = end + 2
        if not inner.strip(" \t\n>"):
            out.append(inner if "\n" in inner else " ")
            continue
        line_start = source.rfind("\n", 0, start) + 1
        depth = _quote_depth(source[line_start:])
        rest = inner.split("\n")[1:]
        same_quote = all(_quote_depth(line) == depth for line in rest)
        bodies = [line[_prefix_length(line) :] for line in rest]
        if same_quote and all(body.strip() and not _BLOCK_START.match(body) for body in bodies):
            out += [_OPEN, inner, _CLOSE]
            continue
        prefix = "> " * depth if same_quote else ""
        gap = f"\n{prefix}\n{prefix}"
        out += [gap, _BLOCK_OPEN, gap, inner, gap, _BLOCK_CLOSE, gap]
    out.append(source[done:])
    return "".join(out)


def _prefix_length(line: str) -> int:
    match = _QUOTE_PREFIX.match(line)
    return match.end() if match else 0


def _quote_depth(line: str) -> int:
    return line[: _prefix_length(line)].count(">")


def _plain(tokens: Sequence[Token], *, quotes: bool = True) -> str:
    out: list[str] = []
    hidden = quoted = 0
    for token in tokens:
        if token.type in ("spoiler_block_open", "spoiler_block_close"):
            if token.nesting == 1 and (quotes or not quoted):
                out.append(_("[spoiler]") + "\n\n")
            hidden += token.nesting
        elif token.type in ("blockquote_open", "blockquote_close"):
            quoted += token.nesting
        elif token.type == "inline" and not hidden and (quotes or not quoted):
            out.append(_plain_inline(token.children or []) + "\n\n")
    return "".join(out).strip()


def _plain_inline(tokens: Iterable[Token]) -> str:
    out: list[str] = []
    hidden = False
    for token in tokens:
        if token.type == "spoiler_open":
            out.append(_("[spoiler]"))
            hidden = True
        elif token.type == "spoiler_close":
            hidden = False
        elif not hidden:
            out.append("\n" if token.type in ("softbreak", "hardbreak") else token.content)
    return "".join(out)


# --- Parser hooks ---------------------------------------------------------------------------------------


def _allowed_link(url: str) -> bool:
    """Accept web and mail addresses and paths on this site; `//host` and other schemes are no links."""
    if url.startswith("/"):
        return not url.startswith(("//", "/\\"))
    try:
        return urlsplit(url).scheme in ("http", "https", "mailto")
    except ValueError:
        return False


def _spoiler_block_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.getLines(start, start + 1, state.blkIndent, False).strip() != _BLOCK_OPEN:
        return False
    closing = next(
        (
            n
            for n in range(start + 1, end)
            if state.src[state.bMarks[n] : state.eMarks[n]].strip() == _BLOCK_CLOSE
        ),
        None,
    )
    if closing is None:
        return False
    if silent:
        return True
    old_max, state.lineMax = state.lineMax, closing
    state.push("spoiler_block_open", "details", 1)
    state.md.block.tokenize(state, start + 1, closing)
    state.push("spoiler_block_close", "details", -1)
    state.lineMax = old_max
    state.line = closing + 1
    return True


def _inline_rule(state: StateCore) -> None:
    """Parse inline text between spoiler marks piece by piece, so that no other mark can cross one."""
    for position, token in enumerate(state.tokens):
        if token.type != "inline":
            continue
        token.children = []
        pieces = re.split(f"([{_OPEN}{_CLOSE}])", token.content)
        if pieces[1::2] != [_OPEN, _CLOSE] * (len(pieces) // 4):
            # A mark without its partner: kept as text, which makes `_parse` hide the whole.
            token.children.append(Token("text", "", 0, content=token.content))
            continue
        for piece in pieces:
            if piece == _OPEN:
                token.children.append(Token("spoiler_open", "details", 1))
            elif piece == _CLOSE:
                token.children.append(Token("spoiler_close", "details", -1))
            elif piece:
                token.children += _parse_piece(state, piece)
        if len(pieces) > 1 and not state.inlineMode:
            # <details> may not stand inside <p> or a heading. A paragraph that is all spoiler is drawn as a box.
            css_class = "para whole" if len(pieces) == 5 and not (pieces[0] + pieces[4]).strip() else "para"
            for outer in (state.tokens[position - 1], state.tokens[position + 1]):
                if outer.tag in ("p", "h3", "h4", "h1", "h2", "h5", "h6"):
                    outer.type, outer.tag, outer.attrs = f"para_{outer.type}", "div", {"class": css_class}


def _parse_piece(state: StateCore, source: str) -> list[Token]:
    """Parse inline text between spoiler marks, what was left in its author's language apart from the rest."""
    pieces = re.split(f"([{_LEFT_OPEN}{_LEFT_CLOSE}])", source)
    if pieces[1::2] != [_LEFT_OPEN, _LEFT_CLOSE] * (len(pieces) // 4):
        # A mark without its partner: the words stand as if they were translated.
        pieces = ["".join(pieces[::2])]
    found: list[Token] = []
    for piece in pieces:
        if piece == _LEFT_OPEN:
            found.append(Token("left_open", "span", 1))
        elif piece == _LEFT_CLOSE:
            found.append(Token("left_close", "span", -1))
        elif piece:
            # A list of its own: the parser walks over all of the list it is given, each time.
            children: list[Token] = []
            state.md.inline.parse(piece, state.md, state.env, children)
            found += children
    return found


def _heading_levels_rule(state: StateCore) -> None:
    """The page owns h1 and h2; sections of a review are h3 and h4."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if len(token.markup) <= 2 else "h4"


def _mention_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "@" or state.linkLevel:
        return False
    before = state.src[state.pos - 1] if state.pos else " "
    match = _MENTION.match(state.src, state.pos)
    if match is None or before.isalnum() or before in "_@/.":
        return False
    if not silent:
        _push_link(state, "mention", MEMBER_URL.format(name=quote(match[1])), match[0], match[0])
    state.pos = match.end()
    return True


def _title_link_rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[" or state.linkLevel:
        return False
    match = _TITLE_LINK.match(state.src, state.pos)
    if match is None or not match[1].strip():
        return False
    if not silent:
        name = match[1].strip()
        _push_link(state, "title-link", TITLE_URL.format(query=urlencode({"name": name})), name, match[0])
    state.pos = match.end()
    return True


def _push_link(state: StateInline, css_class: str, href: str, text: str, atom: str) -> None:
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": href, "class": css_class}
    token.meta = {"atom": atom}
    state.push("text", "", 0).content = text
    state.push("link_close", "a", -1)


def _render_spoiler(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return _SPOILER_OPEN if tokens[index].nesting == 1 else _SPOILER_CLOSE


def _make_parser(*, headings: bool, bare_links: bool, bracket_links: bool) -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark", {"html": False, "linkify": bare_links, "breaks": True, "maxNesting": 40}
    )
    parser.enable("linkify")
    off = ["html_block", "html_inline", "image", "code", "fence", "backticks", "reference", "lheading"]
    parser.disable(off if headings else [*off, "heading"])
    # Only written-out addresses become links: a forgotten space after a full stop ("end.So") must not.
    if parser.linkify is not None:
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    parser.validateLink = _allowed_link  # type: ignore[method-assign]  # the parser's documented hook
    parser.block.ruler.before(
        "blockquote", "spoiler", _spoiler_block_rule, {"alt": ["paragraph", "blockquote", "list"]}
    )
    parser.core.ruler.at("inline", _inline_rule)
    parser.core.ruler.after("inline", "heading_levels", _heading_levels_rule)
    parser.inline.ruler.before("link", "mention", _mention_rule)
    parser.inline.ruler.before("link", "title_link", _title_link_rule)
    for name in ("spoiler_open", "spoiler_close", "spoiler_block_open", "spoiler_block_close"):
        parser.add_render_rule(name, _render_spoiler)
    if not bracket_links:
        parser.disable("link")
    return parser


_PARSERS: Final = {
    (headings, bare_links, bracket_links): _make_parser(
        headings=headings, bare_links=bare_links, bracket_links=bracket_links
    )
    for headings, bare_links, bracket_links in product((False, True), repeat=3)
}
