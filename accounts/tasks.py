"""Work of accounts that happens later or again. Each task loads by id and calls one function."""

import structlog
from celery import shared_task

log = structlog.get_logger("filmsite.tasks")


@shared_task
def delete_orphaned_pictures() -> None:
    """Delete the files of pictures that nobody shows any more."""
    from accounts.services.pictures import delete_orphans

    delete_orphans()


@shared_task
def mail_closing(pk: int) -> None:
    from accounts.emails import send_closing

    send_closing(pk)


@shared_task
def sweep_closings() -> None:
    from accounts.emails import send_missed_closings

    send_missed_closings()


@shared_task
def erase_accounts() -> None:
    """Erase the accounts whose time is over."""
    from accounts.services.closing import erase_due_accounts

    if erased := erase_due_accounts():
        log.info("accounts erased", accounts=erased)


@shared_task
def forget_ended_bars() -> None:
    """Delete the bars on signing up that were over long ago."""
    from accounts.services.barring import forget_ended_bars

    forget_ended_bars()
