from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from films.querysets import TitleQuerySet
from filmsite.lib.slugs import slug_for

FIRST_FILM_YEAR, LAST_FILM_YEAR = 1870, 2100


class TitleKind(models.TextChoices):
    FILM = "film", _("film")
    SHOW = "show", _("show")
    SEASON = "season", _("season")


class Title(models.Model):
    """Anything in the catalogue with a page of its own: a film, a show, or a season of a show.

    Films and seasons take votes; a show's totals are those of its seasons together.
    """

    kind = models.CharField(_("kind"), max_length=6, choices=TitleKind.choices, default=TitleKind.FILM)
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="seasons",
        verbose_name=_("show"),
    )
    season_number = models.PositiveSmallIntegerField(_("season number"), null=True, blank=True)

    # A season repeats its show's name and slug, so that a card and an address need no join.
    name = models.CharField(_("name"), max_length=300)
    sort_name = models.CharField(_("sort name"), max_length=300, blank=True, help_text=_("“Matrix, The”"))
    slug = models.CharField(max_length=80, editable=False)
    original_name = models.CharField(_("original name"), max_length=300, blank=True)
    original_language = models.CharField(_("original language"), max_length=8, blank=True)

    year = models.PositiveSmallIntegerField(
        _("year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(FIRST_FILM_YEAR), MaxValueValidator(LAST_FILM_YEAR)],
    )
    end_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)
    released_on = models.DateField(_("first public showing"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    episodes = models.PositiveSmallIntegerField(_("episodes"), null=True, blank=True)

    tagline = models.CharField(_("tagline"), max_length=300, blank=True)
    plot = models.TextField(_("plot"), blank=True)
    plot_language = models.CharField(_("language of the plot"), max_length=8, blank=True)
    plot_source = models.CharField(_("source of the plot"), max_length=300, blank=True)

    budget = models.BigIntegerField(_("budget"), null=True, blank=True)
    budget_currency = models.CharField(_("currency"), max_length=3, blank=True)
    gross = models.BigIntegerField(_("gross"), null=True, blank=True)
    gross_currency = models.CharField(_("currency"), max_length=3, blank=True)

    genres = models.ManyToManyField(
        "films.Genre", through="films.TitleGenre", verbose_name=_("genres"), blank=True
    )
    countries = models.ManyToManyField("films.Country", verbose_name=_("countries"), blank=True)
    languages = models.ManyToManyField("films.Language", verbose_name=_("languages"), blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TitleQuerySet.as_manager()

    # What `TitleQuerySet.for_page` brings along: rows of other tables as dicts.
    genre_rows: list[dict[str, Any]]
    country_rows: list[dict[str, Any]]
    language_rows: list[dict[str, Any]]
    name_rows: list[dict[str, Any]]
    release_rows: list[dict[str, Any]]
    id_rows: list[dict[str, Any]]
    credit_rows: list[dict[str, Any]]
    relation_rows: list[dict[str, Any]]
    relation_to_rows: list[dict[str, Any]]

    class Meta:
        verbose_name = _("title")
        verbose_name_plural = _("titles")
        constraints = [
            models.CheckConstraint(
                name="title_season_has_show_and_number",
                condition=models.Q(kind="season", parent__isnull=False, season_number__isnull=False)
                | (~models.Q(kind="season") & models.Q(parent__isnull=True, season_number__isnull=True)),
                violation_error_message=_("A season needs its show and a number; nothing else has them."),
            ),
            models.UniqueConstraint(
                fields=["parent", "season_number"],
                name="title_season_number_unique",
                violation_error_message=_("This season of the show exists already."),
            ),
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="title_kind_newest")]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.year})" if self.year else self.display_name

    def save(self, *args, **kwargs) -> None:
        self.slug = slug_for(self.name)
        self.sort_name = self.sort_name or sort_name_of(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        if self.kind == TitleKind.SEASON:
            return reverse("films:season-detail", args=[self.parent_id, self.slug, self.season_number])
        name = "films:film-detail" if self.kind == TitleKind.FILM else "films:show-detail"
        return reverse(name, args=[self.pk, self.slug])

    @property
    def display_name(self) -> str:
        if self.kind == TitleKind.SEASON:
            return gettext("%(show)s, season %(number)d") % {"show": self.name, "number": self.season_number}
        return self.name

    @property
    def takes_votes(self) -> bool:
        return self.kind != TitleKind.SHOW

    @property
    def section(self) -> str:
        """The section whose moderators look after this title's thread: films or shows."""
        return "films" if self.kind == TitleKind.FILM else "shows"


_ARTICLES = (
    "the ",
    "a ",
    "an ",
    "de ",
    "het ",
    "een ",
    "le ",
    "la ",
    "les ",
    "l'",
    "el ",
    "los ",
    "las ",
    "der ",
    "die ",
    "das ",
    "o ",
    "os ",
    "as ",
)


def sort_name_of(name: str) -> str:
    """ "The Matrix" -> "Matrix, The"; a name that is nothing but an article stays as it is."""
    lowered = name.lower()
    for article in _ARTICLES:
        rest = name[len(article) :].strip()
        if lowered.startswith(article) and rest:
            return f"{rest}, {name[: len(article)].strip()}"
    return name


class TitleGenre(models.Model):
    """A title's genre; position 0 is the main one."""

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="title_genres")
    genre = models.ForeignKey("films.Genre", on_delete=models.PROTECT, verbose_name=_("genre"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["title", "genre"], name="titlegenre_unique")]

    def __str__(self) -> str:
        return f"{self.title_id}: {self.genre_id}"


class AlternativeTitle(models.Model):
    """Another name of a title: in another language, script or market."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("original")
        INTERNATIONAL = "international", _("international")
        TRANSLATED = "translated", _("translated")
        TRANSLITERATION = "transliteration", _("transliteration")
        WORKING = "working", _("working title")

    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="alternative_titles")
    name = models.CharField(_("name"), max_length=300)
    language = models.CharField(_("language"), max_length=8, blank=True)
    region = models.CharField(_("region"), max_length=4, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.TRANSLATED)

    class Meta:
        verbose_name = _("alternative title")
        verbose_name_plural = _("alternative titles")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "name", "language", "region"], name="alternativetitle_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


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

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["date", "id"]
        constraints = [
            models.CheckConstraint(
                name="release_date_is_partial_date",
                condition=models.Q(date__regex=r"^\d{4}(-\d{2}(-\d{2})?)?$"),
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
