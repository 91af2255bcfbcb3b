"""Whom a text names, what a member follows, and what they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.social_querysets import NotificationQuerySet

if TYPE_CHECKING:
    from reviews.subjects import Subject
    from reviews.threads import Followed

_ABOUT_ONE_THING = models.Q(title__isnull=False, person__isnull=True) | models.Q(
    title__isnull=True, person__isnull=False
)


class MemberMention(models.Model):
    """A member whom a published text names as @member. They are told once, however often the text is edited."""

    review = models.ForeignKey(
        "reviews.Review", on_delete=models.CASCADE, related_name="member_mentions", db_index=False
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentioned_in"
    )

    class Meta:
        verbose_name = _("mention of a member")
        verbose_name_plural = _("mentions of members")
        constraints = [models.UniqueConstraint(fields=["review", "member"], name="membermention_unique")]

    def __str__(self) -> str:
        return f"{self.review_id} → {self.member_id}"


class SubjectFollow(models.Model):
    """A title or person whose thread a member follows; what came after `seen_at` is unread."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subject_follows", db_index=False
    )
    title = models.ForeignKey(
        "films.Title", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    followed_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()

    # Not a column: set on rows by `reviews.threads.attach_unread`.
    followed: Followed

    class Meta:
        verbose_name = _("followed thread")
        verbose_name_plural = _("followed threads")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "title", "person"], name="subjectfollow_unique", nulls_distinct=False
            ),
            models.CheckConstraint(name="subjectfollow_of_title_or_person", condition=_ABOUT_ONE_THING),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.title_id or self.person_id}"

    @property
    def subject(self) -> Subject:
        """Whose thread it is. Asks for it unless both columns were loaded along."""
        subject = self.title or self.person
        assert subject is not None  # noqa: S101  (a constraint)
        return subject


class NotificationKind(models.TextChoices):
    """What members are told about. Each kind has its channel in `NotificationSetting`."""

    REPLY = "reply", _("somebody answers my message")
    MENTION = "mention", _("somebody names me in a message")
    FOLLOW = "follow", _("somebody follows me, or asks to")
    ACCEPTED = "accepted", _("somebody accepts me as a follower")
    THREAD = "thread", _("a new message about a title or person that I follow")
    OPINION = "opinion", _("a member whom I follow writes an opinion")
    TRANSFER = "transfer", _("my import or export is ready")
    ACCOUNT = "account", _("something about my account")
    WORDING = "wording", _("a better translation of my text, or what became of one that I suggested")
    REPORT = "report", _("what became of my report")


class Channel(models.TextChoices):
    """Where a member is told. Everything that goes by mail stands on the site as well."""

    SITE = "site", _("on the site")
    MAIL = "mail", _("on the site and by mail")
    NONE = "none", _("not at all")


class Notification(models.Model):
    """Something that a member is told, once: `key` names the cause, so that telling it again adds nothing."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    kind = models.CharField(max_length=8, choices=NotificationKind.choices)
    key = models.CharField(max_length=80)
    # Who caused it and what it is about, as far as that is one of these.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    review = models.ForeignKey(
        "reviews.Review", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    title = models.ForeignKey(
        "films.Title", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Plain facts for its words (numbers, a state); never HTML.
    detail = models.JSONField(default=dict, blank=True)
    by_mail = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notification_of_member"),
            models.Index(
                fields=["recipient"], name="notification_unread", condition=models.Q(read_at__isnull=True)
            ),
            models.Index(
                fields=["recipient"],
                name="notification_to_mail",
                condition=models.Q(by_mail=True, mailed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id}"


class NotificationSetting(models.Model):
    """Where a member wants to be told about one kind; without a row the default of the kind holds."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notification_settings",
        db_index=False,
    )
    kind = models.CharField(max_length=8, choices=NotificationKind.choices)
    channel = models.CharField(max_length=4, choices=Channel.choices)

    class Meta:
        verbose_name = _("notification setting")
        verbose_name_plural = _("notification settings")
        constraints = [models.UniqueConstraint(fields=["member", "kind"], name="notificationsetting_unique")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.kind} {self.channel}"


class Announcement(models.Model):
    """A published text whose many listeners have yet to be told of it. Gone once they were."""

    review = models.OneToOneField(
        "reviews.Review", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return str(self.review_id)
