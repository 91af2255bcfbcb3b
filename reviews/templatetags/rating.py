"""The panel with a title's votes: the tag for pages, and the same context for the answer to a vote."""

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.permissions import Viewer, can_post
from films.models import Title
from films.statistics import spread_of

register = template.Library()


@register.inclusion_tag("reviews/_rating_panel.html", takes_context=True)
def rating_panel(context: template.Context, title: Title, my_vote: int | None = None) -> dict[str, object]:
    """Mean, histogram and the viewer's own vote. Expects title with totals; my_vote is 1 to 10 half stars or None."""
    request: HttpRequest = context["request"]
    undo = request.GET.get("undo", "") if request.user.is_authenticated and my_vote is None else ""
    return {
        "csrf_token": context.get("csrf_token"),
        **rating_context(
            title=title,
            my_vote=my_vote,
            viewer=request.user,
            undo=int(undo) if undo.isascii() and undo.isdigit() and 1 <= int(undo[:3]) <= 10 else None,
        ),
    }


def rating_context(
    *,
    title: Title,
    my_vote: int | None,
    viewer: Viewer,
    undo: int | None = None,
    said: str = "",
    error: str = "",
) -> dict[str, object]:
    """What `reviews/_rating.html` draws. `undo` is a vote just taken back, `said` what a screen reader is told."""
    minimum = settings.FILMSITE_MEAN_MINIMUM_VOTES
    return {
        "title": title,
        "totals": title.totals,
        "spread": spread_of([title.totals.histogram]),
        "my_vote": my_vote,
        "signed_in": viewer.is_authenticated,
        "may_vote": can_post(viewer) and title.takes_votes,
        "enough_votes": title.totals.vote_count >= minimum,
        "minimum": minimum,
        "waits_for": title.released_on
        if title.released_on and title.released_on > timezone.now().date()
        else None,
        "undo": undo,
        "said": said,
        "error": error,
    }
