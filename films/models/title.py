from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from films.querysets import TitleQuerySet
from filmsite.lib.slugs import slug_for

FIRST_FILM_YEAR, LAST_FILM_YEAR = 1870, 2100
PARTIAL_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"


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
    plot_author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author of the plot"),
    )
    based_on = models.CharField(
        _("based on"),
        max_length=300,
        blank=True,
        help_text=_("A novel, a play, a true story: work and author"),
    )

    # Whole units of the currency (ISO 4217). The dates say as of when, as exactly as is known: "1999", "1999-01".
    budget = models.BigIntegerField(_("budget"), null=True, blank=True)
    budget_currency = models.CharField(_("currency"), max_length=3, blank=True)
    opening = models.BigIntegerField(_("opening weekend"), null=True, blank=True)
    opening_currency = models.CharField(_("currency"), max_length=3, blank=True)
    opening_date = models.CharField(_("date"), max_length=10, blank=True)
    gross = models.BigIntegerField(_("gross"), null=True, blank=True)
    gross_currency = models.CharField(_("currency"), max_length=3, blank=True)
    gross_date = models.CharField(_("date"), max_length=10, blank=True)

    genres = models.ManyToManyField(
        "films.Genre", through="films.TitleGenre", verbose_name=_("genres"), blank=True
    )
    countries = models.ManyToManyField("films.Country", verbose_name=_("countries"), blank=True)
    languages = models.ManyToManyField("films.Language", verbose_name=_("languages"), blank=True)

    # Where a fact comes from, by field of `films.editing`: "person", or an importer's name. An importer writes only what
    # is empty or its own; what a person said stays. Fields nobody noted are not in it.
    provenance = models.JSONField(_("provenance"), default=dict, blank=True, editable=False)
    # A duplicate points at the title that took its votes and messages over; it is shown nowhere and can come back.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="duplicates"
    )

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TitleQuerySet.as_manager()

    # What `TitleQuerySet.for_page` brings along: the plot's author and what they consent to, the place among the best of its kind, and rows of
    # other tables as dicts.
    plot_author_name: str | None
    plot_author_consent: str | None
    rank: int | None
    season_rows: list[dict[str, Any]]
    genre_rows: list[dict[str, Any]]
    country_rows: list[dict[str, Any]]
    language_rows: list[dict[str, Any]]
    name_rows: list[dict[str, Any]]
    release_rows: list[dict[str, Any]]
    id_rows: list[dict[str, Any]]
    score_rows: list[dict[str, Any]]
    link_rows: list[dict[str, Any]]
    company_rows: list[dict[str, Any]]
    location_rows: list[dict[str, Any]]
    nomination_rows: list[dict[str, Any]]
    trivia_rows: list[dict[str, Any]]
    image_rows: list[dict[str, Any]]
    video_rows: list[dict[str, Any]]
    credit_rows: list[dict[str, Any]]
    relation_rows: list[dict[str, Any]]
    relation_to_rows: list[dict[str, Any]]
    similar_rows: list[dict[str, Any]]
    same_maker_rows: list[dict[str, Any]]

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
                condition=models.Q(merged_into__isnull=True),
                name="title_season_number_unique",
                violation_error_message=_("This season of the show exists already."),
            ),
            models.CheckConstraint(
                name="title_not_merged_into_itself",
                condition=models.Q(merged_into__isnull=True) | ~models.Q(merged_into=models.F("id")),
            ),
            *(
                models.CheckConstraint(
                    name=f"title_{field}_is_partial_date",
                    condition=models.Q(**{field: ""}) | models.Q(**{f"{field}__regex": PARTIAL_DATE}),
                    violation_error_message=_("Write the date as 1999, 1999-01 or 1999-01-22."),
                )
                for field in ("opening_date", "gross_date")
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
