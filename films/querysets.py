from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Cast, JSONObject

if TYPE_CHECKING:
    from films.models import Award, Company, Credit, Nomination, Person, Title, TitleListing  # noqa: F401  (names the models in the annotations below)

# What a link to another title needs, wherever that title is reached from.
_LINK = ("id", "kind", "name", "slug", "year", "parent_id", "season_number")
_HISTOGRAM = tuple(f"h{half_stars}" for half_stars in range(1, 11))
# The roles by whose people somebody looks for more of the same.
_MAKERS = ("director", "creator")
SAME_MAKER_ROWS = 12
# So many ids are drawn to find one title of a list by chance.
_DRAWN = 200


class TitleQuerySet(models.QuerySet["Title"]):
    def for_card(self) -> TitleQuerySet:
        """With the totals that a card shows beside the name, and without the long texts it does not."""
        return self.select_related("totals").defer("plot", "tagline", "plot_source")

    def for_link(self) -> TitleQuerySet:
        """With no more than a link beside a poster needs."""
        return self.only(*(field.removesuffix("_id") for field in _LINK))

    def for_page(self) -> TitleQuerySet:
        """With every fact of a title's page, in one query.

        What stands in rows of its own arrives as lists of dicts, one list an attribute (their keys are the names
        given below); `films.presenting` makes of them what a page says. Titles that were merged into another one are
        in none of the lists.
        """
        return self.select_related("totals", "parent").annotate(
            plot_author_name=F("plot_author__username"),
            rank=_newest_rank(),
            season_rows=_seasons(),
            genre_rows=_rows("TitleGenre", order=["position"], name=F("genre__name"), slug=F("genre__slug")),
            country_rows=_rows(_through("countries"), code=F("country_id")),
            language_rows=_rows(_through("languages"), code=F("language_id")),
            name_rows=_rows("AlternativeTitle", **_same("name", "language", "region", "kind")),
            release_rows=_rows(
                "Release",
                order=["date", "id"],
                country=F("country_id"),
                **_same("date", "kind", "note", "certificate"),
            ),
            id_rows=_rows("ExternalId", order=["source", "id"], **_same("source", "value")),
            score_rows=_rows(
                "ExternalScore", order=["source"], **_same("source", "score", "scale", "votes", "as_of")
            ),
            link_rows=_rows("Link", **_same("kind", "label", "url")),
            company_rows=_rows(
                "TitleCompany",
                order=["part", "position", "id"],
                company=F("company_id"),
                name=F("company__name"),
                slug=F("company__slug"),
                part=F("part"),
                country=F("country_id"),
            ),
            location_rows=_rows("FilmingLocation", place=F("place"), country=F("country_id"), note=F("note")),
            nomination_rows=_rows(
                "Nomination",
                order=["-won", "year", "award__name", "id"],
                award=F("award_id"),
                name=F("award__name"),
                slug=F("award__slug"),
                person=F("person_id"),
                person_name=F("person__name"),
                person_slug=F("person__slug"),
                **_same("year", "category", "won"),
            ),
            trivia_rows=_rows(
                "Trivia", author=F("author__username"), **_same("text", "language", "source", "is_spoiler")
            ),
            image_rows=_rows(
                "Image",
                order=["kind", "position", "id"],
                **_same("kind", "file", "width", "height", "widths", "alt", "source", "licence"),
            ),
            video_rows=_rows(
                "Video", order=["-kind", "id"], **_same("id", "kind", "provider", "name", "language")
            ),
            credit_rows=_rows(
                "Credit",
                order=["role", "position", "id"],
                person=F("person_id"),
                name=F("person__name"),
                slug=F("person__slug"),
                **_same("role", "character", "is_voice", "credited_as", "note"),
            ),
            relation_rows=_others("Relation", of="title", to="other", relation=F("kind")),
            relation_to_rows=_others("Relation", of="other", to="title", relation=F("kind")),
            similar_rows=_others(
                "SimilarTitle", of="title", to="other", order="position", shared=F("shared")
            ),
            same_maker_rows=_same_makers(),
        )

    def newest(self) -> TitleQuerySet:
        """What the catalogue got last, first."""
        return self.order_by("-id")


def _rows(model: str, *, of: str = "title", order: list[str] | None = None, **columns: F) -> ArraySubquery:
    """The rows of a model whose `of` is the title, as a list of dicts."""
    rows = apps.get_model("films", model).objects.filter(**{of: OuterRef("pk")})
    return ArraySubquery(rows.order_by(*(order or ["id"])).values(row=JSONObject(**columns)))


def _same(*columns: str) -> dict[str, Any]:
    """Columns that keep their name."""
    return {column: F(column) for column in columns}


def _through(relation: str) -> str:
    return f"Title_{relation}"


def _others(model: str, *, of: str, to: str, order: str = "id", **columns: F) -> ArraySubquery:
    """The titles at the other end of a model's rows, as links with some columns of the row."""
    rows = apps.get_model("films", model).objects.filter(
        **{of: OuterRef("pk"), f"{to}__merged_into__isnull": True}
    )
    link = {field: F(f"{to}__{field}") for field in _LINK}
    return ArraySubquery(rows.order_by(order).values(row=JSONObject(**link, **columns)))


def _newest_rank() -> Subquery:
    """The title's place in the newest main list of its kind, or null without one."""
    newest = apps.get_model("films", "RankedList").objects.filter(key=OuterRef(OuterRef("kind")))
    places = apps.get_model("films", "RankedTitle").objects.filter(
        title=OuterRef("pk"), ranked_list=Subquery(newest.order_by("-day").values("pk")[:1])
    )
    return Subquery(places.values("rank")[:1])


def _seasons() -> ArraySubquery:
    """The seasons of a show as links, with what a table of them shows."""
    seasons = apps.get_model("films", "Title").objects.filter(parent=OuterRef("pk"), merged_into__isnull=True)
    return ArraySubquery(
        seasons.order_by("season_number").values(
            row=JSONObject(
                vote_count=F("totals__vote_count"),
                vote_sum=F("totals__vote_sum"),
                **_same(*_LINK, "episodes"),
            )
        )
    )


def _same_makers() -> ArraySubquery:
    """Films and shows that share a director or creator and a genre with the title, the most voted on first.

    One is in the list once for each maker they share.
    """
    genres = apps.get_model("films", "TitleGenre").objects
    # Three levels down: the genres, inside the credits, inside the titles of the page.
    own_genres = genres.filter(title=OuterRef(OuterRef(OuterRef("pk"))))
    shared_genre = genres.filter(title=OuterRef("title"), genre__in=own_genres.values("genre"))
    # Both conditions on the other credit stand in one call, so that they speak of one credit.
    credits = apps.get_model("films", "Credit").objects.filter(
        role__in=_MAKERS, person__credits__title=OuterRef("pk"), person__credits__role=F("role")
    )
    others = credits.exclude(title=OuterRef("pk")).exclude(title__kind="season")
    rows = others.filter(Exists(shared_genre), title__merged_into__isnull=True)
    link = {field: F(f"title__{field}") for field in _LINK}
    return ArraySubquery(
        rows.order_by("-title__totals__vote_count", "title_id").values(
            row=JSONObject(role=F("role"), person=F("person__name"), **link)
        )[:SAME_MAKER_ROWS]
    )


class TitleListingQuerySet(models.QuerySet["TitleListing"]):
    def of_kind(self, kind: str) -> TitleListingQuerySet:
        return self.filter(kind=kind)

    def of_company(self, company: Company) -> TitleListingQuerySet:
        """What a company had a part in, whatever the part."""
        parts = apps.get_model("films", "TitleCompany").objects.filter(title=OuterRef("title"))
        return self.filter(Exists(parts.filter(company=company)))

    def for_card(self) -> TitleListingQuerySet:
        """With as much of the title as a card shows; its numbers are in the listing itself."""
        return self.select_related("title").only(
            *(field.name for field in self.model._meta.concrete_fields),
            *(f"title__{field.removesuffix('_id')}" for field in _LINK),
        )

    def any_one(self) -> int | None:
        """The id of one of these titles, each as likely as any other; None when there is none. Two or three queries.

        Numbers are drawn among all ids first, since most lists have one of them; of a short list every row is read.
        """
        ends = self.model.objects.aggregate(lowest=models.Min("pk"), highest=models.Max("pk"))
        if ends["lowest"] is None:
            return None
        ids = range(ends["lowest"], ends["highest"] + 1)
        drawn = random.sample(ids, min(_DRAWN, len(ids)))
        found = list(self.filter(pk__in=drawn).values_list("pk", flat=True))
        return random.choice(found) if found else self.order_by("?").values_list("pk", flat=True).first()  # noqa: S311  (chance, not a secret)

    def ranked(self, *, m: int, c: float) -> TitleListingQuerySet:
        """Best first, with `rating`: the weighted rating of these constants (`films.statistics`), four decimals.

        Only titles with m votes have a place; ties go to more votes, then to the older entry.
        """
        rating = (F("vote_count") * F("mean") + m * c) / (F("vote_count") + m)
        return (
            self.filter(vote_count__gte=m, mean__isnull=False)
            .annotate(rating=Cast(rating, models.DecimalField(max_digits=5, decimal_places=4)))
            .order_by("-rating", "-vote_count", "title_id")
        )


class NominationQuerySet(models.QuerySet["Nomination"]):
    def of_award(self, award: Award) -> NominationQuerySet:
        """Who was up for an award, the newest year first, and in a year those who won, with links to all of them."""
        links = (f"title__{field.removesuffix('_id')}" for field in _LINK)
        return (
            self.filter(award=award, title__merged_into__isnull=True)
            .select_related("title", "person")
            .only("award", "year", "category", "won", "person__name", "person__slug", *links)
            .order_by("-year", "category", "-won", "id")
        )


class PersonQuerySet(models.QuerySet["Person"]):
    def for_page(self) -> PersonQuerySet:
        """With every fact of a person's page, in one query.

        What stands in rows of its own arrives as lists of dicts: `name_rows`, `id_rows`, `link_rows`, `image_rows` and
        `nomination_rows` (with `award`, its name and slug, and a `title` of what a link needs).
        """
        return self.select_related("country", "totals").annotate(
            name_rows=_rows("PersonName", of="person", **_same("name", "language")),
            id_rows=_rows("ExternalId", of="person", order=["source", "id"], **_same("source", "value")),
            link_rows=_rows("Link", of="person", **_same("kind", "label", "url")),
            image_rows=_rows(
                "Image",
                of="person",
                order=["position", "id"],
                **_same("kind", "file", "width", "height", "widths", "alt", "source", "licence"),
            ),
            nomination_rows=_nominations_of_person(),
        )


def _nominations_of_person() -> ArraySubquery:
    rows = apps.get_model("films", "Nomination").objects.filter(
        person=OuterRef("pk"), title__merged_into__isnull=True
    )
    link = {field: F(f"title__{field}") for field in _LINK}
    return ArraySubquery(
        rows.order_by("-year", "award__name", "-won", "id").values(
            row=JSONObject(
                award=F("award_id"),
                name=F("award__name"),
                slug=F("award__slug"),
                title=JSONObject(**link),
                **_same("year", "category", "won"),
            )
        )
    )


class CreditQuerySet(models.QuerySet["Credit"]):
    def of_person(self, person: Person) -> CreditQuerySet:
        """What somebody did, oldest first, with the numbers of each title. Titles without a year come last."""
        return (
            self.filter(person=person, title__merged_into__isnull=True)
            .select_related("title__totals")
            # A busy person has hundreds: only what a row of a filmography shows is fetched.
            .only(
                *("title", "role", "character", "is_voice", "credited_as", "note"),
                *(f"title__{field.removesuffix('_id')}" for field in _LINK),
                *(f"title__totals__{column}" for column in ("vote_count", "vote_sum", *_HISTOGRAM)),
            )
            .order_by(
                F("title__year").asc(nulls_last=True),
                "title__season_number",
                "title__sort_name",
                "position",
                "id",
            )
        )
