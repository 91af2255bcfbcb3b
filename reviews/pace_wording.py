"""The words for somebody who has reached their limit of a day: what it is, why, and when they can go on."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.services.pacing import TooMuchToday


def too_much_words(refusal: TooMuchToday) -> str:
    """One or two sentences, without a word of reproach."""
    limit, when = refusal.limit, date_format(timezone.localtime(refusal.until), "DATETIME_FORMAT")
    why = (
        _("A moderator has slowed you down.")
        if refusal.is_slowed
        else _("In the first days here there is a limit, as the rules say.")
    )
    on = _("You can go on from %(when)s.") % {"when": when}
    return f"{_limit_words(refusal, limit)} {why} {on}"


def _limit_words(refusal: TooMuchToday, limit: int) -> str:
    match refusal.act:
        case "message":
            said = ngettext(
                "%(limit)d message within 24 hours is as much as you can write now.",
                "%(limit)d messages within 24 hours are as many as you can write now.",
                limit,
            )
        case "opinion":
            said = ngettext(
                "%(limit)d opinion within 24 hours is as much as you can write now; a message without that mark is fine.",
                "%(limit)d opinions within 24 hours are as many as you can write now; a message without that mark is fine.",
                limit,
            )
        case "link":
            said = ngettext(
                "%(limit)d link to another site within 24 hours is as much as you can post now; the text without it is fine.",
                "%(limit)d links to other sites within 24 hours are as many as you can post now; the text without them is "
                "fine.",
                limit,
            )
        case "vote":
            said = ngettext(
                "%(limit)d vote within 24 hours is as much as you can cast now.",
                "%(limit)d votes within 24 hours are as many as you can cast now.",
                limit,
            )
    return said % {"limit": limit}
