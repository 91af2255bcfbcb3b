"""Waking a worker after the rows are stored. A lost wake-up delays, for a sweep finds every row in the end."""

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from filmsite.lib.breaker import breaker_of

log = structlog.get_logger("filmsite.waking")


def wake(task: Task, *ids: int, seconds: int = 0) -> None:
    """Send a task its ids, to be run in so many seconds. Never raises: with the broker away the request goes on and the
    sweep delivers.
    """
    try:
        breaker_of(task.app.conf.broker_url).call(task.apply_async, args=ids, retry=False, countdown=seconds)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("worker not woken", task=task.name, ids=ids, error=str(error))


def wake_on_commit(task: Task, *ids: int, seconds: int = 0) -> None:
    """Send the task once this transaction is stored, to be run in so many seconds; never if it is not."""

    def send() -> None:
        wake(task, *ids, seconds=seconds)

    # A plain function: Django's log line for a robust hook that raised asks for its name, which a partial has not.
    transaction.on_commit(send, robust=True)
