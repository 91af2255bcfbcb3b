"""Lists that come with an import. A list of the same name is continued: its own titles keep their places."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet
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
        SELECT id, row_number() OVER (PARTITION BY title_id ORDER BY (data ->> 'position')::bigint, number) AS place
        FROM reviews_importrow
        WHERE of_id = %(of)s AND kind = 'list_entry' AND outcome = '' AND data ->> 'list' = %(key)s
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
# By what a list that was made is known to be as it was.
AS_MADE: Final = ("name", "description", "audience", "is_ranked")


def write_lists(claimed: Claim) -> None:
    """Write the lists of an import: each is made or found, then its titles come in, some hundred a transaction."""
    for key in claimed.row.lists:
        rows = ImportRow.objects.filter(of=claimed.pk, kind=ImportRow.Kind.LIST_ENTRY, data__list=key)
        if "list" not in claimed.row.lists[key]:
            with transaction.atomic():
                _make_or_find(claimed, key, rows)
        left = rows.filter(outcome="").order_by("data__position", "number")
        while found := list(left.values_list("pk", "title")[:TITLES]):
            with transaction.atomic():
                _write(claimed, claimed.row.lists[key], found)


def _make_or_find(claimed: Claim, key: str, rows: QuerySet[ImportRow]) -> None:
    """Note which list this is here. One of which no title was found is not made; an empty one is."""
    said, now = dict(claimed.row.lists[key]), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_REFUSE_DUPLICATES, {"of": claimed.pk, "key": key})
    standing = _standing(claimed, said)
    said |= {"list": standing.pk if standing else None, "is_new": False, "most": LIST_LENGTH, "full": "full"}
    if standing and standing.kind == TitleList.Kind.TOP:
        # The member's own order of ten, which nobody else continues.
        length = standing.entries.count()
        said |= {"most": length or TOP_LENGTH, "full": "top" if length else "full"}
    elif standing is None and (rows.filter(outcome="").exists() or not rows.exists()):
        made = _make(claimed, said, now)
        said |= {"list": made.pk, "is_new": True, "as": {name: getattr(made, name) for name in AS_MADE}}
        said["most"] = TOP_LENGTH if made.kind == TitleList.Kind.TOP else LIST_LENGTH
    claimed.extend(lists={**claimed.row.lists, key: said})


def _standing(claimed: Claim, said: Mapping[str, Any]) -> TitleList | None:
    """The member's list that this one continues: their top ten, or a list of that name."""
    kind = said.get("kind", TitleList.Kind.LIST)
    lists = TitleList.objects.filter(owner=claimed.row.member, kind=kind)
    if kind == TitleList.Kind.LIST:
        lists = lists.filter(name=said["name"])
    return lists.order_by("pk").first()


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


def _write(claimed: Claim, said: Mapping[str, Any], found: Sequence[tuple[int, int | None]]) -> None:
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
