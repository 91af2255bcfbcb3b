"""Whose a text is, seen from a row of `OfText`."""

from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q

from accounts.models import Member

# Where the author of each kind of text stands; a biography has none.
AUTHORS: Final = (
    *("review__author", "title__plot_author", "trivia__author", "list__owner", "member"),
    *("viewing__member", "entry__list__owner"),
)


def of_author(member: Member) -> Q:
    """The condition that a row belongs to a text of this member."""
    return reduce(or_, (Q(**{path: member}) for path in AUTHORS))
