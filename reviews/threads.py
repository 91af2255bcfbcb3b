"""Followed threads: what in them is unread, and on which page of a thread a message stands."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import JSONField, Q, Value
from django.db.models.expressions import Combinable, RawSQL

from accounts.permissions import Viewer
from films.models import Person
from reviews.models import Review, SubjectFollow
from reviews.reading import MESSAGES_A_PAGE, REPLIES_SHOWN
from reviews.subjects import about

# More unread messages than these are not counted.
UNREAD_COUNTED: Final = 99

# What is unread of one row of `reviews_subjectfollow`, called {follow}: how many messages, and which is the first. What
# the member wrote, blocked or muted is nothing new.
_UNREAD: Final = """
    (SELECT jsonb_build_object('unread', count(*), 'first_unread', (array_agg(id ORDER BY created_at, id))[1])
    FROM (
        SELECT new.id, new.created_at FROM reviews_review AS new
        WHERE new.{column} = {follow}.{column} AND new.created_at > {follow}.seen_at
            AND new.state = 'published' AND new.author_id <> {follow}.member_id
            AND NOT EXISTS (
                SELECT FROM accounts_mute WHERE member_id = {follow}.member_id AND other_id = new.author_id
            )
            AND NOT EXISTS (
                SELECT FROM accounts_block WHERE member_id = {follow}.member_id AND other_id = new.author_id
            )
        ORDER BY new.created_at, new.id LIMIT {counted}
    ) AS unread)
"""


def _unread(follow: str, column: str) -> str:
    return _UNREAD.format(follow=follow, column=column, counted=UNREAD_COUNTED)


_FOLLOWED: Final = """
    SELECT {unread} FROM reviews_subjectfollow AS follow
    WHERE follow.member_id = %s AND follow.{column} = {table}.id AND follow.{other} IS NULL
"""
_FOLLOWED_TITLE: Final = _FOLLOWED.format(
    unread=_unread("follow", "title_id"), column="title_id", other="person_id", table="films_title"
)
_FOLLOWED_PERSON: Final = _FOLLOWED.format(
    unread=_unread("follow", "person_id"), column="person_id", other="title_id", table="films_person"
)
_OF_ROW: Final = f"""
    CASE WHEN reviews_subjectfollow.title_id IS NOT NULL
    THEN {_unread("reviews_subjectfollow", "title_id")} ELSE {_unread("reviews_subjectfollow", "person_id")} END
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """How a thread stands with a reader: `unread` messages since they last saw it (None: they do not follow it; at most
    `UNREAD_COUNTED`), and the id of the first of them.
    """

    unread: int | None = None
    first_unread: int | None = None

    @property
    def is_more(self) -> bool:
        """Whether there may be more unread messages than were counted."""
        return self.unread == UNREAD_COUNTED

    @classmethod
    def read(cls, value: dict[str, Any] | None) -> "Followed":
        """From the value of one of the columns below."""
        return cls(**value) if value else cls()


def followed_title_column(viewer: Viewer) -> Combinable:
    """For a query of titles: how the viewer follows each, as `Followed.read` takes it."""
    if viewer.pk is None:
        return Value(None, output_field=JSONField())
    return RawSQL(_FOLLOWED_TITLE, [viewer.pk], output_field=JSONField())  # noqa: S611  (our own SQL, values apart)


def followed_person(person: Person, viewer: Viewer) -> Followed:
    """How the viewer follows what is said about a person. One query, or none for somebody who is not signed in."""
    if viewer.pk is None:
        return Followed()
    column = RawSQL(_FOLLOWED_PERSON, [viewer.pk], output_field=JSONField())  # noqa: S611  (our own SQL, values apart)
    return Followed.read(Person.objects.filter(pk=person.pk).values_list(column, flat=True).get())


def attach_unread(follows: list[SubjectFollow]) -> None:
    """Set `followed` on each. One query however many there are."""
    column = RawSQL(_OF_ROW, [], output_field=JSONField())  # noqa: S611  (our own SQL)
    rows = SubjectFollow.objects.filter(pk__in=[follow.pk for follow in follows])
    found = dict(rows.values_list("pk", column))
    for follow in follows:
        follow.followed = Followed.read(found.get(follow.pk))


def place_of(review: Review) -> str:
    """The address at which a text stands in its thread: the right page, and on it the text. Needs its subject loaded.

    A reply that is not shown below its message has only its own page. Two queries at most, by index.
    """
    root = review
    if review.root_id is not None:
        earlier = Review.objects.filter(root=review.root_id).filter(_before(review))
        if earlier.count() >= REPLIES_SHOWN:
            return review.get_absolute_url()
        root = Review.objects.get(pk=review.root_id)
    newer = Review.objects.filter(**about(review.subject), root=None).filter(
        Q(created_at__gt=root.created_at) | Q(created_at=root.created_at, pk__gt=root.pk)
    )
    page = newer.count() // MESSAGES_A_PAGE + 1
    query = f"?page={page}" if page > 1 else ""
    return f"{review.subject.get_absolute_url()}{query}#review-{review.pk}"


def _before(review: Review) -> Q:
    return Q(created_at__lt=review.created_at) | Q(created_at=review.created_at, pk__lt=review.pk)
