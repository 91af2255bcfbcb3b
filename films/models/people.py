from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from films.models.title import PARTIAL_DATE
from films.querysets import CreditQuerySet, PersonQuerySet
from filmsite.lib.slugs import slug_for


class Person(models.Model):
    """Somebody who made or played in a title. Dates are as exact as is known: "1910", "1910-03", "1910-03-23"."""

    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(_("sort name"), max_length=200, blank=True, help_text=_("“Varda, Agnès”"))
    slug = models.CharField(max_length=80, editable=False)
    born = models.CharField(_("born"), max_length=10, blank=True, help_text=_("1910, 1910-03 or 1910-03-23"))
    died = models.CharField(_("died"), max_length=10, blank=True, help_text=_("1910, 1910-03 or 1910-03-23"))
    birthplace = models.CharField(_("birthplace"), max_length=200, blank=True)
    country = models.ForeignKey(
        "films.Country", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("country")
    )
    deathplace = models.CharField(_("place of death"), max_length=200, blank=True)
    biography = models.TextField(_("biography"), blank=True)
    biography_language = models.CharField(_("language of the biography"), max_length=8, blank=True)
    biography_source = models.CharField(_("source of the biography"), max_length=300, blank=True)
    # As of a title: where a fact comes from, by field of `films.editing`.
    provenance = models.JSONField(_("provenance"), default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    # What `PersonQuerySet.for_page` brings along: rows of other tables as dicts.
    name_rows: list[dict[str, Any]]
    id_rows: list[dict[str, Any]]
    link_rows: list[dict[str, Any]]
    image_rows: list[dict[str, Any]]
    nomination_rows: list[dict[str, Any]]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                name=f"person_{field}_is_partial_date",
                condition=models.Q(**{field: ""}) | models.Q(**{f"{field}__regex": PARTIAL_DATE}),
                violation_error_message=_("Write the date as 1910, 1910-03 or 1910-03-23."),
            )
            for field in ("born", "died")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.slug = slug_for(self.name)
        self.sort_name = self.sort_name or sort_name_of_person(self.name)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("films:person-detail", args=[self.pk, self.slug])

    @property
    def display_name(self) -> str:
        return self.name

    @property
    def section(self) -> str:
        """The section whose moderators look after this person's thread.

        Most people work for films and shows alike. A section of their own would have no moderators on most sites, and one
        that followed from the credits would change with them under an open case: so films, which every site has.
        """
        return "films"


def sort_name_of_person(name: str) -> str:
    """ "Agnès Varda" -> "Varda, Agnès"; a name of one word stays as it is."""
    return " ".join(name.rsplit(" ", 1)[::-1]).replace(" ", ", ", 1)


class PersonName(models.Model):
    """Another name of a person: in another script, before a marriage, on a stage."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=8, blank=True)

    class Meta:
        verbose_name = _("other name")
        verbose_name_plural = _("other names")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="personname_unique")]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody did for a title, in the order in which a page lists it."""

    DIRECTOR = "director", _("director")
    CREATOR = "creator", _("creator")
    WRITER = "writer", _("writer")
    PRODUCER = "producer", _("producer")
    ACTOR = "actor", _("actor")
    MUSIC = "music", _("music")
    CINEMATOGRAPHY = "cinematography", _("cinematography")
    EDITING = "editing", _("editing")
    PRODUCTION_DESIGN = "design", _("production design")


class Credit(models.Model):
    """A person's part in a title; position orders the people of one role, the first-billed at 0."""

    title = models.ForeignKey("films.Title", on_delete=models.CASCADE, related_name="credits")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="credits")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    character = models.CharField(_("character"), max_length=200, blank=True)
    is_voice = models.BooleanField(_("voice"), default=False)
    credited_as = models.CharField(_("credited as"), max_length=200, blank=True)
    note = models.CharField(
        _("what exactly"), max_length=100, blank=True, help_text=_("“novel”, “executive”, “songs”")
    )

    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        ordering = ["role", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["title", "person", "role", "character"], name="credit_unique"),
        ]
        indexes = [models.Index(fields=["title", "role", "position"], name="credit_of_title")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.title_id}"
