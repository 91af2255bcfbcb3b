"""What a title's page says: the rows that `TitleQuerySet.for_page` brings, put into words and groups.

Nothing here asks the database. A row is a dict whose keys `for_page` names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from films.fact_querysets import LINK
from films.known_names import name_known_in
from films.models import (
    ExternalId,
    ExternalScore,
    Image,
    RelationKind,
    ReleaseKind,
    Role,
    Title,
    TitleCompany,
)
from filmsite.lib.images import rendition_name

Row = Mapping[str, Any]

STARS_NAMED: Final = 3
SIMILAR_SHOWN: Final = 6

# What stands before the people of a role; the cast has a section of its own.
CREW: Final[Mapping[Role, str | Promise]] = {
    Role.DIRECTOR: _("Directed by"),
    Role.CREATOR: _("Created by"),
    Role.WRITER: _("Written by"),
    Role.PRODUCER: _("Produced by"),
    Role.MUSIC: _("Music"),
    Role.CINEMATOGRAPHY: _("Camera"),
    Role.EDITING: _("Editing"),
    Role.PRODUCTION_DESIGN: _("Production design"),
}

COMPANIES: Final[Mapping[TitleCompany.Part, str | Promise]] = {
    TitleCompany.Part.PRODUCTION: _("Production"),
    TitleCompany.Part.DISTRIBUTION: _("Distribution"),
    TitleCompany.Part.NETWORK: _("Channel"),
}

# A relation as said on the page of the title that has it, and on the other's.
RELATIONS: Final[Mapping[RelationKind, tuple[str | Promise, str | Promise]]] = {
    RelationKind.REMAKE: (_("Remake of"), _("Remade as")),
    RelationKind.SEQUEL: (_("Sequel to"), _("Followed by")),
    RelationKind.ADAPTATION: (_("Adapted from"), _("Adapted as")),
    RelationKind.SAME_SOURCE: (_("Same source as"), _("Same source as")),
    RelationKind.SPIN_OFF: (_("Spin-off of"), _("Spun off as")),
}

_SAME_MAKER: Final[Mapping[str, str | Promise]] = {
    Role.DIRECTOR: _("Also directed by %(name)s"),
    Role.CREATOR: _("Also created by %(name)s"),
}

# --- Names ------------------------------------------------------------------------------------------------


def local_name_of(title: Title) -> Row | None:
    """The name that readers of the page know it by with its language, unless the heading says it already."""
    here = get_language() or settings.LANGUAGE_CODE
    name = name_known_in(here, title, title.name_rows)
    return None if name in (None, title.name, title.original_name) else {"name": name, "language": here}


def other_names_of(title: Title, local_name: Row | None) -> list[Row]:
    """Alternative titles, each once, without what the heading says already."""
    said = {title.name, title.original_name, local_name["name"] if local_name else ""}
    return list({row["name"]: row for row in title.name_rows if row["name"] not in said}.values())


# --- People and companies -----------------------------------------------------------------------------------


def people_of(title: Title, role: Role) -> list[Row]:
    """The credits of one role, the first-billed first."""
    return [row for row in title.credit_rows if row["role"] == role]


def crew_of(title: Title) -> list[tuple[str, list[Row]]]:
    """The people behind the camera: words and people, role by role."""
    return [(str(words), people) for role, words in CREW.items() if (people := people_of(title, role))]


@dataclass(frozen=True)
class CompanyPart:
    """A company in one part for a title, with the codes of the countries for which it had it (none: all)."""

    pk: int
    name: str
    slug: str
    countries: list[str] = field(default_factory=list)


def companies_of(title: Title) -> list[tuple[str, list[CompanyPart]]]:
    """Words and companies of every part; a distributor in three countries is named once."""
    parts: dict[str, dict[int, CompanyPart]] = {}
    for row in title.company_rows:
        of_part = parts.setdefault(row["part"], {})
        company = of_part.setdefault(row["company"], CompanyPart(row["company"], row["name"], row["slug"]))
        if row["country"]:
            company.countries.append(row["country"])
    return [(str(words), [*parts[part].values()]) for part, words in COMPANIES.items() if part in parts]


# --- Releases, awards ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReleasesIn:
    """The releases in one country (an empty code: where is not known), by kind, the first one first."""

    country: str
    kinds: list[tuple[str, list[Row]]]


def releases_of(title: Title) -> list[ReleasesIn]:
    """Releases by country and kind, in the order in which the countries and kinds first come.

    A date without its day stands behind those of its month, one without its month behind those of its year.
    """
    countries: dict[str, dict[str, list[Row]]] = {}
    for row in sorted(title.release_rows, key=lambda row: row["date"].ljust(10, "~")):
        countries.setdefault(row["country"] or "", {}).setdefault(row["kind"], []).append(row)
    return [
        ReleasesIn(country, [(str(ReleaseKind(kind).label), rows) for kind, rows in kinds.items()])
        for country, kinds in countries.items()
    ]


@dataclass(frozen=True)
class Prize:
    """What one award of one year did for a title or a person: nominations, those that won first."""

    pk: int
    name: str
    slug: str
    year: int
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Awards:
    """How often somebody or something won, how often it was nominated without winning, and for what; won prizes come first."""

    wins: int
    nominations: int
    prizes: list[Prize]

    def __bool__(self) -> bool:
        return bool(self.prizes)

    @property
    def summary(self) -> str:
        """ "3 wins, 5 nominations"."""
        wins = ngettext("%(number)d win", "%(number)d wins", self.wins) % {"number": self.wins}
        others = ngettext("%(number)d nomination", "%(number)d nominations", self.nominations)
        said = [wins] * bool(self.wins) + [others % {"number": self.nominations}] * bool(self.nominations)
        return ", ".join(said)


def awards_of(nominations: Sequence[Row]) -> Awards:
    """The prizes of a title or of a person, from their `nomination_rows`."""
    prizes: dict[tuple[int, int], Prize] = {}
    for row in nominations:
        prize = Prize(row["award"], row["name"], row["slug"], row["year"])
        prizes.setdefault((row["award"], row["year"]), prize).rows.append(row)
    wins = sum(row["won"] for row in nominations)
    return Awards(wins, len(nominations) - wins, [*prizes.values()])


# --- Other titles -------------------------------------------------------------------------------------------


def relations_of(title: Title) -> list[tuple[str, list[Title]]]:
    """Words and titles of every relation, seen from this side."""
    related: dict[str, dict[int, Title]] = {}
    for side, rows in enumerate((title.relation_rows, title.relation_to_rows)):
        for row in rows:
            words = str(RELATIONS[RelationKind(row["relation"])][side])
            related.setdefault(words, {})[row["id"]] = _linked(row)
    return [(words, sorted(titles.values(), key=_by_year)) for words, titles in related.items()]


@dataclass(frozen=True)
class Similar:
    """A title that somebody who likes this one may like, and why we think so."""

    title: Title
    reason: str


def similar_of(title: Title) -> list[Similar]:
    """What those who liked it liked as well; before there are enough votes, more by the same people."""
    if title.similar_rows:
        return [Similar(_linked(row), _liked_by(row["shared"])) for row in title.similar_rows[:SIMILAR_SHOWN]]
    made: dict[int, Row] = {}
    for row in title.same_maker_rows:
        made.setdefault(row["id"], row)
    return [
        Similar(_linked(row), str(_SAME_MAKER[row["role"]]) % {"name": row["person"]})
        for row in [*made.values()][:SIMILAR_SHOWN]
    ]


def _liked_by(members: int) -> str:
    return ngettext(
        "%(number)d member rates both four stars or more",
        "%(number)d members rate both four stars or more",
        members,
    ) % {"number": members}


def _linked(row: Row) -> Title:
    """As much of a title as a link needs, from a row of `for_page`."""
    return Title(**{field: value for field, value in row.items() if field in LINK})


def _by_year(title: Title) -> tuple[bool, int, str]:
    return title.year is None, title.year or 0, title.name


# --- Elsewhere ----------------------------------------------------------------------------------------------


def ids_of(title: Title) -> list[ExternalId]:
    """The title's ids in other catalogues, those with a page there."""
    return [found for row in title.id_rows if (found := ExternalId(title=title, **row)).url]


def scores_of(title: Title) -> list[Row]:
    """What other sites' public gave it, with the `label` of the site; nothing unless the operator shows them."""
    if not settings.FILMSITE_EXTERNAL_SCORES:
        return []
    return [{**row, "label": ExternalScore.Source(row["source"]).label} for row in title.score_rows]


# --- Pictures -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """An image as a page shows it: addresses, and pixels of the widest file, so that no text moves when it comes."""

    kind: str
    src: str
    srcset: str
    width: int
    height: int
    alt: str
    source: str
    licence: str


def pictures_of(rows: Iterable[Row]) -> list[Picture]:
    """Posters, stills and portraits from rows of images, in their order."""
    pictures = []
    for row in rows:
        sizes = [
            f"{default_storage.url(rendition_name(row['file'], width))} {width}w" for width in row["widths"]
        ]
        pictures.append(
            Picture(
                src=default_storage.url(row["file"]),
                srcset=", ".join(sizes),
                **{key: row[key] for key in ("kind", "width", "height", "alt", "source", "licence")},
            )
        )
    return pictures


# --- The whole page -----------------------------------------------------------------------------------------


def facts_of(title: Title) -> dict[str, Any]:
    """Everything a title's page says of it beside its own columns, by the names that the templates use."""
    local_name = local_name_of(title)
    pictures = pictures_of(title.image_rows)
    cast = people_of(title, Role.ACTOR)
    return {
        "local_name": local_name,
        "names": other_names_of(title, local_name),
        "crew": crew_of(title),
        "stars": cast[:STARS_NAMED],
        "cast": cast,
        "companies": companies_of(title),
        "releases": releases_of(title),
        "awards": awards_of(title.nomination_rows),
        "relations": relations_of(title),
        "similar": similar_of(title),
        "external_ids": ids_of(title),
        "scores": scores_of(title),
        "poster_picture": next((one for one in pictures if one.kind == Image.Kind.POSTER), None),
        "pictures": pictures,
    }


def sections_of(title: Title, page: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The anchors and headings of the sections that a page has; `page` is its context."""
    shown = (
        (page.get("seasons"), "seasons", gettext("Seasons")),
        (page["cast"], "cast", gettext("Cast")),
        (page["releases"], "releases", gettext("Releases")),
        (page["awards"], "awards", gettext("Awards")),
        (title.location_rows, "places", gettext("Where it was shot")),
        (title.budget or title.opening or title.gross, "money", gettext("Money")),
        (title.trivia_rows, "trivia", gettext("Did you know?")),
        (page["pictures"] or title.video_rows, "media", gettext("Images & videos")),
        (page["relations"], "relations", gettext("Related")),
        (page["similar"], "similar", gettext("Similar")),
        (page.get("mentions"), "mentions", gettext("Mentioned in")),
        (True, "reviews", gettext("Reviews & comments")),
    )
    return [(anchor, words) for is_shown, anchor, words in shown if is_shown]
