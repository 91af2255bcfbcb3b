"""What IMDb writes in its columns, as values of ours: ids, years, names, characters."""

import json
import re
from typing import Final

from films.importers.base import TitleRow
from films.importers.reading import clean_name
from films.importers.staging import NAME_LENGTH
from films.models import AlternativeTitle, TitleKind
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR

SOURCE: Final = "imdb"
NOTHING: Final = "\\N"
TITLE_ID: Final = re.compile(r"tt0*(\d{1,9})", re.ASCII)
LONGEST: Final = 32_767
_GENRES: Final = {
    "Sci-Fi": "Science Fiction",
    "Film-Noir": "Noir",
    "Game-Show": "Game Show",
    "Reality-TV": "Reality",
    "Talk-Show": "Talk Show",
}
# Says how long a title is or for whom, and no kind of story.
_NO_GENRES: Final = {"Short", "Adult", ""}


def number_of(key: str) -> int | None:
    """The number in "tt0118849"; None for what is no id of a title. Ids have seven digits or more."""
    match = TITLE_ID.fullmatch(key) if len(key) >= 9 else None
    return int(match[1]) if match else None


def characters_of(text: str) -> list[str]:
    """The names in '["Ali","Zahra"]'; what is no such list is one name as it stands, and nothing is none."""
    if text == NOTHING:
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return [clean_name(text)]
    return [clean_name(name) for name in found if isinstance(name, str)] if isinstance(found, list) else []


def title_of(
    line: int,
    key: str,
    kind: str,
    name: str,
    original: str,
    year: str,
    end_year: str,
    minutes: str,
    genres: str,
) -> TitleRow | str:
    """The row, or why there can be none."""
    name, original = clean_name(name), clean_name(original)
    if not 1 <= len(name) <= NAME_LENGTH or len(original) > NAME_LENGTH:
        return f"a title has 1 to {NAME_LENGTH} characters"
    years: list[int | None] = []
    for text in (year, end_year):
        found = whole(text, LAST_FILM_YEAR)
        if text != NOTHING and (found is None or found < FIRST_FILM_YEAR):
            return f"“{text[:20]}” is not the year of a title"
        years.append(found)
    length = whole(minutes, LONGEST)
    if minutes != NOTHING and length is None:
        return f"“{minutes[:20]}” is no number of minutes"
    found_genres = (_GENRES.get(genre, genre) for genre in genres.split(",") if genre not in _NO_GENRES)
    return TitleRow(
        line=line,
        key=key,
        kind=kind,
        name=name,
        original_name=original if original not in (name, NOTHING) else None,
        year=years[0],
        end_year=years[1] if kind == TitleKind.SHOW.value else None,
        minutes=length or None,
        genres=tuple(genre for genre in found_genres if genre != NOTHING and len(genre) <= 50),
        ids=((SOURCE, key),),
    )


def kind_of_name(region: str, types: str, attributes: str, is_original: str) -> str:
    if is_original == "1" or "original" in types:
        return str(AlternativeTitle.Kind.ORIGINAL)
    if "working" in types:
        return str(AlternativeTitle.Kind.WORKING)
    if "transliterat" in attributes or "romanized" in attributes:
        return str(AlternativeTitle.Kind.TRANSLITERATION)
    return str(AlternativeTitle.Kind.INTERNATIONAL if region == "XWW" else AlternativeTitle.Kind.TRANSLATED)


def year_of_life(text: str) -> str | None:
    """The year as a partial date, nothing for nothing, None for what is no year."""
    if text == NOTHING:
        return ""
    year = whole(text, LAST_FILM_YEAR)
    return None if not year else f"{year:04}"


def whole(text: str, highest: int) -> int | None:
    """The number that plain digits say, if it is not above the highest."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    number = int(text)
    return number if number <= highest else None
