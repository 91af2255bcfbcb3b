import pytest

from reviews.translation import gates
from reviews.translation.numbers import lost_numbers
from reviews.translation.shaping import is_shouted, shapes


def test_shouting_and_short_cries_are_shown_calmly() -> None:
    assert is_shouted("NÃO GOSTEI DE XQ0")
    assert not is_shouted("A NASA viu")
    first = shapes("NÃO GOSTEI DE XQ0!!", "pt")[0]
    assert first.text == "Não gostei de XQ0."
    assert first.restore("I did not like XQ0.") == "I DID NOT LIKE XQ0!!"
    assert shapes("Obra-prima!", "pt")[0].text == "obra-prima."
    assert shapes("Obra-prima!", "pt")[0].restore("masterpiece.") == "Masterpiece!"
    assert shapes("I cried.", "en")[0].text == "I cried."
    assert [shape.text for shape in shapes("Que tal?", "pt")] == ["Que tal?"]


@pytest.mark.parametrize(
    ("source", "answer", "fault"),
    [
        ("O filme é bom.", "The film is good.", None),
        ("O filme é bom.", "  ", gates.Fault.EMPTY),
        ("XQ0 é bom.", "It is good.", gates.Fault.ATOMS),
        ("XQ0 é bom.", "XQ0 and XQ0 are good.", gates.Fault.ATOMS),
        ("Bom.", "What do you think of this translation then?", gates.Fault.LENGTH),
        ("O filme conta a história de dois irmãos pobres.", "The film.", gates.Fault.LENGTH),
        ("A salada é boa", "salad salad salad salad", gates.Fault.LOOP),
        ("Muito, muito, muito bom", "Very, very, very good", None),
        ("O filme é muito bom mesmo", "O filme é muito bom mesmo", gates.Fault.ECHO),
        ("Em 1997 eu nasci", "In 1979 I was born", gates.Fault.NUMBERS),
        ("Custou 180.000 dólares", "It cost 180,000 dollars", None),
        ("Começa às 20h30 em ponto", "It starts at 8:30 p.m. sharp", None),
        ("Começa às 20h30 em ponto", "It starts at 8 p.m. sharp", gates.Fault.NUMBERS),
        ("Nos anos 90 era assim", "It was like that in the 1990s", None),
        (
            "Este filme conta a história de dois irmãos muito pobres.",
            "Deze film vertelt het verhaal van twee heel arme kinderen.",
            gates.Fault.LANGUAGE,
        ),
    ],
)
def test_the_gates_refuse_what_a_reader_must_not_get(
    source: str, answer: str, fault: gates.Fault | None
) -> None:
    assert gates.check(source, answer, src="pt", dst="en") is fault


@pytest.mark.parametrize(
    ("answer", "dst"),
    [
        ("Filmen forteller historien om to veldig fattige søsken i byen.", "nb"),
        ("Film ini bercerita tentang dua bersaudara yang sangat miskin.", "id"),
        ("Film ini bercerita tentang dua bersaudara yang sangat miskin.", "ms"),
    ],
)
def test_an_answer_in_a_language_that_is_told_by_another_name_is_not_refused(answer: str, dst: str) -> None:
    source = "Este filme conta a história de dois irmãos muito pobres."
    assert gates.check(source, answer, src="pt", dst=dst) is None


@pytest.mark.parametrize(
    ("source", "answer", "dst", "is_lost"),
    [
        ("Vi o filme 7 vezes", "I saw the film many times", "en", True),
        ("Vi o filme 7 vezes", "I saw the film 7 times", "en", False),
        ("Vi o filme 7 vezes", "I saw the film seven times", "en", False),
        ("Vi o filme 7 vezes", "I saw the film in 1997", "en", True),
        ("Vi o filme sete vezes", "I saw the film 7 times", "en", False),
        ("I saw it 3 times in 12 days", "Vi três vezes em doze dias", "pt-BR", False),
        ("I saw it 3 times", "Ik zag hem drie keer", "nl", False),
        ("I saw it 3 times", "Lo vi tres veces", "es", False),
        ("I saw it 3 times", "Ich habe es dreimal, ja: drei Mal gesehen", "de", False),
        ("I saw it 3 times", "Je l'ai vu trois fois", "fr", False),
        ("I saw it 3 times", "L'ho visto tre volte", "it", False),
        ("I saw it 3 times", "Ik zag hem vier keer", "nl", True),
        ("Dura 1 hora", "It lasts an hour", "en", False),
        ("Custou 3 mil", "It cost 3,000", "en", False),
        ("Custou 3 euros", "It cost 30 euros", "en", True),
        ("O 3º filme, em 3D", "The third film, in 3D", "en", False),
        ("Às 20h30 em ponto", "At 8:30 p.m. sharp", "en", False),
        ("At 8:30 p.m. sharp", "Às 20h30 em ponto", "pt", False),
        ("Nota " + "9" * 5000, "Grade " + "9" * 5000, "en", False),
        ("در ۱۳۷۰", "In 1370", "en", False),
        ("I saw it 3 times", "三度見た", "ja", False),
    ],
)
def test_a_number_may_come_back_in_words_and_must_come_back(
    source: str, answer: str, dst: str, is_lost: bool
) -> None:
    assert bool(lost_numbers(source, answer, dst=dst)) is is_lost


def test_a_lost_single_digit_is_a_fault() -> None:
    assert gates.check("Vi 7 vezes", "I saw it often", src="pt", dst="en") is gates.Fault.NUMBERS
