"""What a member thought of a title over the years: their vote of today and those that no longer stand."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Member
from films.models import Title
from reviews.models import PastVote, Vote


@dataclass(frozen=True, slots=True)
class Step:
    """A vote in half stars, from when to when it stood; `until` is None for the one that stands.

    `withdrawn` says that it was taken back and nothing followed at once.
    """

    value: int
    since: datetime
    until: datetime | None = None
    withdrawn: bool = False


def vote_story(member: Member, title: Title) -> list[Step]:
    """Every vote of the member on the title, the first one first. Two queries; the caller asks who may see it."""
    mine = {"member": member, "title": title}
    past = PastVote.objects.filter(**mine).order_by("given_at", "id")
    steps = [Step(*row) for row in past.values_list("value", "given_at", "ended_at", "withdrawn")]
    return steps + [Step(*row) for row in Vote.objects.filter(**mine).values_list("value", "changed_at")]
