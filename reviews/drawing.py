"""What the drawing of a message depends on, said in a key (`filmsite.lib.fragments`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from accounts.permissions import Viewer
from filmsite.lib.fragments import key_of
from reviews import permissions
from reviews.composing import Composer
from reviews.models import Review
from reviews.reading import Entry
from reviews.wordings import ShownText

_TOGGLES = ("original", "translated")


@dataclass(frozen=True, slots=True)
class Rights:
    """What a viewer may do with a message, and with that all that one viewer sees otherwise than another."""

    answer: bool
    edit: bool
    remove: bool
    undo: bool
    report: bool
    revisions: bool
    language: bool
    own: bool
    # Shown where to answer, to be sent to sign in first.
    invited: bool


def rights_of(viewer: Viewer, review: Review) -> Rights:
    """Tell what the viewer may do with a message; asks nothing more."""
    return Rights(
        answer=permissions.can_reply(viewer, review),
        edit=permissions.can_edit(viewer, review),
        remove=permissions.can_withdraw(viewer, review),
        undo=permissions.can_undo_withdrawal(viewer, review),
        report=permissions.can_report(viewer, review),
        revisions=review.revision_number > 1 and permissions.can_see_revisions(viewer, review),
        language=permissions.can_correct_language(viewer, review),
        own=permissions.is_author(viewer, review),
        invited=not viewer.is_authenticated and review.is_published,
    )


def kept_words(request: HttpRequest, text: ShownText) -> list[tuple[str, str]]:
    """What the address asks for beside the wording of this text: names and values."""
    kept = [(name, value) for name, values in request.GET.lists() for value in values if name not in _TOGGLES]
    for name in _TOGGLES:
        kept += [(name, value) for value in request.GET.getlist(name) if value != text.token]
    return kept


def place_of(request: HttpRequest, text: ShownText | None) -> tuple[object, ...] | None:
    """What the note beside a text shows of the address: its toggle is a form that repeats it. Other notes lead nowhere."""
    return (request.path, kept_words(request, text)) if text and text.note == "translated" else None


def keys_of_discussion(
    entries: Sequence[Entry], composer: Composer | None, request: HttpRequest
) -> list[str]:
    """The keys of all that the discussion below a title or a person draws; messages get theirs (`key_messages`)."""
    return [*key_messages(entries, request), *([composer.fragment] if composer else [])]


def key_messages(entries: Sequence[Entry], request: HttpRequest) -> list[str]:
    """Give each message, and each of its replies, its key as `review.fragment`, and return the keys.

    Needs texts attached. A message is drawn alike in a thread, in a list of opinions and below another message.
    """
    keys = []
    for review in _messages(entries):
        review.fragment = _key_of_message(review, request)
        keys.append(review.fragment)
    return keys


def _messages(entries: Sequence[Entry]) -> Iterator[Review]:
    for entry in entries:
        yield entry.review
        yield from entry.replies


def _key_of_message(review: Review, request: HttpRequest) -> str:
    author, text = review.author, review.text
    return key_of(
        "message",
        (review.pk, review.state, review.is_opinion, review.is_spoiler, review.verdict),
        (review.created_at, review.edited_at is None, review.is_shortened, timezone.localdate().year),
        (
            author.username,
            author.is_former,
            author.avatar,
            author.sections,
            author.totals.message_count,
            author.totals.vote_count,
        ),
        (review.author_vote, _name_answered(review)),
        rights_of(request.user, review),
        text,
        place_of(request, text),
    )


def _name_answered(review: Review) -> tuple[int, str] | None:
    """Whom a reply answers, where that was loaded."""
    answered = review._state.fields_cache.get("parent")
    return (answered.pk, answered.author.shown_name) if answered else None
