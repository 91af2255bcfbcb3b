"""What members keep: what they want to see, what they saw when, and lists."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Audience
from films.models import Title
from filmsite.lib.slugs import slug_for
from reviews.keeping_querysets import ListEntryQuerySet, ViewingQuerySet
from reviews.querysets import TitleListQuerySet

TOP_LENGTH = 10
LIST_LENGTH = 10_000
TAG_LENGTH, TAGS = 40, 20


class WatchlistEntry(models.Model):
    """A title that a member wants to see."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watchlist", db_index=False
    )
    title = models.ForeignKey("films.Title", on_delete=models.CASCADE, related_name="watchers")
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    class Meta:
        verbose_name = _("watchlist entry")
        verbose_name_plural = _("watchlist entries")
        constraints = [models.UniqueConstraint(fields=["member", "title"], name="watchlistentry_unique")]
        indexes = [models.Index(fields=["member", "-added_at"], name="watchlist_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.title_id}"


class Viewing(models.Model):
    """Once that a member saw a title: a line of their diary. One may see a film as often as one likes."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="viewings", db_index=False
    )
    title = models.ForeignKey("films.Title", on_delete=models.CASCADE, related_name="viewings")
    # Null: seen, the member does not know when.
    seen_on = models.DateField(_("seen on"), null=True, blank=True)
    is_rewatch = models.BooleanField(_("seen before"), default=False)
    # What it was worth to them that day, in half stars; the current vote is another matter.
    value = models.SmallIntegerField(_("stars that day"), null=True, blank=True)
    place = models.CharField(_("where"), max_length=80, blank=True)
    tags = ArrayField(
        models.CharField(max_length=TAG_LENGTH), default=list, blank=True, verbose_name=_("tags")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    # What they wrote about it then.
    review = models.ForeignKey(
        "reviews.Review", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    logged_at = models.DateTimeField(_("logged"))

    objects = ViewingQuerySet.as_manager()

    class Meta:
        verbose_name = _("viewing")
        verbose_name_plural = _("viewings")
        constraints = [
            models.CheckConstraint(
                name="viewing_in_half_stars",
                condition=models.Q(value__isnull=True) | models.Q(value__gte=1, value__lte=10),
            )
        ]
        indexes = [
            models.Index(fields=["member", "-seen_on", "-id"], name="viewing_of_member"),
            models.Index(fields=["member", "title"], name="viewing_of_member_and_title"),
            models.Index(fields=["member", "-logged_at"], name="viewing_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.title_id} on {self.seen_on}"


class TitleList(models.Model):
    """Titles that a member put together, in their order. Each member has at most one that is their top ten."""

    class Kind(models.TextChoices):
        LIST = "list", _("list")
        TOP = "top", _("top ten")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lists", db_index=False
    )
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.LIST, editable=False)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("what it is"), max_length=2000, blank=True)
    tags = ArrayField(
        models.CharField(max_length=TAG_LENGTH), default=list, blank=True, verbose_name=_("tags")
    )
    is_ranked = models.BooleanField(_("the order matters: number the titles"), default=False)
    audience = models.CharField(
        _("who may see it"), max_length=10, choices=Audience.choices, default=Audience.EVERYONE
    )
    # A moderator's decision: only its owner sees it, until a later decision.
    is_removed = models.BooleanField(_("removed by a moderator"), default=False, db_default=False)
    created_at = models.DateTimeField(_("made"))
    changed_at = models.DateTimeField(_("changed"))

    objects = TitleListQuerySet.as_manager()

    # What `reviews.keeping_querysets.attach_titles` brings along.
    length: int
    first_titles: list[Title]

    class Meta:
        verbose_name = _("list of titles")
        verbose_name_plural = _("lists of titles")
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], name="titlelist_one_top_ten", condition=models.Q(kind="top")
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-changed_at", "-id"], name="titlelist_of_member"),
            models.Index(fields=["-changed_at", "-id"], name="titlelist_newest"),
            # What `icontains` asks: a part of a name.
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="titlelist_name_trigrams"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reviews:list", args=[self.pk, self.slug])

    def get_arrange_url(self) -> str:
        """Where its owner puts titles in and orders them."""
        return reverse("reviews:list-arrange", args=[self.pk])

    @property
    def slug(self) -> str:
        return slug_for(self.name)

    @property
    def is_top(self) -> bool:
        return self.kind == self.Kind.TOP

    @property
    def display_name(self) -> str:
        """Its name; a top ten is called so in the language of the page, after its owner."""
        return gettext("Top 10 of %(name)s") % {"name": self.owner.username} if self.is_top else self.name

    @property
    def most_titles(self) -> int:
        """How many titles it may hold."""
        return TOP_LENGTH if self.is_top else LIST_LENGTH

    @property
    def is_for_everyone(self) -> bool:
        return self.audience == Audience.EVERYONE and not self.is_removed

    @property
    def is_on_title_pages(self) -> bool:
        """Whether everybody sees on the page of a title that it stands in this list."""
        return self.is_for_everyone and not self.is_top


class ListEntry(models.Model):
    """A title's place in a list. Positions rise without gaps from 1, as the services leave them."""

    list = models.ForeignKey(TitleList, on_delete=models.CASCADE, related_name="entries", db_index=False)
    title = models.ForeignKey(
        "films.Title", on_delete=models.CASCADE, related_name="list_entries", db_index=False
    )
    position = models.PositiveIntegerField(_("place"))
    note = models.CharField(_("note"), max_length=1000, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    objects = ListEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a list")
        verbose_name_plural = _("places in a list")
        constraints = [
            models.UniqueConstraint(fields=["list", "title"], name="listentry_unique"),
        ]
        indexes = [
            models.Index(fields=["list", "position"], name="listentry_in_order"),
            models.Index(fields=["title", "-id"], name="listentry_of_title"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id}, {self.position}: {self.title_id}"
