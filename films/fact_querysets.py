"""What a page takes from other tables, as columns of one query: each a list of dicts.

Django builds and writes two dozen subqueries anew for every page, which costs twenty times what the database needs to
answer them. So those of a title are written once in the life of a process, and asked as the SQL that they are.
"""

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.expressions import BaseExpression, Combinable, RawSQL
from django.db.models.functions import JSONObject
from django.db.models.sql.compiler import SQLCompiler

from accounts.querysets import name_shown_of

# What a link to another title needs, wherever that title is reached from.
LINK = ("id", "kind", "name", "slug", "year", "parent_id", "season_number")
# The roles by whose people somebody looks for more of the same.
_MAKERS = ("director", "creator")
SAME_MAKER_ROWS = 12


def rows_of(
    model: str,
    *,
    of: str = "title",
    only: Q = Q(),  # noqa: B008  (nothing changes it)
    order: list[str] | None = None,
    **columns: Combinable,
) -> ArraySubquery:
    """The rows of a model whose `of` is the title, as a list of dicts."""
    rows = apps.get_model("films", model).objects.filter(only, **{of: OuterRef("pk")})
    return ArraySubquery(rows.order_by(*(order or ["id"])).values(row=JSONObject(**columns)))


def same(*columns: str) -> dict[str, Any]:
    """Columns that keep their name."""
    return {column: F(column) for column in columns}


@cache
def facts_of_titles() -> dict[str, RawSQL]:
    """The columns of `TitleQuerySet.for_page`, ready to be asked of any queryset of titles."""
    return written(**_facts())


def written(**columns: Combinable) -> dict[str, RawSQL]:
    """These columns as the SQL that they are, ready to be asked of any queryset of titles. Costly: keep the answer."""
    titles = apps.get_model("films", "Title").objects.annotate(**columns)
    compiler = titles.query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.pre_sql_setup()
    return {name: _written(compiler, column) for name, column in titles.query.annotations.items()}


def _written(compiler: SQLCompiler, column: BaseExpression) -> RawSQL:
    sql, params = compiler.compile(column)
    return RawSQL(sql, params, output_field=column.output_field)  # noqa: S611  (our own SQL, written by Django)


def _facts() -> dict[str, Combinable]:
    return {
        "rank": _newest_rank(),
        "season_rows": _seasons(),
        "genre_rows": rows_of("TitleGenre", order=["position"], name=F("genre__name"), slug=F("genre__slug")),
        "country_rows": rows_of(_through("countries"), code=F("country_id")),
        "language_rows": rows_of(_through("languages"), code=F("language_id")),
        "name_rows": rows_of("AlternativeTitle", **same("name", "language", "region", "kind")),
        "release_rows": rows_of(
            "Release",
            order=["date", "id"],
            country=F("country_id"),
            **same("date", "kind", "note", "certificate"),
        ),
        "id_rows": rows_of("ExternalId", order=["source", "id"], **same("source", "value")),
        "score_rows": rows_of(
            "ExternalScore", order=["source"], **same("source", "score", "scale", "votes", "as_of")
        ),
        "link_rows": rows_of("Link", **same("kind", "label", "url")),
        "company_rows": rows_of(
            "TitleCompany",
            order=["part", "position", "id"],
            company=F("company_id"),
            name=F("company__name"),
            slug=F("company__slug"),
            part=F("part"),
            country=F("country_id"),
        ),
        "location_rows": rows_of(
            "FilmingLocation", place=F("place"), country=F("country_id"), note=F("note")
        ),
        "nomination_rows": rows_of(
            "Nomination",
            order=["-won", "year", "award__name", "id"],
            award=F("award_id"),
            name=F("award__name"),
            slug=F("award__slug"),
            person=F("person_id"),
            person_name=F("person__name"),
            person_slug=F("person__slug"),
            **same("year", "category", "won"),
        ),
        "trivia_rows": rows_of(
            "Trivia",
            only=Q(is_removed=False),
            author=name_shown_of("author"),
            consent=F("author__translation_consent"),
            **same("id", "author_id", "text", "language", "source", "is_spoiler"),
        ),
        "image_rows": rows_of(
            "Image",
            order=["kind", "position", "id"],
            **same("kind", "file", "width", "height", "widths", "alt", "source", "licence"),
        ),
        "video_rows": rows_of(
            "Video", order=["-kind", "id"], **same("id", "kind", "provider", "name", "language")
        ),
        "credit_rows": rows_of(
            "Credit",
            order=["role", "position", "id"],
            person=F("person_id"),
            name=F("person__name"),
            slug=F("person__slug"),
            **same("role", "character", "is_voice", "credited_as", "note"),
        ),
        "relation_rows": _others("Relation", of="title", to="other", relation=F("kind")),
        "relation_to_rows": _others("Relation", of="other", to="title", relation=F("kind")),
        "similar_rows": _others("SimilarTitle", of="title", to="other", order="position", shared=F("shared")),
        "same_maker_rows": _same_makers(),
    }


def _through(relation: str) -> str:
    return f"Title_{relation}"


def _others(model: str, *, of: str, to: str, order: str = "id", **columns: F) -> ArraySubquery:
    """The titles at the other end of a model's rows, as links with some columns of the row."""
    rows = apps.get_model("films", model).objects.filter(
        **{of: OuterRef("pk"), f"{to}__merged_into__isnull": True}
    )
    link = {field: F(f"{to}__{field}") for field in LINK}
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
                **same(*LINK, "episodes"),
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
    link = {field: F(f"title__{field}") for field in LINK}
    return ArraySubquery(
        rows.order_by("-title__totals__vote_count", "title_id").values(
            row=JSONObject(role=F("role"), person=F("person__name"), **link)
        )[:SAME_MAKER_ROWS]
    )
