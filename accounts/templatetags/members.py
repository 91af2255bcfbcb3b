"""The pages of a member, as far as they are for the one who looks."""

from typing import Final, NamedTuple

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Part
from accounts.permissions import can_see

register = template.Library()


class Tab(NamedTuple):
    """A page of a member: what templates call it, its address by name, its words, and the part whose audience it has."""

    name: str
    url_name: str
    words: str | Promise
    part: Part | None


# Texts are published, and every list says itself for whom it is.
_TABS: Final = (
    Tab("overview", "accounts:member", _("Overview"), None),
    Tab("votes", "accounts:member-votes", _("Votes"), Part.VOTES),
    Tab("messages", "accounts:member-messages", _("Messages"), None),
    Tab("opinions", "accounts:member-opinions", _("Opinions"), None),
    Tab("statistics", "accounts:member-statistics", _("Statistics"), Part.STATISTICS),
    Tab("diary", "accounts:member-diary", _("Diary"), Part.DIARY),
    Tab("lists", "accounts:member-lists", _("Lists"), None),
    Tab("watchlist", "accounts:member-watchlist", _("Watchlist"), Part.WATCHLIST),
)


@register.simple_tag(takes_context=True)
def member_tabs(context: template.Context, member: Member) -> list[tuple[Tab, int | None]]:
    """The pages of the member that the viewer may open, each with how much it holds, or None. Expects the member with totals.

    One query at most: whether the viewer is an accepted follower, where the view has not asked that of the member yet.
    """
    viewer = context["request"].user
    # Of a suspended member the totals count no vote, and their page shows them all.
    votes = None if member.is_suspended else member.totals.vote_count
    numbers = {"votes": votes, "messages": member.totals.message_count}
    return [
        (tab, numbers.get(tab.name)) for tab in _TABS if tab.part is None or can_see(viewer, member, tab.part)
    ]
