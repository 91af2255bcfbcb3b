"""Work that happens later or again. Each task loads by id and calls one service."""

import structlog
from celery import shared_task

log = structlog.get_logger("filmsite.tasks")


@shared_task
def mail_statement(pk: int) -> None:
    from reviews.emails import send_statement

    send_statement(pk)


@shared_task
def sweep_statements() -> None:
    from reviews.emails import send_missed_statements

    send_missed_statements()


@shared_task
def count_released_votes() -> None:
    from reviews.services.voting import count_released_votes

    if changed := count_released_votes():
        log.info("votes began or stopped counting", votes=changed)


@shared_task
def check_totals() -> None:
    """Log an error with the number of wrong totals and the first few; correct nothing, so that the cause is found."""
    from reviews.services.recounting import find_differences

    if differences := find_differences():
        log.error(
            "totals differ from their recount",
            differences=len(differences),
            first=[str(difference) for difference in differences[:5]],
        )
