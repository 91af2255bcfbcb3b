"""The six-month rule: what came from TMDB and was not asked for again in time is cleared.

What a person said stays, whatever it was before; so does the name, without which there would be no title. Votes, messages
and lists are the members' own. Locks hold nothing back here.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from films.importers.fields import LISTS, TITLE_COLUMNS
from films.models import ExternalScore, SourceRecord, Title
from films.services.catalogue import refresh_catalogue

SOURCE: Final = "tmdb"
_TITLES: Final = 500
_KEPT: Final = frozenset({"name"})


def clear_stale_records() -> int:
    """Clear the TMDB facts of titles last asked about too long ago; gives the number of titles. Twice clears nothing more.

    Some hundred titles a transaction; a killed one goes on with the next call.
    """
    before = timezone.now() - timedelta(days=settings.FILMSITE_TMDB_KEEP_DAYS)
    cleared = 0
    while True:
        with transaction.atomic():
            records = list(
                SourceRecord.objects.select_for_update(skip_locked=True)
                .filter(source=SOURCE, fetched_at__lt=before)
                .order_by("pk")[:_TITLES]
            )
            if not records:
                return cleared
            ids = sorted({record.title_id for record in records})
            _clear(ids)
            SourceRecord.objects.filter(pk__in=[record.pk for record in records]).delete()
            refresh_catalogue(title_ids=ids)
        cleared += len(ids)


def _clear(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM films_title WHERE id = ANY (%s) ORDER BY id FOR UPDATE", [ids])
        for rows in LISTS:
            cursor.execute(
                f"""
                DELETE FROM {rows.table} USING films_title AS title
                WHERE title.id = title_id AND title.id = ANY (%s) AND title.provenance ->> {rows.field} = %s
                """,  # noqa: S608 (only names of our own)
                [ids, SOURCE],
            )
        cursor.execute(
            """
            DELETE FROM films_alternativetitle USING films_title AS title
            WHERE title.id = title_id AND title.id = ANY (%s) AND title.provenance ->> 'alternative_titles' = %s
            """,
            [ids, SOURCE],
        )
        sets = ", ".join(
            f"{column} = CASE WHEN provenance ->> '{field}' = %(source)s THEN {_empty(column)} ELSE {column} END"
            for field, columns in TITLE_COLUMNS.items()
            if field not in _KEPT
            for column in columns
        )
        cursor.execute(
            f"""
            UPDATE films_title SET {sets}, updated_at = now(), provenance = (
                SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(provenance)
                WHERE value <> to_jsonb(%(source)s::text) OR key = ANY (%(kept)s)
            )
            WHERE id = ANY (%(ids)s)
            """,  # noqa: S608 (only names of our own)
            {"source": SOURCE, "kept": sorted(_KEPT), "ids": ids},
        )
    ExternalScore.objects.filter(title__in=ids, source=SOURCE).delete()


def _empty(column: str) -> str:
    field = Title._meta.get_field(column)
    return "''" if isinstance(field, models.CharField | models.TextField) else "NULL"
