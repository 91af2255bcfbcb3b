"""A life of films in numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from accounts.access import get_member_showing
from accounts.models import Part
from accounts.permissions import parts_shown
from films.statistics import spread_of
from filmsite.lib import charts
from filmsite.lib.time_charts import day_squares, month_columns, short_month
from reviews.statistics.activity import activity_of, dated_years
from reviews.statistics.votes import (
    FACETS,
    PEOPLE,
    Facet,
    gaps_of,
    kept_people_means,
    largest_changes,
    last_vote_at,
    member_statistics,
    people_means,
)
from reviews.statistics.wording import facet_words

ROWS_A_TABLE: Final = 12
# A table on its own has all its rows up to this many: an actor's five thousandth row is of no use to anybody.
ROWS_ALONE: Final = 500

HEADINGS: Final[dict[str, str | Promise]] = {
    "genre": gettext_lazy("By genre"),
    "country": gettext_lazy("By country"),
    "decade": gettext_lazy("By decade"),
    "language": gettext_lazy("By language"),
    "director": gettext_lazy("By director"),
    "actor": gettext_lazy("By actor"),
}
_Row = tuple[Facet, str]
# By column: how its cells compare, the usual way round.
_ORDERS: Final[dict[str, Callable[[_Row], Any]]] = {
    "name": lambda row: row[1].casefold(),
    "votes": lambda row: (-row[0].count, row[1].casefold()),
    "mean": lambda row: (-row[0].mean, -row[0].count, row[1].casefold()),
}


@dataclass(frozen=True)
class Column:
    """A head of a table: the order its link asks for, and how the table is ordered by it now (for aria-sort)."""

    name: str
    asks: str
    sorted: str


@dataclass(frozen=True)
class Table:
    """Means by one thing: rows with their words, how many there are in all, and where each leads (`query_of`)."""

    kind: str
    heading: str | Promise
    rows: list[_Row]
    total: int
    columns: list[Column]

    @property
    def query(self) -> str:
        """The beginning of the query string of a row's votes; the row's key ends it."""
        return f"role={self.kind}&person=" if self.kind in PEOPLE else f"{self.kind}="


def table_of(kind: str, facets: Sequence[Facet], *, sort: str = "", most: int = ROWS_A_TABLE) -> Table:
    """Rows in the order asked for ("mean", or "-mean" for the other way round), else in that of the statistics."""
    rows = [(facet, facet_words(kind, facet.key, facet.name)) for facet in facets]
    name = sort.removeprefix("-")
    if name in _ORDERS:
        rows.sort(key=_ORDERS[name], reverse=sort.startswith("-"))
    # Names begin at A, numbers with the highest.
    down = {"name": sort == "-name", "votes": sort == "votes", "mean": sort == "mean"}
    columns = [
        Column(
            column,
            f"-{column}" if sort == column else column,
            "" if name != column else "descending" if down[column] else "ascending",
        )
        for column in _ORDERS
    ]
    return Table(kind, HEADINGS[kind], rows[:most], len(rows), columns)


@require_safe
def statistics(request: HttpRequest, username: str) -> HttpResponse:
    """Means, generosity and activity of a member; `?sort=` orders the tables, `?table=` shows one of them whole.

    Those of people, which take longest, stand there at once if they are at hand; else `?people=1` asks for them, once
    the page stands or by a link without script. A constant number of queries, whatever they voted: at most eleven, three
    of them kept until their next vote.
    """
    member = get_member_showing(request.user, username, Part.STATISTICS)
    shows = parts_shown(request.user, member)
    last = last_vote_at(member)
    sort, alone = request.GET.get("sort", ""), request.GET.get("table", "")
    means_of_people = people_means if "people" in request.GET or alone in PEOPLE else kept_people_means
    people = means_of_people(member=member, last_vote_at=last)
    context: dict[str, Any] = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "shows": shows,
        "people": None if people is None else _tables(PEOPLE, people, sort),
        "too_few": [HEADINGS[kind] for kind in PEOPLE if people is not None and not people[kind]],
        "minimum": settings.FILMSITE_MEAN_MINIMUM_VOTES,
        "crumbs": [(member.username, member.get_absolute_url()), (_("Statistics"), None)],
    }
    if HtmxDetails(request).target == "people":
        return _depending_on_htmx(render(request, "accounts/member_statistics.html#people", context))
    found = member_statistics(member=member, last_vote_at=last)
    facets = found.facets | (people or {})
    if facets.get(alone):
        context["table"] = table_of(alone, facets[alone], sort=sort, most=ROWS_ALONE)
        return _depending_on_htmx(render(request, "accounts/member_means.html", context))
    context |= {
        "chart": charts.histogram(found.histogram),
        "spread": spread_of([found.histogram]),
        "tables": _tables(FACETS, found.facets, sort),
        "generosity": found.generosity,
        "years": list(dated_years(member, votes=shows["votes"], viewings=shows["diary"])),
    }
    if found.generosity and shows["votes"]:
        context["above"], context["below"] = gaps_of(found.generosity)
    if shows["activity"]:
        activity = activity_of(member, votes=shows["votes"], viewings=shows["diary"])
        context |= {
            "activity": activity,
            "month_names": [short_month(date(2000, month, 1)) for month in range(1, 13)],
            "months": month_columns(activity.months) if activity.months else None,
            "calendar": day_squares([(day.day, day.total) for day in activity.days]),
        }
    if shows["history"] and shows["votes"]:
        context["changes"] = largest_changes(member)
    return _depending_on_htmx(render(request, "accounts/member_statistics.html", context))


def _tables(kinds: Sequence[str], facets: Mapping[str, Sequence[Facet]], sort: str) -> list[Table]:
    return [table_of(kind, facets[kind], sort=sort) for kind in kinds if facets[kind]]


def _depending_on_htmx(response: HttpResponse) -> HttpResponse:
    """An address gives a page, or to htmx a part of it: a cache on the way must not mix them up."""
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
