"""The arithmetic of the charts."""

import pytest

from filmsite.lib.charts import HALF_STARS, bar_width, histogram

COUNTS = [3, 4, 0, 9, 14, 35, 60, 100, 52, 33]


def test_columns_stand_side_by_side_and_the_highest_fills_the_box():
    chart = histogram(COUNTS)
    assert [column.label for column in chart.columns] == list(HALF_STARS)
    assert chart.total == 310
    assert max(column.height for column in chart.columns) == chart.height
    assert chart.columns[-1].x + chart.columns[-1].width <= chart.width
    for column in chart.columns:
        assert column.y + column.height == pytest.approx(chart.height)


def test_one_vote_among_thousands_can_be_seen_and_none_cannot():
    chart = histogram([1, 0, 0, 0, 0, 0, 0, 0, 0, 90_000])
    assert chart.columns[0].height > 1
    assert chart.columns[1].height == 0


def test_no_votes_at_all_is_an_empty_chart():
    chart = histogram([0] * 10)
    assert chart.total == 0
    assert {column.height for column in chart.columns} == {0}


def test_the_viewers_own_column_is_marked():
    assert [column.label for column in histogram(COUNTS, mine=7).columns if column.is_mine] == ["3½"]


def test_anything_but_ten_counts_is_refused():
    with pytest.raises(ValueError, match="10 columns, not 9"):
        histogram([1] * 9)


@pytest.mark.parametrize(
    ("value", "maximum", "width"), [(2.5, 5, 50), (0, 5, 0), (7, 5, 100), (-1, 5, 0), (1, 0, 0)]
)
def test_a_bar_stays_on_its_scale(value, maximum, width):
    assert bar_width(value, maximum) == width
