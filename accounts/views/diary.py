"""What a member saw, and when."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import get_member_showing
from accounts.models import Part
from filmsite.lib.paging import BadCursor, KeysetPage, keyset_page
from reviews.keeping_filters import DiaryFilter
from reviews.models import Viewing
from reviews.reading import Reader, attach_words

VIEWINGS_A_PAGE: Final = 60
TAGS_SHOWN: Final = 20
_DATED, _UNDATED = ("-seen_on", "-id"), ("-id",)


@dataclass(frozen=True)
class Months:
    """How many viewings there are: of each year, of each month of the chosen year, without a day, and of all again."""

    years: list[tuple[int, int]]
    months: list[tuple[date, int]]
    undated: int
    total: int
    again: int


@require_safe
def diary(request: HttpRequest, username: str) -> HttpResponse:
    """A member's diary by month, the newest first; `?year=`, `?month=`, `?tag=` and `?again=1` narrow it.

    Five queries for a visitor, however long it is.
    """
    member = get_member_showing(request.user, username, Part.DIARY)
    own = member.viewings.filter(title__merged_into=None)
    asked = DiaryFilter.of(request.GET)
    page = _page(own.for_diary(), asked, request.GET)
    attach_words(page.rows, Reader.from_request(request))
    context = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "asked": asked,
        "page": page,
        "by_month": _by_month(page.rows),
        "months": _months(own.by_month(), asked.year),
        "tags": own.tags(most=TAGS_SHOWN),
        "crumbs": [(member.username, member.get_absolute_url()), (_("Diary"), None)],
    }
    return render(request, "accounts/member_diary.html", context)


def _page(viewings: Any, asked: DiaryFilter, query: QueryDict) -> KeysetPage[Viewing]:
    order = _UNDATED if asked.undated else _DATED
    rows = asked.narrow(viewings)
    query = query.copy()
    try:
        return keyset_page(rows, order=order, query=query, size=VIEWINGS_A_PAGE)
    except BadCursor:
        for name in ("after", "before"):
            query.pop(name, None)
        return keyset_page(rows, order=order, query=query, size=VIEWINGS_A_PAGE)


def _by_month(rows: list[Viewing]) -> list[tuple[date | None, list[Viewing]]]:
    """The viewings of each month with its first day; None for those without a day."""
    return [
        (month, list(viewings))
        for month, viewings in groupby(rows, lambda row: row.seen_on.replace(day=1) if row.seen_on else None)
    ]


def _months(counted: list[tuple[int | None, int | None, int, int]], chosen: int | None) -> Months:
    years: dict[int, int] = {}
    for year, _month, number, _again in counted:
        if year is not None:
            years[year] = years.get(year, 0) + number
    return Months(
        years=list(years.items()),
        months=[
            (date(year, month, 1), number)
            for year, month, number, _again in reversed(counted)
            if year is not None and month is not None and year == chosen
        ],
        undated=sum(number for year, _month, number, _again in counted if year is None),
        total=sum(number for *_day, number, _again in counted),
        again=sum(again for *_rest, again in counted),
    )
