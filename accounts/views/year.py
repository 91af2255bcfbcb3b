"""A member's year in review."""

from datetime import date
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import get_member_showing
from accounts.models import Part
from accounts.permissions import parts_shown
from accounts.views.statistics import HEADINGS
from filmsite.lib.time_charts import month_columns
from reviews.statistics.activity import dated_years
from reviews.statistics.votes import FACETS, PEOPLE
from reviews.statistics.wording import facet_words
from reviews.statistics.years import MINIMUM, year_of

# The first public showing of a film.
_FIRST_YEAR: Final = 1895
# Half the width of the page.
_CHART_WIDTH: Final = 480


@require_safe
def year(request: HttpRequest, username: str, year: int) -> HttpResponse:
    """What a member saw and thought in a year; says so where it holds too little. Six queries for a visitor.

    404 where neither the votes nor the diary, of which it is made, are for the viewer.
    """
    if not _FIRST_YEAR <= year <= timezone.localdate().year:
        raise Http404
    member = get_member_showing(request.user, username, Part.STATISTICS)
    shows = parts_shown(request.user, member)
    sources = {"votes": shows["votes"], "viewings": shows["diary"]}
    if not any(sources.values()):
        raise Http404
    told = year_of(member, year, **sources)
    years = list(dated_years(member, **sources))
    context = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "told": told,
        "shows": shows,
        "minimum": MINIMUM,
        "ends": [(_("First of the year"), told.first), (_("Last of the year"), told.last)],
        "chart": month_columns(
            {date(year, month.month, 1): month.seen for month in told.months}, width=_CHART_WIDTH
        )
        if told.is_told and shows["activity"]
        else None,
        "months": [(date(year, month.month, 1), month) for month in told.months],
        "most": [
            (HEADINGS[kind], [(facet_words(kind, row.key, row.name), row.titles) for row in told.most[kind]])
            for kind in (*FACETS, *PEOPLE)
            if kind in told.most
        ],
        "before": max((one for one in years if one < year), default=None),
        "after": min((one for one in years if one > year), default=None),
        "crumbs": [
            (member.username, member.get_absolute_url()),
            (_("Year in review"), None),
        ],
    }
    return render(request, "accounts/member_year.html", context)
