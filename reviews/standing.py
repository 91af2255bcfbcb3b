"""How a title stands: with its reader (their vote, their watchlist) and with those who name it elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, OuterRef, SmallIntegerField, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from accounts.models import Member
from accounts.permissions import Viewer
from films.fact_querysets import written
from films.models import Person, Title
from reviews.models import Mention, Review, ReviewState, Vote, WatchlistEntry

MENTIONS_SHOWN: Final = 8

_TITLE: Final = ("id", "kind", "name", "slug", "parent_id", "season_number")


@dataclass(frozen=True)
class Standing:
    """`vote` in half stars; `mentions` are the newest published texts elsewhere that name the title, as much of them
    as a link needs: with author and subject.
    """

    vote: int | None
    watched: bool
    mentions: list[Review]


def standing_of(title: Title, viewer: Viewer) -> Standing:
    """Ask for all of it in one query, whoever asks."""
    vote: Any = Value(None, output_field=SmallIntegerField())
    watched: Any = Value(False, output_field=BooleanField())
    if viewer.is_authenticated:
        vote = Subquery(Vote.objects.filter(member_id=viewer.pk, title=OuterRef("pk")).values("value"))
        watched = Exists(WatchlistEntry.objects.filter(member_id=viewer.pk, title=OuterRef("pk")))
    row = Title.objects.filter(pk=title.pk).values_list(vote, watched, _mentions()).get()
    return Standing(row[0], row[1], [_review(of) for of in row[2]])


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
                created_at=F("review__created_at"),
                author=F("review__author__username"),
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
        created_at=datetime.fromisoformat(row["created_at"]),
        author=Member(username=row["author"]),
        title=Title(**{field: row[f"title_{field}"] for field in _TITLE}) if is_about_title else None,
        person=None if is_about_title else Person(name=row["person"]),
    )
