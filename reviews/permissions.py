"""Yes or no about a member and a text. Pure predicates; each needs `review.subject` loaded and asks nothing more."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Member
from accounts.permissions import Viewer, can_post, is_moderator
from reviews.models import Review, ReviewState
from reviews.querysets import TAKEN_AWAY

# For so long an author may change their mind about taking a text back.
UNDO_WITHIN = timedelta(hours=24)


def is_author(viewer: Viewer, review: Review) -> bool:
    return isinstance(viewer, Member) and viewer.pk == review.author_id


def can_read_text(viewer: Viewer, review: Review) -> bool:
    """Whether the words may be shown to the viewer; everybody else sees that something stood there.

    The twin of `ReviewQuerySet.visible_to`.
    """
    if review.state == ReviewState.PUBLISHED or is_author(viewer, review):
        return True
    return review.state in TAKEN_AWAY and is_moderator(viewer, review.subject.section)


def can_edit(viewer: Viewer, review: Review) -> bool:
    """Only the author, and only what stands: a removed text comes back by a decision, never by an edit."""
    return can_post(viewer) and is_author(viewer, review) and review.state == ReviewState.PUBLISHED


def can_withdraw(viewer: Viewer, review: Review) -> bool:
    """The author, a suspended one too: one's own words may always be taken back."""
    return is_author(viewer, review) and review.state == ReviewState.PUBLISHED


def can_undo_withdrawal(viewer: Viewer, review: Review) -> bool:
    return can_post(viewer) and is_author(viewer, review) and may_come_back(review)


def may_come_back(review: Review) -> bool:
    """Whether its author took it back so short a time ago that it can be put back."""
    return (
        review.state == ReviewState.WITHDRAWN
        and review.withdrawn_at is not None
        and timezone.now() - review.withdrawn_at < UNDO_WITHIN
    )


def can_reply(viewer: Viewer, review: Review) -> bool:
    return can_post(viewer) and review.state == ReviewState.PUBLISHED


def can_report(viewer: Viewer, review: Review) -> bool:
    return can_post(viewer) and not is_author(viewer, review) and review.state == ReviewState.PUBLISHED


def can_correct_language(viewer: Viewer, review: Review) -> bool:
    """Whether the viewer may say, as a moderator, that somebody else's text is in another language; authors edit theirs."""
    return (
        review.state == ReviewState.PUBLISHED
        and not is_author(viewer, review)
        and is_moderator(viewer, review.subject.section)
    )


def can_see_revisions(viewer: Viewer, review: Review) -> bool:
    """Earlier states of a text are its author's and the moderators' to read."""
    return is_author(viewer, review) or is_moderator(viewer, review.subject.section)
