import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.translation.masking import Name, find_atoms, from_form, mask, to_form, unmask

NAMES = [Name(written) for written in ("Filhos do Paraíso", "Majid Majidi", "Volver", "Up")]


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("Vi Volver e gostei de Filhos do Paraíso.", ["Volver", "Filhos do Paraíso"]),
        ("Volver é bom, Volverine não.", ["Volver"]),
        ("Up é bom; gostei de Up e do “Up”.", ["Up", "Up"]),
        ("nota 4,5/5, ou 10 / 10", ["4,5/5", "10 / 10"]),
        (
            "ver https://e.org/a_b?c. @joana #cinema a@b.pt",
            ["https://e.org/a_b?c", "@joana", "#cinema", "a@b.pt"],
        ),
        ("lindo ❤️👨‍👩‍👧 demais 🇧🇷", ["❤️👨‍👩‍👧", "🇧🇷"]),
        ("escreveu XQ0 mesmo", ["XQ0"]),
        ("Filhos do\nParaíso", ["Filhos do\nParaíso"]),
    ],
)
def test_what_must_survive_is_found(text: str, atoms: list[str]) -> None:
    assert [text[atom.start : atom.end] for atom in find_atoms(text, names=NAMES)] == atoms


@given(st.text(alphabet="ab XQ0123./,!", max_size=60))
def test_masked_text_unmasks_to_itself_but_for_spaces_round_atoms(text: str) -> None:
    masked = mask(text, find_atoms(text))
    back = unmask(masked.text, [atom.shown for atom in masked.atoms])
    assert back is not None
    assert back.replace(" ", "") == text.replace(" ", "")


def test_an_atom_stands_apart_from_the_words_round_it() -> None:
    assert mask("lindo❤️demais", find_atoms("lindo❤️demais")).text == "lindo XQ0 demais"
    assert mask("nota ❤️7", find_atoms("nota ❤️7")).text == "nota XQ0 7"
    assert mask("Vi Volver.", find_atoms("Vi Volver.", names=NAMES)).text == "Vi XQ0."


def test_a_token_lost_doubled_or_made_up_is_noticed() -> None:
    assert unmask("XQ0 e XQ1", ["a", "b"]) == "a e b"
    assert unmask("XQ0 e XQ0", ["a", "b"]) is None
    assert unmask("XQ0", ["a", "b"]) is None
    assert unmask("eXQ0n XQ1.", ["@a", "b/c"]) == "e @a n b/c."
    assert unmask("XQ0's", ["Volver"]) == "Volver's"
    assert unmask("XQ0 XQ1 XQ2", ["a", "b"]) is None
    assert from_form("xq0 and XQ 1", "XQ{n}", [0, 1]) == "XQ0 and XQ1"
    assert from_form(to_form("XQ0 XQ11", "[{n}]"), "[{n}]", [0, 11]) == "XQ0 XQ11"


@pytest.mark.parametrize(
    ("text", "name", "shown"),
    [
        ("Vi L’Avventura.", Name("L'Avventura", "De ontmoeting"), "De ontmoeting"),
        ("Vi L´Avventura.", Name("L'Avventura"), "L´Avventura"),
        ("ADOREI FILHOS DO PARAÍSO!", Name("Filhos do Paraíso", "Children of Heaven"), "CHILDREN OF HEAVEN"),
        ("Volver's music", Name("Volver", "Terug"), "Terug"),
        ("Trilha sonora linda", Name("trilha sonora", "score", kind="word"), "Score"),
        ("a trilha sonora", Name("trilha sonora", "score", kind="word"), "score"),
        ("a Trilha sonora", Name("Trilha sonora", "score", kind="word"), "score"),
        ("um “Amor” assim", Name("Amor", "Amour", kind="marked"), "Amour"),
        ("um 'Amor,' assim", Name("Amor", "Amour", kind="marked"), "Amour"),
    ],
)
def test_a_name_is_shown_as_readers_know_it(text: str, name: Name, shown: str) -> None:
    (atom,) = find_atoms(text, names=[name], any_case=text.isupper())
    assert atom.shown == shown


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("um Amor assim", Name("Amor", kind="marked")),
        ("TRILHAS SONORAS", Name("trilha sonora", kind="word")),
        ("Volverine", Name("Volver")),
        ("nota İt", Name("It", "Isso")),
    ],
)
def test_what_is_no_name_is_left_to_the_engine(text: str, name: Name) -> None:
    assert find_atoms(text, names=[name]) == []


def test_a_name_that_must_stand_out_does_so_in_emphasis() -> None:
    name = Name("Amor", "Amour", kind="marked")
    assert find_atoms("um Amor assim", names=[name], emphasised=[(3, 7)])[0].shown == "Amour"
    assert find_atoms("um Amor assim", names=[name], emphasised=[(3, 13)]) == []


@pytest.mark.parametrize("text", ["❤️ ★★★½ casa", "★★½!", "`x = 1` aqui"])
def test_ratings_of_stars_and_code_are_one_thing(text: str) -> None:
    atoms = [text[atom.start : atom.end] for atom in find_atoms(text)]
    assert any(atom in ("★★★½", "★★½", "`x = 1`") for atom in atoms)
