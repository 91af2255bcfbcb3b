"""Trakt: its export (JSON files, or a ZIP of them), and ratings as CSV."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from accounts.models import Audience
from reviews.bringing.archive import Part
from reviews.bringing.base import (
    LIST_NAME,
    LIST_NOTE,
    Bad,
    Intake,
    Kind,
    Row,
    imdb_id,
    line_of,
    long_text_of,
    named,
    number_of,
    work_of,
    year_of,
)
from reviews.bringing.documents import document_of, is_json, object_of, objects_of
from reviews.bringing.tables import Cells, columns_of, each, note_unknown_columns, table_of

_COLUMNS: Final = frozenset(
    {
        *(
            "rated_at",
            "type",
            "title",
            "year",
            "trakt_rating",
            "trakt_id",
            "imdb_id",
            "tmdb_id",
            "tvdb_id",
            "url",
        ),
        *("released", "season_number", "episode_number", "episode_title", "episode_released"),
        *(
            "episode_trakt_rating",
            "episode_trakt_id",
            "episode_imdb_id",
            "episode_tmdb_id",
            "episode_tvdb_id",
        ),
        *("genres", "rating"),
    }
)
_MARKS: Final = ('"rated_at"', '"last_watched_at"', '"listed_at"', '"watched_at"', '"trakt"')
# Of the viewings of one film a file with every one of them comes before one with the last.
_ORDER: Final = ("lists", "ratings", "history", "watched", "watchlist", "list")


def is_ours(part: Part) -> bool:
    head = part.head
    if is_json(head):
        return head.startswith("[") and any(mark in head for mark in _MARKS)
    return {"trakt_id", "rated_at"} <= set(columns_of(head.split("\n", 1)[0].split(",")))


def read(parts: Sequence[Part], intake: Intake) -> Iterator[Row]:
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(_role_of(part), []).append(part)
    for part in found.get("", []):
        intake.note("not_taken", part.name, rows=0)
    for part in found.get("csv", []):
        yield from _csv(part, intake)
    seen: set[str] = set()
    lists: dict[str, dict[str, Any]] = {}
    for role in _ORDER:
        for part in found.get(role, []):
            objects = objects_of(document_of(part))
            if role == "lists":
                lists |= {str(object_of(one.get("ids")).get("trakt")): one for one in objects}
            elif role == "list":
                yield from _list(part, objects, lists, intake)
            else:
                yield from _rows(role, part, objects, seen, intake)


def _role_of(part: Part) -> str:
    head = part.head
    if not is_json(head):
        return "csv" if is_ours(part) else ""
    for beginning, role in (
        ("ratings", "ratings"),
        ("watched-history", "history"),
        ("history", "history"),
        ("watched", "watched"),
        ("lists-watchlist", "watchlist"),
        ("watchlist", "watchlist"),
        ("lists-lists", "lists"),
        ("lists-list", "list"),
        ("list-", "list"),
    ):
        if part.stem.startswith(beginning):
            return role
    if part.stem.startswith(("collection", "comments", "likes", "user", "notes", "hidden", "network")):
        return ""
    # A single file that was given another name.
    for mark, role in zip(_MARKS, ("ratings", "watched", "watchlist", "history"), strict=False):
        if mark in head:
            return role
    return ""


def _title(one: dict[str, Any]) -> dict[str, Any]:
    """The title of an entry. A season has the name and the ids of its show."""
    kind = next((kind for kind in ("episode", "season", "movie", "show") if kind in one), one.get("type"))
    if kind == "episode":
        raise Bad("episode")
    if kind == "person":
        raise Bad("no_person")
    said = object_of(one.get("movie" if kind == "movie" else "show"))
    ids = object_of(said.get("ids"))
    title = named(
        imdb=imdb_id(ids.get("imdb")),
        tmdb=number_of(ids.get("tmdb")),
        name=line_of(said.get("title")),
        year=year_of(said.get("year")),
        kind={"movie": "film", "season": "season"}.get(str(kind), "show"),
        season=number_of(object_of(one.get("season")).get("number")) if kind == "season" else None,
    )
    if not title.keys() & {"imdb", "tmdb", "name"} or (kind == "season" and "season" not in title):
        raise Bad("nameless")
    return title


def _rows(
    role: str, part: Part, objects: list[dict[str, Any]], seen: set[str], intake: Intake
) -> Iterator[Row]:
    kinds = {"ratings": Kind.VOTE, "watchlist": Kind.WATCHLIST}
    kind = kinds.get(role, Kind.VIEWING)
    for number, one in enumerate(objects, 1):
        title: dict[str, Any] = {}
        try:
            title = _title(one)
            if kind != Kind.WATCHLIST and title["kind"] == "show":
                raise Bad("show")
            if role == "ratings":
                value = intake.stars(one.get("rating"), best=10)
                if value is None:
                    raise Bad("no_rating")
                yield Row(
                    kind, part.name, number, title, {"value": value, "at": intake.moment(one.get("rated_at"))}
                )
            elif role == "watchlist":
                yield Row(kind, part.name, number, title, {"at": intake.moment(one.get("listed_at"))})
            elif role == "history" or work_of(title) not in seen:
                at = intake.moment(one.get("watched_at") or one.get("last_watched_at"))
                data = {"seen_on": intake.day(at), "at": at, "if_unseen": at is None}
                if role == "history":
                    seen.add(work_of(title))
                yield Row(kind, part.name, number, title, data)
        except Bad as bad:
            yield Row(kind, part.name, number, title or _called(one), reason=bad.reason)


def _called(one: dict[str, Any]) -> dict[str, Any]:
    """The name of what cannot be taken over, for the report."""
    said = object_of(one.get("movie") or one.get("show") or one.get("person"))
    return named(name=line_of(said.get("title") or said.get("name")))


def _list(
    part: Part, objects: list[dict[str, Any]], lists: dict[str, dict[str, Any]], intake: Intake
) -> Iterator[Row]:
    number = next((piece for piece in part.stem.split("-") if piece.isdecimal()), "")
    about, key = lists.get(number, {}), part.name[:200]
    intake.add_list(
        key,
        part.name,
        name=line_of(about.get("name"), most=LIST_NAME) or line_of(part.stem, most=LIST_NAME),
        description=long_text_of(about.get("description")),
        created_at=about.get("created_at"),
        is_ranked=bool(about.get("display_numbers")),
        audience=Audience.EVERYONE if about.get("privacy") == "public" else Audience.ME,
    )
    for line, one in enumerate(objects, 1):
        title: dict[str, Any] = {}
        try:
            title = _title(one)
            entry = {
                "list": key,
                "position": number_of(one.get("rank")) or line,
                "note": long_text_of(one.get("notes"))[:LIST_NOTE],
                "at": intake.moment(one.get("listed_at")),
            }
            yield Row(Kind.LIST_ENTRY, part.name, line, title, entry)
        except Bad as bad:
            yield Row(Kind.LIST_ENTRY, part.name, line, title or _called(one), reason=bad.reason)


def _csv(part: Part, intake: Intake) -> Iterator[Row]:
    table = table_of(part.name, part.content, Kind.VOTE)
    note_unknown_columns(table, _COLUMNS, intake)

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        kind = cells["type"].strip().lower()
        if kind == "episode" or cells["episode_number"].strip():
            raise Bad("episode")
        if kind == "show":
            raise Bad("show")
        title = named(
            imdb=imdb_id(cells["imdb_id"]),
            tmdb=number_of(cells["tmdb_id"]),
            name=line_of(cells["title"]),
            year=year_of(cells["year"]),
            kind="season" if kind == "season" else "film",
            season=number_of(cells["season_number"]) if kind == "season" else None,
        )
        if not title.keys() & {"imdb", "tmdb", "name"} or (kind == "season" and "season" not in title):
            raise Bad("nameless")
        value = intake.stars(cells["rating"], best=10)
        if value is None:
            raise Bad("no_rating")
        yield Row(Kind.VOTE, part.name, line, title, {"value": value, "at": intake.moment(cells["rated_at"])})

    yield from each(table, read_line)
