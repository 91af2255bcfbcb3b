from __future__ import annotations

import random
from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Cast, JSONObject

from accounts.querysets import name_shown_of
from films.fact_querysets import LINK, facts_of_titles, rows_of, same

if TYPE_CHECKING:
    from films.models import Award, Company, Credit, Nomination, Person, Title, TitleListing  # noqa: F401  (names the models in the annotations below)

_HISTOGRAM = tuple(f"h{half_stars}" for half_stars in range(1, 11))
# So many ids are drawn to find one title of a list by chance.
_DRAWN = 200


class TitleQuerySet(models.QuerySet["Title"]):
    def for_card(self) -> TitleQuerySet:
        """With the totals that a card shows beside the name, and without the long texts it does not."""
        return self.select_related("totals").defer("plot", "tagline", "plot_source")

    def for_link(self) -> TitleQuerySet:
        """With no more than a link beside a poster needs."""
        return self.only(*(field.removesuffix("_id") for field in LINK))

    def for_page(self) -> TitleQuerySet:
        """With every fact of a title's page, in one query.

        What stands in rows of its own arrives as lists of dicts, one list an attribute (`films.fact_querysets` names
        their keys); `films.presenting` makes of them what a page says. Titles that were merged into another one are in
        none of the lists.
        """
        return self.select_related("totals", "parent").annotate(
            plot_author_name=name_shown_of("plot_author"),
            plot_author_consent=F("plot_author__translation_consent"),
            **facts_of_titles(),
        )

    def newest(self) -> TitleQuerySet:
        """What the catalogue got last, first, without what became one with another title."""
        return self.filter(merged_into__isnull=True).order_by("-id")


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
            *(f"title__{field.removesuffix('_id')}" for field in LINK),
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
        """Best first, with `rating`: the weighted rating of these constants (`films.weighting`), four decimals.

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
        links = (f"title__{field.removesuffix('_id')}" for field in LINK)
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
            name_rows=rows_of("PersonName", of="person", **same("name", "language")),
            id_rows=rows_of("ExternalId", of="person", order=["source", "id"], **same("source", "value")),
            link_rows=rows_of("Link", of="person", **same("kind", "label", "url")),
            image_rows=rows_of(
                "Image",
                of="person",
                order=["position", "id"],
                **same("kind", "file", "width", "height", "widths", "alt", "source", "licence"),
            ),
            nomination_rows=_nominations_of_person(),
        )


def _nominations_of_person() -> ArraySubquery:
    rows = apps.get_model("films", "Nomination").objects.filter(
        person=OuterRef("pk"), title__merged_into__isnull=True
    )
    link = {field: F(f"title__{field}") for field in LINK}
    return ArraySubquery(
        rows.order_by("-year", "award__name", "-won", "id").values(
            row=JSONObject(
                award=F("award_id"),
                name=F("award__name"),
                slug=F("award__slug"),
                title=JSONObject(**link),
                **same("year", "category", "won"),
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
                *(f"title__{field.removesuffix('_id')}" for field in LINK),
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
