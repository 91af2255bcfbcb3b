"""Which title is meant, where the file alone did not tell: said by the member, for all rows about one work."""

from django.db import connection, transaction
from django.db.models import QuerySet

from films.models import Title
from reviews.models import ImportRow, ImportState, MemberImport

_TAKE_FIRST = """
    UPDATE reviews_importrow AS row SET match = 'chosen', title_id = title.id
    FROM films_title AS title
    WHERE row.of_id = %s AND row.match = 'unsure' AND row.outcome = ''
        AND title.id = (row.candidates ->> 0)::bigint AND title.merged_into_id IS NULL
"""


@transaction.atomic
def choose_title(*, row: MemberImport, work: str, title: Title) -> int:
    """Say that this work is that title; answers for how many rows. 0 where there is nothing to choose (any more)."""
    return _rows(row, work).update(match=ImportRow.Match.CHOSEN, title=title)


@transaction.atomic
def leave_out(*, row: MemberImport, work: str) -> int:
    """Leave a work out, with all that the file says about it; answers how many rows that are."""
    return _rows(row, work).update(match=ImportRow.Match.SKIPPED, title=None)


@transaction.atomic
def take_first_candidates(row: MemberImport) -> int:
    """Take the likeliest title of each work that is unsure; answers for how many rows."""
    if not _is_looked_at(row):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_FIRST, [row.pk])
        return cursor.rowcount


def _rows(row: MemberImport, work: str) -> QuerySet[ImportRow]:
    if not _is_looked_at(row):
        return ImportRow.objects.none()
    return ImportRow.objects.filter(of=row, work=work, outcome="").exclude(work__startswith="person:")


def _is_looked_at(row: MemberImport) -> bool:
    """Whether nothing has been ordered yet; an order waits until this transaction is stored."""
    held = MemberImport.objects.select_for_update().filter(pk=row.pk, state=ImportState.PREVIEW)
    return held.first() is not None
