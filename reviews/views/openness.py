"""What everybody may see of moderation: every act, and the figures of each year."""

import csv
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from filmsite.lib.inputs import number_in
from filmsite.lib.paging import BadCursor, keyset_page
from filmsite.lib.tables import guarded
from reviews.models import FoundBy, LogEntry
from reviews.moderation.figure_tables import (
    CSV_HEAD,
    People,
    chart_of,
    csv_rows,
    kinds_of,
    measures_of,
    months_of,
    sections_of,
    verdicts_of,
)
from reviews.moderation.figures import FEW, figures_of
from reviews.moderation.log_lines import Line, LogFilter, lines_of, years_of_log

LINES_A_PAGE = 50


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The public moderation log, the newest first: what was done, where, by which role, under which rule and why."""
    form = LogFilter(request.GET, years=years_of_log())
    try:
        page = keyset_page(form.lines(), order=("-id",), query=request.GET, size=LINES_A_PAGE)
    except BadCursor:
        return redirect("moderation:log")
    context = {"form": form, "asked": form.asked, "page": page, "lines": lines_of(page.rows)}
    return render(request, "moderation/log.html", context)


class LogFeed(Feed):
    """The newest lines, for programs. Four queries."""

    feed_type = Atom1Feed
    title = _("Moderation log")
    subtitle = _("Every decision of the moderators, with its reason and without names.")

    def link(self) -> str:
        return reverse("moderation:log")

    def items(self) -> list[Line]:
        return lines_of(list(LogEntry.objects.all()[:LINES_A_PAGE]))

    def item_title(self, item: Line) -> str:
        return str(item.words)

    def item_description(self, item: Line) -> str:
        said = [
            str(item.role),
            str(item.rule.name) if item.rule else "",
            "" if item.may_spoil else item.reason,
        ]
        return " · ".join(part for part in said if part)

    def item_link(self, item: Line) -> str:
        return f"{reverse('moderation:log')}#line-{item.entry.pk}"

    def item_guid(self, item: Line) -> str:
        return f"{settings.FILMSITE_URL}{reverse('moderation:log')}#line-{item.entry.pk}"

    def item_pubdate(self, item: Line) -> datetime:
        return item.entry.at


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """The figures of a year (`?year=`), this one unless another is asked for."""
    years = years_of_log()
    figures = figures_of(_year_asked(request, years))
    context: dict[str, Any] = {
        "figures": figures,
        "years": years,
        "few": FEW,
        "months": months_of(figures),
        "sections": sections_of(figures),
        "ways": FoundBy.labels,
        "kinds": kinds_of(figures),
        "verdicts": verdicts_of(figures),
        "measures": measures_of(figures),
        "chart": chart_of(figures),
        "opened": figures.opened(),
        "decided": figures.decided(),
        "judged": figures.judged(),
        "against": figures.against(),
        "precision": figures.precision(),
        "restored": figures.restored(),
        "wait": figures.waits.get((False, None, None)),
        "appeal_wait": figures.appeal_wait,
        "appeals": People(figures.appeals_filed),
        "notices": People(figures.notices),
        "addresses": People(figures.addresses),
        "addresses_against": People(figures.addresses_against),
        "addresses_joined": People(figures.addresses_joined),
        "pasted": figures.pasted_in_all,
    }
    return render(request, "moderation/statistics.html", context)


@require_safe
def statistics_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet."""
    figures = figures_of(_year_asked(request, years_of_log()))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="moderation-{figures.year}.csv"'
    writer = csv.writer(response)
    writer.writerow(CSV_HEAD)
    writer.writerows([guarded(cell) for cell in row] for row in csv_rows(figures))
    return response


def _year_asked(request: HttpRequest, years: list[int]) -> int:
    year = number_in(request.GET.get("year", "")) or years[0]
    if year not in years:
        raise Http404
    return year
