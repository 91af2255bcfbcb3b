"""How grave a case is: each reason by itself, and their sum."""

import pytest

from reviews.moderation import severity
from reviews.moderation.severity import Circumstances, severity_of


@pytest.mark.parametrize(
    ("graver", "less"),
    [
        (severity.of_kind("unlawful"), severity.of_kind("personal-attack")),
        (severity.of_kind("personal-attack"), severity.of_kind("off-topic")),
        (severity.of_copied_words(300, 1), severity.of_copied_words(60, 1)),
        (severity.of_copied_words(100, 1), severity.of_copied_words(100, 0.2)),
        (severity.of_external_source(True), severity.of_external_source(False)),
        (severity.of_reports([100]), severity.of_reports([20])),
        (severity.of_reports([100, 100]), severity.of_reports([100])),
        (severity.of_repetition(2), severity.of_repetition(1)),
        (severity.of_notice(["notice"]), severity.of_notice(["flood"])),
        (severity.of_declaration(["declared-own"]), severity.of_declaration([])),
        (severity.of_long_standing(3, 100, 0), severity.of_long_standing(3, 100, 1)),
        (severity.of_long_standing(3, 100, 0), severity.of_long_standing(1, 100, 0)),
        (severity.of_long_standing(3, 100, 0), severity.of_long_standing(3, 10, 0)),
    ],
)
def test_each_reason_weighs_more_where_there_is_more_of_it(graver: int, less: int) -> None:
    assert graver > less >= 0


@pytest.mark.parametrize(
    "bounded",
    [
        lambda n: severity.of_copied_words(300 * n, n),
        lambda n: severity.of_reports([100] * 10 * n),
        lambda n: severity.of_repetition(10 * n),
    ],
)
def test_no_crowd_of_one_reason_weighs_without_end(bounded) -> None:
    assert bounded(1) == bounded(50)


def test_what_may_be_unlawful_comes_before_any_copied_page_or_flood_of_reports() -> None:
    unlawful = Circumstances(kind="unlawful", report_weights=[100])
    copied = Circumstances(kind="copied-text", copied_words=400, share=1, is_external=True)
    flooded = Circumstances(kind="off-topic", report_weights=[100] * 50, flags=["flood"])
    assert severity_of(unlawful) > severity_of(copied) > severity_of(flooded)


def test_a_sum_stays_between_nothing_and_the_gravest() -> None:
    calm = Circumstances(kind="copied-text", flags=["declared-own"], author_years=9, author_messages=900)
    assert severity_of(calm) == 0
    all_of_it = Circumstances(
        kind="unlawful",
        copied_words=900,
        share=1,
        is_external=True,
        report_weights=[100] * 9,
        earlier=9,
        flags=["notice"],
    )
    assert severity_of(all_of_it) == severity.GRAVEST


def test_an_author_of_many_years_and_a_declaration_let_a_case_wait() -> None:
    case = {"kind": "copied-text", "copied_words": 120, "share": 0.5}
    plain = severity_of(Circumstances(**case))
    assert severity_of(Circumstances(**case, flags=["declared-own"])) < plain
    assert severity_of(Circumstances(**case, author_years=5, author_messages=80)) < plain


@pytest.mark.parametrize(
    ("right", "wrong", "weight"),
    [(0, 0, 100), (9, 0, 100), (0, 1, 67), (0, 2, 50), (2, 2, 67), (0, 8, 20), (0, 500, 20), (100, 1, 99)],
)
def test_a_report_weighs_by_what_came_of_the_earlier_ones(right: int, wrong: int, weight: int) -> None:
    assert severity.weight_of_report(right, wrong) == weight


@pytest.mark.parametrize(
    ("outcomes", "rests"),
    [
        ([], False),
        ([False] * 9, False),
        ([False] * 10, True),
        ([True, *[False] * 10], False),
        ([*[False] * 10, True], True),
    ],
)
def test_only_who_was_wrong_many_times_running_rests(outcomes: list[bool], rests: bool) -> None:
    assert severity.must_rest(outcomes) == rests
