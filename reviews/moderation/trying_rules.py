"""Trying a rule of the staff on what was written lately, before it is switched on: how much would it bring?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Final

from reviews.models import Review, ReviewState
from reviews.moderation.flagging import Matcher, Sought

NEWEST: Final = 1000
# However long the messages are.
SECONDS: Final = 2.0
# More than a quarter of what people write is no sign of anything; of so few messages nobody can tell.
_TOO_MUCH: Final = 0.25
_ENOUGH: Final = 20
_EXAMPLES: Final = 5


@dataclass
class Trial:
    """Of how many of the newest messages how many would have met the rule, and some of those."""

    looked_at: int = 0
    met: int = 0
    examples: list[Review] = field(default_factory=list)

    @property
    def is_too_much(self) -> bool:
        """Whether the rule says too little to tell one text from another."""
        return self.met >= _ENOUGH and self.met > _TOO_MUCH * self.looked_at


def try_rule(
    sought: Sought, *, section: str = "", newcomers_for: timedelta | None = None, seconds: float = SECONDS
) -> Trial:
    """Look through the newest 1,000 messages, as far as one comes in these seconds. One query, in portions.

    Of those in a section where one is given, and with `newcomers_for` of those whose author had been here for no longer.
    """
    matcher, trial, until = Matcher([sought]), Trial(), monotonic() + seconds
    for review in _newest():
        if monotonic() > until:
            break
        is_meant = section in ("", review.subject.section)
        if newcomers_for is not None:
            is_meant &= review.created_at - review.author.date_joined < newcomers_for
        if not is_meant:
            continue
        trial.looked_at += 1
        if matcher.hits(review.headline) or matcher.hits(review.body):
            trial.met += 1
            if len(trial.examples) < _EXAMPLES:
                trial.examples.append(review)
    return trial


def _newest() -> Iterator[Review]:
    published = Review.objects.with_subject().select_related("author").filter(state=ReviewState.PUBLISHED)
    return published.order_by("-pk")[:NEWEST].iterator(chunk_size=100)
