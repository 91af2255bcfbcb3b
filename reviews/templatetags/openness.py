"""Numbers of moderation for the eye, and reasons for the reader."""

from datetime import timedelta

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from filmsite.templatetags.filmsite import thousands
from reviews.moderation import canned, figure_tables
from reviews.moderation.figures import FEW

register = template.Library()


@register.filter
def told_reason(reason: str) -> str:
    """A reason as its reader understands it: one of the site's own in their language, any other as it was written."""
    return canned.told(reason)


@register.filter
def spoken(wait: timedelta) -> str:
    """A length of time in one unit: "5 hours"."""
    return figure_tables.spoken(wait)


@register.filter
def share(value: float | None) -> str:
    """A share of 0 to 1 in percent; a dash where there is too little to say."""
    return "–" if value is None else f"{number_format(round(value * 100))} %"


@register.filter
def people(number: figure_tables.People) -> str:
    """A number that could point at somebody when it is small."""
    if number.is_few:
        return _("fewer than %(number)d") % {"number": FEW}
    return thousands(number.number)
