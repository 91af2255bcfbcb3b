"""The pages of people."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from films.access import get_person_for
from films.models import Credit, Role, Title
from films.statistics import Spread, spread_of
from films.views.addresses import moved

# The roles whose votes are also measured as a whole.
_MEASURED = {Role.DIRECTOR: _("As director"), Role.ACTOR: _("As actor")}
_HEADINGS = {
    Role.DIRECTOR: _("Director"),
    Role.CREATOR: _("Creator"),
    Role.WRITER: _("Writer"),
    Role.PRODUCER: _("Producer"),
    Role.ACTOR: _("Actor"),
    Role.MUSIC: _("Music"),
    Role.CINEMATOGRAPHY: _("Camera"),
    Role.EDITING: _("Editing"),
}


@dataclass(frozen=True)
class Part:
    """What somebody did in one role."""

    role: str
    heading: str
    credits: list[Credit]


@require_safe
def person(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = get_person_for(request.user, pk)
    if elsewhere := moved(request, found, slug):
        return elsewhere
    credits = list(Credit.objects.of_person(found))
    parts = [
        Part(role.value, str(heading), of_role)
        for role, heading in _HEADINGS.items()
        if (of_role := [credit for credit in credits if credit.role == role])
    ]
    return render(
        request,
        "films/person.html",
        {
            "person": found,
            "parts": parts,
            "measures": [
                (str(words), spread)
                for role, words in _MEASURED.items()
                if (spread := _spread_of(part.credits for part in parts if part.role == role)).votes
            ],
            "canonical": settings.FILMSITE_URL + found.get_absolute_url(),
            "minimum_votes": settings.FILMSITE_MEAN_MINIMUM_VOTES,
        },
    )


def _spread_of(parts: Iterable[list[Credit]]) -> Spread:
    """All votes on the titles of these credits, each vote once.

    Somebody may have two characters in one title, and a show's votes are those of its seasons.
    """
    titles: dict[int, Title] = {credit.title_id: credit.title for part in parts for credit in part}
    return spread_of(title.totals.histogram for title in titles.values() if title.parent_id not in titles)
