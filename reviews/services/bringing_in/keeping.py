"""What comes back to imports by the clock: work that no worker took, and rows that nobody needs any more."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from filmsite.lib.waking import wake
from reviews import tasks
from reviews.models import ImportRow, ImportState, MemberImport

_TASK_OF = {
    ImportState.WAITING: tasks.read_import,
    ImportState.READING: tasks.read_import,
    ImportState.ORDERED: tasks.commit_import,
    ImportState.WRITING: tasks.commit_import,
    ImportState.UNDOING: tasks.undo_import,
}
_AT_ONCE = 100


def sweep_imports() -> int:
    """Wake a worker for each import that nobody works on; answers how many. A wake-up is only a hint."""
    due = MemberImport.objects.filter(
        Q(leased_until=None) | Q(leased_until__lt=timezone.now()), state__in=list(_TASK_OF)
    ).order_by("pk")
    found = list(due.values_list("pk", "state")[:_AT_ONCE])
    for pk, state in found:
        wake(_TASK_OF[ImportState(state)], pk)
    return len(found)


def forget_old_imports() -> int:
    """Delete the rows of imports that cannot be undone any more, and imports that were never taken over; how many.

    Of what was taken over the numbers stay.
    """
    now = timezone.now()
    too_old = now - timedelta(days=settings.FILMSITE_BRING_UNDO_DAYS)
    looked_at_too_long = now - timedelta(days=settings.FILMSITE_BRING_PREVIEW_DAYS)
    finished = MemberImport.objects.filter(
        state__in=[ImportState.DONE, ImportState.UNDONE, ImportState.FAILED]
    )
    rows = ImportRow.objects.filter(of__in=finished.filter(committed_at__lt=too_old))
    left = MemberImport.objects.filter(
        state__in=[ImportState.PREVIEW, ImportState.FAILED],
        committed_at=None,
        uploaded_at__lt=looked_at_too_long,
    )
    number = left.count()
    rows.delete()
    left.delete()
    return number
