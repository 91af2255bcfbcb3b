"""Counting what authors were asked about pasted words, and what they did: figures that the site shows to everybody."""

from enum import StrEnum

from django.db import connection
from django.utils import timezone

from reviews.models import PasteNoticeDay

# Two requests that count at once add up: the row is held for the length of the statement.
_ADD = """
    INSERT INTO reviews_pastenoticeday AS today (day, section, kind, shown, changed, declared, posted)
    VALUES (%(day)s, %(section)s, %(kind)s, %(shown)s, %(changed)s, %(declared)s, %(posted)s)
    ON CONFLICT (day, section, kind) DO UPDATE SET
        shown = today.shown + excluded.shown,
        changed = today.changed + excluded.changed,
        declared = today.declared + excluded.declared,
        posted = today.posted + excluded.posted
"""


class Step(StrEnum):
    """What happened to a notice, named like the columns."""

    SHOWN = "shown"
    CHANGED = "changed"
    DECLARED = "declared"
    POSTED = "posted"


def count_notice(*, section: str, kind: PasteNoticeDay.Kind, step: Step) -> None:
    """Add one to today (UTC). One statement, which belongs in no longer transaction: everybody's counts wait for it."""
    with connection.cursor() as cursor:
        numbers = {column.value: int(column == step) for column in Step}
        cursor.execute(_ADD, {"day": timezone.now().date(), "section": section, "kind": kind, **numbers})
