import pytest

from filmsite.lib.text import plain_text, render_review
from reviews.translation.composing import SentencePair, compose, markdown_of_person
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.pipeline import Status, Words, translate_many, translate_source

TEXT = "O começo é lento. O fim ||é triste. Ele morre||.\n\n- A música é linda."


def test_sentences_are_told_in_order_with_their_paragraph_and_whose_they_are() -> None:
    found = compose(TEXT, {"O começo é lento.": ("The start is slow.", "person")}, dst="en")
    assert found.pairs == (
        SentencePair(0, "O começo é lento.", "The start is slow.", "person"),
        SentencePair(0, "O fim", "O fim", "author"),
        SentencePair(0, "é triste.", "é triste.", "author"),
        SentencePair(0, "Ele morre", "Ele morre", "author"),
        SentencePair(1, "A música é linda.", "A música é linda.", "author"),
    )
    assert found.markdown == TEXT.replace("O começo é lento.", "The start is slow.")
    assert found.share == pytest.approx(4 / 14)


def test_a_text_of_which_nothing_is_known_stays_as_it_is() -> None:
    found = compose(TEXT, {}, dst="en")
    assert (found.markdown, found.share) == (TEXT, 0)
    assert compose("🙂 10/10", {}, dst="en").share == 1


def test_what_has_nothing_to_translate_in_it_was_not_left() -> None:
    source = "Gostei muito dele.\n\n- [[Up]]\n\nThis paragraph is in English already, so leave it."
    assert [pair.by for pair in compose(source, {}, dst="en").pairs] == ["author", "same", "same"]
    outcome = translate_source(source, src="pt", dst="en", engine=DummyEngine())
    assert [pair.by for pair in outcome.pairs] == ["engine", "same", "same"]
    # Known to need none, it needs none when the text is put together again.
    again = {pair.source: (pair.text, pair.by) for pair in outcome.pairs}
    assert [pair.by for pair in compose(source, again, dst="nl").pairs] == ["engine", "same", "same"]


def test_what_stands_in_the_target_language_counts_as_ready_unless_a_person_says_better() -> None:
    source = "This paragraph is in English already, so leave it.\n\nIsto não."
    engine = {source.split("\n")[0]: ("Otherwise.", "engine")}
    assert compose(source, engine, dst="en").markdown == source  # type: ignore[arg-type]  # "engine" is one of the words
    person = {source.split("\n")[0]: ("Otherwise.", "person")}
    assert compose(source, person, dst="en").markdown.startswith("Otherwise.")  # type: ignore[arg-type]  # see above
    assert compose("This paragraph is in English already, so leave it.", {}, dst="en").share == 1


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("It is **very** good.", "<p>It is <strong>very</strong> good.</p>"),
        (
            "*[Volver](/films/1/volver/)*",
            '<p><a href="/films/1/volver/" rel="ugc nofollow noopener"><em>Volver</em></a></p>',
        ),
        ("a [b *c*](/d/) e", '<p>a <a href="/d/" rel="ugc nofollow noopener">b <em>c</em></a> e</p>'),
        ("One\n\ntwo\nthree", "<p>One two three</p>"),
        ("it ||hides|| that", "<p>it ||hides|| that</p>"),
        ("# big", "<p># big</p>"),
        ("- list", "<p>- list</p>"),
        ("1. list", "<p>1. list</p>"),
        ("> quote", "<p>&gt; quote</p>"),
        ("***", "<p>***</p>"),
        ("---", "<p>---</p>"),
        ("*never closed", "<p>*never closed</p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>"),
        ("ends in \\", "<p>ends in \\</p>"),
        ("[[a||b]]", "<p>a||b</p>"),
    ],
)
def test_a_person_may_emphasise_and_link_and_nothing_else(typed: str, shown: str) -> None:
    markdown = markdown_of_person(typed)
    assert render_review(markdown, headings=True) == shown
    assert render_review(markdown_of_person(markdown), headings=True) == shown


def test_a_persons_name_of_a_title_or_member_stays_one() -> None:
    assert markdown_of_person("see [[Volver]] with @joana") == "see [[Volver]] with @joana"


def test_a_persons_words_stay_in_the_spoiler_that_they_stand_in() -> None:
    answers = {"é triste.": ("is || sad\\", "person"), "Ele morre": ("He dies\\", "person")}
    found = compose(TEXT + "\n\n||o cão também||", answers, dst="en")  # type: ignore[arg-type]  # "person" is one of the words
    shown = plain_text(found.markdown)
    assert "sad" in found.markdown
    assert not any(word in shown for word in ("sad", "dies", "cão"))


def test_a_correction_is_used_as_it_is_and_costs_the_engine_nothing() -> None:
    engine = DummyEngine()
    words = Words(
        "Uma frase. **Duas** frases.", corrections={"**Duas** frases.": "*Two* sentences, || by hand."}
    )
    (outcome,) = translate_many([words], src="pt", dst="en", engine=engine)
    assert outcome.source == "(en) Uma frase. *Two* sentences, \\|\\| by hand."
    assert engine.calls == [["Uma frase."]]
    assert [pair.by for pair in outcome.pairs] == ["engine", "person"]
    assert (outcome.status, outcome.sentences, outcome.engine_words) == (Status.DONE, 2, 2)


def test_a_correction_holds_in_a_passage_that_is_copied_otherwise() -> None:
    line = "This paragraph is in English already, so leave it. And this one as well, of course."
    words = Words(line, corrections={"And this one as well, of course.": "Not this one."})
    engine = DummyEngine()
    (outcome,) = translate_many([words], src="pt", dst="en", engine=engine)
    assert outcome.source == "This paragraph is in English already, so leave it. Not this one."
    assert engine.calls == []


def test_an_edit_keeps_the_sentences_that_still_stand() -> None:
    before = translate_source(
        "Uma frase.\n\nDuas frases. Três frases.", src="pt", dst="en", engine=DummyEngine()
    )
    answers = {pair.source: (pair.text, pair.by) for pair in before.pairs}
    after = compose("Uma frase.\n\nOutra coisa. Três frases.", answers, dst="en")
    assert after.markdown == "(en) Uma frase.\n\nOutra coisa. (en) Três frases."
    assert after.share == pytest.approx(4 / 6)
