"""The public log: a line for each act of moderation, written here alone. The database refuses to change or delete one."""

from collections.abc import Mapping

from accounts.models import Member
from reviews.models import Case, LogEntry


def log_line(
    *,
    verb: str,
    section: str,
    reason: str,
    by: Member | None,
    rule: str = "",
    measure: str = "",
    found_by: str = "",
    case: Case | None = None,
    numbers: Mapping[str, int | None] | None = None,
) -> LogEntry:
    """Add a line. The last lock that a transaction takes, after everything else is done.

    `verb` is a stored name such as "reviews.review.removed". `numbers` are the columns that say what it is about. `by` is
    null for the site itself. Neither the words that were judged nor anybody's name may be given.
    """
    return LogEntry.objects.create(
        verb=verb,
        section=section,
        kind=case.kind if case else "",
        matter=case.matter if case else "",
        found_by=found_by,
        measure=measure,
        rule=rule,
        reason=reason,
        case_number=case.pk if case else None,
        moderator_number=by.pk if by else None,
        **(numbers or {}),
    )
