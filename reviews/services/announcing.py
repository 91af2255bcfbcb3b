"""Telling members of a text that was published: whom it answers, whom it names, who follows its author or its thread.

All of it has one key for a member and a text: who is answered and named, and follows the thread as well, hears of it
once, as the first of these.
"""

from datetime import timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Follow, Member
from accounts.querysets import MemberQuerySet
from filmsite.lib.waking import wake_on_commit
from reviews.models import Announcement, Notification, NotificationKind, Review, SubjectFollow
from reviews.services.mentioning import note_member_mentions
from reviews.services.notifying import notify
from reviews.subjects import about
from reviews.tasks import tell_listeners as tell_listeners_later

log = structlog.get_logger("reviews.announcing")

# So many followers are told while their member waits for the page; more of them, by a worker.
TOLD_AT_ONCE: Final = 2_000
# An announcement that is younger than this is still on its way by its own task.
SWEEP_AFTER: Final = timedelta(minutes=2)
SWEEP_AT_ONCE: Final = 50


def announce(review: Review) -> None:
    """Tell of a new text. Part of the transaction that publishes it."""
    if review.parent_id is not None:
        answered = Member.objects.filter(reviews=review.parent_id)
        _tell(answered, NotificationKind.REPLY, review)
    announce_mentions(review)
    if _has_many_listeners(review):
        Announcement.objects.create(review=review, made_at=timezone.now())
        wake_on_commit(tell_listeners_later, review.pk)
    else:
        _tell_listeners(review)


def announce_mentions(review: Review) -> None:
    """Tell those whom the text names now and did not name before. Part of the transaction that publishes or edits it."""
    if named := note_member_mentions(review):
        _tell(Member.objects.filter(pk__in=named), NotificationKind.MENTION, review)


def tell_listeners(review_pk: int) -> None:
    """Tell the followers of a text that has too many of them for a page to wait. A second time tells nobody."""
    with transaction.atomic():
        waiting = Announcement.objects.select_for_update(of=("self",), skip_locked=True)
        announcement = waiting.filter(pk=review_pk).first()
        if announcement is None:
            return
        review = Review.objects.with_subject().select_related("author").get(pk=review_pk)
        if review.is_published:
            _tell_listeners(review)
        announcement.delete()


def tell_missed_listeners() -> None:
    """Tell the followers of texts of which no worker heard. One that fails is logged by id and holds back no other.

    In no order: those that always fail would fill a sweep that begins with the oldest, for ever.
    """
    missed = Announcement.objects.filter(made_at__lt=timezone.now() - SWEEP_AFTER)
    for review_pk in missed.order_by("?").values_list("pk", flat=True)[:SWEEP_AT_ONCE]:
        try:
            tell_listeners(review_pk)
        except Exception as error:
            log.error("listeners not told", review=review_pk, error=type(error).__name__)


def _has_many_listeners(review: Review) -> bool:
    listeners = _followers_of_author(review) if review.is_opinion else _followers_of_thread(review)
    return listeners[: TOLD_AT_ONCE + 1].count() > TOLD_AT_ONCE


def _tell_listeners(review: Review) -> None:
    if review.is_opinion:
        _tell(_followers_of_author(review), NotificationKind.OPINION, review)
    _tell(_followers_of_thread(review), NotificationKind.THREAD, review)


def _followers_of_author(review: Review) -> MemberQuerySet:
    follows = Follow.objects.filter(followed=review.author_id, accepted_at__isnull=False)
    return Member.objects.filter(pk__in=follows.values("follower"))


def _followers_of_thread(review: Review) -> MemberQuerySet:
    """Who follows the title or person and has no unread news of it yet: a lively thread is one piece of news."""
    place = about(review.subject)
    known = Notification.objects.filter(
        **place, recipient=OuterRef("pk"), kind=NotificationKind.THREAD, read_at=None
    )
    follows = SubjectFollow.objects.filter(**place)
    return Member.objects.filter(~Exists(known), pk__in=follows.values("member"))


def _tell(recipients: MemberQuerySet, kind: NotificationKind, review: Review) -> None:
    notify(
        recipients=recipients,
        kind=kind,
        key=f"review:{review.pk}",
        actor=review.author,
        review=review,
        title=review.title,
        person=review.person,
    )
