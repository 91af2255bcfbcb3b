"""What the looks that a worker takes at texts have in common (`screening_later`, `flagging`): which are due, for how long they are
tried, and how many cases they make of one author.
"""

from datetime import timedelta
from typing import Final, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Member
from reviews.models import Case, CaseState, DelayedFlagging, DelayedScreening

# Whoever brings in a thousand texts has so many cases at a time, and the next ones when those are decided.
MOST_CASES_OF_ONE: Final = 10
# After so many times, some ten days or two weeks, nobody tries of themselves: the row stays until it is ordered anew.
MOST_ATTEMPTS: Final = 20
# It takes longer each time until the next one, and this at most.
LONGEST_WAIT: Final = timedelta(days=1)
_SWEPT_AT_ONCE: Final = 200

_Row = TypeVar("_Row", DelayedFlagging, DelayedScreening)


def due(rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """Of the texts that wait those whose time has come, the longest waiting first, at most 200."""
    over = rows.filter(due_at__lte=timezone.now(), attempts__lt=MOST_ATTEMPTS)
    return over.order_by("due_at")[:_SWEPT_AT_ONCE]


def has_many_cases(author: Member | None, cases: QuerySet[Case]) -> bool:
    """Whether so many of these cases wait that are about this author that the text has its turn when some are decided."""
    return cases.filter(author=author, state=CaseState.OPEN).count() >= MOST_CASES_OF_ONE
