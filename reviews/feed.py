"""What the members whom somebody follows did: votes, messages, opinions, viewings and lists, the newest first.

Read by index alone, however much these members did: of each kind the newest act of every one is looked up, and only
those who come first by it, as many as fit a page, are asked for more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.models import Audience, Member
from filmsite.lib.paging import BadCursor, cursor_url, read_cursor
from reviews.keeping_querysets import attach_titles
from reviews.models import Review, TitleList, Viewing, Vote
from reviews.reading import Reader, attach_words

ACTS_A_PAGE: Final = 40
# A viewing that is noted later than this is record-keeping, not news: a diary that was brought in fills nobody's feed.
NEWS_FOR_DAYS: Final = 30


class Act(TextChoices):
    """A kind of act. The order of the values is that of acts at the same moment."""

    LIST = "list", _("lists")
    MESSAGE = "message", _("messages")
    OPINION = "opinion", _("opinions")
    VIEWING = "viewing", _("diary")
    VOTE = "vote", _("votes")


# Which of a member's acts about one title leads, and which stand beside it.
_LEADING: Final = (Act.OPINION, Act.MESSAGE, Act.VIEWING, Act.VOTE)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where acts of a kind are rows: whose they are, when they happened, which of them show, and of which members."""

    table: str
    member: str
    moment: str
    shows: str = "true"
    # Of `accounts_member AS member`, who has accepted the reader.
    member_shows: str = "true"


_SHOWN_TO_FOLLOWERS: Final = f"IN ('{Audience.EVERYONE}', '{Audience.FOLLOWERS}')"
# What is published stands in threads with its day, for everybody. When somebody did anything else is theirs to show.
_ACTIVE: Final = f"member.activity_for {_SHOWN_TO_FOLLOWERS}"

_SOURCES: Final[Mapping[Act, _Source]] = {
    Act.VOTE: _Source(
        "reviews_vote",
        "member_id",
        "changed_at",
        member_shows=f"{_ACTIVE} AND member.votes_for {_SHOWN_TO_FOLLOWERS}",
    ),
    Act.MESSAGE: _Source(
        "reviews_review", "author_id", "created_at", "act.state = 'published' AND NOT act.is_opinion"
    ),
    Act.OPINION: _Source(
        "reviews_review", "author_id", "created_at", "act.state = 'published' AND act.is_opinion"
    ),
    Act.VIEWING: _Source(
        "reviews_viewing",
        "member_id",
        "logged_at",
        f"act.seen_on > act.logged_at::date - {NEWS_FOR_DAYS}",
        member_shows=f"{_ACTIVE} AND member.diary_for {_SHOWN_TO_FOLLOWERS}",
    ),
    Act.LIST: _Source(
        "reviews_titlelist",
        "owner_id",
        "changed_at",
        f"act.audience {_SHOWN_TO_FOLLOWERS}"
        " AND NOT act.is_removed AND EXISTS (SELECT FROM reviews_listentry AS entry WHERE entry.list_id = act.id)",
        member_shows=_ACTIVE,
    ),
}

# Whom the reader follows and what of each is for them.
_FEED: Final = """
    WITH followed AS MATERIALIZED (
        SELECT {columns}
        FROM accounts_follow AS follow JOIN accounts_member AS member ON member.id = follow.followed_id
        WHERE follow.follower_id = %(reader)s AND follow.accepted_at IS NOT NULL
            AND member.is_active AND member.suspended_at IS NULL AND member.closing_at IS NULL
            AND NOT EXISTS (SELECT FROM accounts_mute WHERE member_id = %(reader)s AND other_id = member.id)
            AND NOT EXISTS (SELECT FROM accounts_block WHERE member_id = %(reader)s AND other_id = member.id)
    )
    SELECT act, id, moment FROM ({acts}) AS acts ORDER BY moment DESC, act DESC, id DESC LIMIT %(wanted)s
"""
# Both look-ups are descents of the index on (member, moment DESC). Whoever has an act on the page is among the `wanted`
# members whose newest act is newest, so nobody else's are read.
_ACTS: Final = """
    (SELECT '{act}' AS act, found.id, found.moment
    FROM (
        SELECT followed.id, newest.moment, newest.act_id FROM followed CROSS JOIN LATERAL (
            SELECT act.{moment} AS moment, act.id AS act_id FROM {table} AS act
            WHERE act.{member} = followed.id AND {shows} AND {before}
            ORDER BY act.{moment} DESC, act.id DESC LIMIT 1
        ) AS newest
        WHERE followed.shows_{act} ORDER BY newest.moment DESC, newest.act_id DESC LIMIT %(wanted)s
    ) AS busy CROSS JOIN LATERAL (
        SELECT act.{moment} AS moment, act.id FROM {table} AS act
        WHERE act.{member} = busy.id AND {shows} AND {before}
        ORDER BY act.{moment} DESC, act.id DESC LIMIT %(wanted)s
    ) AS found
    ORDER BY found.moment DESC, found.id DESC LIMIT %(wanted)s)
"""


class Place(NamedTuple):
    """An act's place in the feed: they are ordered by these, descending."""

    moment: datetime
    act: Act
    pk: int


@dataclass(slots=True)
class Item:
    """What a member did: one act, or all votes or viewings in a row of the same day.

    `beside` it stand their vote on and viewing of the same title on that day.
    """

    act: Act
    member: Member
    moment: datetime
    rows: list[Any] = field(default_factory=list)
    beside: list["Item"] = field(default_factory=list)

    @property
    def row(self) -> Any:
        """The only one, or the newest."""
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of the feed: items by day, the newest first."""

    days: list[tuple[date, list[Item]]]
    next_url: str | None


def feed_of(reader: Reader, member: Member, query: QueryDict) -> Feed:
    """The page of the member's feed that `?after=` asks for, without the kinds of acts that they switched off.

    One query for the places, one for the rows of each kind that is on the page, two for lists, and one for the
    translations of all. Raises BadCursor.
    """
    acts = [act for act in Act if act not in member.feed_hides]
    places = places_of(member, acts, after=_place_in(query), wanted=ACTS_A_PAGE + 1) if acts else []
    shown = places[:ACTS_A_PAGE]
    items = _joined(_grouped(shown, _rows_of(shown, reader)))
    days = [(day, list(of_day)) for day, of_day in groupby(items, key=lambda item: localdate(item.moment))]
    next_url = cursor_url(query, "after", shown[-1]) if len(places) > ACTS_A_PAGE else None
    return Feed(days, next_url)


def places_of(member: Member, acts: Collection[Act], *, after: Place | None, wanted: int) -> list[Place]:
    """The newest `wanted` acts of these kinds of whom the member follows, beyond `after`. One query."""
    columns = ["member.id", *(f"{_SOURCES[act].member_shows} AS shows_{act}" for act in acts)]
    found = " UNION ALL ".join(_acts(act, after) for act in acts)
    params: dict[str, Any] = {"reader": member.pk, "wanted": wanted}
    if after is not None:
        params |= {"moment": after.moment, "id": after.pk}
    with connection.cursor() as cursor:
        cursor.execute(_FEED.format(columns=", ".join(columns), acts=found), params)
        return [Place(moment, Act(act), pk) for act, pk, moment in cursor.fetchall()]


def _acts(act: Act, after: Place | None) -> str:
    source = _SOURCES[act]
    return _ACTS.format(
        act=act,
        table=source.table,
        member=source.member,
        moment=source.moment,
        shows=source.shows,
        before=_before(source, act, after),
    )


def _before(source: _Source, act: Act, after: Place | None) -> str:
    """The condition that an act of this kind stands beyond a place; what the index is asked is the moment alone."""
    if after is None:
        return "true"
    if act > after.act:
        return f"act.{source.moment} < %(moment)s"
    beyond = f"act.{source.moment} <= %(moment)s"
    if act == after.act:
        beyond += f" AND (act.{source.moment} < %(moment)s OR act.id < %(id)s)"
    return beyond


def _place_in(query: QueryDict) -> Place | None:
    cursor = query.get("after")
    if not cursor:
        return None
    moment, act, pk = read_cursor(cursor, 3)
    try:
        at = parse_datetime(str(moment))
        if at is None or at.tzinfo is None or not isinstance(pk, int):
            raise BadCursor(cursor)
        return Place(at, Act(str(act)), pk)
    except ValueError as error:
        raise BadCursor(cursor) from error


def _rows_of(places: Sequence[Place], reader: Reader) -> dict[tuple[Act, int], Any]:
    """The rows of these acts, with what the page shows of them."""
    pks: dict[Act, list[int]] = defaultdict(list)
    for place in places:
        pks[place.act].append(place.pk)
    found: dict[tuple[Act, int], Any] = {}
    texts = pks[Act.MESSAGE] + pks[Act.OPINION]
    if texts:
        written = Review.objects.filter(pk__in=texts).for_card(reader.viewer)
        reviews = list(written.select_related("parent__author"))
        found |= {(Act.OPINION if row.is_opinion else Act.MESSAGE, row.pk): row for row in reviews}
    if pks[Act.VOTE]:
        votes = Vote.objects.filter(pk__in=pks[Act.VOTE]).for_card().select_related("member")
        found |= {(Act.VOTE, row.pk): row for row in votes}
    if pks[Act.VIEWING]:
        viewings = (
            Viewing.objects.filter(pk__in=pks[Act.VIEWING]).for_diary().select_related("member", "title")
        )
        found |= {(Act.VIEWING, row.pk): row for row in viewings}
    if pks[Act.LIST]:
        lists = TitleList.objects.filter(pk__in=pks[Act.LIST]).select_related("owner")
        made = attach_titles(list(lists))
        found |= {(Act.LIST, row.pk): row for row in made}
    attach_words([row for (act, _pk), row in found.items() if act != Act.VOTE], reader)
    return found


def _grouped(places: Iterable[Place], rows: Mapping[tuple[Act, int], Any]) -> list[Item]:
    """One item an act, but for votes and for viewings that follow one another on a day. What vanished is left out."""
    items: list[Item] = []
    for place in places:
        row = rows.get((place.act, place.pk))
        if row is None:
            continue
        member = getattr(row, _SOURCES[place.act].member.removesuffix("_id"))
        last = items[-1] if items else None
        if (
            last is not None
            and place.act in (Act.VOTE, Act.VIEWING)
            and (last.act, last.member) == (place.act, member)
            and localdate(last.moment) == localdate(place.moment)
        ):
            last.rows.append(row)
        else:
            items.append(Item(place.act, member, place.moment, [row]))
    return items


def _joined(items: list[Item]) -> list[Item]:
    """The items, with a member's vote on a title and viewing of it beside what they wrote about it on that day, or the
    vote beside the viewing.
    """
    leads: dict[tuple[int, int, date], Item] = {}
    alone = [item for item in items if item.act in _LEADING and len(item.rows) == 1 and item.row.title_id]
    moved: set[int] = set()
    for item in sorted(alone, key=lambda item: _LEADING.index(item.act)):
        lead = leads.setdefault((item.member.pk, item.row.title_id, localdate(item.moment)), item)
        taken = {lead.act, *(other.act for other in lead.beside)}
        if item.act in (Act.VIEWING, Act.VOTE) and item.act not in taken:
            lead.beside.append(item)
            moved.add(id(item))
    return [item for item in items if id(item) not in moved]
