"""Undoing an import as a whole: what it made goes, what it changed is as it was, what was changed since stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, Q
from django.utils import timezone

from filmsite.lib.waking import wake_on_commit
from reviews import tasks
from reviews.counting import counts
from reviews.models import (
    Case,
    Correction,
    ImportRow,
    ImportState,
    ListEntry,
    MemberImport,
    PastVote,
    Review,
    TitleList,
    Translation,
    Viewing,
    WatchlistEntry,
)
from reviews.services.bringing_in.batches import TITLES, forget_titles, hold
from reviews.services.bringing_in.leasing import LONG_LEASE, Claim, carry_out
from reviews.services.bringing_in.lists import AS_MADE, LISTS
from reviews.services.bringing_in.texts import TEXTS
from reviews.services.indexing import forget_text
from reviews.subjects import forget_pages_about

Kind = ImportRow.Kind

# What may be another without the member having changed anything: a merge, an order, a link from elsewhere.
_ITEMS: Final = (
    (Kind.LIST_ENTRY, ListEntry, ["title_id", "position"]),
    (Kind.VIEWING, Viewing, ["title_id", "review_id"]),
    (Kind.WATCHLIST, WatchlistEntry, ["title_id"]),
    (Kind.PAST_VOTE, PastVote, ["title_id"]),
)
# Compared are the columns that both know: between an import and its undo the table may have got others.
_UNDO_ITEMS = """
    WITH gone AS (
        DELETE FROM {table} AS item USING reviews_importrow AS row
        WHERE row.id = ANY (%(rows)s) AND item.id = row.made
            AND NOT EXISTS (
                SELECT FROM jsonb_each(to_jsonb(item) - %(volatile)s::text[]) AS is_now
                WHERE is_now.value <> row.before -> 'now' -> is_now.key
            )
        RETURNING item.id
    )
    UPDATE reviews_importrow AS row SET made = NULL,
        reason = CASE WHEN row.made IN (SELECT id FROM gone) THEN 'undone' ELSE 'changed_since' END
    WHERE row.id = ANY (%(rows)s)
"""
# A vote is as it was imported while it has that value since that moment. With the vote before comes back that it is none
# of the past ones.
_UNDO_VOTES = f"""
    WITH untouched AS MATERIALIZED (
        SELECT vote.*, row.before -> 'was' AS was FROM reviews_importrow AS row
        JOIN reviews_vote AS vote ON vote.id = row.made AND vote.member_id = %(member)s
        WHERE row.id = ANY (%(rows)s) AND vote.value = (row.before -> 'now' ->> 'value')::smallint
            AND vote.changed_at = (row.before -> 'now' ->> 'changed_at')::timestamptz
    ), gone AS (
        DELETE FROM reviews_vote AS vote USING untouched WHERE vote.id = untouched.id AND was = 'null'
    ), back AS (
        UPDATE reviews_vote AS vote
        SET value = (was ->> 'value')::smallint, cast_at = (was ->> 'cast_at')::timestamptz,
            changed_at = (was ->> 'changed_at')::timestamptz, counted = {counts(member="member", title="title")}
        FROM untouched
        JOIN films_title AS title ON title.id = untouched.title_id
        JOIN accounts_member AS member ON member.id = untouched.member_id
        WHERE vote.id = untouched.id AND was <> 'null'
    ), past AS (
        DELETE FROM reviews_pastvote AS past USING untouched
        WHERE was <> 'null' AND past.member_id = untouched.member_id AND past.title_id = untouched.title_id
            AND past.value = (was ->> 'value')::smallint AND past.given_at = (was ->> 'changed_at')::timestamptz
            AND past.ended_at = untouched.changed_at
    )
    UPDATE reviews_importrow AS row SET made = NULL,
        reason = CASE WHEN row.made IN (SELECT id FROM untouched) THEN 'undone' ELSE 'changed_since' END
    WHERE row.id = ANY (%(rows)s)
"""  # noqa: S608  (only SQL of our own)
_RENUMBER = """
    UPDATE reviews_listentry AS entry SET position = placed.place
    FROM (
        SELECT id, row_number() OVER (ORDER BY position, id) AS place FROM reviews_listentry WHERE list_id = %s
    ) AS placed
    WHERE placed.id = entry.id AND entry.position <> placed.place
"""
_COUNT = """
    SELECT kind, CASE reason WHEN 'undone' THEN CASE outcome WHEN 'created' THEN 'deleted' ELSE 'restored' END
        ELSE 'left' END AS fate, count(*)
    FROM reviews_importrow
    WHERE of_id = %s AND outcome IN ('created', 'changed')
    GROUP BY 1, 2
"""


def undo_until(row: MemberImport) -> datetime | None:
    """The moment from which an import is there to stay; None for one that was never taken over."""
    if row.committed_at is None:
        return None
    return row.committed_at + timedelta(days=settings.FILMSITE_BRING_UNDO_DAYS)


def can_undo(row: MemberImport) -> bool:
    """Whether the import can be undone now: taken over, or stopped half-way, not long ago."""
    until = undo_until(row)
    return (
        row.state in {ImportState.DONE, ImportState.FAILED} and until is not None and timezone.now() <= until
    )


def order_undo(row: MemberImport) -> bool:
    """Order that an import is undone; whether it could be."""
    if not can_undo(row):
        return False
    with transaction.atomic():
        ordered = MemberImport.objects.filter(pk=row.pk, state=row.state).update(
            state=ImportState.UNDOING, done=0, leased_until=None
        )
        if ordered:
            wake_on_commit(tasks.undo_import, row.pk)
    return bool(ordered)


def undo_import(pk: int) -> None:
    """Undo what an import did. Called by a worker, any number of times; goes on behind the last batch.

    Does nothing to an import of which the undo was not ordered: a delivery may come late.
    """
    carry_out(pk, [], ImportState.UNDOING, work=_undo, give_up=_stop)


def _stop(claimed: Claim, why: str) -> None:
    claimed.finish(state=ImportState.FAILED, error=why)


def _undo(claimed: Claim) -> None:
    _undo_items(claimed, *_ITEMS[0])
    _undo_lists(claimed)
    for item in _ITEMS[1:]:
        _undo_items(claimed, *item)
    _undo_texts(claimed)
    _undo_votes(claimed)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNT, [claimed.pk])
        undone: dict[str, dict[str, int]] = {}
        for kind, fate, number in cursor.fetchall():
            undone.setdefault(kind, {})[fate] = number
        claimed.finish(
            state=ImportState.UNDONE,
            undone_at=timezone.now(),
            counts={**claimed.row.counts, "undone": undone},
        )


def _next_rows(claimed: Claim, kind: ImportRow.Kind, number: int = TITLES) -> list[tuple[int, int]]:
    """(row, what it made) of what is left to undo of a kind, the newest first."""
    rows = ImportRow.objects.filter(
        of=claimed.pk,
        kind=kind,
        made__isnull=False,
        outcome__in=[ImportRow.Outcome.CREATED, ImportRow.Outcome.CHANGED],
    )
    found = rows.order_by("-made").values_list("pk", "made")[:number]
    return [(pk, made) for pk, made in found if made is not None]


def _undo_items(claimed: Claim, kind: ImportRow.Kind, model: Any, volatile: Sequence[str]) -> None:
    while found := _next_rows(claimed, kind):
        titles = set(model.objects.filter(pk__in=[made for _, made in found]).values_list("title", flat=True))
        with transaction.atomic(), connection.cursor() as cursor:
            params = hold(cursor, claimed, titles, to_write=False)
            params |= {"rows": [pk for pk, _ in found], "volatile": list(volatile)}
            cursor.execute(_UNDO_ITEMS.format(table=model._meta.db_table), params)
            _drop_translations(model, [made for _, made in found])
            claimed.extend(done=claimed.row.done + len(found))
            forget_titles(titles)


def _drop_translations(model: type[Model], items: Sequence[int]) -> None:
    """Delete what belongs to the notes of those of these items that are gone: the database lets it wait until the commit."""
    if model not in (Viewing, ListEntry):
        return
    gone = set(items) - set(model._default_manager.filter(pk__in=items).values_list("pk", flat=True))
    kind = "viewing" if model is Viewing else "entry"
    for of_text in (Translation, Correction):
        of_text._default_manager.filter(**{f"{kind}__in": gone}).delete()


def _undo_votes(claimed: Claim) -> None:
    member = claimed.row.member
    while found := _next_rows(claimed, Kind.VOTE):
        votes = member.votes.filter(pk__in=[made for _, made in found])
        titles = set(votes.values_list("title", flat=True))
        with transaction.atomic(), connection.cursor() as cursor:
            params = hold(cursor, claimed, titles, to_write=False) | {"rows": [pk for pk, _ in found]}
            # That it is undone is no change of the member's mind.
            cursor.execute("SET LOCAL filmsite.history = 'off'")
            cursor.execute(_UNDO_VOTES, params)
            claimed.extend(done=claimed.row.done + len(found))
            forget_titles(titles)


def _undo_texts(claimed: Claim) -> None:
    claimed.extend(by=LONG_LEASE)
    while found := _next_rows(claimed, Kind.REVIEW, TEXTS):
        with transaction.atomic(), connection.cursor() as cursor:
            rows = {row.made: row for row in ImportRow.objects.filter(pk__in=[pk for pk, _ in found])}
            about = Review.objects.filter(pk__in=list(rows)).values_list("title", flat=True)
            hold(cursor, claimed, {title for title in about if title}, to_write=False)
            texts = Review.objects.select_for_update(of=("self",)).with_subject().in_bulk(list(rows))
            # Answers before what they answer.
            for made, row in sorted(rows.items(), key=lambda item: -(item[0] or 0)):
                row.reason = _undo_text(texts.get(made or 0), row)
                row.made = None
            ImportRow.objects.bulk_update(rows.values(), ["made", "reason"])
            claimed.extend(by=LONG_LEASE, done=claimed.row.done + len(found))


def _undo_text(review: Review | None, row: ImportRow) -> str:
    """Delete a text that is as it came; gives what became of it."""
    now = (row.before or {}).get("now", {})
    if review is None or {"source_hash": review.source_hash, "state": review.state} != now:
        return "changed_since"
    concerned = Case.objects.filter(review=review).filter(
        Q(decisions__isnull=False) | Q(reports__isnull=False) | Q(notices__isnull=False)
    )
    if Review.objects.filter(parent=review).exists() or concerned.exists():
        return "answered"
    forget_pages_about(review.subject)
    forget_text(review)
    review.delete()
    return "undone"


def _undo_lists(claimed: Claim) -> None:
    """Delete the lists that the import made, unless something is in them or was changed; close gaps in others."""
    left = {
        key: said
        for key, said in claimed.row.lists.items()
        if said.get("list") is not None and "undone" not in said
    }
    keys = sorted(left, key=lambda key: int(left[key]["list"]))
    for begin in range(0, len(keys), LISTS):
        undone = {key: {**left[key], "undone": True} for key in keys[begin : begin + LISTS]}
        with transaction.atomic(), connection.cursor() as cursor:
            for said in undone.values():
                _undo_list(cursor, said)
            claimed.extend(lists={**claimed.row.lists, **undone})


def _undo_list(cursor: CursorWrapper, said: Mapping[str, Any]) -> None:
    found = TitleList.objects.select_for_update().filter(pk=said["list"]).first()
    if found is None:
        return
    as_made = {name: getattr(found, name) for name in AS_MADE} == said.get("as")
    if said.get("is_new") and as_made and not found.entries.exists():
        found.delete()
    else:
        cursor.execute(_RENUMBER, [found.pk])
