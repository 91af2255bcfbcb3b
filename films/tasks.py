"""Work that happens later or again. Each task loads by id and calls one service."""

from celery import shared_task

from films.services import listing


@shared_task
def refresh_changed_listings() -> None:
    """Bring browsing and ranking in step with the votes of the last minute."""
    listing.refresh_changed_listings()
