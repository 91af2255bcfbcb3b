from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject

if TYPE_CHECKING:
    from films.models import Credit, Person, Relation, Title  # noqa: F401  (names the models in the annotations below)


class TitleQuerySet(models.QuerySet["Title"]):
    def for_card(self) -> TitleQuerySet:
        """With the totals that a card shows beside the name, and without the long texts it does not."""
        return self.select_related("totals").defer("plot", "tagline", "plot_source")

    def for_page(self) -> TitleQuerySet:
        """With all facts that stand in rows of their own, fetched in the same single query.

        Each arrives as a list of dicts: `genre_rows` (name, slug), `country_rows` (code), `language_rows`
        (code), `name_rows` (name, language, kind), `release_rows` (date, kind, country) and `id_rows`
        (source, value). Credits and relations lead to other pages and are fetched apart.
        """
        return self.select_related("totals", "parent").annotate(
            genre_rows=_rows("TitleGenre", "position", name=F("genre__name"), slug=F("genre__slug")),
            country_rows=_through_rows("countries", code=F("country_id")),
            language_rows=_through_rows("languages", code=F("language_id")),
            name_rows=_rows("AlternativeTitle", "id", name=F("name"), language=F("language"), kind=F("kind")),
            release_rows=_rows("Release", "date", date=F("date"), kind=F("kind"), country=F("country_id")),
            id_rows=_rows("ExternalId", "source", source=F("source"), value=F("value")),
        )

    def newest(self) -> TitleQuerySet:
        """What the catalogue got last, first."""
        return self.order_by("-id")


def _rows(model: str, *order: str, **columns: F) -> ArraySubquery:
    """The rows of a model that belong to the title, as a list of dicts."""
    rows = apps.get_model("films", model).objects.filter(title=OuterRef("pk")).order_by(*order)
    return ArraySubquery(rows.values(row=JSONObject(**columns)))


def _through_rows(relation: str, **columns: F) -> ArraySubquery:
    through = apps.get_model("films", "Title")._meta.get_field(relation).remote_field.through
    rows = through.objects.filter(title=OuterRef("pk")).order_by("id")
    return ArraySubquery(rows.values(row=JSONObject(**columns)))


class PersonQuerySet(models.QuerySet["Person"]):
    pass


class CreditQuerySet(models.QuerySet["Credit"]):
    def of_title(self, title: Title) -> CreditQuerySet:
        """Who made and played in a title, in billing order within each role."""
        return self.filter(title=title).select_related("person").order_by("role", "position", "id")

    def of_person(self, person: Person) -> CreditQuerySet:
        """What somebody did, oldest first, with the numbers of each title. Titles without a year come last."""
        return (
            self.filter(person=person)
            .select_related("title__totals")
            .defer("title__plot", "title__tagline", "title__plot_source")
            .order_by(F("title__year").asc(nulls_last=True), "title__season_number", "title__sort_name", "id")
        )


class RelationQuerySet(models.QuerySet["Relation"]):
    def of_title(self, title: Title) -> RelationQuerySet:
        """Every relation that a title is on either side of, with both titles."""
        return (
            self.filter(Q(title=title) | Q(other=title))
            .select_related("title", "other")
            .order_by("kind", "other__year", "title__year", "id")
        )
