import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmsite.lib.inputs import (
    MAX_BIGINT,
    clean_line,
    clean_text,
    fits_bigint,
    is_oversize_integer,
    is_storable,
    number_in,
)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("e\u0301", "é"),
        ("a\x00b\x07c\x7f\x9f", "abc"),
        ("tab\tstays", "tab\tstays"),
        ("\u202eevil", "evil"),
        ("\u2067ok\u2069", "\u2067ok\u2069"),
        ("\u202bopen\nnext\u202c", "open\nnext"),
        ("\u2067\u202ax\u2069\u202c", "\u202ax\u202c"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("half \ud83d", "half "),
    ],
)
def test_cleaning_takes_out_what_nobody_means(value: str, wanted: str) -> None:
    assert clean_text(value) == wanted


@given(st.text())
def test_clean_text_is_storable_and_stays_as_it_is(value: str) -> None:
    clean = clean_text(value)
    assert is_storable(clean)
    assert clean_text(clean) == clean


def test_a_line_has_single_spaces() -> None:
    assert clean_line("  a \n\t b\u00a0c ") == "a b c"


def test_values_no_store_can_hold_are_known() -> None:
    assert not is_storable("a\x00")
    assert is_storable("a0")
    assert not is_storable("\ud800")
    assert is_storable("plain 🙂")


@pytest.mark.parametrize(
    ("value", "oversize"),
    [
        (str(MAX_BIGINT), False),
        (str(MAX_BIGINT + 1), True),
        (str(-MAX_BIGINT - 1), False),
        (str(-MAX_BIGINT - 2), True),
        ("0" * 40 + "7", False),
        ("0" * 5000 + "7", False),
        ("-" + "0" * 40, False),
        ("+-" + "1" * 19, False),
        ("1__" + "1" * 18, False),
        ("9" * 100_000, True),
        ("12", False),
        ("²" * 30, False),
        ("word", False),
        ("", False),
    ],
)
def test_integers_beyond_a_bigint_are_known_without_converting_them(value: str, oversize: bool) -> None:
    assert is_oversize_integer(value) is oversize


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("²", None),
        ("٣", None),
        ("-1", None),
        ("1.0", None),
        (" 1", None),
        ("", None),
    ],
)
def test_a_number_is_read_from_digits_only_and_fits_a_key(text: str, number: int | None) -> None:
    assert number_in(text) == number


def test_a_shorter_number_may_be_asked_for() -> None:
    assert (number_in("9999", digits=4), number_in("10000", digits=4)) == (9999, None)


def test_a_bigint_has_two_ends() -> None:
    assert fits_bigint(MAX_BIGINT)
    assert not fits_bigint(MAX_BIGINT + 1)
    assert not fits_bigint(-MAX_BIGINT - 2)
