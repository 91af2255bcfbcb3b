"""A member's own page: who they are, what they vote, what they write."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import get_member_for
from accounts.models import Audience, Member, Part
from accounts.permissions import Viewer, can_post, can_remove_picture, parts_shown
from accounts.relations import relation_of
from accounts.views.statistics import table_of
from films.models import Proposal
from filmsite.lib import charts
from reviews.keeping_querysets import attach_titles
from reviews.models import ListEntry, Review, TitleList, Viewing, Vote
from reviews.reading import Reader, attach_texts, attach_words
from reviews.statistics.activity import dated_years
from reviews.statistics.matching import taste_match
from reviews.statistics.votes import FACETS, last_vote_at, member_statistics
from reviews.statistics.years import MINIMUM
from reviews.taste import TasteMatch

RECENT_VOTES: Final = 10
RECENT_MESSAGES: Final = 5
RECENT_VIEWINGS: Final = 6
RECENT_LISTS: Final = 3
ROWS_A_TABLE: Final = 5
# All there are, for a line of them with a gap would tell nothing.
DECADES: Final = 20
YEARS: Final = 4
# What the page and its tabs would show, and the page says it leaves out: how votes changed stands with each vote.
_PARTS_HERE: Final = tuple(part for part in Part if part is not Part.HISTORY)


@require_safe
def member(request: HttpRequest, username: str) -> HttpResponse:
    """Numbers and latest acts of a member, as far as the viewer may see them. A constant number of queries."""
    viewer = request.user
    member = get_member_for(viewer, username)
    shows = parts_shown(viewer, member)
    votes = list(_latest_votes(member)) if shows["votes"] else []
    messages = list(
        Review.objects.filter(author=member, state="published")
        .for_card(viewer)
        .select_related("parent__author")
        .order_by("-created_at", "-id")[:RECENT_MESSAGES]
    )
    reader = Reader.from_request(request)
    attach_texts(messages, reader)
    kept = _lists(viewer, member)
    attach_words([member, *kept["lists"]], reader)
    context = {
        "member": member,
        "about": vars(member)["words"],
        "is_me": viewer.pk == member.pk,
        "relation": relation_of(viewer, member),
        "shows": shows,
        "kept_back": _kept_back(member, shows),
        "votes": votes,
        "reviews": messages,
        "corrections": Proposal.objects.accepted_corrections_of(member).count(),
        "match": _match(viewer, member) if shows["votes"] and shows["statistics"] else None,
        "may_report": can_post(viewer) and viewer.pk != member.pk and not member.is_former,
        "may_remove_picture": bool(member.avatar) and can_remove_picture(viewer, member),
        **kept,
    }
    if shows["diary"]:
        context["diary"] = list(Viewing.objects.filter(member=member).for_diary().newest()[:RECENT_VIEWINGS])
    if shows["statistics"]:
        context |= _numbers(member, votes[0].changed_at if votes else last_vote_at(member), shows)
    return render(request, "accounts/member.html", context)


def _latest_votes(member: Member) -> Any:
    return Vote.objects.filter(member=member).for_card().order_by("-changed_at", "-id")[:RECENT_VOTES]


def _numbers(member: Member, last: datetime | None, shows: Mapping[str, bool]) -> dict[str, object]:
    """Histogram, generosity, the tables' first rows, and the years that can be told. Two queries, one of them kept."""
    found = member_statistics(member=member, last_vote_at=last)
    tables = [
        table_of(kind, found.facets[kind], most=DECADES if kind == "decade" else ROWS_A_TABLE)
        for kind in FACETS
        if found.facets[kind]
    ]
    years = dated_years(member, votes=shows["votes"], viewings=shows["diary"])
    return {
        "chart": charts.histogram(found.histogram),
        "histogram": found.histogram,
        "generosity": found.generosity,
        "tables": tables,
        "minimum": settings.FILMSITE_MEAN_MINIMUM_VOTES,
        "years": [year for year, number in years.items() if number >= MINIMUM][:YEARS],
    }


def _lists(viewer: Viewer, member: Member) -> dict[str, Sequence[Any]]:
    """The top ten and the last lists that the viewer may see. Three queries at most."""
    theirs = TitleList.objects.visible_to(viewer).filter(owner=member)
    own = theirs.filter(kind=TitleList.Kind.LIST).select_related("owner").order_by("-changed_at", "-id")
    top = ListEntry.objects.filter(list__in=theirs.filter(kind=TitleList.Kind.TOP)).for_page()
    return {"top": list(top), "lists": attach_titles(list(own[:RECENT_LISTS]))}


def _match(viewer: Viewer, member: Member) -> TasteMatch | None:
    """How alike a signed-in viewer and somebody else vote. One query."""
    return taste_match(viewer, member) if isinstance(viewer, Member) and viewer.pk != member.pk else None


def _kept_back(member: Member, shows: Mapping[str, bool]) -> dict[str, str]:
    """The parts that this page leaves out for this viewer, in words, by whom they are for."""
    hidden = [part for part in _PARTS_HERE if not shows[part.value]]
    return {
        audience.value: ", ".join(str(part.label) for part in hidden if member.audience_of(part) == audience)
        for audience in (Audience.FOLLOWERS, Audience.ME)
    }
