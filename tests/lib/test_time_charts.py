"""Charts of months and days."""

from datetime import date, timedelta

import pytest
from django.utils.translation import override

from filmsite.lib.time_charts import LEVELS, day_columns, day_squares, month_columns


def test_months_without_anything_are_columns_without_height() -> None:
    chart = month_columns({date(2023, 11, 1): 4, date(2024, 2, 1): 1})
    assert [column.start for column in chart.columns] == [
        date(2023, 11, 1),
        date(2023, 12, 1),
        date(2024, 1, 1),
        date(2024, 2, 1),
    ]
    assert [column.number for column in chart.columns] == [4, 0, 0, 1]
    full, none, _, quarter = (column.height for column in chart.columns)
    assert (full, none, quarter) == (chart.height, 0, chart.height / 4)
    assert [word.words for word in chart.words] == ["Nov", "Dec", "Jan", "Feb"]


def test_one_vote_among_thousands_can_be_seen() -> None:
    chart = month_columns({date(2024, 1, 1): 20_000, date(2024, 2, 1): 1})
    assert chart.columns[1].height >= 1


def test_decades_of_months_stay_inside_their_box_and_name_years_that_do_not_run_together() -> None:
    chart = month_columns({date(1996, 5, 1): 1, date(2026, 11, 1): 2})
    assert len(chart.columns) == 30 * 12 + 7
    assert chart.columns[-1].x + chart.columns[-1].width <= chart.width
    assert all(after.x - before.x >= 40 for before, after in zip(chart.words, chart.words[1:], strict=False))
    assert chart.words[0].words == "1997"


def test_the_first_of_many_months_is_named_where_its_year_would_not_be_known() -> None:
    chart = month_columns({date(2023, 3, 1): 1, date(2025, 1, 1): 2})
    assert [word.words for word in chart.words] == ["Mar 2023", "2024", "2025"]
    first, january = chart.words[:2]
    assert january.x - first.x >= 40
    near = month_columns({date(2023, 12, 1): 1, date(2026, 1, 1): 2})
    assert [word.words for word in near.words] == ["2024", "2025", "2026"]


def test_days_stand_under_their_week_in_the_row_of_their_weekday() -> None:
    monday = date(2024, 1, 1)
    calendar = day_squares([(monday + timedelta(days=number), number % 3) for number in range(371)])
    first, tuesday, next_monday = (calendar.squares[place] for place in (0, 1, 7))
    assert (tuesday.x, tuesday.y > first.y) == (first.x, True)
    assert (next_monday.x > first.x, next_monday.y) == (True, first.y)
    assert calendar.squares[-1].x + calendar.square <= calendar.width
    assert [word.words for word in calendar.months][:3] == ["Jan", "Feb", "Mar"]


def test_the_busier_a_day_the_darker_and_a_day_without_anything_is_empty() -> None:
    monday = date(2024, 1, 1)
    numbers = [0, 1, 1, 2, 3, 5, 900]
    calendar = day_squares([(monday + timedelta(days=place), number) for place, number in enumerate(numbers)])
    levels = [square.level for square in calendar.squares]
    assert levels[0] == 0
    assert levels == sorted(levels)
    assert levels[1] == 1
    assert levels[-1] == LEVELS


def test_a_chart_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        month_columns({})
    with pytest.raises(ValueError, match="at least one"):
        day_squares([])


def test_days_are_columns_up_to_today_with_mondays_below() -> None:
    today = date(2026, 11, 22)
    chart = day_columns({today: 10, date(2026, 11, 9): 5, date(2026, 1, 1): 99}, until=today, days=30)
    assert [column.start for column in chart.columns][:: len(chart.columns) - 1] == [
        date(2026, 10, 24),
        today,
    ]
    assert (chart.highest, chart.columns[-1].height) == (10, 96)
    assert [word.words for word in chart.words] == ["26 Oct", "2 Nov", "9 Nov", "16 Nov"]
    assert day_columns({}, until=today, days=3).columns[0].height == 0


def test_months_are_written_as_their_language_writes_them() -> None:
    numbers = {date(2026, 10, 1): 1, date(2026, 11, 1): 1}
    with override("nl"):
        assert [word.words for word in month_columns(numbers).words] == ["okt", "nov"]
        assert day_columns(numbers, until=date(2026, 11, 12), days=12).words[-1].words == "9 nov"
    with override("en"):
        assert [word.words for word in month_columns(numbers).words] == ["Oct", "Nov"]
