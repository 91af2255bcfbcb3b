"""Marks, titles and spoilers with the real model: they cost a translation nothing of its words."""

import re
from itertools import pairwise

import pytest

from filmsite.lib.text import plain_text, render_review
from reviews.translation.engines.fx import FxEngine
from reviews.translation.masking import Name
from reviews.translation.pipeline import Status, TranslationOutcome, Words, translate_many

SENTENCES = (
    "O melhor do filme é a atuação da menina.",
    "Ontem à noite eu vi este filme com a minha irmã.",
    "A fotografia é linda, mas o roteiro não convence ninguém.",
    "Nunca chorei tanto no cinema como naquela tarde de domingo.",
    "O diretor conhece bem a cidade e mostra cada rua com carinho.",
    "A segunda metade do filme é muito mais lenta do que a primeira.",
    "Quem gosta de histórias simples vai adorar este filme.",
    "O final me deixou sem palavras por alguns minutos.",
)
# Each with the place of a title in it.
ABOUT = (
    "O melhor de {} é a atuação da menina.",
    "Ontem à noite eu vi {} com a minha irmã.",
    "A fotografia de {} é linda, mas o roteiro não convence.",
    "Nunca chorei tanto como quando vi {} no cinema.",
    "Depois de {}, nenhum outro filme me comoveu assim.",
    "{} é muito mais triste do que {}.",
)
TITLES = (
    Name("Volver", "", "/films/1/volver/"),
    Name("Filhos do Paraíso", "Children of Heaven", "/films/2/children-of-heaven/"),
    Name("O Silêncio dos Inocentes", "The Silence of the Lambs", "/films/3/the-silence-of-the-lambs/"),
    Name("Cidade de Deus", "City of God", "/films/4/city-of-god/"),
)


@pytest.fixture(scope="module")
def fx() -> FxEngine:
    return FxEngine()


def in_english(engine: FxEngine, *texts: str, names: tuple[Name, ...] = ()) -> list[TranslationOutcome]:
    return translate_many([Words(text, names) for text in texts], src="pt", dst="en", engine=engine)


@pytest.mark.parametrize("title", TITLES, ids=lambda title: title.written)
def test_a_title_comes_through_once_by_its_english_name_and_leads_to_its_page(
    fx: FxEngine, title: Name
) -> None:
    texts = [about.replace("{}", title.written) for about in ABOUT]
    for text, outcome in zip(texts, in_english(fx, *texts, names=(title,)), strict=True):
        assert outcome.status is Status.DONE
        shown = title.shown or title.written
        assert outcome.source.count(shown) == text.count(title.written), outcome.source
        assert render_review(outcome.source).count(f'<a href="{title.href}"') == 1
        assert title.shown == "" or title.written not in outcome.source


def test_two_titles_in_a_sentence_keep_apart(fx: FxEngine) -> None:
    texts = [
        ABOUT[-1].format(one.written, other.written) for one in TITLES for other in TITLES if one is not other
    ]
    pairs = [(one, other) for one in TITLES for other in TITLES if one is not other]
    for (one, other), outcome in zip(pairs, in_english(fx, *texts, names=TITLES), strict=True):
        assert re.fullmatch(
            rf"\W*{one.shown or one.written}\W.* sadder than \W*{other.shown or other.written}\W.*",
            outcome.source,
        ), outcome.source


@pytest.mark.parametrize("mark", ["*", "**"])
def test_emphasis_changes_no_word_of_a_translation(fx: FxEngine, mark: str) -> None:
    marked = []
    for place, sentence in enumerate(SENTENCES):
        words = sentence.split()
        words[place % 4 + 1] = f"{mark}{words[place % 4 + 1]}{mark}"
        marked.append(" ".join(words))
    kept = 0
    for plain, dressed in zip(in_english(fx, *SENTENCES), in_english(fx, *marked), strict=True):
        assert plain_text(dressed.source) == plain_text(plain.source)
        kept += dressed.source != plain.source
    # Where its own words are found once in the sentence it is there again.
    assert kept >= 2


def test_a_sentence_that_is_all_emphasis_or_all_link_stays_so(fx: FxEngine) -> None:
    plain, bold, link = in_english(
        fx, SENTENCES[0], f"**{SENTENCES[0]}**", f"[{SENTENCES[0]}](https://example.org/a)"
    )
    assert bold.source == f"**{plain.source}**"
    assert link.source == f"[{plain.source}](https://example.org/a)"


def test_emphasis_that_has_no_place_of_its_own_is_dropped_and_not_spread(fx: FxEngine) -> None:
    (outcome,) = in_english(fx, "*Volver é lindo* e eu chorei muito.", names=(Name("Volver"),))
    assert "*" not in outcome.source


def test_a_spoiler_changes_no_word_and_lets_none_out(fx: FxEngine) -> None:
    for first, second in pairwise(SENTENCES):
        plain, hidden = in_english(fx, f"{first}\n\n{second}", f"{first} ||{second}||")
        shown, secret = plain.source.split("\n\n")
        assert hidden.source == f"{shown} ||{secret}||"
        assert plain_text(secret) not in plain_text(hidden.source)


def test_the_words_of_staff_stand_where_the_sentence_wants_them(fx: FxEngine) -> None:
    names = (Name("trilha sonora", "score", kind="word"),)
    inside, first = in_english(
        fx, "Gostei da trilha sonora do filme.", "Trilha sonora inesquecível.", names=names
    )
    assert "score" in inside.source
    assert "Score" in first.source
