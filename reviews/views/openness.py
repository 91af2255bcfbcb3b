"""What everybody may see of moderation."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from films.models import Person, Title
from reviews.models import LogEntry
from reviews.moderation import rules

LINES_A_PAGE = 50


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The public moderation log, the newest first: what was done, where, under which rule and why."""
    page = Paginator(LogEntry.objects.all(), LINES_A_PAGE).get_page(request.GET.get("page"))
    entries = list(page.object_list)
    titles = Title.objects.in_bulk({entry.title_number for entry in entries if entry.title_number})
    people = Person.objects.in_bulk({entry.person_number for entry in entries if entry.person_number})
    lines = [
        {
            "entry": entry,
            "subject": titles.get(entry.title_number or 0) or people.get(entry.person_number or 0),
            "rule": rules.BY_SLUG.get(entry.rule),
        }
        for entry in entries
    ]
    return render(request, "moderation/log.html", {"page": page, "lines": lines})
