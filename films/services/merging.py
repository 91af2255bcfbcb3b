"""Making one title of two that are the same, and parting them again. Votes and messages follow by signal.

A merge is one transaction: the duplicate's facts go over, rows that name it follow, and `Title.merged_into` hides it.
Locks are taken in one order, so that a merge and whoever votes or writes meanwhile never wait for each other: the table
of ids, the merges' own locks, the titles, then (by the signal's receivers) votes, messages, totals of titles, totals of
members.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any, Final

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from films.duplicates import merge_lock, standing_title_id
from films.editing import fields_of, is_empty, locked_fields, read_facts, why_locked
from films.editing.parts import identity
from films.models import AlternativeTitle, Change, Merge, Title, TitleKind
from films.search import normalise
from films.services.catalogue import refresh_catalogue
from films.services.editing import PERSON, FactsRefused, write_facts
from films.services.following import POINTERS, rows_follow, rows_return
from films.signals import merge_undone, titles_merged
from filmsite.lib.kept import forget_pages

# Lists of which the kept title takes what it lacks, by the parts that make a row the same. Of every other fact it takes
# the whole, and only where it knows nothing itself.
_JOINED: Final[dict[str, tuple[str, ...]]] = {
    "alternative_titles": ("name", "language", "region"),
    "external_ids": ("source", "value"),
    "links": ("url",),
    "videos": ("provider", "key"),
    "nominations": ("award", "year", "category", "person"),
    "trivia": ("text",),
    "relations": ("kind", "other"),
}
_SEASONS: Final = "films_title.parent_id"
# So long a merge waits for an import to let it in.
_PATIENCE_SECONDS: Final = 5
# Less than the second after which PostgreSQL looks for a deadlock: the merge gives way and tries again.
_MOMENT_MS: Final = 800


class MergeRefused(Exception):
    """Nothing was changed. The message says why, in the reader's language."""


@transaction.atomic
def merge_titles(*, kept: Title, duplicate: Title, by: Member, reason: str) -> Merge:
    """Make the duplicate one with the kept title: a film with a film, a season with a season, a show with a show.

    Of two shows, seasons with the same number are merged as well, as parts of this merge, and the others move. What
    moved and what was taken over is remembered, so that `undo_merge` can part them. Raises MergeRefused.
    """
    _hold([kept, duplicate])
    kept, duplicate = Title.objects.get(pk=kept.pk), Title.objects.get(pk=duplicate.pk)
    if refusal := why_not_merge(kept, duplicate):
        raise MergeRefused(refusal)
    whole = Merge.objects.create(kept=kept, duplicate=duplicate, merged_by=by, reason=reason)
    merges = [whole]
    seasons, others = _pairs_of_seasons(kept, duplicate)
    for own, other in seasons:
        merges.append(
            Merge.objects.create(kept=own, duplicate=other, merged_by=by, reason=reason, part_of=whole)
        )
    for merge in merges:
        _take_facts(merge, by)
    titles_merged.send(sender=Merge, merges=merges)
    rows_follow(merges, POINTERS)
    if others:
        Title.objects.filter(pk__in=others).update(parent=kept)
        whole.followed[_SEASONS] = others
    for merge in merges:
        merge.save(update_fields=["taken", "followed"])
        Title.objects.filter(pk=merge.duplicate_id).update(merged_into=merge.kept_id)
    _follow_up(merges)
    return whole


@transaction.atomic
def undo_merge(*, merge: Merge, by: Member) -> Merge:
    """Part the two titles of a merge again, and the seasons of two shows with them.

    What was taken over goes back unless it was changed since; the address of the duplicate is its own again. Raises
    MergeRefused when it is too late, or when a later merge must be undone first.
    """
    _hold([merge.kept, merge.duplicate])
    merge = Merge.objects.select_for_update(of=("self",)).select_related("kept", "duplicate").get(pk=merge.pk)
    if refusal := why_not_undo(merge):
        raise MergeRefused(refusal)
    merges = [merge, *merge.parts.select_related("kept", "duplicate").order_by("pk")]
    merge_undone.send(sender=Merge, merges=merges)
    rows_return(merges, POINTERS)
    Title.objects.filter(pk__in=merge.followed.get(_SEASONS, []), parent=merge.kept_id).update(
        parent=merge.duplicate_id
    )
    Title.objects.filter(pk__in=[part.duplicate_id for part in merges]).update(merged_into=None)
    for part in merges:
        _return_facts(part, by)
        part.undone_by, part.undone_at = by, timezone.now()
        part.save(update_fields=["undone_by", "undone_at"])
    _follow_up(merges)
    return merge


def why_not_merge(kept: Title, duplicate: Title) -> str:
    """Why these two cannot become one, in the reader's language; nothing if they can."""
    if kept.pk == duplicate.pk:
        return _("A title cannot be merged with itself.")
    if kept.kind != duplicate.kind:
        return _("Only two films, two shows or two seasons can be merged.")
    if kept.merged_into_id or duplicate.merged_into_id:
        return _("One of the two has been merged already.")
    return ""


def why_not_undo(merge: Merge) -> str:
    """Why this merge cannot be undone now, in the reader's language; nothing if it can."""
    if merge.undone_at:
        return _("This merge has been undone already.")
    if merge.part_of_id:
        return _("Undo the merge of the two shows: their seasons go with it.")
    if timezone.now() > undo_until(merge):
        return _("It is too late to undo this merge.")
    if merge.kept.merged_into_id:
        return _("The title that was kept has been merged itself. Undo that merge first.")
    ours = Q(pk=merge.pk) | Q(part_of=merge.pk)
    titles = Merge.objects.filter(ours).values("kept")
    later = Merge.objects.filter(pk__gt=merge.pk, undone_at=None).exclude(ours)
    if later.filter(kept__in=titles).exists():
        return _("Another title has been merged with this one since. Undo that merge first.")
    return _why_seasons_stay(merge, ours, later) if merge.kept.kind != TitleKind.FILM else ""


def _why_seasons_stay(merge: Merge, ours: Q, later: QuerySet[Merge]) -> str:
    """Why the seasons that an undo brings back, those that moved among them, have no place to go to; or nothing."""
    followed = merge.followed.get(_SEASONS, [])
    kept = Merge.objects.filter(ours).values("kept")
    if later.filter(Q(kept__in=followed) | Q(duplicate__in=followed) | Q(duplicate__in=kept)).exists():
        return _("A season of this show has been merged with another since. Undo that merge first.")
    show = merge.duplicate.parent or merge.duplicate
    if show != merge.duplicate and show.merged_into_id:
        return _("The show of this season has been merged since. Undo that merge first.")
    duplicates = Merge.objects.filter(ours).values("duplicate")
    back = Title.objects.filter(Q(pk__in=duplicates) | Q(pk__in=followed, parent=merge.kept_id))
    numbers = back.filter(kind=TitleKind.SEASON).values("season_number")
    taken = Title.objects.filter(parent=show, season_number__in=numbers, merged_into=None).exclude(
        pk__in=back
    )
    for season in taken.order_by("season_number")[:1]:
        return _("Season %(number)s has been added to the show again since.") % {
            "number": season.season_number
        }
    return ""


def undo_until(merge: Merge) -> Any:
    """The moment from which a merge is there to stay (a datetime)."""
    return merge.merged_at + timedelta(days=settings.FILMSITE_MERGE_UNDO_DAYS)


def hold_standing(title: Title) -> Title | None:
    """The title that stands for this one, itself or what it became one with; it is merged with nothing else until the
    transaction ends. None if it is gone. Waits for a merge of it that is under way, so take it before any other lock.
    """
    pk = title.pk
    while True:
        # Whoever undoes a merge takes the locks of both titles: let go of one, with its savepoint, before the next.
        with transaction.atomic():
            if _hold_if_standing(pk):
                return title if pk == title.pk else Title.objects.get(pk=pk)
            transaction.set_rollback(True)
        standing = standing_title_id(pk)
        if standing is None:
            return None
        pk = standing


def hold_for_merge(title_ids: Iterable[int]) -> None:
    """Let nobody else merge these titles or vote for them until the transaction ends; waits for those who do now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [merge_lock(0)])
        for pk in sorted(title_ids):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [merge_lock(pk)])


def forget_merged_pages(merges: Sequence[Merge]) -> None:
    """Build the pages of the titles of these merges anew once the transaction is committed, and those of their shows."""
    concerned = {pk for merge in merges for pk in (merge.kept_id, merge.duplicate_id)}
    rows = Title.objects.filter(pk__in=concerned).values_list("pk", "parent")
    forget_pages(title_ids={pk for row in rows for pk in row})


def _hold_if_standing(pk: int) -> bool:
    with connection.cursor() as cursor:
        # Two statements, so that the second sees what a merge did that was waited for.
        cursor.execute(
            """
            SELECT pg_advisory_xact_lock_shared(%s);
            SELECT FROM films_title WHERE id = %s AND merged_into_id IS NULL
            """,
            [merge_lock(pk), pk],
        )
        cursor.nextset()
        return cursor.fetchone() is not None


def _hold(titles: Sequence[Title]) -> None:
    """Hold all that a merge needs, or nothing: who waits for part of it while holding another part is never waited for
    longer than it takes PostgreSQL to call it a deadlock.
    """
    pks = [title.pk for title in titles]
    concerned = Title.objects.filter(Q(pk__in=pks) | Q(parent__in=pks)).order_by("pk")
    give_up_at = monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with transaction.atomic():
                _hold_at_once(concerned)
            return
        except OperationalError as error:
            if monotonic() > give_up_at:
                raise MergeRefused(
                    _("The catalogue is being imported right now. Try again in a moment.")
                ) from error


def _hold_at_once(concerned: QuerySet[Title]) -> None:
    """Raises OperationalError when a lock is not to be had within a moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {_MOMENT_MS}")
        # An import holds this lock while it looks for titles by their ids and brings them in, some at a time.
        cursor.execute("LOCK TABLE films_externalid IN SHARE ROW EXCLUSIVE MODE")
        hold_for_merge(concerned.values_list("pk", flat=True))
        list(concerned.select_for_update(no_key=True, of=("self",)).values_list("pk"))
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _pairs_of_seasons(kept: Title, duplicate: Title) -> tuple[list[tuple[Title, Title]], list[int]]:
    """Seasons of the two shows with the same number, and the ids of the duplicate's others."""
    if kept.kind != TitleKind.SHOW:
        return [], []
    own = {season.season_number: season for season in kept.seasons.filter(merged_into=None)}
    others = list(duplicate.seasons.filter(merged_into=None).order_by("season_number"))
    pairs = [(own[season.season_number], season) for season in others if season.season_number in own]
    return pairs, [season.pk for season in others if season.season_number not in own]


def _follow_up(merges: Sequence[Merge]) -> None:
    titles = {pk for merge in merges for pk in (merge.kept_id, merge.duplicate_id)}
    refresh_catalogue(title_ids=titles)
    forget_merged_pages(merges)


# --- Facts ----------------------------------------------------------------------------------------------


def facts_to_take(kept: Title, duplicate: Title) -> dict[str, Any]:
    """What the kept title would know after a merge that it does not know now, by key of `films.editing`.

    What is locked on the kept title stays as it is.
    """
    mine, theirs = read_facts(kept), read_facts(duplicate)
    wanted: dict[str, Any] = {}
    theirs["relations"] = [row for row in theirs["relations"] if row["other"]["id"] != kept.pk]
    for key, value in theirs.items():
        if key in _JOINED:
            wanted[key] = _joined(key, mine[key], value)
        elif is_empty(mine[key]) and not is_empty(value):
            wanted[key] = value
    own_names = _own_names(duplicate, mine, wanted)
    wanted["alternative_titles"] = _joined("alternative_titles", wanted["alternative_titles"], own_names)
    fields, locked = fields_of(kept), why_locked(locked_fields(kept), wanted)
    return {
        key: value
        for key, value in wanted.items()
        if key not in locked and not fields[key].same(mine[key], value)
    }


def _take_facts(merge: Merge, by: Member) -> None:
    kept, duplicate = merge.kept, merge.duplicate
    wanted = facts_to_take(kept, duplicate)
    if "external_ids" in wanted:
        # An id belongs to one title only.
        _write(duplicate, {"external_ids": []}, by, PERSON)
    before = dict(kept.provenance)
    for source in {_source_of(key, merge) for key in wanted}:
        values = {key: value for key, value in wanted.items() if _source_of(key, merge) == source}
        for change in _write(kept, values, by, source):
            merge.taken[change.field] = {
                "before": change.old,
                "after": change.new,
                "provenance": before.get(change.field),
            }


def _return_facts(merge: Merge, by: Member) -> None:
    """Give back what was taken: a fact as it was unless it was changed since, of a list the rows that came along."""
    kept, taken = merge.kept, merge.taken
    fields, now = fields_of(kept), read_facts(kept, merge.taken)
    values: dict[str, Any] = {}
    for key, change in taken.items():
        if fields[key].same(now[key], change["after"]):
            values[key] = change["before"]
        elif key in _JOINED:
            values[key] = [row for row in now[key] if not _is_among(key, row, _came(key, change))]
    _write(kept, values, by, PERSON)
    kept.refresh_from_db(fields=["provenance"])
    before = {key: taken[key]["provenance"] for key in values}
    provenance = {**kept.provenance, **before}
    Title.objects.filter(pk=kept.pk).update(
        provenance={key: source for key, source in provenance.items() if source is not None}
    )
    if "external_ids" in values:
        came = _came("external_ids", taken["external_ids"])
        back = [row for row in now["external_ids"] if _is_among("external_ids", row, came)]
        own = read_facts(merge.duplicate, ["external_ids"])["external_ids"]
        _write(merge.duplicate, {"external_ids": _joined("external_ids", own, back)}, by, PERSON)


def _own_names(duplicate: Title, mine: dict[str, Any], wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """The duplicate's name and original name as alternative titles, unless the kept title says them already."""
    if duplicate.kind == TitleKind.SEASON:
        return []
    original = wanted.get("original_name", mine["original_name"]) or ""
    said = {normalise(name) for name in (mine["name"], original)}
    said |= {normalise(row["name"]) for row in wanted["alternative_titles"]}
    names = {
        duplicate.name: (AlternativeTitle.Kind.INTERNATIONAL, ""),
        duplicate.original_name: (AlternativeTitle.Kind.ORIGINAL, duplicate.original_language),
    }
    return [
        {"name": name, "language": language, "region": "", "kind": kind.value}
        for name, (kind, language) in names.items()
        if name and normalise(name) not in said
    ]


def _joined(key: str, mine: list[Any], theirs: list[Any]) -> list[Any]:
    return [*mine, *(row for row in theirs if not _is_among(key, row, mine))]


def _is_among(key: str, row: Any, rows: Iterable[Any]) -> bool:
    def what(found: Any) -> list[Any]:
        return [identity(found[part]) for part in _JOINED[key]]

    return what(row) in [what(found) for found in rows]


def _came(key: str, change: dict[str, Any]) -> list[Any]:
    """The rows of a list that came with the merge."""
    return [row for row in change["after"] if not _is_among(key, row, change["before"] or [])]


def _source_of(key: str, merge: Merge) -> str:
    """Where a fact comes from once it is taken over: a list of both keeps the word of the kept title."""
    sources = (merge.kept.provenance, merge.duplicate.provenance)
    known = sources if key in _JOINED else sources[::-1]
    return known[0].get(key) or known[1].get(key) or PERSON


def _write(title: Title, values: dict[str, Any], by: Member, source: str) -> list[Change]:
    try:
        return write_facts(title, values, actor=by, origin=Change.Origin.MERGE, source=source)
    except FactsRefused as refused:
        raise MergeRefused(" ".join(refused.reasons.values())) from refused
