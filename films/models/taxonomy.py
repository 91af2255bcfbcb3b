from django.db import models
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from filmsite.lib.languages import country_name, language_name

# The usual genres, here for the translators: a name that staff add later is shown as they wrote it.
COMMON_GENRES = (
    gettext_noop("Action"),
    gettext_noop("Adventure"),
    gettext_noop("Animation"),
    gettext_noop("Biography"),
    gettext_noop("Children"),
    gettext_noop("Comedy"),
    gettext_noop("Crime"),
    gettext_noop("Documentary"),
    gettext_noop("Drama"),
    gettext_noop("Family"),
    gettext_noop("Fantasy"),
    gettext_noop("History"),
    gettext_noop("Horror"),
    gettext_noop("Music"),
    gettext_noop("Musical"),
    gettext_noop("Mystery"),
    gettext_noop("Noir"),
    gettext_noop("Romance"),
    gettext_noop("Science Fiction"),
    gettext_noop("Sport"),
    gettext_noop("Thriller"),
    gettext_noop("War"),
    gettext_noop("Western"),
)


class Genre(models.Model):
    """A kind of story. The name is stored in English and shown in the reader's language."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("genre")
        verbose_name_plural = _("genres")
        ordering = ["name"]

    def __str__(self) -> str:
        return gettext(self.name)


class Country(models.Model):
    """A country by its ISO 3166 code, or a former state by the code it had (SU, YU, CS, DD…)."""

    code = models.CharField(_("code"), max_length=4, primary_key=True)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["code"]

    def __str__(self) -> str:
        return country_name(self.code, get_language() or "en")


class Language(models.Model):
    """A language by its BCP 47 code."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        ordering = ["code"]

    def __str__(self) -> str:
        return language_name(self.code, get_language() or "en")
