"""The six-month rule: what came from TMDB and was not asked for again in time is cleared.

What a person said stays, whatever it was before; so does the name, without which there would be no title, and the date of
a film that is not out yet, without which its votes would count: that goes once it is past. Votes, messages and lists are
the members' own. Locks hold nothing back here.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from films.importers.fields import LISTS, TITLE_COLUMNS
from films.models import ExternalScore, SourceRecord, Title
from films.services.catalogue import refresh_catalogue

SOURCE: Final = "tmdb"
_TITLES: Final = 500


def clear_stale_records() -> int:
    """Clear the TMDB facts of titles last asked about too long ago; gives the number of titles. Twice clears nothing more.

    Some hundred titles a transaction; a killed one goes on with the next call.
    """
    now = timezone.now()
    before, today = now - timedelta(days=settings.FILMSITE_TMDB_KEEP_DAYS), now.date()
    cleared = 0
    while found := _due(Title.objects.all(), before, today):
        with transaction.atomic():
            held = (
                Title.objects.filter(pk__in=found).order_by("pk").select_for_update(no_key=True, of=("self",))
            )
            # Titles before records, as an import takes them; and one may just have asked again.
            ids = _due(Title.objects.filter(pk__in=held.values_list("pk", flat=True)), before, today)
            _clear(ids, today)
            SourceRecord.objects.filter(source=SOURCE, title__in=ids).delete()
            refresh_catalogue(title_ids=ids)
        cleared += len(ids)
    return cleared


def _due(titles: QuerySet[Title], before: datetime, today: date) -> list[int]:
    """The ids of some hundred titles to clear: not asked about in time, or come out since they were cleared."""
    of_tmdb = SourceRecord.objects.filter(source=SOURCE, title=OuterRef("pk"))
    stale = SourceRecord.objects.filter(source=SOURCE, fetched_at__lt=before, title__in=titles)
    out = titles.filter(~Exists(of_tmdb), released_on__lte=today, provenance__released_on=SOURCE)
    return sorted(stale.order_by("fetched_at").values_list("title_id", flat=True)[:_TITLES]) or sorted(
        out.order_by("pk").values_list("pk", flat=True)[:_TITLES]
    )


def _clear(ids: list[int], today: date) -> None:
    with connection.cursor() as cursor:
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
            f"{column} = CASE WHEN provenance ->> '{field}' = %(source)s AND NOT {_is_kept(repr(field))} "
            f"THEN {_empty(column)} ELSE {column} END"
            for field, columns in TITLE_COLUMNS.items()
            for column in columns
        )
        cursor.execute(
            f"""
            UPDATE films_title SET {sets}, updated_at = now(), provenance = (
                SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(provenance)
                WHERE value <> to_jsonb(%(source)s::text) OR {_is_kept("key")}
            )
            WHERE id = ANY (%(ids)s)
            """,  # noqa: S608 (only names of our own)
            {"source": SOURCE, "today": today, "ids": ids},
        )
    ExternalScore.objects.filter(title__in=ids, source=SOURCE).delete()


def _is_kept(key: str) -> str:
    """Whether a fact of TMDB's stays, in SQL, as is its key."""
    return f"({key} = 'name' OR {key} = 'released_on' AND coalesce(released_on > %(today)s, false))"


def _empty(column: str) -> str:
    field = Title._meta.get_field(column)
    return "''" if isinstance(field, models.CharField | models.TextField) else "NULL"
