"""Whatever an engine answers, a text keeps its paragraphs, its spoilers and its names, and gains no mark."""

import random
import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from filmsite.lib.text import blocks, plain_text, render_review, render_translation, spoiler_marks
from reviews.translation.composing import SentencePair, compose, left_in
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.masking import Name
from reviews.translation.pipeline import TranslationOutcome, Words, translate_many

SECRET = "zeldzaam"
NAMES = (
    Name("Volver", "Terug", "/films/1/volver/"),
    Name("Ana Lima", "", "/people/2/ana-lima/"),
    Name("Up", "Omhoog", "/films/3/up/", kind="marked"),
    Name("trilha sonora", "score", kind="word"),
)
ATOMS = ("https://e.org/a_b?c=1", "@joana", "#cinema", "4,5/5", "★★★½", "❤️", "[[Cinema Paradiso]]", "`x = 1`")
NAMED = ("Volver", "Ana Lima", "*Up*", "trilha sonora")

PLAIN = ("casa", "menino", "Lindo", "NÃO", "em 1997", "e")
DRESSED = ("*muito*", "**forte demais**", "[aqui *não*](https://e.org/x)")

_words = st.lists(st.sampled_from([*PLAIN, *DRESSED, *ATOMS, *NAMED]), min_size=1, max_size=7)
_sentence = st.builds(
    lambda words, end: " ".join(words) + end, _words, st.sampled_from([".", "!", "…", "?", ""])
)
_prose = st.lists(_sentence, min_size=1, max_size=3).map(" ".join)
_secret = st.builds(
    lambda prose, end: f"||{SECRET} {prose}{end}||", _prose, st.sampled_from(["", f" {SECRET}.", "!"])
)
_line = st.lists(st.one_of(_prose, _secret), min_size=1, max_size=3).map(" ".join)
_block = st.one_of(
    _line,
    _line.map("## {}".format),
    st.lists(_line, min_size=1, max_size=3).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    _prose.map("> {}".format),
    _prose.map(lambda prose: f"||\n{SECRET} {prose}\n||"),
    st.just("---"),
)
_unclosed = st.sampled_from(["", "", f"\n\n||{SECRET} casa", f"\n\nMenino. ||{SECRET} e\n- {SECRET}"])
_texts = st.builds("{}{}".format, st.lists(_block, min_size=1, max_size=4).map("\n\n".join), _unclosed)

EVIL = (
    "||", " || ", "\n\n", "\n- ", "<script>alert(1)</script>", "<b>x</b>", "**", "*", "_", "[x](https://evil.example)",
    "[[Evil]]", "https://evil.example", "@eve", "\\", "# ", "> ", "1. ", "XQ0", "XQ1", "[0]", "\x00", "\ufffc", "\ue000",
    "\ue001", "&lt;", "`", "|", "](", "~~~",
)  # fmt: skip


def hostile(seed: int) -> DummyEngine:
    """An engine that drops, doubles, moves and makes up tokens, and puts marks where it likes."""
    chance = random.Random(seed)

    def garble(text: str) -> str:
        words = text.split()
        for _ in range(chance.randrange(4)):
            place = chance.randrange(len(words) + 1)
            match chance.randrange(5):
                case 0 if words:
                    del words[min(place, len(words) - 1)]
                case 1 if words:
                    words.insert(place, chance.choice(words))
                case 2:
                    chance.shuffle(words)
                case 3:
                    words = [word.lower() for word in words]
                case _:
                    words.insert(place, chance.choice(EVIL))
        tail = chance.choice(["", "", "\\", "|", "||", "\n"])
        return " ".join(words) + tail

    return DummyEngine(garble=garble)


def hidden_taken_out(html: str) -> str:
    """The HTML without its spoilers, however deep."""
    while (
        shorter := re.sub(r"<details[^>]*>(?:(?!<details).)*?</details>", "", html, flags=re.DOTALL)
    ) != html:
        html = shorter
    return html


def structure(html: str) -> list[str]:
    """The blocks and spoilers of a text, in order."""
    return re.findall(r"</?(?:p|li|ul|ol|h3|h4|hr|blockquote|details)\b", html)


def check(source: str, markdown: str, pairs: tuple[SentencePair, ...]) -> None:
    assert len(blocks(markdown)) == len(blocks(source))
    assert len(spoiler_marks(markdown)) == len(spoiler_marks(source))
    assert SECRET not in plain_text(markdown)
    html = render_review(markdown, headings=True)
    assert SECRET not in hidden_taken_out(html)
    assert structure(html) == structure(render_review(source, headings=True))
    assert not re.search(r"<(script|b|img|s)\b", html)
    own = {name.href for name in NAMES}
    for href in map(unescape, re.findall(r'href="([^"]*)"', html)):
        assert href in own or href.startswith(
            ("https://e.org/", "/members/joana/", "/titles/called/?name=Cinema")
        ), href
    for pair in pairs:
        if pair.by == "author":
            assert pair.text == pair.source
        for atom in ATOMS:
            shown = [words.replace("\\", "").count(atom) for words in (pair.source, pair.text)]
            assert shown[0] == shown[1], (atom, pair)


@given(_texts, st.integers(0, 10**6))
@settings(max_examples=400, deadline=None)
def test_no_answer_moves_a_paragraph_opens_a_spoiler_or_loses_a_name(source: str, seed: int) -> None:
    outcome = _translate(source, seed)
    check(source, outcome.source, outcome.pairs)
    html = render_review(outcome.source, headings=True)
    # Each name leads to its page once.
    for name in NAMES:
        assert not name.href or html.count(f'href="{name.href}"') <= 1


@given(_texts, st.lists(st.sampled_from([*EVIL, "gewoon", "*nadruk*", SECRET]), max_size=6), st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_correction_does_either(source: str, words: list[str], closed: bool) -> None:
    person = "" if closed else " ".join(word for word in words if word not in ("@eve", SECRET))
    person = re.sub(r"\[\[Evil\]\]|\[?x?\]?\(?https://evil\.example\)?", "", person)
    answers = {pair.source: (person, "person") for pair in compose(source, {}, dst="en").pairs}
    found = compose(source, answers, dst="en")  # type: ignore[arg-type]  # "person" is one of the words
    plain = tuple(pair for pair in found.pairs if pair.by == "author")
    check(source, found.markdown, plain)


@given(_texts, st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_a_translation_can_be_put_together_again_from_its_sentences(source: str, seed: int) -> None:
    outcome = _translate(source, seed)
    again = compose(source, {pair.source: (pair.text, pair.by) for pair in outcome.pairs}, dst="en")
    # Equal sentences have one answer in the map, of which only the first has the links.
    if len({pair.source for pair in outcome.pairs}) == len(outcome.pairs):
        assert again.markdown == outcome.source
    check(source, again.markdown, again.pairs)


def _translate(source: str, seed: int) -> TranslationOutcome:
    (outcome,) = translate_many([Words(source, NAMES)], src="pt", dst="en", engine=hostile(seed))
    return outcome


@settings(max_examples=300, deadline=None)
@given(_texts, st.integers(0, 2**20))
def test_words_that_stayed_say_so_and_read_as_they_did(source: str, seed: int) -> None:
    chance = random.Random(seed)
    known = {
        pair.source: (f"Said {pair.source}", "engine")
        for pair in compose(source, {}, dst="en").pairs
        if chance.randrange(2)
    }
    made = compose(source, known, dst="en")
    left = left_in(source, made.markdown, made.pairs)
    html = render_translation(made.markdown, target="en", language="fa", left=left, headings=True)
    bare = re.sub(r'</?span[^>]*>| (?:lang|dir)="[^"]*"', "", html)
    assert bare == render_review(made.markdown, headings=True)
    stayed = "".join(made.markdown[start:end] for start, end in left)
    for pair in made.pairs:
        assert pair.by != "author" or pair.source in stayed or left_as_a_whole(pair.source, stayed), pair
    assert not left or 'dir="rtl"' in html


def left_as_a_whole(sentence: str, stayed: str) -> bool:
    """Whether a sentence stands in a stretch that kept its author's way of writing marks."""
    return plain_text(sentence) in plain_text(stayed)
