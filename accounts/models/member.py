from typing import TYPE_CHECKING

from allauth.mfa.adapter import get_adapter
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.privacy import Audience, Part
from accounts.querysets import MemberManager
from accounts.usernames import skeleton

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

USERNAME_LENGTH = 30


class Section(models.TextChoices):
    """A part of the site with moderators of its own."""

    FILMS = "films", _("films")
    SHOWS = "shows", _("shows")
    MEMBERS = "members", _("members")


class MailRhythm(models.TextChoices):
    """When the mails about notifications go out."""

    AT_ONCE = "now", _("as they come")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")


class TranslationConsent(models.TextChoices):
    """By whom a member's texts may be translated."""

    ANY = "any", _("yes, by any engine that this site uses")
    HOUSE = "house", _("only on this site's own servers")
    NONE = "none", _("no: read me as I write")


def _audience(label: "StrOrPromise", default: Audience = Audience.EVERYONE) -> models.CharField:
    return models.CharField(
        label, max_length=10, choices=Audience.choices, default=default, db_default=default
    )


class Member(AbstractBaseUser, PermissionsMixin):
    """Somebody who votes and writes. The username never changes once given, but where a moderator takes it away."""

    username = models.CharField(_("username"), max_length=USERNAME_LENGTH, unique=True)
    # The name as an eye sees it (case, look-alike letters and width folded): nobody can pose as another.
    username_skeleton = models.CharField(max_length=60, unique=True, editable=False)
    # Null for placeholder members, who came with an import and can never sign in.
    email = models.EmailField(_("e-mail"), null=True, blank=True)
    is_placeholder = models.BooleanField(_("placeholder"), default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    suspended_at = models.DateTimeField(_("suspended since"), null=True, blank=True)
    # Null: until it is lifted. A sweep lifts what is over.
    suspended_until = models.DateTimeField(_("suspended until"), null=True, blank=True)
    # Until then the member writes at the pace of FILMSITE_SLOW_MESSAGES_A_DAY.
    slowed_until = models.DateTimeField(_("slowed down until"), null=True, blank=True)

    sections = ArrayField(
        models.CharField(max_length=10, choices=Section.choices),
        verbose_name=_("moderates"),
        default=list,
        blank=True,
        help_text=_("The sections in which this member is a moderator."),
    )
    about = models.CharField(_("about me"), max_length=300, blank=True)
    interface_language = models.CharField(_("language of the site"), max_length=8, blank=True)
    reads = ArrayField(
        models.CharField(max_length=8),
        verbose_name=_("languages I read"),
        default=list,
        blank=True,
        help_text=_("Texts in these languages are never translated for you."),
    )
    translate_into = models.CharField(
        _("translations in"),
        max_length=8,
        blank=True,
        help_text=_(
            "The language that texts are translated into for this member; that of the site when empty."
        ),
    )
    always_original = models.BooleanField(_("always show originals"), default=False)
    translation_consent = models.CharField(
        _("may my texts be translated?"),
        max_length=5,
        choices=TranslationConsent.choices,
        default=TranslationConsent.ANY,
        db_default=TranslationConsent.ANY,
    )
    hides_scores = models.BooleanField(_("hide scores until I vote"), default=False, db_default=False)

    # The name in storage of the widest rendition of the member's picture (`filmsite.lib.images`); empty without one.
    avatar = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)

    # Who may see which part of the member's page, one column for each `Part`; `accounts.permissions.can_see` reads them.
    votes_for = _audience(_("my votes"))
    history_for = _audience(_("how my votes changed"), Audience.ME)
    diary_for = _audience(_("my diary"))
    watchlist_for = _audience(_("my watchlist"))
    statistics_for = _audience(_("my statistics"))
    activity_for = _audience(_("what I did when"))
    follows_for = _audience(_("whom and what I follow"))
    approves_followers = models.BooleanField(
        _("ask me before somebody follows me"), default=False, db_default=False
    )

    mail_rhythm = models.CharField(
        _("mails about notifications"),
        max_length=8,
        choices=MailRhythm.choices,
        default=MailRhythm.DAILY,
        db_default=MailRhythm.DAILY,
    )
    digest_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The kinds of acts (`reviews.feed`) that the member switched off in their feed.
    feed_hides = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    # A closing account: when it will be erased, and whether its texts stay as those of a former member.
    closing_at = models.DateTimeField(_("closes on"), null=True, blank=True, editable=False)
    closing_keeps_texts = models.BooleanField(default=False, db_default=False, editable=False)
    # When the mail about that went out; a sweep sends what was missed.
    closing_mailed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Set on what is left of an erased account: a row without a person, which holds the texts that stayed.
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    objects = MemberManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        indexes = [
            # What `iexact` asks, here and in allauth: member pages, sign-in, the check of a new name.
            models.Index(Upper("username"), name="member_username_upper"),
            # As allauth asks at sign-in and sign-up.
            models.Index(fields=["email"], name="member_email"),
            models.Index(
                fields=["closing_at"], name="member_closing", condition=models.Q(closing_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="member_email_unique",
                violation_error_message=_("This e-mail is in use."),
            ),
            models.CheckConstraint(
                name="member_placeholder_cannot_sign_in",
                condition=models.Q(is_placeholder=False)
                | models.Q(email__isnull=True, is_staff=False, is_superuser=False, password__startswith="!"),
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args, **kwargs) -> None:
        self.username_skeleton = skeleton(self.username)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("accounts:member", args=[self.username])

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None

    @property
    def is_closing(self) -> bool:
        """Whether this account is to be erased and may still be kept."""
        return self.closing_at is not None

    @property
    def is_former(self) -> bool:
        """Whether readers meet a former member: somebody who is leaving, or what holds the texts of one who has left."""
        return self.closing_at is not None or self.closed_at is not None

    @property
    def is_hidden(self) -> bool:
        """Whether others see neither their page nor their lists. Its twin for many is `querysets.not_hidden`."""
        return not self.is_active or self.is_suspended or self.is_former

    @property
    def shown_name(self) -> str:
        """The name that readers see. Asks nothing."""
        return gettext("former member") if self.is_former else self.username

    def audience_of(self, part: Part) -> Audience:
        """Who may see this part of the member's page."""
        return Audience(getattr(self, part.column))

    @property
    def is_moderator(self) -> bool:
        return bool(self.sections)

    @cached_property
    def has_second_factor(self) -> bool:
        """Whether the member can prove who they are by more than a password. One query in the life of this object."""
        return get_adapter().is_mfa_enabled(self)


class MemberTotals(models.Model):
    """A member's counted votes and published messages, kept exact by database triggers (never written by code)."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="totals")
    vote_count = models.IntegerField(default=0, db_default=0)
    vote_sum = models.IntegerField(default=0, db_default=0, help_text=_("In half stars."))
    message_count = models.IntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("member totals")
        verbose_name_plural = _("member totals")

    def __str__(self) -> str:
        return f"{self.member_id}: {self.message_count} / {self.vote_count}"

    @property
    def mean(self) -> float | None:
        """The mean vote in stars (0.5 to 5), or None without votes."""
        return self.vote_sum / self.vote_count / 2 if self.vote_count else None


class FormerName(models.Model):
    """A username that nobody can have again: texts of others still call somebody by it, and a link must lead to no
    stranger. Kept as a keyed digest of its skeleton (`accounts.usernames.digest_of`), from which it cannot be read.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    # Who is called otherwise since a moderator took the name away: what leads to the old name leads to them. Nobody's of
    # those who left.
    member = models.ForeignKey(
        Member, on_delete=models.SET_NULL, null=True, blank=True, related_name="former_names"
    )

    class Meta:
        verbose_name = _("former name")
        verbose_name_plural = _("former names")

    def __str__(self) -> str:
        return self.digest[:8]
