"""The arithmetic of the taste match, against numbers worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.taste import MINIMUM, Confidence, match_of


def apart(**counts: int) -> list[int]:
    """Counts by distance in half stars: apart(d0=7, d3=2)."""
    return [counts.get(f"d{distance}", 0) for distance in range(10)]


@pytest.mark.parametrize(
    ("differences", "percent", "agreement"),
    [
        # Ten times the same vote: (10 + 7.75) / 20 = 0.8875.
        (apart(d0=10), 89, 1.0),
        # Ninety times: (90 + 7.75) / 100 = 0.9775.
        (apart(d0=90), 98, 1.0),
        # Ten times ½ star against five: 7.75 / 20 = 0.3875.
        (apart(d9=10), 39, 0.0),
        # Half a star, a whole and one and a half apart, 30 titles: 10 · (1 + 2 + 3) / 9 = 6.667 lost,
        # 23.333 agreed; (23.333 + 7.75) / 40 = 0.7771.
        (apart(d1=10, d2=10, d3=10), 78, 23.3333 / 30),
        # Equal, one and four stars apart: (43 · 1 of 64, 20 · 7/9, 1 · 1/9): 43 + 15.556 + 0.111 = 58.667;
        # (58.667 + 7.75) / 74 = 0.8975.
        (apart(d0=43, d2=20, d8=1), 90, 58.6667 / 64),
    ],
)
def test_the_match_is_what_the_sum_by_hand_gives(
    differences: list[int], percent: int, agreement: float
) -> None:
    found = match_of(differences)
    assert found is not None
    assert found.percent == percent
    assert found.titles == sum(differences)
    assert found.agreement == pytest.approx(agreement, abs=1e-4)


def test_below_ten_titles_there_is_no_number() -> None:
    assert match_of(apart(d0=MINIMUM - 1)) is None
    assert match_of(apart()) is None


@pytest.mark.parametrize(
    ("titles", "confidence"),
    [
        (10, Confidence.LOW),
        (24, Confidence.LOW),
        (25, Confidence.FAIR),
        (99, Confidence.FAIR),
        (100, Confidence.HIGH),
        (5000, Confidence.HIGH),
    ],
)
def test_confidence_grows_with_the_overlap(titles: int, confidence: Confidence) -> None:
    found = match_of(apart(d2=titles))
    assert found is not None
    assert found.confidence is confidence


def test_what_is_not_ten_counts_is_refused() -> None:
    with pytest.raises(ValueError, match="these are 9 counts"):
        match_of([1] * 9)


@given(st.lists(st.integers(0, 5000), min_size=10, max_size=10).filter(lambda counts: sum(counts) >= MINIMUM))
def test_no_votes_lead_outside_the_scale_and_agreeing_more_never_lowers_it(counts: list[int]) -> None:
    found = match_of(counts)
    assert found is not None
    assert 0 <= found.percent <= 100
    closer = match_of([counts[0] + counts[9], *counts[1:9], 0])
    assert closer is not None
    assert closer.percent >= found.percent
