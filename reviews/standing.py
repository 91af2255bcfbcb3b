"""How a title stands: with its reader (their vote, what they keep of it) and with those who name it elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, JSONField, OuterRef, Subquery, Sum, Value
from django.db.models.expressions import Combinable, RawSQL
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import Viewer
from films.fact_querysets import written
from films.models import Person, Title
from reviews.keeping import Keeping, keeping_columns, keeping_of
from reviews.models import Mention, Review, ReviewState, Vote
from reviews.models.vote import UNDO_TIME
from reviews.threads import Followed, followed_title_column

MENTIONS_SHOWN: Final = 8

_TITLE: Final = ("id", "kind", "name", "slug", "parent_id", "season_number")


@dataclass(frozen=True, slots=True)
class FollowedMean:
    """What the counted votes of members whom the viewer follows, as far as they show them, come to."""

    votes: int
    half_stars: int

    @property
    def mean(self) -> float:
        """In stars, 0.5 to 5."""
        return self.half_stars / self.votes / 2


@dataclass(frozen=True, slots=True)
class Votes:
    """How the votes on a title stand to a viewer.

    `mine` is their vote in half stars; `has_voted` whether they gave one, for a show on any of its seasons. `first_vote`
    is the value and moment of their first vote where it was not the one that stands. `taken_back` is the vote that they
    can still have back as it was (`UNDO_TIME`), where none stands. `waiting` counts the votes of everybody that wait for
    the first public showing.
    """

    mine: int | None = None
    has_voted: bool = False
    first_vote: tuple[int, datetime] | None = None
    taken_back: int | None = None
    followed: FollowedMean | None = None
    waiting: int = 0


@dataclass(frozen=True)
class Standing:
    """`mentions` are the newest published texts elsewhere that name the title, as much of them as a link needs: with
    author and subject, and what `reviews.reading` asks to have their headlines translated.
    """

    votes: Votes
    keeping: Keeping
    thread: Followed
    mentions: list[Review]


def standing_of(title: Title, viewer: Viewer) -> Standing:
    """Ask for all of it in one query, whoever asks."""
    *votes, kept, in_lists, thread, mentions = (
        Title.objects.filter(pk=title.pk)
        .values_list(
            *_vote_columns(title, viewer),
            *keeping_columns(viewer),
            followed_title_column(viewer),
            _mentions(),
        )
        .get()
    )
    keeping = keeping_of(kept, in_lists)
    return Standing(_votes(votes), keeping, Followed.read(thread), [_review(of) for of in mentions])


def votes_of(title: Title, viewer: Viewer) -> Votes:
    """How the votes on a title stand to a viewer, without the rest of `standing_of`. One query."""
    return _votes(Title.objects.filter(pk=title.pk).values_list(*_vote_columns(title, viewer)).get())


def first_showing_to_come(title: Title) -> date | None:
    """The day from which votes on the title count, if it has yet to come."""
    day = title.released_on
    return day if day and day > timezone.now().date() else None


# One look-up each in an index that begins with the member.
_MINE: Final = """(
    SELECT jsonb_build_array(
        (SELECT value FROM reviews_vote WHERE member_id = viewer.id AND title_id = films_title.id),
        EXISTS (
            SELECT FROM films_title AS voted JOIN reviews_vote ON title_id = voted.id AND member_id = viewer.id
            WHERE voted.id = films_title.id OR voted.parent_id = films_title.id
        ),
        (
            SELECT jsonb_build_array(value, given_at) FROM reviews_pastvote
            WHERE member_id = viewer.id AND title_id = films_title.id ORDER BY given_at, id LIMIT 1
        ),
        (
            SELECT value FROM reviews_pastvote
            WHERE member_id = viewer.id AND title_id = films_title.id AND withdrawn AND ended_at > viewer.since
            ORDER BY id DESC LIMIT 1
        )
    )
    FROM (VALUES (%s::bigint, %s::timestamptz)) AS viewer (id, since)
)"""


def _vote_columns(title: Title, viewer: Viewer) -> Sequence[Combinable]:
    nothing, since = Value(None, output_field=JSONField()), timezone.now() - UNDO_TIME
    return (
        RawSQL(_MINE, [viewer.pk, since], output_field=JSONField()) if viewer.is_authenticated else nothing,  # noqa: S611  (our own SQL, values apart)
        _of_followed(title, viewer) if viewer.is_authenticated else nothing,
        _waiting() if first_showing_to_come(title) else Value(0),
    )


def _of_followed(title: Title, viewer: Viewer) -> Subquery:
    votes = Vote.objects.counted_on(title).by_followed(viewer).named_to(viewer).order_by()
    sums = votes.values("counted").annotate(row=JSONObject(votes=Count("pk"), half_stars=Sum("value")))
    return Subquery(sums.values("row"))


def _waiting() -> Subquery:
    votes = Vote.objects.filter(title=OuterRef("pk")).waiting_for_showing().order_by()
    return Subquery(votes.values("title").annotate(number=Count("pk")).values("number"))


def _votes(columns: Sequence[Any]) -> Votes:
    viewers, followed, waiting = columns
    mine, has_voted, first, taken_back = viewers or (None, False, None, None)
    return Votes(
        mine=mine,
        has_voted=has_voted,
        first_vote=(first[0], datetime.fromisoformat(first[1])) if first else None,
        taken_back=taken_back if mine is None else None,
        followed=FollowedMean(**followed) if followed else None,
        waiting=waiting or 0,
    )


@cache
def _mentions() -> RawSQL:
    rows = Mention.objects.filter(title=OuterRef("pk"), review__state=ReviewState.PUBLISHED)
    newest = rows.order_by("-review__created_at", "-review")[:MENTIONS_SHOWN]
    link = {f"title_{field}": F(f"review__title__{field}") for field in _TITLE}
    mentions = ArraySubquery(
        newest.values(
            row=JSONObject(
                id=F("review_id"),
                headline=F("review__headline"),
                language=F("review__language"),
                source_hash=F("review__source_hash"),
                may_translate=F("review__may_translate"),
                created_at=F("review__created_at"),
                author_id=F("review__author_id"),
                author=F("review__author__username"),
                consent=F("review__author__translation_consent"),
                closing_at=F("review__author__closing_at"),
                closed_at=F("review__author__closed_at"),
                person=F("review__person__name"),
                **link,
            )
        )
    )
    return written(mention_rows=mentions)["mention_rows"]


def _review(row: dict[str, Any]) -> Review:
    is_about_title = row["title_id"] is not None
    return Review(
        pk=row["id"],
        headline=row["headline"],
        language=row["language"],
        source_hash=row["source_hash"],
        may_translate=row["may_translate"],
        created_at=datetime.fromisoformat(row["created_at"]),
        author=Member(
            pk=row["author_id"],
            username=row["author"],
            translation_consent=row["consent"],
            closing_at=row["closing_at"],
            closed_at=row["closed_at"],
        ),
        title=Title(**{field: row[f"title_{field}"] for field in _TITLE}) if is_about_title else None,
        person=None if is_about_title else Person(name=row["person"]),
    )
