"""Lists of titles: making them, and what stands in them where.

Whoever changes what is in a list holds its row first, so that two tabs, or a tab and an import, take turns. A list that
another tab has deleted meanwhile raises Http404.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core import signing
from django.db import connection, transaction
from django.db.models import Max
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Audience, Member
from films.duplicates import standing_title_id
from films.models import Title
from filmsite.lib.kept import forget_pages
from reviews.models import Case, ListEntry, Matter, TitleList
from reviews.services.ending import close_what_goes
from reviews.services.flagging import order_flagging
from reviews.services.holding import hold_title
from reviews.services.ordering_looks import order_looks
from reviews.services.translating import order_texts

# For so long an entry that was taken out can be put back.
_UNDO_WITHIN: Final = timedelta(days=1)
_SALT: Final = "reviews.lists.removed"

# Every place anew, from 1 without gaps, with one entry moved (or none, when it is no longer there). Titles that became
# one with another are shown nowhere and stand last.
_RENUMBER: Final = """
    WITH others AS (
        SELECT entry.id, row_number() OVER (
            ORDER BY title.merged_into_id IS NOT NULL, entry.position, entry.id
        ) AS place
        FROM reviews_listentry AS entry JOIN films_title AS title ON title.id = entry.title_id
        WHERE entry.list_id = %(list)s AND entry.id IS DISTINCT FROM %(moved)s
    ),
    placed AS (
        SELECT id, row_number() OVER (ORDER BY place) AS place
        FROM (
            SELECT id, place * 2 AS place FROM others
            UNION ALL
            SELECT id, %(to)s::bigint * 2 - 1 FROM reviews_listentry
            WHERE list_id = %(list)s AND id = %(moved)s
        ) AS moved
    )
    UPDATE reviews_listentry AS entry SET position = placed.place
    FROM placed WHERE placed.id = entry.id AND entry.position <> placed.place
"""


class ListIsFull(Exception):
    """The list has as many titles as a list may have."""


@transaction.atomic
def make_list(
    *,
    owner: Member,
    name: str,
    description: str = "",
    tags: Sequence[str] = (),
    is_ranked: bool = False,
    audience: str = Audience.EVERYONE,
    own_sources: Collection[int] = (),
) -> TitleList:
    """Make an empty list. `own_sources` are the known texts (their ids) of which its owner said that the words it shares
    with them are their own.
    """
    now = timezone.now()
    made = TitleList.objects.create(
        owner=owner,
        name=name,
        description=description,
        tags=list(tags),
        is_ranked=is_ranked,
        audience=audience,
        created_at=now,
        changed_at=now,
    )
    order_texts(texts=[made])
    if description:
        order_looks(Matter.LIST, made.pk, own_sources={"description": own_sources})
    else:
        order_flagging(Matter.LIST, made.pk)
    return made


def begin_top_ten(*, owner: Member) -> TitleList:
    """The member's top ten, made when there is none yet."""
    now = timezone.now()
    top, _made = TitleList.objects.get_or_create(
        owner=owner,
        kind=TitleList.Kind.TOP,
        defaults={"name": gettext("Top 10"), "is_ranked": True, "created_at": now, "changed_at": now},
    )
    return top


@transaction.atomic
def change_list(
    *,
    of: TitleList,
    name: str,
    description: str,
    tags: Sequence[str],
    is_ranked: bool,
    audience: str,
    own_sources: Collection[int] = (),
) -> None:
    """Say anew what a list is, and for whom; `own_sources` as in `make_list`."""
    held = _hold(of)
    _forget_titles_of(held)
    is_described_anew = description != held.description
    is_new_to_readers = is_described_anew or audience != held.audience
    is_named_anew = name != held.name
    held.name, held.description, held.tags = name, description, list(tags)
    held.is_ranked, held.audience, held.changed_at = is_ranked, audience, timezone.now()
    held.save(update_fields=["name", "description", "tags", "is_ranked", "audience", "changed_at"])
    order_texts(texts=[held])
    if is_new_to_readers:
        # Of a description that stays as it was nobody need say again that it is theirs.
        said = {"description": own_sources} if is_described_anew or own_sources else None
        order_looks(Matter.LIST, held.pk, own_sources=said)
    elif is_named_anew:
        order_flagging(Matter.LIST, held.pk)
    _forget_titles_of(held)


@transaction.atomic
def keep_from_readers(*, of: TitleList, is_removed: bool) -> None:
    """Show a list to nobody but its owner, or to all again whom it is for: what moderators decide about it."""
    held = _hold(of)
    # The pages that show it are those of a list that is not removed: before, or afterwards.
    held.is_removed = of.is_removed = False
    _forget_titles_of(held)
    held.is_removed = of.is_removed = is_removed
    held.save(update_fields=["is_removed"])
    if not is_removed:
        order_texts(texts=[held])
        # What its owner wrote meanwhile was not looked at.
        order_flagging(Matter.LIST, held.pk)


@transaction.atomic
def remove_list(*, of: TitleList) -> None:
    """Delete a list with all that stands in it; nobody has to judge it any more."""
    held = _hold(of)
    _forget_titles_of(held)
    close_what_goes(Case.objects.filter(list=held))
    held.delete()


@transaction.atomic
def add_to_list(*, to: TitleList, title: Title, note: str = "") -> bool:
    """Put the title at the end of a list; False where it stands there already. Raises ListIsFull."""
    title_id = hold_title(title)
    held = _hold(to)
    entries = ListEntry.objects.filter(list=held)
    if entries.filter(title=title_id).exists():
        return False
    if entries.count() >= held.most_titles:
        raise ListIsFull
    last = entries.aggregate(last=Max("position"))["last"] or 0
    ListEntry.objects.create(list=held, title_id=title_id, position=last + 1, note=note)
    _changed(held, [title_id])
    if note:
        order_looks(Matter.LIST, held.pk)
    return True


@transaction.atomic
def take_off_list(*, entry: ListEntry) -> str:
    """Take an entry out of its list; those after it move up. Answers a signed copy, for `restore_entry`."""
    held = _hold(entry.list)
    ListEntry.objects.filter(pk=entry.pk).delete()
    _place(held, moved=None, to=0)
    _changed(held, [entry.title_id])
    if entry.note:
        order_looks(Matter.LIST, held.pk)
    row = [held.pk, entry.title_id, entry.position, entry.note, entry.added_at.isoformat()]
    return signing.dumps(row, salt=_SALT, compress=True)


@transaction.atomic
def restore_entry(*, to: TitleList, removed: str) -> ListEntry | None:
    """Put back what `take_off_list` took out of this list: at its place, with its note, once however often it is asked.

    None where the copy is of another list, is too old, or its title is gone. Raises ListIsFull.
    """
    try:
        list_id, title_id, position, note, added_at = signing.loads(removed, salt=_SALT, max_age=_UNDO_WITHIN)
    except signing.BadSignature:
        return None
    standing = standing_title_id(title_id)
    if list_id != to.pk or standing is None:
        return None
    title = Title.objects.get(pk=standing)
    is_back = add_to_list(to=to, title=title, note=note)
    entry = ListEntry.objects.select_related("list", "title").get(list=to, title=title)
    if is_back:
        ListEntry.objects.filter(pk=entry.pk).update(added_at=datetime.fromisoformat(added_at))
        move_entry(entry=entry, to=position)
    return entry


@transaction.atomic
def note_entry(*, entry: ListEntry, note: str, own_sources: Collection[int] = ()) -> None:
    """Say something beside an entry, or nothing any more; `own_sources` as in `make_list`, of this note."""
    held = _hold(entry.list)
    stored = ListEntry.objects.filter(pk=entry.pk)
    is_noted_anew = note != stored.values_list("note", flat=True).first()
    stored.update(note=note)
    _changed(held, [])
    # Of a note that stays as it was nobody need say again that it is theirs.
    said = {f"note {entry.pk}": own_sources} if is_noted_anew or own_sources else None
    order_looks(Matter.LIST, held.pk, own_sources=said)


@transaction.atomic
def move_entry(*, entry: ListEntry, to: int | None = None, by: int = 0) -> None:
    """Give an entry the place `to` (from 1; beyond the end is last), or one that is `by` further down.

    The places are those of the list as it is now, whatever the mover saw: none is ever lost or taken twice.
    """
    held = _hold(entry.list)
    if to is None:
        now = ListEntry.objects.filter(pk=entry.pk).values_list("position", flat=True).first() or 1
        to = now + by
    _place(held, moved=entry.pk, to=max(1, to))
    _changed(held, [])


def _hold(of: TitleList) -> TitleList:
    return get_object_or_404(TitleList.objects.select_for_update(), pk=of.pk)


def _place(held: TitleList, *, moved: int | None, to: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RENUMBER, {"list": held.pk, "moved": moved, "to": to})


def _changed(held: TitleList, title_ids: Sequence[int]) -> None:
    """Note that something in the list changed, and what of it shows on the pages of these titles."""
    TitleList.objects.filter(pk=held.pk).update(changed_at=timezone.now())
    if held.is_on_title_pages:
        forget_pages(title_ids=title_ids)


def _forget_titles_of(held: TitleList) -> None:
    """The pages of titles name the lists in which they stand."""
    if held.is_on_title_pages:
        forget_pages(title_ids=ListEntry.objects.filter(list=held).values_list("title", flat=True))
