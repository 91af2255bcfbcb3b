"""What buttons and verdicts make of a text that holds somebody else's words."""

import re
import time
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from filmsite.lib.text import plain_text, render_review
from reviews.copydetect.mending import (
    Replacement,
    as_quote,
    first_paragraph_in,
    keep_first_paragraph,
    may_keep_first_paragraph,
    replacement,
    shorten,
    take_out,
    without_headings,
)
from reviews.copydetect.normalise import folded
from reviews.copydetect.overlap import grams_of
from reviews.copydetect.rules import KnownText
from tests.reviews.copydetect.texts import piece, prose, words

# Sixty words of our own.
PASSAGE = (
    "Two children share one pair of worn shoes and a secret that grows heavier each day. He runs home from school so "
    "that she can run to hers, and the alleys between them become the longest race in the city. When a real race is "
    "announced, with new shoes as its third prize, he decides that he must not win, must not lose, but come in third"
)
LABEL, URL = "Two Shoes (1997)", "/titles/5/two-shoes/"


def stretch_of(text: str, passage: str = PASSAGE) -> tuple[int, int]:
    start = text.index(passage[:20])
    return start, text.index(passage[-15:], start) + 15


def shown(text: str) -> str:
    """The words of a text that nobody has to uncover."""
    html = render_review(text)
    return " ".join(part.rpartition("</details>")[2] for part in html.split("<details"))


# --- Taking out -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (PASSAGE, ""),
        (f"{PASSAGE}.", ""),
        (f"I loved it. {PASSAGE}. And so on.", "I loved it. And so on."),
        (f"First.\n\n{PASSAGE}.\n\nLast.", "First.\n\nLast."),
        (f"First.\n{PASSAGE}.\nLast.", "First.\nLast."),
        (f"> {PASSAGE}\n\nMine.", "Mine."),
        (f"> Before.\n> {PASSAGE}.\n> Behind.", "> Before.\n> Behind."),
        (f"- one\n- {PASSAGE}\n- two", "- one\n- two"),
        (f"1. one\n2. {PASSAGE}\n3. two", "1. one\n3. two"),
        (f"# {PASSAGE}\n\nMine.", "Mine."),
        (f'He wrote: "{PASSAGE}." Then he left.', "He wrote: Then he left."),
        (f"So it is (“{PASSAGE}”), they say.", "So it is, they say."),
        (f"I say **bold {PASSAGE} end** here.", "I say **bold end** here."),
        (f"I say **{PASSAGE} end** here.", "I say **end** here."),
        (f"I say **bold {PASSAGE}** here.", "I say **bold** here."),
        (f"I say **{PASSAGE}** here.", "I say here."),
        (f"*{PASSAGE.replace('secret', 'secret* and')} mine.", "mine."),
        (f"5* for this: {PASSAGE} 4* for that.", "5* for this: 4* for that."),
        (f"See [{PASSAGE}](http://films.example/a) there.", "See there."),
        (f"See {PASSAGE} [a page](http://films.example/a).", "See [a page](http://films.example/a)."),
        (f"First {PASSAGE.replace('He runs', 'x' + chr(10) * 2 + 'He runs')} last.", "First\n\nlast."),
        (f"First {PASSAGE} - of all.", "First - of all."),
        (f"First {PASSAGE.replace('. He', chr(10) * 2 + 'He')} # last", "First\n\n\\# last"),
        (f"Before \U0001f600 {PASSAGE} \U0001f600 behind.", "Before \U0001f600 \U0001f600 behind."),
        (f"Before \u202e{PASSAGE}\u202c behind.", "Before \u202e\u202c behind."),
        (f"Before \u202eown {PASSAGE}\u202c behind.", "Before \u202eown \u202c behind."),
    ],
)
def test_what_is_taken_out_leaves_a_text_that_reads_as_meant(text: str, left: str) -> None:
    assert take_out(text, [stretch_of(text)]) == left


def test_several_passages_are_taken_out_at_once_in_any_order() -> None:
    one, two = piece(PASSAGE, 0, 20), piece(PASSAGE, 30, 20)
    text = f"A first word. {one}. A second one. {two}. A third."
    stretches = [stretch_of(text, two), stretch_of(text, one)]
    assert take_out(text, stretches) == "A first word. A second one. A third."


def test_passages_with_nothing_but_a_stop_between_them_are_one() -> None:
    one, two = piece(PASSAGE, 0, 15), piece(PASSAGE, 15, 20)
    text = f"A first word. {one} … {two}. The last."
    assert take_out(text, [stretch_of(text, one), stretch_of(text, two)]) == "A first word. The last."


def test_nothing_to_take_out_changes_nothing() -> None:
    assert take_out("  As it is. ", []) == "  As it is. "
    assert as_quote("As it is.", [], LABEL, URL) == "As it is."


# --- Headings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        (f"Mine.\n\n## First, the shoes\n\n{PASSAGE}.\n\nMine.", f"Mine.\n\n{PASSAGE}.\n\nMine."),
        (f"First, the shoes\n\n{PASSAGE}. Mine.", f"{PASSAGE}. Mine."),
        (f"## First, the shoes\n> “{PASSAGE}.”", f"> “{PASSAGE}.”"),
        (f"## My view\n\n{PASSAGE}.", None),
        (f"## First, the shoes\n\nI say: {PASSAGE}.", None),
        (f"## First, the shoes\n\nMine.\n\n{PASSAGE}.", None),
        (f"||First, the shoes\n\n{PASSAGE}.|| Mine.", None),
        (f"# {PASSAGE}\n\nMine.", None),
    ],
)
def test_a_heading_of_the_source_goes_with_its_passage_and_ones_own_stays(
    text: str, bare: str | None
) -> None:
    left, [passage] = without_headings(text, [stretch_of(text)], ["", "First, the shoes"])
    assert left == (text if bare is None else bare)
    assert left[slice(*passage)] == PASSAGE


def test_a_heading_that_is_part_of_the_passage_goes_before_it_is_quoted() -> None:
    text = f"Mine.\n\n### The shoes\n\n{PASSAGE}. Mine.\n\n## Shoes\n\n{PASSAGE}."
    first, second = text.index("The shoes"), text.index("Shoes\n\nTwo")
    stretches = [(second, len(text) - 1), (first, text.index(". Mine.\n"))]
    left, passages = without_headings(text, stretches, [])
    assert left == f"Mine.\n\n{PASSAGE}. Mine.\n\n{PASSAGE}."
    assert [left[slice(*passage)] for passage in passages] == [PASSAGE, PASSAGE]


# --- Spoilers -------------------------------------------------------------------------------------------------------

HIDING = [
    f"Open. ||Hidden {PASSAGE} hidden|| open.",
    f"Open. {PASSAGE.replace('When', 'When ||hidden|| then')} open.",
    f"Open. {PASSAGE.replace('grows', 'grows ||hidden')} hidden|| open.",
    f"Open. ||Hidden {PASSAGE.replace('longest', 'longest|| open')} open.",
    f"Open. ||Hidden {PASSAGE.replace('grows', '|| open ||')} hidden|| open.",
    f"Open. {PASSAGE} open. ||Hidden",
    f"Open. open. ||{PASSAGE.replace('grows', '|| x ||')} hidden",
    f"Open. ||Hidden {PASSAGE.replace('grows', 'grows|| x ||hidden|| open ||')} hidden|| open.",
    f"Open. ||Hidden \\{PASSAGE.replace('longest', 'longest|| open')} open.",
    f"Open. ||Hidden |{PASSAGE.replace('longest', 'longest|| open')} open.",
    f"> Open. ||Hidden {PASSAGE.replace('longest', 'longest|| open')} open.",
]


@pytest.mark.parametrize("text", HIDING)
def test_what_was_hidden_stays_hidden_and_nothing_more(text: str) -> None:
    stretch = stretch_of(text)
    for mended in (take_out(text, [stretch]), as_quote(text, [stretch], LABEL, URL)):
        assert "idden" not in shown(mended)
        assert "Open." in shown(mended)
        assert shown(mended).count("open.") == 1


def test_a_spoiler_that_is_nothing_but_the_passage_goes_with_it() -> None:
    text = f"Open. ||{PASSAGE}|| open."
    assert take_out(text, [stretch_of(text)]) == "Open. open."


def test_a_hidden_quotation_is_hidden() -> None:
    text = f"Open. {PASSAGE.replace('shoes', '||shoes||')} open."
    quoted = as_quote(text, [stretch_of(text)], LABEL, URL)
    assert "children" not in shown(quoted)
    assert LABEL in shown(quoted)


# --- Quotations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["[Rec]", "Up] (or down", "*batteries*", "||x||", "@bob"])
@pytest.mark.parametrize("url", ["https://films.example/a_(1997)?b=[c]&d=<e>", URL])
def test_the_quotation_names_and_links_anything(name: str, url: str) -> None:
    text = f"I loved it. {PASSAGE}. And so on."
    html = render_review(as_quote(text, [stretch_of(text)], name, url))
    assert html.count("<a ") == 1
    assert f'rel="ugc nofollow noopener">{name}</a>' in html
    assert "<blockquote>" in html
    assert html.endswith("<p>And so on.</p>")


def test_the_quotation_is_short_and_the_rest_of_the_passage_is_gone() -> None:
    text = f"I loved it. {PASSAGE}. And so on."
    assert as_quote(text, [stretch_of(text)], LABEL, URL) == (
        f"I loved it.\n\n> {piece(PASSAGE, 0, 25)}…\n>\n> — [{LABEL}]({URL})\n\nAnd so on."
    )


def test_a_quotation_without_spaces_is_as_short() -> None:
    text = "".join(chr(0x4E00 + n * 37 % 3000) for n in range(200))
    quoted = as_quote(text, [(0, 200)], LABEL, URL)
    assert text[:25] in quoted
    assert text[:26] not in quoted


def test_where_the_source_is_nobodys_business_the_quotation_names_none() -> None:
    text = f"I loved it. {PASSAGE}. And so on."
    assert as_quote(text, [stretch_of(text)], "", "") == (
        f"I loved it.\n\n> {piece(PASSAGE, 0, 25)}…\n\nAnd so on."
    )


def test_the_longest_passage_becomes_the_quotation_and_the_others_go() -> None:
    text = f"One. {piece(PASSAGE, 0, 15)}. Two. {piece(PASSAGE, 20, 35)}. Three."
    stretches = [stretch_of(text, piece(PASSAGE, 0, 15)), stretch_of(text, piece(PASSAGE, 20, 35))]
    assert as_quote(text, stretches, LABEL, URL) == (
        f"One. Two.\n\n> …{piece(PASSAGE, 20, 25)}…\n>\n> — [{LABEL}]({URL})\n\nThree."
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (f"> Said: {PASSAGE} indeed.", "<blockquote>\n<p>indeed.</p>\n</blockquote>"),
        (f"I say **bold {PASSAGE} end** here.", "<p><strong>end</strong> here.</p>"),
        (f"So: {PASSAGE} 1. is a number.", "<p>1. is a number.</p>"),
    ],
)
def test_what_stands_behind_the_quotation_reads_as_before(text: str, html: str) -> None:
    assert render_review(as_quote(text, [stretch_of(text)], LABEL, URL)).endswith(html)


def test_a_quotation_from_the_midst_of_a_sentence_says_so_on_either_side() -> None:
    midst = piece(PASSAGE, 9, 14)
    text = f"She says that {midst} and so on."
    assert as_quote(text, [stretch_of(text, midst)], LABEL, URL) == (
        f"She says that\n\n> …{midst}…\n>\n> — [{LABEL}]({URL})\n\nand so on."
    )


@pytest.mark.parametrize(
    ("passage", "quoted"),
    [
        ("The boats come in.", "The boats come in."),
        ("The boats come in!", "The boats come in!"),
        ("“The boats come in.”", "The boats come in."),
        ("“The boats come in”.", "The boats come in."),
        ("The boats come in,", "The boats come in…"),
        ("The boats come in –", "The boats come in…"),
        ("boats come in.", "…boats come in."),
    ],
)
def test_a_quotation_ends_where_its_sentence_does_or_says_that_it_goes_on(passage: str, quoted: str) -> None:
    text = f"First.\n\n{passage}\n\nLast."
    start = text.index("oats") - 5 if "The" in passage else text.index("oats") - 1
    made = as_quote(text, [(start, text.index("come in") + 7)], "", "")
    assert f"> {quoted}" in made.splitlines()
    assert made.startswith("First.")
    assert made.endswith("Last.")


def test_a_word_or_two_of_a_sentence_do_not_stay_without_it() -> None:
    one, two = piece(PASSAGE, 0, 9), piece(PASSAGE, 11, 30)
    text = f"Mine. {one} grave mystery {two}. And mine."
    quoted = as_quote(text, [stretch_of(text, one), stretch_of(text, two)], LABEL, URL)
    assert quoted.startswith(f"Mine.\n\n> {one} grave mystery")
    assert quoted.endswith(f"…\n>\n> — [{LABEL}]({URL})\n\nAnd mine.")


def test_a_sentence_that_lost_its_middle_says_so() -> None:
    short, long = piece(PASSAGE, 2, 13), piece(PASSAGE, 20, 35)
    text = f"They say {short} as I recall it now myself. {long}."
    quoted = as_quote(text, [stretch_of(text, short), stretch_of(text, long)], LABEL, URL)
    assert quoted.startswith("They say … as I recall it now myself.\n\n> ")


# --- The first paragraph --------------------------------------------------------------------------------------------

FIRST, REST, OWN = prose(60, 1), prose(100, 2), prose(30, 3)
source = KnownText(1, "plot", f"{FIRST}\n\n{REST}", label="A [film]", url=URL, first_words=60)


@pytest.mark.parametrize("known", [source, KnownText(1, "registered", grams=grams_of(words(source.text)), first_words=60, label="A [film]")])  # fmt: skip
def test_the_first_paragraph_stays_as_a_quotation_with_a_link(known: KnownText) -> None:
    text = f"{OWN} {FIRST} {REST} Mine."
    kept = keep_first_paragraph(text, [stretch_of(text, f"{FIRST} {REST[:-1]}")], known, URL)
    assert kept == f"{OWN}\n\n> {FIRST}\n>\n> — [A \\[film\\]]({URL})\n\nMine."


def test_of_a_changed_first_paragraph_the_changed_words_stay_too() -> None:
    changed = FIRST.replace(piece(FIRST, 30, 3), "three other words")
    text = f"{OWN} {changed} {REST}"
    kept = keep_first_paragraph(text, [stretch_of(text, f"{changed} {REST[:-1]}")], source, URL)
    assert "three other words" in kept
    assert piece(REST, 0, 8) not in kept


def test_of_a_first_paragraph_beyond_the_limit_whole_sentences_stay() -> None:
    long = KnownText(1, "plot", prose(400, 5), label="Film", first_words=400)
    kept = keep_first_paragraph(long.text, [(0, len(long.text) - 1)], long, URL)
    quoted = kept.removeprefix("> ").removesuffix(f"\n>\n> — [Film]({URL})")
    assert len(folded(quoted)) == 120
    assert long.text.startswith(quoted)
    assert quoted.endswith(".")


def test_without_anything_of_the_first_paragraph_only_the_link_is_left() -> None:
    text = f"{OWN} {REST} Mine."
    stretch = stretch_of(text, REST[:-1])
    assert first_paragraph_in(text, [stretch], source) is None
    assert keep_first_paragraph(text, [stretch], source, URL) == f"{OWN}\n\n[A \\[film\\]]({URL})\n\nMine."


def test_a_first_paragraph_may_stay_only_beside_enough_words_of_ones_own() -> None:
    for own, may in ((prose(15, 8), True), (prose(14, 8), False)):
        text = f"{own} {FIRST}"
        assert may_keep_first_paragraph(text, [stretch_of(text, FIRST[:-1])], source) is may


def test_shortening_leaves_the_first_paragraph_of_more_and_else_a_quotation() -> None:
    longer = f"{OWN} {FIRST} {REST} Mine."
    stretches = [stretch_of(longer, f"{FIRST} {REST[:-1]}")]
    assert shorten(longer, stretches, source, URL) == keep_first_paragraph(longer, stretches, source, URL)
    for text in (f"{OWN} {FIRST} Mine.", f"Mine. {FIRST} {REST}"):
        passage = text.removeprefix(f"{OWN} ").removeprefix("Mine. ").removesuffix(" Mine.")[:-1]
        shortened = shorten(text, [stretch_of(text, passage)], source, URL)
        assert shortened == as_quote(text, [stretch_of(text, passage)], source.label, URL)
        assert piece(FIRST, 26, 5) not in shortened


def test_of_what_is_not_public_nothing_is_named() -> None:
    text = f"{OWN} {FIRST} Mine."
    private = replace(source, is_public=False)
    kept = keep_first_paragraph(text, [stretch_of(text, FIRST[:-1])], private, "")
    assert kept == f"{OWN}\n\n> {FIRST}\n\nMine."


# --- Any text -------------------------------------------------------------------------------------------------------

MARKS = [
    "||",
    "**",
    "*",
    "_",
    "> ",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "[",
    "](",
    ")",
    "[[",
    "]]",
    "\\",
    "|",
    '"',
    "“",
    "”",
    " ",
    ". ",
]
WORDS = [
    "own",
    "word",
    "Film",
    "\x00",
    "\u202e",
    "\u202c",
    "\u200b",
    "e\u0301",
    "\U0001f469\u200d\U0001f4bb",
    "مرحبا",
    "映画",
]
BITS = st.sampled_from(MARKS + WORDS)
TEXTS = st.lists(BITS, max_size=12).map("".join)


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
@example("||", "|", "|")
@example("e\u0301||", "", "||e\u0301")
@example("", "e\u0301||", "||own")
@example("own\\", "||", "word")
@example("- ", "", "word")
def test_any_text_stays_whole_round_what_is_cut(before: str, marks: str, behind: str) -> None:
    text = f"Alpha {before} {PASSAGE[:60]}{marks}{PASSAGE[60:]} {behind} omega"
    stretch = (len(f"Alpha {before} "), len(f"Alpha {before} {PASSAGE}{marks}"))
    assert text[slice(*stretch)].startswith("Two")
    hidden = set(sayings(text)) - set(sayings(shown_words(text)))
    for mended in (
        take_out(text, [stretch]),
        as_quote(text, [stretch], LABEL, URL),
        keep_first_paragraph(text, [stretch], source, URL),
    ):
        own = sayings(text[: stretch[0]]) + sayings(text[stretch[1] :])
        # A link that goes over the border goes as a whole, or stays as one.
        assert is_subsequence([word for word in own if word in ("alpha", "omega")], folded(mended))
        if "](" not in text and "]]" not in text:
            assert is_subsequence(own, folded(mended))
        assert not hidden & set(folded(shown_words(mended))) - set(
            folded(f"{LABEL} {PASSAGE} {source.label}")
        )
        assert replacement(text, mended).applied_to(text) == mended
        render_review(mended)


def shown_words(text: str) -> str:
    return re.sub(r"<[^>]*>", " ", shown(text))


def sayings(text: str) -> list[str]:
    """The words of a text, without the numbers of its lists."""
    return [word for word in folded(text) if not word.isdigit()]


def is_subsequence(few: list[str], many: list[str]) -> bool:
    rest = iter(many)
    return all(word in rest for word in few)


@given(st.text(max_size=30), st.text(max_size=30))
@example("aaa", "aa")
@example("", "x")
def test_a_replacement_makes_the_one_of_the_other(old: str, new: str) -> None:
    change = replacement(old, new)
    assert change.applied_to(old) == new
    assert replacement(old, old) == Replacement(len(old), len(old), "")


@pytest.mark.parametrize(
    "text", ["||" * 10_000, "[" * 20_000, "**a" * 6_000, "> " * 10_000, "\u202e" * 20_000, "\n" * 20_000, "_ " * 10_000]
)  # fmt: skip
def test_mending_takes_bounded_time(text: str) -> None:
    started = time.process_time()
    take_out(text, [(5_000, 15_000)])
    as_quote(text, [(n * 200, n * 200 + 100) for n in range(90)], LABEL, URL)
    assert time.process_time() - started < 4


def test_plain_words_of_the_quotation_are_those_of_the_passage() -> None:
    text = f"I loved it. {PASSAGE.replace('secret', '**secret**')}. And so on."
    quoted = as_quote(text, [stretch_of(text)], LABEL, URL)
    assert piece(PASSAGE, 0, 25) in plain_text(quoted)
