"""What is known of a title in rows of its own: releases, relations, companies, places, awards, trivia, ids, links."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from films.models.title import PARTIAL_DATE, Title
from films.querysets import NominationQuerySet
from filmsite.lib.slugs import slug_for


class ReleaseKind(models.TextChoices):
    CINEMA = "cinema", _("cinema")
    FESTIVAL = "festival", _("festival")
    VIDEO = "video", _("video")
    VOD = "vod", _("on demand")
    TV = "tv", _("television")


class Release(models.Model):
    """A title's release somewhere, with as much of the date as is known: "1999", "1999-01" or "1999-01-22"."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="releases")
    country = models.ForeignKey(
        "films.Country", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("country")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ReleaseKind.choices, default=ReleaseKind.CINEMA)
    date = models.CharField(_("date"), max_length=10, help_text=_("1999, 1999-01 or 1999-01-22"))
    note = models.CharField(
        _("note"), max_length=120, blank=True, help_text=_("The festival, the channel, “re-release”")
    )
    certificate = models.CharField(_("age rating"), max_length=20, blank=True, help_text=_("PG-13, 12, AL"))

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["date", "id"]
        constraints = [
            models.CheckConstraint(
                name="release_date_is_partial_date",
                condition=models.Q(date__regex=PARTIAL_DATE),
                violation_error_message=_("Write the date as 1999, 1999-01 or 1999-01-22."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.country_id or ''} {self.kind}"


class RelationKind(models.TextChoices):
    REMAKE = "remake", _("remake of")
    SEQUEL = "sequel", _("sequel to")
    ADAPTATION = "adaptation", _("adapted from")
    SAME_SOURCE = "same_source", _("same source as")
    SPIN_OFF = "spin_off", _("spin-off of")


class Relation(models.Model):
    """ "title is a {kind} of other"; shown on both pages."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="relations_to")
    kind = models.CharField(_("kind"), max_length=12, choices=RelationKind.choices)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(fields=["title", "other", "kind"], name="relation_unique"),
            models.CheckConstraint(
                name="relation_not_to_itself",
                condition=~models.Q(title=models.F("other")),
                violation_error_message=_("A title cannot be related to itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title_id} {self.kind} {self.other_id}"


class ExternalId(models.Model):
    """How another catalogue calls a title or a person. Each id belongs to one row of ours only."""

    class Source(models.TextChoices):
        IMDB = "imdb", "IMDb"
        TMDB_MOVIE = "tmdb_movie", "TMDB"
        TMDB_TV = "tmdb_tv", "TMDB (TV)"
        TMDB_PERSON = "tmdb_person", _("TMDB (person)")
        WIKIDATA = "wikidata", "Wikidata"
        MOVIELENS = "movielens", "MovieLens"

    title = models.ForeignKey(
        Title, on_delete=models.CASCADE, null=True, blank=True, related_name="external_ids"
    )
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="external_ids"
    )
    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    value = models.CharField(_("id"), max_length=40)

    class Meta:
        verbose_name = _("external id")
        verbose_name_plural = _("external ids")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "value"],
                name="externalid_unique",
                violation_error_message=_("Another entry of the catalogue has this id already."),
            ),
            models.CheckConstraint(
                name="externalid_of_title_or_person",
                condition=models.Q(title__isnull=False, person__isnull=True)
                | models.Q(title__isnull=True, person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.value}"

    @property
    def url(self) -> str:
        """The page of this id at its source, or an empty string where there is none."""
        patterns = {
            "imdb": "https://www.imdb.com/title/{}/" if self.title_id else "https://www.imdb.com/name/{}/",
            "tmdb_movie": "https://www.themoviedb.org/movie/{}",
            "tmdb_tv": "https://www.themoviedb.org/tv/{}",
            "tmdb_person": "https://www.themoviedb.org/person/{}",
            "wikidata": "https://www.wikidata.org/wiki/{}",
            "movielens": "https://movielens.org/movies/{}",
        }
        return patterns[self.source].format(self.value)


class ExternalScore(models.Model):
    """What another site's public gave a title, as of a day. Shown only where the operator says so."""

    class Source(models.TextChoices):
        IMDB = "imdb", "IMDb"
        TMDB = "tmdb", "TMDB"
        MOVIELENS = "movielens", "MovieLens"

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="external_scores")
    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    # The best score its source gives: 10 or 5.
    scale = models.PositiveSmallIntegerField(_("out of"), default=10)
    votes = models.PositiveIntegerField(_("votes"), null=True, blank=True)
    as_of = models.DateField(_("as of"))

    class Meta:
        verbose_name = _("external score")
        verbose_name_plural = _("external scores")
        constraints = [
            models.UniqueConstraint(fields=["title", "source"], name="externalscore_unique"),
            models.CheckConstraint(
                name="externalscore_within_scale",
                condition=models.Q(score__gte=0, score__lte=models.F("scale")),
                violation_error_message=_("A score lies between 0 and its scale."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.score}"


class Link(models.Model):
    """A page about a title or a person elsewhere: an official site, an article, an interview."""

    class Kind(models.TextChoices):
        OFFICIAL = "official", _("official site")
        ARTICLE = "article", _("article")
        OTHER = "other", _("other")

    title = models.ForeignKey(Title, on_delete=models.CASCADE, null=True, blank=True, related_name="links")
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="links"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.OFFICIAL)
    label = models.CharField(_("label"), max_length=100, blank=True)
    url = models.URLField(_("address"), max_length=500)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "person", "url"], name="link_unique", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="link_of_title_or_person",
                condition=models.Q(title__isnull=False, person__isnull=True)
                | models.Q(title__isnull=True, person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.url


class Company(models.Model):
    """Who produced, distributed or broadcast a title."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.CharField(max_length=80, editable=False)
    country = models.ForeignKey(
        "films.Country", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("country")
    )

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "country"], name="company_unique", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.slug = slug_for(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("films:company-detail", args=[self.pk, self.slug])


class TitleCompany(models.Model):
    """A company's part in a title; a distributor or channel may hold for one country only."""

    class Part(models.TextChoices):
        PRODUCTION = "production", _("production company")
        DISTRIBUTION = "distribution", _("distributor")
        NETWORK = "network", _("channel")

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="title_companies")
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="parts", verbose_name=_("company")
    )
    part = models.CharField(_("part"), max_length=12, choices=Part.choices, default=Part.PRODUCTION)
    country = models.ForeignKey(
        "films.Country", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("in country")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("company of a title")
        verbose_name_plural = _("companies of a title")
        ordering = ["part", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "company", "part", "country"],
                name="titlecompany_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.title_id}: {self.company_id} ({self.part})"


class FilmingLocation(models.Model):
    """Where a title was shot, and what of it."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="filming_locations")
    place = models.CharField(_("place"), max_length=200)
    country = models.ForeignKey(
        "films.Country", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("country")
    )
    note = models.CharField(_("what was shot there"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("filming location")
        verbose_name_plural = _("filming locations")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["title", "place"], name="filminglocation_unique")]

    def __str__(self) -> str:
        return self.place


class Award(models.Model):
    """A prize that is given again and again: "Academy Awards", "Montreal World Film Festival"."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.CharField(max_length=80, editable=False)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.slug = slug_for(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("films:award-detail", args=[self.pk, self.slug])


class Nomination(models.Model):
    """A title up for an award, and whether it won; with the person whose work it was where there is one."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="nominations")
    award = models.ForeignKey(
        Award, on_delete=models.PROTECT, related_name="nominations", verbose_name=_("award")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    category = models.CharField(_("category"), max_length=160, blank=True)
    won = models.BooleanField(_("won"), default=False)
    person = models.ForeignKey(
        "films.Person",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="nominations",
        verbose_name=_("person"),
    )

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        ordering = ["year", "award__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "award", "year", "category", "person"],
                name="nomination_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.award_id} {self.year} {self.category}"


class Trivia(models.Model):
    """Something worth knowing about a title, in the words of a member, with where it is known from."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="trivia")
    text = models.CharField(_("text"), max_length=1000)
    language = models.CharField(_("language"), max_length=8, default="en")
    source = models.CharField(_("source"), max_length=300)
    is_spoiler = models.BooleanField(_("spoiler"), default=False)
    # A moderator's decision: shown nowhere, until a later decision brings it back as it was.
    is_removed = models.BooleanField(_("removed by a moderator"), default=False, db_default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )

    class Meta:
        verbose_name = _("piece of trivia")
        verbose_name_plural = _("trivia")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]
