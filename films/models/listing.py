"""Tables derived from the catalogue and the votes. They can be rebuilt at any time and are never edited."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Left
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
    languages = ArrayField(models.CharField(max_length=8), default=list)
    minutes = models.SmallIntegerField(null=True)
    released_on = models.DateField(null=True)
    vote_count = models.IntegerField(default=0)
    # In stars; null without votes.
    mean = models.FloatField(null=True)
    # The standard deviation of the votes, in stars; null without votes.
    deviation = models.FloatField(null=True)
    # The newest message or, without any, null: the order of "recent activity".
    active_at = models.DateTimeField(null=True)
    # The Bayesian weighted rating in stars, the order of every ranking.
    weighted = models.FloatField(default=0)
    # When titles like it were last looked for; null until the first time.
    similar_at = models.DateTimeField(null=True)

    objects = TitleListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        indexes = [
            # The order that most lists have, with what they are narrowed by: rows that do not fit are passed over in the
            # index alone, which is what a page of a rare combination consists of.
            models.Index(
                fields=["kind", "-weighted", "-title"],
                name="listing_kind_weighted",
                include=["genres", "countries", "languages", "year", "vote_count", "minutes", "mean"],
            ),
            models.Index(fields=["kind", "-vote_count", "-title"], name="listing_kind_votes"),
            models.Index(fields=["kind", "-year", "-title"], name="listing_kind_year"),
            models.Index(fields=["kind", "sort_key", "title"], name="listing_kind_name"),
            models.Index(fields=["kind", "-mean", "-title"], name="listing_kind_mean"),
            GinIndex(fields=["genres"], name="listing_genres"),
            GinIndex(fields=["countries"], name="listing_countries"),
            GinIndex(fields=["languages"], name="listing_languages"),
            models.Index(
                fields=["kind", "-active_at", "-title"],
                name="listing_kind_active",
                condition=models.Q(active_at__isnull=False),
            ),
            models.Index(fields=["kind", "-released_on"], name="listing_kind_released"),
            models.Index(fields=["kind", "-title"], name="listing_kind_added"),
            # With few votes a spread says nothing, and there are many such titles.
            models.Index(
                fields=["kind", "-deviation", "-title"],
                name="listing_kind_divisive",
                condition=models.Q(vote_count__gte=5),
            ),
        ]

    def __str__(self) -> str:
        return str(self.title_id)


class SimilarTitle(models.Model):
    """A title that those who liked another one liked as well; `shared` members rate both at four stars or more."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="similar_titles")
    other = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="+")
    shared = models.IntegerField()
    # Best first; 0 is the most similar.
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("similar title")
        verbose_name_plural = _("similar titles")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["title", "position"], name="similartitle_unique")]

    def __str__(self) -> str:
        return f"{self.title_id} ~ {self.other_id}"


class RankedList(models.Model):
    """A top list as it stood one night, with the constants that made it: what movement is measured against."""

    # "film", "film/recent", "film/active", "film/genre=drama", "film/decade=1990", "season"…: see `films.services.ranking`.
    key = models.CharField(max_length=60)
    day = models.DateField()
    # The constants of the weighted rating: m votes at which a title's own mean counts for half; C in stars.
    m = models.IntegerField()
    c = models.FloatField()

    class Meta:
        verbose_name = _("ranked list")
        verbose_name_plural = _("ranked lists")
        ordering = ["-day", "key"]
        constraints = [models.UniqueConstraint(fields=["key", "day"], name="rankedlist_unique")]

    def __str__(self) -> str:
        return f"{self.key} {self.day}"


class RankedTitle(models.Model):
    """A title's place in a `RankedList`, with the numbers that put it there."""

    ranked_list = models.ForeignKey(RankedList, on_delete=models.CASCADE, related_name="entries")
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="rankings")
    rank = models.PositiveSmallIntegerField()
    vote_count = models.IntegerField()
    # In stars: the plain mean R and the weighted rating.
    mean = models.FloatField()
    weighted = models.FloatField()

    class Meta:
        verbose_name = _("ranked title")
        verbose_name_plural = _("ranked titles")
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["ranked_list", "rank"], name="rankedtitle_unique")]

    def __str__(self) -> str:
        return f"#{self.rank} {self.title_id}"


class PersonTotals(models.Model):
    """The published messages of a person's thread, kept exact by database triggers; no row until the first."""

    person = models.OneToOneField(
        "films.Person", on_delete=models.CASCADE, primary_key=True, related_name="totals"
    )
    message_count = models.IntegerField(default=0, db_default=0)
    last_message_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("person totals")
        verbose_name_plural = _("person totals")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.message_count}"


class SearchWords(models.Func):
    """The words of a name, its year among them: the form in which GIN finds several of them in any order."""

    # norm || coalesce(' ' || year::text, ''): of what concatenates, only this may stand in an index.
    template = "array_to_tsvector(string_to_array(%(expressions)s::text, ''), ' '))"
    arg_joiner = " || coalesce(' ' || "
    output_field = SearchVectorField()


class SearchName(models.Model):
    """Every name by which a title or a person can be found, normalised in Python (`films.search.normalise`)."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, null=True, related_name="search_names")
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, related_name="search_names"
    )
    # "film", "show" or "person".
    kind = models.CharField(max_length=6)
    norm = models.CharField(max_length=320)
    # Of all forms of one name, the one in which its words and likenesses are looked for; other forms are ways to begin
    # it ("the matrix" beside "matrix", "wong kar wai" beside "kar wai wong").
    is_core = models.BooleanField()
    # The name as it is written, where that is not the title's or person's own name.
    other_name = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=8, blank=True)
    year = models.SmallIntegerField(null=True)
    # 20 ln(1 + votes): the order of equals, in steps of five percent so that not every vote changes it.
    popularity = models.SmallIntegerField(default=0)
    # Of a person: their credit on what most votes were cast on. No foreign key, for it may be gone until the next refresh.
    known_for = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("search name")
        verbose_name_plural = _("search names")
        constraints = [
            models.CheckConstraint(
                name="searchname_of_title_or_person",
                condition=models.Q(title__isnull=False, person__isnull=True)
                | models.Q(title__isnull=True, person__isnull=False),
            ),
            models.CheckConstraint(name="searchname_has_letters", condition=~models.Q(norm="")),
            models.UniqueConstraint(
                fields=["title", "person", "norm"], name="searchname_unique", nulls_distinct=False
            ),
        ]
        # Titles and people apart, for nobody looks for a title among 600,000 people.
        indexes = [
            index
            for of, condition in (
                ("title", models.Q(title__isnull=False)),
                ("person", models.Q(person__isnull=False)),
            )
            for index in (
                # With what a search picks by, so that thousands of names are read from the index alone.
                models.Index(
                    fields=["norm"],
                    name=f"search_{of}_prefix",
                    opclasses=["varchar_pattern_ops"],
                    include=["id", "popularity"],
                    condition=condition,
                ),
                # The most popular of what begins with one or two letters, without looking at the rest.
                *(
                    models.Index(
                        Left("norm", letters),
                        models.F("popularity").desc(),
                        name=f"search_{of}_head{letters}",
                        condition=condition,
                    )
                    for letters in (1, 2)
                ),
                GinIndex(
                    OpClass("norm", "gin_trgm_ops"),
                    name=f"search_{of}_trigram",
                    condition=condition & models.Q(is_core=True),
                ),
                GinIndex(
                    SearchWords("norm", "year"),
                    name=f"search_{of}_words",
                    condition=condition & models.Q(is_core=True),
                ),
            )
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
