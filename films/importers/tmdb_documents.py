"""A document of TMDB's (`/movie/ID`, `/tv/ID` with what can be appended) as rows of ours."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final

from films.importers.base import CompanyRow, CreditRow, NameRow, PersonRow, ReleaseRow, ScoreRow, TitleRow
from films.importers.reading import clean_name
from films.importers.staging import NAME_LENGTH, Staged
from films.models import AlternativeTitle, ReleaseKind, Role, TitleCompany, TitleKind
from films.models.people import sort_name_of_person
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR
from filmsite.lib.inputs import clean_text
from filmsite.lib.slugs import slug_for

SOURCE: Final = "tmdb"
ID_SOURCES: Final = {"movie": "tmdb_movie", "tv": "tmdb_tv"}
_PLOT_LENGTH, _CHARACTER_LENGTH, _PERSON_NAME_LENGTH = 10_000, 200, 200
_MOST_MONEY: Final = 10**12

_GENRES: Final = {
    "Action & Adventure": ("Action", "Adventure"),
    "Sci-Fi & Fantasy": ("Science Fiction", "Fantasy"),
    "War & Politics": ("War",),
    "Kids": ("Children",),
    "TV Movie": (),
}
# "No language", and what TMDB calls Cantonese.
_LANGUAGES: Final = {"xx": "", "cn": "yue"}
_RELEASES: Final = {
    1: ReleaseKind.FESTIVAL,
    2: ReleaseKind.CINEMA,
    3: ReleaseKind.CINEMA,
    4: ReleaseKind.VOD,
    5: ReleaseKind.VIDEO,
    6: ReleaseKind.TV,
}
# The role, and what exactly, of a job.
_JOBS: Final = {
    "Director": (Role.DIRECTOR, ""),
    "Writer": (Role.WRITER, ""),
    "Screenplay": (Role.WRITER, "screenplay"),
    "Story": (Role.WRITER, "story"),
    "Novel": (Role.WRITER, "novel"),
    "Producer": (Role.PRODUCER, ""),
    "Executive Producer": (Role.PRODUCER, "executive"),
    "Original Music Composer": (Role.MUSIC, ""),
    "Director of Photography": (Role.CINEMATOGRAPHY, ""),
    "Editor": (Role.EDITING, ""),
    "Production Design": (Role.PRODUCTION_DESIGN, ""),
}
_NAMES: Final = {
    "romaji": AlternativeTitle.Kind.TRANSLITERATION,
    "working title": AlternativeTitle.Kind.WORKING,
    "original title": AlternativeTitle.Kind.ORIGINAL,
}


class BadDocument(ValueError):
    """A document that is none of a title, with the reason."""


def staged_of(document: dict[str, Any], *, file: str, line: int, fetched_at: datetime) -> list[Staged]:
    """The title of a document, behind a show its seasons. Raises BadDocument."""
    kind = "movie" if "title" in document else "tv" if "name" in document else None
    number = document.get("id")
    if kind is None or not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
        raise BadDocument("not a document of a film or show: it needs an id, and a title or name")
    key = f"{kind}/{number}"
    title = _title(document, kind, key, line, fetched_at)
    found = [
        Staged(
            title,
            names=_names(document, key, line),
            scores=_scores(document, key, line, fetched_at),
            releases=_releases(document, key, line),
            companies=_companies(document, key, line),
            **_people(document, file, key, line),
        )
    ]
    if kind == "tv":
        found += (Staged(season) for season in _seasons(document, key, line, fetched_at))
    return found


def _title(document: dict[str, Any], kind: str, key: str, line: int, fetched_at: datetime) -> TitleRow:
    is_film = kind == "movie"
    name = _text(document.get("title" if is_film else "name"))
    original = _text(document.get("original_title" if is_film else "original_name"))
    if not 1 <= len(name) <= NAME_LENGTH or len(original) > NAME_LENGTH:
        raise BadDocument(f"a title has 1 to {NAME_LENGTH} characters")
    released = _date(document.get("release_date" if is_film else "first_air_date"))
    ended = None if is_film else _date(document.get("last_air_date"))
    is_over = document.get("status") in ("Ended", "Canceled")
    runtime = document.get("runtime") if is_film else next(iter(_list(document, "episode_run_time")), None)
    if isinstance(runtime, int) and not 0 <= runtime <= 32_767:
        raise BadDocument(f"{runtime} is no number of minutes")
    plot = clean_text(str(document.get("overview") or "")).strip()[:_PLOT_LENGTH]
    outside = document.get("external_ids") if isinstance(document.get("external_ids"), dict) else {}
    return TitleRow(
        line=line,
        key=key,
        kind=(TitleKind.FILM if is_film else TitleKind.SHOW).value,
        name=name,
        original_name=original if original != name else None,
        original_language=_language(document.get("original_language")),
        year=released.year if released else None,
        end_year=ended.year if ended and is_over else None,
        minutes=_count(runtime),
        released_on=released.isoformat() if released else None,
        tagline=_text(document.get("tagline"))[:NAME_LENGTH],
        plot=plot,
        plot_language="en" if plot else None,
        plot_source="TMDB" if plot else None,
        budget=(budget := _count(document.get("budget"), _MOST_MONEY)),
        budget_currency="USD" if budget else None,
        gross=(gross := _count(document.get("revenue"), _MOST_MONEY)),
        gross_currency="USD" if gross else None,
        genres=_genres(document),
        countries=_codes(document, "production_countries", "iso_3166_1", _country),
        languages=_codes(document, "spoken_languages", "iso_639_1", _language),
        ids=tuple(_ids(document, outside or {}, kind)),
        fetched_at=fetched_at.isoformat(),
    )


def _seasons(document: dict[str, Any], key: str, line: int, fetched_at: datetime) -> Iterator[TitleRow]:
    """The seasons that are counted; specials (number 0) are none."""
    seen: set[int] = set()
    for season in _list(document, "seasons", dict):
        number = _count(season.get("season_number"), 32_767)
        if number is None or number in seen:
            continue
        seen.add(number)
        with suppress(BadDocument):
            started = _date(season.get("air_date"))
            yield TitleRow(
                line=line,
                key=f"{key}/season/{number}",
                kind=TitleKind.SEASON.value,
                name="-",  # its show's, when it comes in
                parent_key=key,
                season_number=number,
                year=started.year if started else None,
                episodes=_count(season.get("episode_count"), 32_767),
                released_on=started.isoformat() if started else None,
                fetched_at=fetched_at.isoformat(),
            )


def _ids(document: dict[str, Any], outside: dict[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    yield ID_SOURCES[kind], str(document["id"])
    imdb = str(document.get("imdb_id") or outside.get("imdb_id") or "")
    if re.fullmatch(r"tt\d{7,9}", imdb, re.ASCII):
        yield "imdb", imdb
    wikidata = str(outside.get("wikidata_id") or "")
    if re.fullmatch(r"Q\d{1,12}", wikidata, re.ASCII):
        yield "wikidata", wikidata


def _names(document: dict[str, Any], key: str, line: int) -> list[NameRow]:
    holder = document.get("alternative_titles")
    rows = []
    for row in _list(holder, "titles", dict) + _list(holder, "results", dict):
        name = _text(row.get("title"))
        if 1 <= len(name) <= NAME_LENGTH:
            kind = _NAMES.get(_text(row.get("type")).lower(), AlternativeTitle.Kind.TRANSLATED)
            rows.append(NameRow(line, key, name, kind.value, "", _country(row.get("iso_3166_1"))))
    return rows


def _scores(document: dict[str, Any], key: str, line: int, fetched_at: datetime) -> list[ScoreRow]:
    mean, votes = document.get("vote_average"), _count(document.get("vote_count"))
    if not votes or not isinstance(mean, int | float) or not 0 < mean <= 10:
        return []
    return [ScoreRow(line, key, SOURCE, f"{mean:.2f}", 10, votes, fetched_at.date().isoformat())]


def _releases(document: dict[str, Any], key: str, line: int) -> list[ReleaseRow]:
    rows = []
    for of_country in _list(document.get("release_dates"), "results", dict):
        country = _country(of_country.get("iso_3166_1"))
        for row in _list(of_country, "release_dates", dict):
            kind = _RELEASES.get(row.get("type") or 0)
            with suppress(BadDocument):
                day = _date(str(row.get("release_date") or "")[:10])
                if country and kind and day:
                    note = _text(row.get("note"))[:120]
                    certificate = _text(row.get("certification"))[:20]
                    rows.append(
                        ReleaseRow(line, key, country, kind.value, day.isoformat(), note, certificate)
                    )
    return rows


def _companies(document: dict[str, Any], key: str, line: int) -> list[CompanyRow]:
    rows = []
    parts = (("production_companies", TitleCompany.Part.PRODUCTION), ("networks", TitleCompany.Part.NETWORK))
    for of, part in parts:
        for place, row in enumerate(_list(document, of, dict)):
            name = _text(row.get("name"))
            if 1 <= len(name) <= 200:
                country = _country(row.get("origin_country")) or None
                rows.append(CompanyRow(line, key, name, slug_for(name), country, part.value, place))
    return rows


def _people(document: dict[str, Any], file: str, key: str, line: int) -> dict[str, Any]:
    people: dict[str, PersonRow] = {}
    credits: list[CreditRow] = []

    def add(row: dict[str, Any], role: Role, place: int, character: str = "", note: str = "") -> None:
        number, name = row.get("id"), _text(row.get("name"))
        if not isinstance(number, int) or number <= 0 or not 1 <= len(name) <= _PERSON_NAME_LENGTH:
            return
        person = str(number)
        people.setdefault(
            person, PersonRow(line, person, "tmdb_person", name, sort_name_of_person(name), slug_for(name))
        )
        is_voice = character.endswith("(voice)")
        character = character.removesuffix("(voice)").rstrip()[:_CHARACTER_LENGTH]
        credits.append(CreditRow(file, line, key, person, role.value, place, character, is_voice, note))

    for place, row in enumerate(_list(document, "created_by", dict)):
        add(row, Role.CREATOR, place)
    for holder in (document.get("credits"), document.get("aggregate_credits")):
        for place, row in enumerate(_list(holder, "cast", dict)):
            roles = [_text(part.get("character")) for part in _list(row, "roles", dict)]
            add(row, Role.ACTOR, place, _text(row.get("character")) or ", ".join(filter(None, roles)))
        for place, row in enumerate(_list(holder, "crew", dict)):
            jobs = [row.get("job"), *(part.get("job") for part in _list(row, "jobs", dict))]
            for job in jobs:
                if isinstance(job, str) and job in _JOBS:
                    role, note = _JOBS[job]
                    add(row, role, place, note=note)
    return {"people": list(people.values()), "credits": credits}


def _genres(document: dict[str, Any]) -> tuple[str, ...]:
    names = (_text(row.get("name")) for row in _list(document, "genres", dict))
    ours = (our for name in names for our in _GENRES.get(name, (name,)))
    return tuple(dict.fromkeys(name for name in ours if 1 <= len(name) <= 50))


def _codes(document: dict[str, Any], of: str, part: str, code_of: Callable[[object], str]) -> tuple[str, ...]:
    codes = (code_of(row.get(part)) for row in _list(document, of, dict))
    return tuple(dict.fromkeys(code for code in codes if code))


def _country(value: object) -> str:
    text = _text(value).upper()
    return text if len(text) == 2 and text.isascii() and text.isalpha() else ""


def _language(value: object) -> str:
    text = _text(value).lower()
    text = _LANGUAGES.get(text, text)
    return text if 2 <= len(text) <= 3 and text.isascii() and text.isalpha() else ""


def _text(value: object) -> str:
    return clean_name(value) if isinstance(value, str) else ""


def _count(value: object, highest: int = 2**31 - 1) -> int | None:
    """A whole number above nothing, None for anything else."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return int(value) if is_number and 0 < int(value) <= highest else None  # type: ignore[call-overload]  # just checked


def _date(value: object) -> date | None:
    """The day; nothing for nothing. Raises BadDocument for what is no day of a film."""
    if not value:
        return None
    try:
        day = date.fromisoformat(str(value)[:40])
    except ValueError:
        raise BadDocument(f"“{str(value)[:20]}” is no date") from None
    if not FIRST_FILM_YEAR <= day.year <= LAST_FILM_YEAR:
        raise BadDocument(f"{day.year} is not the year of a title")
    return day


def _list(holder: object, key: str, of: type = object) -> list[Any]:
    """The list under a key, as far as it holds what it should."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return [row for row in found if isinstance(row, of)] if isinstance(found, list) else []
