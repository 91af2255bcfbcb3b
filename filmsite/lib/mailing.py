"""Mails that wait in the database until they are sent: one that fails is tried again and holds back no other."""

from collections.abc import Callable
from typing import Final

import structlog
from django.db.models import QuerySet

log = structlog.get_logger("filmsite.mailing")

# So many failures one after the other are the mail server's: the next sweep finds out whether it is back.
_MOST_FAILURES: Final = 10


def send_each(waiting: QuerySet, send: Callable[[int], None], *, at_once: int) -> None:
    """Call `send` with the id of so many of the waiting rows. Who fails is logged by id alone and goes on waiting.

    In no order: rows that always fail would fill a sweep that begins with the oldest, for ever.
    """
    failures = 0
    for pk in waiting.order_by("?").values_list("pk", flat=True)[:at_once]:
        try:
            send(pk)
        except Exception as error:
            # Whatever a mailbox or its server does, and whatever a mail cannot be made of: the others get theirs.
            log.warning("mail not sent", of=waiting.model._meta.label, pk=pk, error=type(error).__name__)
            failures += 1
            if failures == _MOST_FAILURES:
                return
        else:
            failures = 0
