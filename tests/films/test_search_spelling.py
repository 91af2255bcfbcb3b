"""One form for every spelling of a name, and how far a misspelt one lies from it."""

import pytest

from films.search import forms_of_person, forms_of_title, normalise
from films.search.slips import one_slip_from, slips


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Bacheha-ye Aseman", "bacheha ye aseman"),
        ("  AMÉLIE  Poulain!", "amelie poulain"),
        ("بچه‌های آسمان", "بچه های اسمان"),
        ("بچه هاي آسمان", "بچه های اسمان"),
        ("كتاب", "کتاب"),
        ("Schindler's List", "schindlers list"),
        ("L’Avventura", "l avventura"),
        ("Straße · Øre · Łódź", "strasse ore lodz"),
        ("七人の侍", "七 人 の 侍"),
        ("ゴジラ", "コ シ ラ"),
        ("기생충", "기생충"),
        ("ฉลาดเกมส์โกง", normalise("ฉลาดเกมส์โกง")),
        ("Romeo & Juliet", "romeo and juliet"),
        ("۲۰۰۱", "2001"),
        ("…", ""),
    ],
)
def test_one_form_for_every_spelling(typed: str, stored: str) -> None:
    assert normalise(typed) == stored
    assert normalise(stored) == stored


def test_vowel_signs_that_carry_a_word_stay_in_it() -> None:
    assert " " not in normalise("ฉลาดเกมส์โกง")
    assert " " not in normalise("शोले")


def test_a_name_is_stored_with_and_without_its_article_and_with_digits() -> None:
    assert forms_of_title("The Matrix") == ["matrix", "the matrix"]
    assert forms_of_title("The") == ["the"]
    assert forms_of_title("…") == []
    assert forms_of_title("Rocky II") == ["rocky ii", "rocky 2"]
    assert forms_of_title("II") == ["ii"]
    assert forms_of_person("Kar-wai Wong") == ["kar wai wong", "wong kar wai"]


@pytest.mark.parametrize(
    ("typed", "name", "apart"),
    [
        ("golden", "golden", 0),
        ("goldne", "golden", 1),
        ("heavn", "heaven", 1),
        ("hheaven", "heaven", 1),
        ("heawen", "heaven", 1),
        ("childern of heavn", "children of heaven", 2),
        ("kitten", "sitting", 3),
        ("gold", "golden age", 4),
        ("abcdef", "ghijkl", 4),
        ("", "ab", 2),
    ],
)
def test_a_swap_is_one_slip_and_many_slips_are_another_name(typed: str, name: str, apart: int) -> None:
    assert slips(typed, name) == slips(name, typed) == apart


@pytest.mark.parametrize("name", ["heat", "x", "a b", "خانه"])
def test_everything_that_lies_one_slip_away_is_named_once(name: str) -> None:
    near = one_slip_from(name)
    assert {slips(name, other) for other in near} == {1}
    assert len(near) <= 60 * (len(name) + 1)


def test_all_slips_of_a_name_are_among_what_lies_one_away() -> None:
    assert {"haet", "heta", "hat", "heart", "hear", "he at", "eat"} <= one_slip_from("heat")
