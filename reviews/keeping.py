"""What a viewer keeps of a title, and the lists in which it stands: columns of `reviews.standing`'s one query."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.core import signing
from django.db.models import JSONField
from django.db.models.expressions import Combinable, RawSQL

from accounts.models import Member
from accounts.permissions import Viewer
from films.models import Title
from reviews.models import TitleList

LISTS_SHOWN: Final = 3
# A title of more lists than this is said to be in so many and more.
LISTS_COUNTED: Final = 100
_SALT: Final = "reviews.watchlist.since"
_PUT_BACK_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Keeping:
    """`times` and `last_seen` are of the viewer's diary: how often, and the newest day that they know.

    `in_lists` counts the lists named to the viewer with this title, to one more than `LISTS_COUNTED`; `lists` are the ones
    that it was last put in, as much of them as a link needs: with their owner, and their words for `reviews.reading`.
    """

    is_watched: bool
    times: int
    last_seen: date | None
    in_lists: int
    lists: list[TitleList]

    @property
    def in_more_lists(self) -> bool:
        return self.in_lists > LISTS_COUNTED


# One look-up each in an index that begins with the member.
_KEPT: Final = """(
    SELECT jsonb_build_object(
        'is_watched', EXISTS (
            SELECT FROM reviews_watchlistentry WHERE member_id = viewer.id AND title_id = films_title.id
        ),
        'times', seen.times,
        'last_seen', seen.last_seen
    )
    FROM (VALUES (%s::bigint)) AS viewer (id), LATERAL (
        SELECT count(*) AS times, max(seen_on) AS last_seen FROM reviews_viewing
        WHERE member_id = viewer.id AND title_id = films_title.id
    ) AS seen
)"""
_IN_LISTS: Final = f"""(
    WITH found AS (
        SELECT entry.id AS entry, list.id, list.name, list.description, list.owner_id, owner.username,
            owner.translation_consent, owner.interface_language, owner.translate_into, owner.reads
        FROM reviews_listentry AS entry
        JOIN reviews_titlelist AS list ON list.id = entry.list_id
        JOIN accounts_member AS owner ON owner.id = list.owner_id
        WHERE entry.title_id = films_title.id AND list.kind = 'list' AND list.audience = 'everyone' AND NOT list.is_removed
            AND owner.is_active AND owner.suspended_at IS NULL AND owner.closing_at IS NULL
            AND list.owner_id NOT IN (
                SELECT other_id FROM accounts_block WHERE member_id = %s::bigint
                UNION ALL SELECT member_id FROM accounts_block WHERE other_id = %s::bigint
            )
        ORDER BY entry.id DESC LIMIT {LISTS_COUNTED + 1}
    )
    SELECT jsonb_build_object(
        'number', (SELECT count(*) FROM found),
        'newest', (SELECT jsonb_agg(shown) FROM (SELECT * FROM found ORDER BY entry DESC LIMIT {LISTS_SHOWN}) AS shown)
    )
)"""  # noqa: S608  (only SQL of our own)


# What a list's words need of their owner: `reviews.sources` tells from it in which language they are.
_OF_OWNER: Final = ("username", "translation_consent", "interface_language", "translate_into", "reads")


def keeping_columns(viewer: Viewer) -> tuple[Combinable, Combinable]:
    """What to ask of the one title; `keeping_of` reads the answer."""
    return (
        RawSQL(_KEPT, [viewer.pk], output_field=JSONField()),  # noqa: S611  (our own SQL, values apart)
        RawSQL(_IN_LISTS, [viewer.pk, viewer.pk], output_field=JSONField()),  # noqa: S611  (our own SQL, values apart)
    )


def keeping_of(kept: dict[str, Any], in_lists: dict[str, Any]) -> Keeping:
    last_seen = kept["last_seen"]
    return Keeping(
        is_watched=kept["is_watched"],
        times=kept["times"],
        last_seen=date.fromisoformat(last_seen) if last_seen else None,
        in_lists=in_lists["number"],
        lists=[_list(row) for row in in_lists["newest"] or []],
    )


def _list(row: dict[str, Any]) -> TitleList:
    owner = Member(pk=row["owner_id"], **{column: row[column] for column in _OF_OWNER})
    return TitleList(pk=row["id"], name=row["name"], description=row["description"], owner=owner)


def query_of(since: datetime | None, *, member: Member, title: Title) -> str:
    """The query string of a page that offers to put a title back on the member's watchlist, where it stood since then."""
    return "?" + urlencode({"since": signed_since(since, member=member, title=title)}) if since else ""


def signed_since(since: datetime, *, member: Member, title: Title) -> str:
    """Since when a title stood on the member's watchlist, for `moment_in`."""
    return signing.dumps([member.pk, title.pk, since.isoformat()], salt=_SALT)


def moment_in(text: str, *, member: Member, title: Title) -> datetime | None:
    """The moment that `signed_since` wrote of this member and title within a day; None for anything else."""
    try:
        member_pk, title_pk, since = signing.loads(text, salt=_SALT, max_age=_PUT_BACK_WITHIN)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(since) if (member_pk, title_pk) == (member.pk, title.pk) else None
