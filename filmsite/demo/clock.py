"""Letting the past happen: the services date what they do by the clock, and a community has a history."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

from django.utils import timezone


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Make Django's clock stand at `moment`, for this process.

    Dates written afterwards instead would miss the lines of the moderation log, which the database never changes,
    and would leave a decision and its statement telling different times.
    """
    with mock.patch.object(timezone, "now", return_value=moment):
        yield
