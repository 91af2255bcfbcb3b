"""The panel with a title's votes: the tag for pages, and the same context for the answer to a vote."""

from django import template
from django.conf import settings
from django.http import HttpRequest

from accounts.models import Member
from accounts.permissions import Viewer, can_post
from films.models import Title
from films.statistics import spread_of
from reviews.standing import Votes, first_showing_to_come, votes_of

register = template.Library()


@register.inclusion_tag("reviews/_rating_panel.html", takes_context=True)
def rating_panel(context: template.Context, title: Title, votes: Votes) -> dict[str, object]:
    """Mean, histogram and the viewer's own vote. Expects title with totals and how its votes stand to the viewer."""
    request: HttpRequest = context["request"]
    is_just_taken_back = request.GET.get("undo") == str(votes.taken_back)
    return {
        "csrf_token": context.get("csrf_token"),
        **rating_context(
            title=title,
            votes=votes,
            viewer=request.user,
            undo=votes.taken_back if is_just_taken_back else None,
            asked_for=request.GET.get("scores") == "1",
        ),
    }


def rating_context(
    *,
    title: Title,
    votes: Votes,
    viewer: Viewer,
    undo: int | None = None,
    asked_for: bool = False,
    said: str = "",
    error: str = "",
) -> dict[str, object]:
    """What `reviews/_rating.html` draws.

    `undo` is a vote just taken back, `said` what a screen reader is told, and with `asked_for` the scores show to
    somebody who otherwise sees them after their own vote.
    """
    minimum = settings.FILMSITE_MEAN_MINIMUM_VOTES
    return {
        "title": title,
        "totals": title.totals,
        "spread": spread_of([title.totals.histogram]),
        "votes": votes,
        "my_vote": votes.mine,
        "hidden": hides_scores(viewer) and not (votes.has_voted or undo or asked_for),
        "signed_in": viewer.is_authenticated,
        "may_vote": can_post(viewer) and title.takes_votes,
        "enough_votes": title.totals.vote_count >= minimum,
        "minimum": minimum,
        "waits_for": first_showing_to_come(title),
        "undo": undo,
        "said": said,
        "error": error,
    }


def covers_scores(request: HttpRequest, title: Title) -> bool:
    """Whether a page about this title alone leaves out what others think of it: for who hides scores, until they voted
    on it or asked for them. One query, for these members only.
    """
    if not hides_scores(request.user) or request.GET.get("scores") == "1":
        return False
    return not votes_of(title, request.user).has_voted


def hides_scores(viewer: Viewer) -> bool:
    """Whether the viewer asked not to see what others think of a title before they voted."""
    return isinstance(viewer, Member) and viewer.hides_scores
