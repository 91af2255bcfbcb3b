"""Work that happens later or again. Each task calls one service."""

from celery import shared_task


@shared_task
def delete_orphaned_pictures() -> None:
    """Delete the files of pictures that nobody shows any more."""
    from accounts.services.pictures import delete_orphans

    delete_orphans()
