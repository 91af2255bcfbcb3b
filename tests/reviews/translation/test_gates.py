import pytest

from reviews.translation import gates
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
