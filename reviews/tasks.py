"""Work that happens later or again. Each task loads by id and calls one service."""

from celery import shared_task


@shared_task
def mail_statement(pk: int) -> None:
    from reviews.emails import send_statement

    send_statement(pk)


@shared_task
def sweep_statements() -> None:
    from reviews.emails import send_missed_statements

    send_missed_statements()
