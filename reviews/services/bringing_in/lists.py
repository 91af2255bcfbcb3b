"""Lists that come with an import. A list of the same name is continued: its own titles keep their places."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Max
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import Audience
from reviews.models import ImportRow, TitleList
from reviews.models.lists import LIST_LENGTH, TOP_LENGTH
from reviews.services.bringing_in.batches import TITLES, forget_titles, hold
from reviews.services.bringing_in.leasing import Claim

_REFUSE_DUPLICATES = """
    UPDATE reviews_importrow AS row SET outcome = 'refused', reason = 'twice'
    FROM (
        SELECT id, row_number() OVER (
            PARTITION BY data ->> 'list', title_id ORDER BY (data ->> 'position')::bigint, number
        ) AS place
        FROM reviews_importrow WHERE of_id = %(of)s AND kind = 'list_entry' AND outcome = ''
    ) AS placed
    WHERE placed.id = row.id AND placed.place > 1
"""
# Titles that were merged meanwhile are what they became one with.
_FOLLOW_MERGES = """
    UPDATE reviews_importrow AS row SET title_id = title.merged_into_id
    FROM films_title AS title
    WHERE row.id = ANY (%(rows)s) AND title.id = row.title_id AND title.merged_into_id IS NOT NULL
"""
_WRITE = """
    WITH incoming AS MATERIALIZED (
        SELECT row.id, row.title_id, row.data, standing.id AS entry_id,
            row_number() OVER (PARTITION BY standing.id IS NULL ORDER BY (row.data ->> 'position')::bigint, row.number)
                AS place
        FROM reviews_importrow AS row
        LEFT JOIN reviews_listentry AS standing ON standing.list_id = %(list)s AND standing.title_id = row.title_id
        WHERE row.id = ANY (%(rows)s)
    ), written AS (
        INSERT INTO reviews_listentry (list_id, title_id, position, note, added_at)
        SELECT %(list)s, title_id, %(last)s + place, coalesce(data ->> 'note', ''),
            coalesce(least((data ->> 'at')::timestamptz, %(now)s), %(now)s)
        FROM incoming WHERE entry_id IS NULL AND %(length)s + place <= %(most)s
        ORDER BY place
        ON CONFLICT (list_id, title_id) DO NOTHING
        RETURNING *
    )
    UPDATE reviews_importrow AS row
    SET outcome = CASE WHEN entry_id IS NOT NULL THEN 'same' WHEN written.id IS NULL THEN 'refused' ELSE 'created' END,
        reason = CASE WHEN entry_id IS NULL AND written.id IS NULL THEN %(full)s ELSE '' END,
        made = written.id,
        before = CASE WHEN written.id IS NOT NULL THEN jsonb_build_object('was', NULL, 'now', to_jsonb(written)) END
    FROM incoming LEFT JOIN written USING (title_id)
    WHERE row.id = incoming.id
"""
# Lists that are made a transaction: with each the row of the import, which holds all of them, is written again.
LISTS: Final = 100
# The id of a row, and its title.
Row = tuple[int, int | None]
# By what a list that was made is known to be as it was.
AS_MADE: Final = ("name", "description", "audience", "is_ranked")


def write_lists(claimed: Claim) -> None:
    """Write the lists of an import: all are made or found, then their titles come in, some hundred a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_REFUSE_DUPLICATES, {"of": claimed.pk})
    rows = _rows_by_list(claimed)
    _make_or_find(claimed, rows)
    for key, said in claimed.row.lists.items():
        left = rows.get(key, [])
        for begin in range(0, len(left), TITLES):
            with transaction.atomic():
                _write(claimed, said, left[begin : begin + TITLES])


def _rows_by_list(claimed: Claim) -> dict[str, list[Row]]:
    """By the key of each list that has rows those that are left to write, in their order."""
    found: dict[str, list[Row]] = {}
    rows = ImportRow.objects.filter(of=claimed.pk, kind=ImportRow.Kind.LIST_ENTRY, data__has_key="list")
    rows = rows.order_by("data__position", "number")
    for key, outcome, pk, title in rows.values_list(KT("data__list"), "outcome", "pk", "title").iterator():
        left = found.setdefault(key, [])
        if not outcome:
            left.append((pk, title))
    return found


def _make_or_find(claimed: Claim, rows: Mapping[str, Sequence[Row]]) -> None:
    """Note which list each of them is here, a hundred a transaction."""
    standing = _standing(claimed)
    new = [key for key, said in claimed.row.lists.items() if "list" not in said]
    for begin in range(0, len(new), LISTS):
        with transaction.atomic():
            found = {
                key: _made_or_found(claimed, claimed.row.lists[key], standing, rows.get(key))
                for key in new[begin : begin + LISTS]
            }
            claimed.extend(lists={**claimed.row.lists, **found})


def _standing(claimed: Claim) -> dict[tuple[str, str], TitleList]:
    """The member's lists by what another would continue them by: the oldest of a name, and the top ten."""
    lists = TitleList.objects.filter(owner=claimed.row.member).only("kind", "name").order_by("-pk")
    return {_known_by(one.kind, one.name): one for one in lists}


def _known_by(kind: str, name: str) -> tuple[str, str]:
    return kind, "" if kind == TitleList.Kind.TOP else name


def _made_or_found(
    claimed: Claim,
    said: Mapping[str, Any],
    standing: dict[tuple[str, str], TitleList],
    rows: Sequence[Row] | None,
) -> dict[str, Any]:
    """What is said of a list, with the list that it is here. One of which no title was found is not made; an empty one is."""
    known_by = _known_by(said.get("kind", TitleList.Kind.LIST), said["name"])
    found = standing.get(known_by)
    of_it: dict[str, Any] = {
        "list": found.pk if found else None,
        "is_new": False,
        "most": LIST_LENGTH,
        "full": "full",
    }
    if found and found.kind == TitleList.Kind.TOP:
        # The member's own order of ten, which nobody else continues.
        length = found.entries.count()
        of_it |= {"most": length or TOP_LENGTH, "full": "top" if length else "full"}
    elif found is None and (rows or rows is None):
        made = standing[known_by] = _make(claimed, said, timezone.now())
        of_it |= {"list": made.pk, "is_new": True, "as": {name: getattr(made, name) for name in AS_MADE}}
        of_it["most"] = TOP_LENGTH if made.kind == TitleList.Kind.TOP else LIST_LENGTH
    return {**said, **of_it}


def _make(claimed: Claim, said: Mapping[str, Any], now: datetime) -> TitleList:
    return TitleList.objects.create(
        owner=claimed.row.member,
        kind=said.get("kind", TitleList.Kind.LIST),
        name=said["name"],
        description=said.get("description", ""),
        tags=said.get("tags", []),
        is_ranked=said.get("is_ranked", False),
        # What does not say who may see it is for its owner alone.
        audience=said.get("audience", Audience.ME),
        created_at=min(parse_datetime(said.get("created_at") or "") or now, now),
        changed_at=now,
    )


def _write(claimed: Claim, said: Mapping[str, Any], found: Sequence[Row]) -> None:
    titles = {title for _, title in found if title}
    rows = [pk for pk, _ in found]
    with connection.cursor() as cursor:
        params = hold(cursor, claimed, titles) | {"rows": rows, "list": said["list"]}
        into = TitleList.objects.select_for_update().filter(pk=said["list"], owner=claimed.row.member).first()
        if into is None:
            ImportRow.objects.filter(pk__in=rows).update(outcome=ImportRow.Outcome.REFUSED, reason="gone")
        else:
            cursor.execute(_FOLLOW_MERGES, params)
            of_list = into.entries.aggregate(last=Max("position"), length=Count("pk"))
            params |= {"last": of_list["last"] or 0, "length": of_list["length"]}
            cursor.execute(_WRITE, params | {"most": said["most"], "full": said["full"]})
            if ImportRow.objects.filter(pk__in=rows, outcome=ImportRow.Outcome.CREATED).exists():
                TitleList.objects.filter(pk=into.pk).update(changed_at=params["now"])
        claimed.extend(done=claimed.row.done + len(titles))
        forget_titles(titles)
