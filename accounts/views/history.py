"""Everything that a member voted and wrote, page by page."""

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import get_member_for, get_member_showing
from accounts.models import Part
from filmsite.lib import charts
from reviews.filters import VoteFilter
from reviews.models import Review, Vote
from reviews.reading import Reader, attach_texts

VOTES_A_PAGE: Final = 60
MESSAGES_A_PAGE: Final = 25


@require_safe
def votes(request: HttpRequest, username: str) -> HttpResponse:
    """All votes of a member, for whom they are, as `?stars=`, `?genre=`, …, `?person=` and `?sort=` ask.

    Three queries for a visitor, however many votes there are; one more where a genre, one where a person is asked for.
    """
    member = get_member_showing(request.user, username, Part.VOTES)
    cast = Vote.objects.filter(member=member)
    filters = VoteFilter(request.GET, queryset=cast.for_card())
    stars, narrowed = filters.chosen_stars, filters.narrowed_to
    counts = filters.of_any_stars.histogram()
    found = counts[stars - 1] if stars else sum(counts)
    paginator = Paginator(filters.qs, VOTES_A_PAGE)
    # The histogram has counted them.
    vars(paginator)["count"] = found
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "page": page,
        "sorts": filters.sorts,
        "stars": stars,
        "narrowed": narrowed,
        "total": sum(counts),
        "has_any": bool(narrowed) or sum(counts) > 0,
        "found": found,
        "chart": charts.histogram(counts, mine=stars),
        "kept": filters.kept_query,
        "crumbs": [(member.username, member.get_absolute_url()), (_("Votes"), None)],
    }
    return render(request, "accounts/member_votes.html", context)


@require_safe
def messages(request: HttpRequest, username: str) -> HttpResponse:
    """All published messages of a member, replies too, the newest first. Four queries at most."""
    member = get_member_for(request.user, username)
    written = (
        Review.objects.filter(author=member, state="published")
        .for_card(request.user)
        .select_related("parent__author")
        .order_by("-created_at", "-id")
    )
    page = Paginator(written, MESSAGES_A_PAGE).get_page(request.GET.get("page"))
    attach_texts(page.object_list, Reader.from_request(request))
    context = {
        "member": member,
        "is_me": request.user.pk == member.pk,
        "page": page,
        "total": page.paginator.count,
        "crumbs": [(member.username, member.get_absolute_url()), (_("Messages"), None)],
    }
    return render(request, "accounts/member_messages.html", context)
