import re
import time
from html.parser import HTMLParser

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from filmsite.lib import text as text_module
from filmsite.lib.text import (
    MAX_CHARACTERS,
    RENDER_LIMIT,
    blocks,
    escape_markdown,
    excerpt,
    inline_runs,
    localise_html,
    plain_text,
    reading_minutes,
    render_review,
)

VOID = {"br", "hr"}
ALLOWED = {
    "a", "blockquote", "br", "details", "div", "em", "h3", "h4", "hr", "li", "ol", "p", "strong", "summary", "ul",
}  # fmt: skip


class Outline(HTMLParser):
    """Checks nesting and collects the text a reader sees without opening a spoiler."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.visible: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "details":
            assert not {"p", "em", "strong", "a", "h3", "h4"} & set(self.open), self.open
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "details" not in self.open:
            self.visible.append(data)


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


def visible(source: str) -> str:
    return "".join(outline(render_review(source)).visible)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**b** and *i*", "<p><strong>b</strong> and <em>i</em></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("1984. A great year", "<p>1984. A great year</p>"),
        ("> said\nanswer", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>answer</p>"),
        ("    not code", "<p>not code</p>"),
        ("a\n---", "<p>a</p>\n<hr>"),
        ("## plain", "<p>## plain</p>"),
        ("the end.So it goes, me@host.org", "<p>the end.So it goes, me@host.org</p>"),
        ("", ""),
    ],
)
def test_the_subset_of_markdown_becomes_html(source: str, html: str) -> None:
    assert render_review(source) == html


def test_links_are_marked_and_lead_to_the_web_mail_or_this_site_only() -> None:
    rel = 'rel="ugc nofollow noopener"'
    assert render_review("[a](https://e.org/x)") == f'<p><a href="https://e.org/x" {rel}>a</a></p>'
    assert (
        render_review("https://e.org/x?y=z.")
        == f'<p><a href="https://e.org/x?y=z" {rel}>https://e.org/x?y=z</a>.</p>'
    )
    assert f'href="/films/1-x/" {rel}' in render_review("[a](/films/1-x/)")
    for bad in (
        "javascript:alert(1)",
        "data:text/html,x",
        "//e.org",
        "vbscript:x",
        "ftp://e.org",
        "JaVaScript:x",
    ):
        assert "<a" not in render_review(f"[a]({bad})")


def test_member_and_title_names_become_links() -> None:
    html = render_review("@anna-b. saw [[Cidade de Deus]]; a@b and **[[*batteries not included]]**")
    assert 'href="/members/anna-b/" class="mention"' in html
    assert 'href="/titles/called/?name=Cidade+de+Deus" class="title-link"' in html
    assert "%2Abatteries+not+included" in html
    assert html.count("<a") == 3


def test_headings_are_read_in_opinions_only_and_stay_below_the_page_headings() -> None:
    html = render_review("# A\n\n## B\n\n### C\n\n##### D", headings=True)
    assert re.findall(r"<(h\d)>(.)", html) == [("h3", "A"), ("h3", "B"), ("h4", "C"), ("h4", "D")]


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("He ||dies|| then", "He  then"),
        ("a ||one\n\ntwo|| b", "a b"),
        ("> said ||one\n>\n> two|| b", "said b"),
        ("> said ||one\n\ntwo|| b", "said b"),
        ("- said ||one\n\n  two|| b", "said b"),
        ("- ||one\n- two||\n- b", "b"),
        ("1. a\n2. ||one\n   two|| b", "a b"),
        ("*it ||one|| is*", "*it  is*"),
        ("**||one||**", "****"),
        ("[||one||](https://e.org)", "[](https://e.org)"),
        ("never closed ||one\n\n- two\n\n> three", "never closed"),
        ("||one|| a ||two", "a"),
        ("||# one\ntwo||", ""),
        ("||one\n---\ntwo||", ""),
        ("||\none\n||", ""),
        ("@||one||", "@"),
        ("[[||one||]]", "[[]]"),
        ("> ||one\n> two||\nlazy b", "lazy b"),
        ("> ||one\nlazy two|| b", "b"),
        ("> said ||one\nlazy two|| b", "said b"),
    ],
)
def test_a_spoiler_never_shows_whatever_it_crosses(source: str, seen: str) -> None:
    assert " ".join(visible(source).split()) == " ".join(seen.split())
    for word in ("one", "two", "three"):
        assert word not in plain_text(source).split()
        assert word not in excerpt(source, characters=200)


def test_a_spoiler_is_a_closed_details_element_with_no_open_attribute() -> None:
    html = render_review("It ends: ||*all* well||.")
    spoiler = '<details class="spoiler"><summary>Spoiler</summary><em>all</em> well</details>'
    assert html == f'<div class="para">It ends: {spoiler}.</div>'


def test_a_mark_the_parser_cannot_place_hides_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "_mark_spoilers", lambda source: source.replace("||", "\ue000", 1))
    assert visible("a ||one|| b") == ""
    assert plain_text("a ||one|| b") == "[spoiler]"


@pytest.mark.parametrize(
    ("source", "css_class"),
    [
        ("||All of it||", "para whole"),
        (" ||All *of* it|| ", "para whole"),
        ("Most: ||of it||", "para"),
        ("||Most|| of it", "para"),
        ("||one||||two||", "para"),
    ],
)
def test_a_paragraph_that_is_all_spoiler_says_so(source: str, css_class: str) -> None:
    assert render_review(source).startswith(f'<div class="{css_class}">')


def test_escaped_bars_are_no_spoiler() -> None:
    assert visible(r"a \|| b \|| c") == "a || b || c"


def test_the_word_on_a_spoiler_follows_the_reader_and_cannot_be_forged() -> None:
    html = render_review("||x|| <summary>Spoiler</summary>")
    assert "&lt;summary&gt;Spoiler&lt;/summary&gt;" in html
    with override("en"):
        assert localise_html(html) == html


@given(st.text(alphabet="a|*_[](){}<>#`~-+1.@!\\/: \n&;\"'é映\u200d", max_size=120))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_well_formed_html_of_allowed_elements(source: str) -> None:
    for headings in (False, True):
        page = outline(render_review(source, headings=headings))
        for tag, attributes in page.tags:
            assert tag in ALLOWED
            assert set(attributes) <= {"href", "rel", "class", "start"}
            assert not (attributes.get("href") or "").lower().startswith(("javascript", "data", "//"))


@given(
    st.lists(
        st.sampled_from(["||", "S", "\n", "\n\n", "> ", "- ", "*", "v ", "[", "](http://e.org)"]), max_size=30
    )
)
@settings(max_examples=400, deadline=None)
def test_only_text_outside_the_bars_is_visible(pieces: list[str]) -> None:
    source, inside = "", False
    for piece in pieces:
        inside ^= piece == "||"
        source += {"S": "SECRET " if inside else "v "}.get(piece, piece)
    # Bars that meet across pieces would shift the pairs the loop counted.
    if "|||" not in source:
        assert "SECRET" not in visible(source)
        assert "SECRET" not in plain_text(source)


@pytest.mark.parametrize(
    "piece",
    ["[", "*a ", "> ", "> - ", "- ", "||", "||a", "||a\n\n", "http://", "http://a.", "@a", "[[", "[a](", "](", "<",
     "[ ", "[*", "[a ", "[\n", "[[a", "[[a]", "![", "_a", "\n", "\\", "&", "*", "a**b", "![a](b ", "1. a\n", "> ||a\n>\n", "a\u0301", "映画", "<a ", "***a ",
     "\ue000"],
)  # fmt: skip
def test_hostile_text_of_full_length_renders_in_bounded_time(piece: str) -> None:
    source = (piece * MAX_CHARACTERS)[:MAX_CHARACTERS]
    started = time.process_time()
    render_review(source, headings=True)
    # Half a second on a quiet machine; the factor is for a busy one.
    assert time.process_time() - started < 15


@pytest.mark.parametrize(("brackets", "links"), [(300, 1), (500, 0)])
def test_links_in_brackets_are_read_unless_hundreds_of_brackets_stay_open(brackets: int, links: int) -> None:
    html = render_review(f"[a](/films/1-x/) and [[Up]] {'[' * brackets}")
    assert html.count('href="/films/1-x/"') == links
    assert html.count('class="title-link"') == 1


def test_text_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="characters"):
        render_review("a" * (RENDER_LIMIT + 1))


def test_script_and_markup_are_shown_as_text() -> None:
    html = render_review("<script>alert(1)</script><img src=x onerror=y>![i](https://e.org/i.png)")
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_plain_text_keeps_words_and_paragraphs() -> None:
    source = "# Head\n\n**Bold** [link](https://e.org)\nline\n\n- one\n- two\n\n> quote ||secret||"
    assert plain_text(source) == "Head\n\nBold link\nline\n\none\n\ntwo\n\nquote [spoiler]"


@pytest.mark.parametrize(
    ("source", "length", "wanted"),
    [
        ("short", 20, "short"),
        ("one two three four", 12, "one two…"),
        ("**one** two, three", 10, "one two…"),
        ("> someone else\n\nmy words", 50, "my words"),
        ("> only a quote", 50, "only a quote"),
        ("x" * 50, 10, "xxxxxxxxx…"),
        ("family 👨‍👩‍👧 x", 9, "family…"),
        ("", 10, ""),
    ],
)
def test_an_excerpt_is_one_line_of_whole_words(source: str, length: int, wanted: str) -> None:
    assert excerpt(source, characters=length) == wanted


@given(st.text(max_size=300), st.integers(1, 120))
@settings(deadline=None)
def test_an_excerpt_fits(source: str, length: int) -> None:
    text = excerpt(source, characters=length)
    assert len(text) <= length
    assert "\n" not in text


def test_reading_time_counts_words_or_characters() -> None:
    assert reading_minutes("") == 1
    assert reading_minutes("word " * 460) == 2
    assert reading_minutes("word " * 461) == 3
    assert reading_minutes("映" * 1000) == 2


@given(st.text(alphabet="ab >#-\n\t|*1.", max_size=80))
def test_blocks_lose_nothing(source: str) -> None:
    assert "".join(block.source + block.after for block in blocks(source)) == source


def test_blocks_know_their_kind() -> None:
    source = "Text\nmore\n\n## Head\n\n> quote\n\n- item\n\n---\n\n2. item\n"
    assert [block.kind for block in blocks(source)] == [
        "paragraph",
        "heading",
        "quote",
        "list",
        "rule",
        "list",
    ]


def test_runs_keep_marks_links_and_names_apart() -> None:
    runs = inline_runs("A *fine* [place **here**](https://e.org) by @bob, [[Up]] https://a.b/c_d_e")
    assert [(r.text, r.strong, r.emphasis, r.href, r.atom) for r in runs] == [
        ("A ", False, False, "", ""),
        ("fine", False, True, "", ""),
        (" ", False, False, "", ""),
        ("place ", False, False, "https://e.org", ""),
        ("here", True, False, "https://e.org", ""),
        (" by ", False, False, "", ""),
        ("@bob", False, False, "", "@bob"),
        (", ", False, False, "", ""),
        ("Up", False, False, "", "[[Up]]"),
        (" ", False, False, "", ""),
        ("https://a.b/c_d_e", False, False, "", "https://a.b/c_d_e"),
    ]


@given(st.text(alphabet="ab *_[]()<>#|`~-+1.!\\&;@:/h", min_size=1, max_size=60))
@settings(max_examples=300, deadline=None)
def test_escaped_text_is_shown_as_it_stands(text: str) -> None:
    assert plain_text(escape_markdown(text)).strip() == text.strip()


@pytest.mark.parametrize(
    "text", ["https://e.org/x", "@bob", "[[Up]]", "<https://e.org>", "[a](https://e.org)"]
)
def test_escaped_text_holds_no_link(text: str) -> None:
    assert "<a" not in render_review(escape_markdown(text))
