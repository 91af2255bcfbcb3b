"""Tables derived from the catalogue and the votes. They can be rebuilt at any time and are never edited."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from films.models.title import Title, TitleKind
from films.querysets import TitleListingQuerySet


class TitleTotals(models.Model):
    """The counted votes and published messages of a title, kept exact by database triggers.

    `h1`…`h10` count the votes of 0.5 … 5 stars; `vote_sum` is in half stars. A show's row sums its seasons'.
    """

    title = models.OneToOneField(Title, on_delete=models.CASCADE, primary_key=True, related_name="totals")
    vote_count = models.IntegerField(default=0, db_default=0)
    vote_sum = models.IntegerField(default=0, db_default=0)
    message_count = models.IntegerField(default=0, db_default=0)
    last_message_at = models.DateTimeField(null=True)
    h1 = models.IntegerField(default=0, db_default=0)
    h2 = models.IntegerField(default=0, db_default=0)
    h3 = models.IntegerField(default=0, db_default=0)
    h4 = models.IntegerField(default=0, db_default=0)
    h5 = models.IntegerField(default=0, db_default=0)
    h6 = models.IntegerField(default=0, db_default=0)
    h7 = models.IntegerField(default=0, db_default=0)
    h8 = models.IntegerField(default=0, db_default=0)
    h9 = models.IntegerField(default=0, db_default=0)
    h10 = models.IntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("title totals")
        verbose_name_plural = _("title totals")

    def __str__(self) -> str:
        return f"{self.title_id}: {self.vote_count}"

    @property
    def histogram(self) -> list[int]:
        """Ten counts: votes of 0.5, 1, … 5 stars."""
        return [getattr(self, f"h{half_stars}") for half_stars in range(1, 11)]

    @property
    def mean(self) -> float | None:
        """The plain mean in stars (0.5 to 5), or None without votes."""
        return self.vote_sum / self.vote_count / 2 if self.vote_count else None


class TitleListing(models.Model):
    """One narrow row a title, for browsing and ranking; refreshed within a minute of a vote."""

    title = models.OneToOneField(Title, on_delete=models.CASCADE, primary_key=True, related_name="listing")
    kind = models.CharField(max_length=6, choices=TitleKind.choices)
    sort_key = models.CharField(max_length=300)
    year = models.SmallIntegerField(null=True)
    genres = ArrayField(models.IntegerField(), default=list)
    countries = ArrayField(models.CharField(max_length=4), default=list)
    vote_count = models.IntegerField(default=0)
    # In stars; null without votes.
    mean = models.FloatField(null=True)
    # The Bayesian weighted rating in stars, the order of every ranking.
    weighted = models.FloatField(default=0)

    objects = TitleListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        indexes = [
            models.Index(fields=["kind", "-weighted", "-title"], name="listing_kind_weighted"),
            models.Index(fields=["kind", "-vote_count", "-title"], name="listing_kind_votes"),
            models.Index(fields=["kind", "-year", "-title"], name="listing_kind_year"),
            models.Index(fields=["kind", "sort_key", "title"], name="listing_kind_name"),
            models.Index(fields=["kind", "-mean", "-title"], name="listing_kind_mean"),
            GinIndex(fields=["genres"], name="listing_genres"),
            GinIndex(fields=["countries"], name="listing_countries"),
        ]

    def __str__(self) -> str:
        return str(self.title_id)


class SearchName(models.Model):
    """Every name by which a title or a person can be found, normalised in Python (`films.search.normalise`)."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, null=True, related_name="search_names")
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, related_name="search_names"
    )
    norm = models.CharField(max_length=320)
    # Votes or credits, to order equals.
    popularity = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("search name")
        verbose_name_plural = _("search names")
        constraints = [
            models.CheckConstraint(
                name="searchname_of_title_or_person",
                condition=models.Q(title__isnull=False, person__isnull=True)
                | models.Q(title__isnull=True, person__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["title", "person", "norm"], name="searchname_unique", nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(fields=["norm"], name="searchname_prefix", opclasses=["varchar_pattern_ops"]),
            GinIndex(fields=["norm"], name="searchname_trigram", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.norm


class SiteCounter(models.Model):
    """The statistics banner, in slots so that concurrent writers do not queue for one row."""

    class Name(models.TextChoices):
        FILMS = "films"
        SHOWS = "shows"
        SEASONS = "seasons"
        PEOPLE = "people"
        VOTES = "votes"

    name = models.CharField(max_length=10, choices=Name.choices)
    slot = models.SmallIntegerField()
    value = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("site counter")
        verbose_name_plural = _("site counters")
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="sitecounter_unique")]

    def __str__(self) -> str:
        return f"{self.name}/{self.slot}: {self.value}"
