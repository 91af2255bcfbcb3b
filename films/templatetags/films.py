"""What catalogue pages need for the eye: partial dates, money, names of countries and genres, JSON-LD."""

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from babel import Locale
from babel.numbers import format_currency
from django import template
from django.conf import settings
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from films.models import Link, Video
from filmsite.lib import languages
from filmsite.templatetags.filmsite import mean

register = template.Library()

# From so many letters on a word no longer fits the line of a card at its full size, and at the next smaller one.
LONG_WORD: Final = 14
LONGEST_WORD: Final = 19
_WORDS: Final = re.compile(r"[^\W\d_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffff]+")

# Inside <script> these could end the element or start a comment; JSON reads the escapes as the same characters.
_UNSAFE_IN_SCRIPT = {ord(character): f"\\u{ord(character):04X}" for character in "<>&\u2028\u2029"}


@register.filter
def partial_date(value: str) -> str:
    """As much of "1999", "1999-01" or "1999-01-22" as is known, in the reader's words: no invented day."""
    if len(value) == 10 and (day := _day(value)):
        return date_format(day, "DATE_FORMAT")
    if len(value) == 7 and (day := _day(f"{value}-01")):
        return date_format(day, "YEAR_MONTH_FORMAT")
    return value


def _day(value: str) -> date | None:
    try:
        return parse_date(value)
    except ValueError:  # 1999-02-31: the pattern that the database checks knows no calendar
        return None


@register.filter
def country_name(code: str) -> str:
    """A country's name in the language of the page; of states that are gone as well."""
    return languages.country_name(code)


@register.filter
def genre_name(name: str) -> str:
    """A genre's stored English name in the language of the page."""
    return gettext(name)


@register.filter
def decade(year: int) -> int:
    """The first year of a year's decade: 1997 is of 1990."""
    return year // 10 * 10


@register.filter
def plain_number(value: float) -> str:
    """A number with as many decimals as it has, at least one, in the reader's notation: 8.2, 3,87."""
    decimals = max(1, len(f"{value:.2f}".rstrip("0").rpartition(".")[2]))
    return number_format(value, decimal_pos=decimals, use_l10n=True)


@register.filter
def link_kind(kind: str) -> str:
    """What a link without words of its own is called."""
    return str(Link.Kind(kind).label).capitalize()


@register.filter
def video_kind(kind: str) -> str:
    """A kind of video in words: trailer, teaser, clip."""
    return str(Video.Kind(kind).label)


@register.filter
def video_site(provider: str) -> str:
    """The name of the site that a video plays from."""
    return str(Video.Provider(provider).label)


@register.filter
def shown_mean(numbers: Any) -> str:
    """The mean of anything with `mean` and `vote_count`; a dash where there are too few votes for one."""
    enough = numbers.vote_count >= settings.FILMSITE_MEAN_MINIMUM_VOTES
    return mean(numbers.mean if enough else None)


@register.filter
def word_size(name: str) -> str:
    """The class, with a space before it, that sets a name small enough for its longest word; nothing for most.

    Scripts that break between any two characters have no long words.
    """
    longest = max((len(word) for word in _WORDS.findall(name)), default=0)
    if longest < LONG_WORD:
        return ""
    return " longest-word" if longest >= LONGEST_WORD else " long-word"


@register.simple_tag
def money(amount: int, currency: str) -> str:
    """An amount of whole units as the reader writes money, without cents: $180,000 or US$ 180.000."""
    locale = (get_language() or "en").replace("-", "_")
    return format_currency(
        amount, currency or "XXX", _whole_units(locale), locale=locale, currency_digits=False
    )


@cache
def _whole_units(locale: str) -> str:
    return Locale.parse(locale).currency_formats["standard"].pattern.replace(".00", "")


@register.simple_tag
def lang(code: str) -> SafeString | str:
    """The attributes of text in another language: ` lang="fa" dir="rtl"`; nothing where it is not known."""
    if not code or code == languages.UNKNOWN:
        return ""
    return format_html(' lang="{}" dir="{}"', code, languages.direction(code))


@register.simple_tag
def lang_told(words: str) -> SafeString | str:
    """As `lang`, of words of which nobody said the language: told by themselves. Too few to tell have their own direction."""
    found = languages.detect(words)
    return lang(found.language) if found.reliable else mark_safe(' dir="auto"')


@register.simple_tag
def json_ld(data: Mapping[str, Any]) -> SafeString:
    """A JSON-LD block. A data block is never executed, so the content security policy lets it be."""
    text = json.dumps(data, ensure_ascii=False).translate(_UNSAFE_IN_SCRIPT)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  (escaped just above)
