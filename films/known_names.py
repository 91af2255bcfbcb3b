"""By what name readers of a language know a title: for its page, and for what is translated about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from films.models import AlternativeTitle, Title
from filmsite.lib.languages import same_language

# Names that no audience was ever shown.
_NO_MARKET_KNOWS = frozenset({AlternativeTitle.Kind.WORKING, AlternativeTitle.Kind.TRANSLITERATION})


def name_known_in(language: str, title: Title, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The name of a title in a language, None where it has none of its own there: the heading of its page if that is in
    the language, or else its original name, or else the first alternative title, one of the region of `pt-BR` before others.

    `rows` are the alternative titles, in their order: name, language, region and kind.
    """
    if _heads_in(language, title, rows):
        return title.name
    if title.original_name and same_language(title.original_language, language):
        return title.original_name
    ours = [row for row in rows if same_language(row["language"], language)]
    unseen = {row["name"] for row in ours if row["kind"] in _NO_MARKET_KNOWS}
    region = language.partition("-")[2].upper()
    shown = (row for row in ours if row["name"] not in unseen)
    return next((row["name"] for row in sorted(shown, key=lambda row: row["region"] != region)), None)


def _heads_in(language: str, title: Title, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the heading of a title's page is in a language.

    It is in the site's own, unless the catalogue knows it as the original name, or as one of another language.
    """
    heading = title.name.casefold()
    known = {row["language"] for row in rows if row["language"] and row["name"].casefold() == heading}
    if not title.original_name or title.original_name.casefold() == heading:
        known.add(title.original_language)
    return any(same_language(each, language) for each in known or {settings.LANGUAGE_CODE})
