"""Translations and corrections of a title's own words (its plot, its trivia) when it becomes one with another.

They follow where the words do: to the kept title's plot if it is the same one now, to the trivia that it took over. Where
the kept title has a plot of its own they stay with the duplicate, unseen, for the plot they belong to is not shown.
"""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from films.models import Merge
from films.services.following import Pointer
from reviews.models import Correction, Translation

_SAME_PLOT: Final = """(
    SELECT kept.plot = duplicate.plot FROM films_title AS kept, films_title AS duplicate
    WHERE kept.id = merge.kept_id AND duplicate.id = merge.duplicate_id
)"""
POINTERS: Final = (
    Pointer(model=Translation, alone=("target", "source_hash"), condition=_SAME_PLOT),
    Pointer(model=Correction, alone=("target", "sentence", "state"), condition=_SAME_PLOT),
)

# From a piece of trivia of the duplicate to the one with the same words that the kept title has now.
_FOLLOW: Final = """
    UPDATE {table} AS row SET trivia_id = there.id
    FROM films_merge AS merge
    JOIN films_trivia AS here ON here.title_id = merge.duplicate_id
    JOIN films_trivia AS there
        ON there.title_id = merge.kept_id AND there.text = here.text AND there.language = here.language
    WHERE merge.id = ANY (%(merges)s) AND row.trivia_id = here.id AND {may_stand}
    RETURNING merge.id, row.id
"""
_RETURN: Final = """
    UPDATE {table} AS row SET trivia_id = there.id
    FROM films_trivia AS here JOIN films_trivia AS there
        ON there.title_id = %(duplicate)s AND there.text = here.text AND there.language = here.language
    WHERE row.id = ANY (%(rows)s) AND here.title_id = %(kept)s AND row.trivia_id = here.id AND {may_stand}
"""
_ALONE: Final = {
    "reviews_translation": "twin.target = row.target AND twin.source_hash = row.source_hash",
    "reviews_correction": "twin.target = row.target AND twin.sentence = row.sentence AND twin.state = row.state",
}


def trivia_translations_follow(merges: Sequence[Merge]) -> None:
    """Let them go along with the trivia that the kept titles took over, and note in `Merge.followed` which did."""
    by_id = {merge.pk: merge for merge in merges}
    with connection.cursor() as cursor:
        for table in _ALONE:
            cursor.execute(_statement(_FOLLOW, table), {"merges": list(by_id)})
            for merge_id, row_id in cursor.fetchall():
                by_id[merge_id].followed.setdefault(f"{table}.trivia_id", []).append(row_id)


def trivia_translations_return(merges: Sequence[Merge]) -> None:
    """Give them back before the trivia that came along are taken away from the kept titles."""
    with connection.cursor() as cursor:
        for table in _ALONE:
            for merge in merges:
                if rows := merge.followed.get(f"{table}.trivia_id"):
                    cursor.execute(
                        _statement(_RETURN, table),
                        {"rows": rows, "kept": merge.kept_id, "duplicate": merge.duplicate_id},
                    )


def _statement(template: str, table: str) -> str:
    twin = f"SELECT FROM {table} AS twin WHERE twin.trivia_id = there.id AND {_ALONE[table]}"
    return template.format(table=table, may_stand=f"NOT EXISTS ({twin})")
