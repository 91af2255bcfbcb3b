"""Surnames that stand alone: told from words, left alone by the engine."""

import pytest

from reviews.translation.masking import Name, find_atoms
from reviews.translation.surnames import surname_of


@pytest.mark.parametrize(
    ("name", "sort_name", "surname"),
    [
        ("Majid Majidi", "Majidi, Majid", "Majidi"),
        ("Lars von Trier", "Trier, Lars von", "von Trier"),
        ("Vittorio De Sica", "Sica, Vittorio De", "De Sica"),
        ("Robert Downey Jr.", "Jr., Robert Downey", "Downey"),
        ("Bong Joon-ho", "Bong, Joon-ho", "Bong"),
        ("Jean-Pierre Léaud", "Léaud, Jean-Pierre", "Léaud"),
        ("Cher", "Cher", ""),
        ("Kate X", "X, Kate", ""),
        ("bell hooks", "hooks, bell", ""),
        ("", "", ""),
        ("Jr.", "Jr.", ""),
        ("Jacques 1er", "1er, Jacques", ""),
        # A capital says nothing of these.
        ("Fredric March", "March, Fredric", ""),
        ("Charles Dutch", "Dutch, Charles", ""),
        ("Anna France", "France, Anna", ""),
    ],
)
def test_a_surname_is_told_by_how_the_person_is_sorted(name: str, sort_name: str, surname: str) -> None:
    assert surname_of(name, sort_name, language="en") == surname


def test_a_language_that_writes_every_noun_with_a_capital_has_no_surnames_to_tell() -> None:
    assert surname_of("Christian Berg", "Berg, Christian", language="de") == ""
    assert surname_of("Christian Berg", "Berg, Christian", language="nl-BE") == "Berg"
    assert surname_of("Christian Berg", "Berg, Christian", language="und") == "Berg"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("O filme de Young é lindo", ["Young"]),
        ("O Young é lindo", ["Young"]),
        ("com Winslet, Young e Love", ["Young", "Love"]),
        ("Gosto de Young's film", ["Young"]),
        ("a câmera de von Trier treme", ["von Trier"]),
        ("Von Trier treme", ["Von Trier"]),
        # It may begin the sentence, belong to another name, or be a word.
        ("Young é lindo", []),
        ("Que filme! Young é lindo", []),
        ("Ele diz: Love me", []),
        ("“Love” é a palavra", []),
        ("vi Young Frankenstein ontem", []),
        ("vi Love-Story ontem", []),
        ("com Neil Young na trilha", []),
        ("I love young people", []),
        ("I SAW YOUNG AND LOVE TODAY", []),
        ("na cidade de Youngstown", []),
    ],
)
def test_a_surname_counts_only_where_it_can_hardly_be_a_word(text: str, kept: list[str]) -> None:
    names = [Name(written, kind="surname") for written in ("Young", "Love", "von Trier")]
    atoms = find_atoms(text, names=names, any_case=text.isupper())
    assert [text[atom.start : atom.end] for atom in atoms] == kept
    assert all(atom.shown == text[atom.start : atom.end] and not atom.href for atom in atoms)
