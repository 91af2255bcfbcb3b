"""A title as search engines read it: schema.org, in JSON-LD."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from films.models import ExternalId, Role, Title, TitleKind

_TYPES = {TitleKind.FILM: "Movie", TitleKind.SHOW: "TVSeries", TitleKind.SEASON: "TVSeason"}
_CAST_SHOWN = 10


def describe_title(title: Title, *, ids: Iterable[ExternalId], show_mean: bool) -> dict[str, Any]:
    """Give the JSON-LD of a title fetched with `for_page`; only what the page says as well."""
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES[TitleKind(title.kind)],
        "name": title.display_name,
        "alternateName": [row["name"] for row in title.name_rows],
        "url": settings.FILMSITE_URL + title.get_absolute_url(),
        "datePublished": title.released_on.isoformat() if title.released_on else str(title.year or ""),
        "duration": f"PT{title.minutes}M" if title.minutes and title.kind == TitleKind.FILM else "",
        "genre": [row["name"] for row in title.genre_rows],
        "inLanguage": title.original_language,
        "description": title.plot,
        "director": _people(title, Role.DIRECTOR),
        "creator": _people(title, Role.CREATOR),
        "actor": _people(title, Role.ACTOR)[:_CAST_SHOWN],
        "sameAs": [external.url for external in ids],
    }
    if title.kind == TitleKind.SEASON:
        described["seasonNumber"] = title.season_number
    if show_mean and title.totals.mean:
        described["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(title.totals.mean, 2),
            "ratingCount": title.totals.vote_count,
            "bestRating": 5,
            "worstRating": 0.5,
        }
    return {key: value for key, value in described.items() if value not in ("", [], None)}


def _people(title: Title, role: Role) -> list[dict[str, str]]:
    return [{"@type": "Person", "name": row["name"]} for row in title.credit_rows if row["role"] == role]
