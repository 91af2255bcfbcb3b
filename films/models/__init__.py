from films.models.listing import SearchName, SiteCounter, TitleListing, TitleTotals
from films.models.people import Credit, Person, Role
from films.models.taxonomy import Country, Genre, Language
from films.models.title import (
    AlternativeTitle,
    ExternalId,
    Relation,
    RelationKind,
    Release,
    ReleaseKind,
    Title,
    TitleGenre,
    TitleKind,
)

__all__ = [
    "AlternativeTitle",
    "Country",
    "Credit",
    "ExternalId",
    "Genre",
    "Language",
    "Person",
    "Relation",
    "RelationKind",
    "Release",
    "ReleaseKind",
    "Role",
    "SearchName",
    "SiteCounter",
    "Title",
    "TitleGenre",
    "TitleKind",
    "TitleListing",
    "TitleTotals",
]
