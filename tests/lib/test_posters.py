"""Posters set in type: the same for ever, safe to put on a page, and never wider than their paper."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filmsite.lib import posters
from filmsite.lib.posters import poster_svg, set_lines
from tests.lib.colours import contrast

NAMES = [
    "M",
    "Bacheha-ye Aseman",
    "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb",
    "Donaudampfschifffahrtsgesellschaft",
    "千と千尋の神隠し",
    "살인의 추억",
    "بچه‌های آسمان",
    "Сталкер",
    "W" * 300,
    " ",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_becomes_well_formed_svg(name):
    for size in ("page", "card", "thumb"):
        drawing = poster_svg(key=1, name=name, year=1997, size=size)
        root = ElementTree.fromstring(drawing)  # noqa: S314 - drawn by ourselves a line above
        assert root.get("aria-hidden") == "true"


@given(name=st.text(max_size=300), key=st.integers(min_value=1, max_value=2**62))
def test_no_line_is_wider_than_the_measure(name, key):
    lines, size = set_lines(name)
    assert 1 <= len(lines) <= 5
    for line in lines:
        assert posters._ems(line) * size <= posters._MEASURE + 0.01
    assert poster_svg(key=key, name=name, year=None)


def test_a_poster_is_the_same_every_time_and_no_two_are_alike():
    first = poster_svg(key=41, name="Playtime", year=1967)
    poster_svg.cache_clear()
    assert poster_svg(key=41, name="Playtime", year=1967) == first

    drawings = {poster_svg(key=key, name="Playtime", year=1967) for key in range(1, 60)}
    assert len(drawings) == 59


def test_a_name_cannot_break_out_of_its_poster():
    drawing = poster_svg(key=3, name='"><script>alert(1)</script>', year=1985)
    assert "<script" not in drawing
    assert "&lt;script&gt;" in drawing


def test_a_right_to_left_name_starts_at_the_right():
    drawing = poster_svg(key=3, name="بچه‌های آسمان", year=1997)
    assert 'direction="rtl"' in drawing
    assert 'x="185"' in drawing


def test_chinese_is_broken_between_characters_and_korean_between_words():
    assert len(set_lines("千と千尋の神隠し")[0]) == 2
    assert set_lines("살인의 추억")[0] == ["살인의", "추억"]


def test_a_name_too_long_ends_in_an_ellipsis():
    lines, _size = set_lines("and then " * 40)
    assert lines[-1].endswith("…")


def test_a_thumb_carries_no_type():
    assert "<text" not in poster_svg(key=3, name="Playtime", year=1967, size="thumb")


def test_numbers_are_written_for_a_machine_and_need_no_ids():
    for key in range(200):
        drawing = poster_svg(key=key, name="Playtime", year=1967)
        assert not re.search(r"\d,\d|\bid=|style=|nan|inf", drawing)


@pytest.mark.parametrize("palette", posters._PALETTES)
def test_type_stands_out_from_its_ground(palette):
    assert contrast(palette.ground, palette.ink) >= 7


@pytest.mark.parametrize("step", [1, 2, 5, 7, 10, 14])
def test_titles_in_a_row_get_many_pictures_and_palettes(step):
    # A picture is told by its shapes without their numbers, a palette by the colours used.
    thumbs = [poster_svg(key=step * n, name="x", year=None, size="thumb") for n in range(1, 15)]
    assert len({re.sub(r"#\w{6}|[\d.-]+", "", thumb)[:200] for thumb in thumbs}) >= 5
    assert len({tuple(sorted(set(re.findall(r"#\w{6}", thumb)))) for thumb in thumbs}) >= 5
