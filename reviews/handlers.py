"""What reviews do on news from below. Each receiver works within the transaction of whoever sent it."""

from typing import Any

from films.models import Merge
from reviews.services.moving import move_along, move_back


def follow_merge(sender: type[Merge], *, merges: list[Merge], **kwargs: Any) -> None:
    move_along(merges)


def follow_undo(sender: type[Merge], *, merges: list[Merge], **kwargs: Any) -> None:
    move_back(merges)
