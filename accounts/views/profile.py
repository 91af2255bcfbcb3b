"""A member's own page: who they are, what they vote, what they write."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.access import get_member_for
from films.models import Proposal
from filmsite.lib import charts
from filmsite.lib.languages import country_name
from reviews.models import Review, Vote
from reviews.reading import Reader, attach_texts
from reviews.statistics import Facet, MemberStatistics, member_statistics

RECENT_VOTES: Final = 12
RECENT_MESSAGES: Final = 5
ROWS_A_TABLE: Final = 12


@require_safe
def member(request: HttpRequest, username: str) -> HttpResponse:
    """Numbers and latest acts of a member. A constant number of queries, whatever they voted and wrote."""
    member = get_member_for(request.user, username)
    votes = list(Vote.objects.filter(member=member).for_card().order_by("-changed_at", "-id")[:RECENT_VOTES])
    messages = list(
        Review.objects.filter(author=member, state="published")
        .for_card()
        .select_related("parent__author")
        .order_by("-created_at", "-id")[:RECENT_MESSAGES]
    )
    attach_texts(messages, Reader.from_request(request))
    statistics = member_statistics(member=member, last_vote_at=votes[0].changed_at if votes else None)
    context = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "chart": charts.histogram(statistics.histogram),
        "tables": _tables(statistics),
        "minimum": settings.FILMSITE_MEAN_MINIMUM_VOTES,
        "votes": votes,
        "reviews": messages,
        "corrections": Proposal.objects.accepted_corrections_of(member).count(),
    }
    return render(request, "accounts/member.html", context)


def _tables(statistics: MemberStatistics) -> list[dict[str, object]]:
    """Means by genre, country and decade: heading, the name of the filter on the browse page, and rows (facet, words)."""
    described = [
        (_("By genre"), "genre", statistics.genres[:ROWS_A_TABLE], lambda facet: _(facet.name)),
        (
            _("By country"),
            "country",
            statistics.countries[:ROWS_A_TABLE],
            lambda facet: country_name(facet.key),
        ),
        (_("By decade"), "decade", statistics.decades, _decade),
    ]
    return [
        {"heading": heading, "filter": name, "rows": [(facet, words(facet)) for facet in facets]}
        for heading, name, facets, words in described
        if facets
    ]


def _decade(facet: Facet) -> str:
    return pgettext("decade", "%(year)ss") % {"year": facet.key}
