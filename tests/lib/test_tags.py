"""Tags and filters that every template uses."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.formats import date_format

from filmsite.templatetags import filmsite as tags


def render(source: str, **context: object) -> str:
    return Template("{% load filmsite %}" + source).render(Context(context))


@pytest.mark.parametrize(("value", "words"), [(1, "½"), (2, "1"), (7, "3½"), (10, "5"), (0, "0"), (None, "")])
def test_half_stars_are_written_as_people_write_them(value, words):
    assert tags.half_stars(value) == words


def test_a_mean_follows_the_notation_of_the_reader():
    assert tags.mean(Decimal("3.694")) == "3.69"
    assert tags.mean(20.5 / 6) == "3.42"
    assert tags.mean(Decimal("2.995")) == "3.00"
    with translation.override("nl"):
        assert tags.mean(3.694) == "3,69"
    assert tags.mean(None) == "–"


def test_a_count_has_the_separators_of_the_reader_whatever_the_setting(settings):
    for setting in (True, False):
        settings.USE_THOUSAND_SEPARATOR = setting
        with translation.override("nl"):
            assert tags.thousands(9041560) == "9.041.560"


def test_stars_say_in_words_what_they_show():
    drawing = render("{% stars 7 %}")
    assert 'aria-label="3½ of 5 stars"' in drawing
    assert 'width="84.0"' in drawing
    assert render("{% stars None %}") == ""


def test_an_avatar_keeps_its_colour_and_shows_initials():
    member = SimpleNamespace(username="sam-the-reader")
    assert render("{% avatar m %}", m=member) == render("{% avatar m %}", m=member)
    assert ">ST<" in render('{% avatar m "large" %}', m=member)
    assert ">?<" in render("{% avatar m %}", m=None)


def test_a_histogram_says_the_same_in_a_table():
    page = render("{% histogram counts mine=3 %}", counts=[1200, 0, 3, 0, 0, 0, 0, 0, 0, 5])
    assert '<th scope="row">1½</th><td class="num">3</td>' in page
    assert '<td class="num">1,200</td>' in page
    assert page.count("col-mine") == 1


def test_a_histogram_is_drawn_with_points_in_every_language():
    with translation.override("nl"):
        page = render("{% histogram counts %}", counts=[7, 0, 3, 0, 0, 0, 0, 0, 0, 5])
    drawing = page.split("<svg")[1].split("</svg>")[0]
    assert 'y="0.0"' in drawing
    assert '="0,' not in drawing


def test_a_flag_is_silent_and_absent_where_none_fits():
    assert 'alt=""' in render('{% flag "pt-BR" %}')
    assert render('{% flag "ar" %}{% flag "" %}{% flag "xx" %}') == ""


def test_a_date_of_this_year_goes_without_it_and_is_never_relative():
    this_year = timezone.localdate().replace(month=3, day=4)
    assert ">4 March<" in tags.compact_date(this_year)
    assert ">4 March 2019<" in tags.compact_date(date(2019, 3, 4))
    then = tags.compact_date(datetime(2019, 3, 4, 12, 30, tzinfo=UTC))
    assert 'datetime="2019-03-04T12:30:00+00:00" title="4 March 2019, 12:30"' in then
    assert tags.compact_date(None) == ""


@pytest.mark.parametrize(("language", "month"), [("en", "March"), ("nl", "maart")])
def test_dates_are_of_one_family_in_every_language(language: str, month: str) -> None:
    moment = datetime(2019, 3, 4, 12, 30, tzinfo=UTC)
    written = {
        "DATE_FORMAT": f"4 {month} 2019",
        "DATETIME_FORMAT": f"4 {month} 2019, 12:30",
        "MONTH_DAY_FORMAT": f"4 {month}",
        "YEAR_MONTH_FORMAT": f"{month} 2019",
        "TIME_FORMAT": "12:30",
    }
    with translation.override(language):
        assert {name: date_format(moment, name) for name in written} == written


def test_a_query_changes_what_it_is_told_and_keeps_the_rest():
    context = Context({"request": SimpleNamespace(GET=QueryDict("genre=drama&genre=war&page=3"))})
    assert tags.query(context, page=1200) == "?genre=drama&genre=war&page=1200"
    assert tags.query(context, page=None, genre=None) == "?"


def test_pages_far_away_are_left_out():
    numbers = tags.elided(Paginator(range(1000), 10).page(50))
    assert numbers == [1, "…", 48, 49, 50, 51, 52, "…", 100]


def test_the_vote_form_is_ten_real_radios_with_the_vote_chosen():
    page = render('{% include "components/_rate.html" with action="/titles/1/vote/" value=7 %}')
    assert page.count('type="radio"') == 10
    assert 'value="7" required checked' in page
    assert 'name="withdraw"' in page
    assert 'name="withdraw"' not in render('{% include "components/_rate.html" with action="/x/" %}')


def test_a_language_is_named_in_its_own_words():
    assert tags.language_label_local("nl") == "Nederlands"
    assert tags.text_direction("fa") == "rtl"


def test_addresses_become_links_and_no_sign_after_them_is_lost() -> None:
    shown = render(
        "{{ words|linked_addresses|linebreaks }}",
        words="It stands elsewhere (https://example.org/a_(b)). See <b>https://example.org/c</b>, too.",
    )
    assert '>https://example.org/a_(b)</a>). See &lt;b&gt;<a href="https://example.org/c" rel=' in shown
    assert ">https://example.org/c</a>&lt;/b&gt;, too." in shown
