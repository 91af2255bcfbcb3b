from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

if TYPE_CHECKING:
    from films.models import Credit, Person, Title, TitleListing  # noqa: F401  (names the models in the annotations below)

# What a link to another title needs, wherever that title is reached from.
_LINK = ("id", "kind", "name", "slug", "year", "parent_id", "season_number")


class TitleQuerySet(models.QuerySet["Title"]):
    def for_card(self) -> TitleQuerySet:
        """With the totals that a card shows beside the name, and without the long texts it does not."""
        return self.select_related("totals").defer("plot", "tagline", "plot_source")

    def for_page(self) -> TitleQuerySet:
        """With every fact of a title's page, in one query.

        What stands in rows of its own arrives as lists of dicts: `genre_rows` (name, slug), `country_rows`
        (code), `language_rows` (code), `name_rows` (name, language, kind), `release_rows` (date, kind, country),
        `id_rows` (source, value), `credit_rows` (person, name, slug, role, character, is_voice, credited_as),
        `relation_rows` and `relation_to_rows` (relation, and the fields of the other title).
        """
        return self.select_related("totals", "parent").annotate(
            genre_rows=_rows("TitleGenre", order=["position"], name=F("genre__name"), slug=F("genre__slug")),
            country_rows=_rows(_through("countries"), code=F("country_id")),
            language_rows=_rows(_through("languages"), code=F("language_id")),
            name_rows=_rows("AlternativeTitle", name=F("name"), language=F("language"), kind=F("kind")),
            release_rows=_rows(
                "Release", order=["date", "id"], date=F("date"), kind=F("kind"), country=F("country_id")
            ),
            id_rows=_rows("ExternalId", order=["source", "id"], source=F("source"), value=F("value")),
            credit_rows=_rows(
                "Credit",
                order=["role", "position", "id"],
                person=F("person_id"),
                name=F("person__name"),
                slug=F("person__slug"),
                role=F("role"),
                character=F("character"),
                is_voice=F("is_voice"),
                credited_as=F("credited_as"),
            ),
            relation_rows=_relations(of="title", to="other"),
            relation_to_rows=_relations(of="other", to="title"),
        )

    def newest(self) -> TitleQuerySet:
        """What the catalogue got last, first."""
        return self.order_by("-id")


def _rows(model: str, *, of: str = "title", order: list[str] | None = None, **columns: F) -> ArraySubquery:
    """The rows of a model whose `of` is the title, as a list of dicts."""
    rows = apps.get_model("films", model).objects.filter(**{of: OuterRef("pk")})
    return ArraySubquery(rows.order_by(*(order or ["id"])).values(row=JSONObject(**columns)))


def _through(relation: str) -> str:
    return f"Title_{relation}"


def _relations(*, of: str, to: str) -> ArraySubquery:
    rows = apps.get_model("films", "Relation").objects.filter(**{of: OuterRef("pk")}).order_by("id")
    link = {field: F(f"{to}__{field}") for field in _LINK}
    return ArraySubquery(rows.values(row=JSONObject(relation=F("kind"), **link)))


class TitleListingQuerySet(models.QuerySet["TitleListing"]):
    def of_kind(self, kind: str) -> TitleListingQuerySet:
        return self.filter(kind=kind)

    def for_card(self) -> TitleListingQuerySet:
        """With as much of the title as a card shows; its numbers are in the listing itself."""
        return self.select_related("title").only(
            *(field.name for field in self.model._meta.concrete_fields),
            *(f"title__{field.removesuffix('_id')}" for field in _LINK),
        )

    def ranked(self) -> TitleListingQuerySet:
        """Best first, among titles with enough votes for a mean; ties go to more votes, then to the older entry."""
        return self.filter(vote_count__gte=settings.FILMSITE_MEAN_MINIMUM_VOTES).order_by(
            "-weighted", "-vote_count", "title_id"
        )


class PersonQuerySet(models.QuerySet["Person"]):
    pass


class CreditQuerySet(models.QuerySet["Credit"]):
    def of_person(self, person: Person) -> CreditQuerySet:
        """What somebody did, oldest first, with the numbers of each title. Titles without a year come last."""
        return (
            self.filter(person=person)
            .select_related("title__totals")
            .defer("title__plot", "title__tagline", "title__plot_source")
            .order_by(F("title__year").asc(nulls_last=True), "title__season_number", "title__sort_name", "id")
        )
