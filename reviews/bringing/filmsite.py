"""Our own export (`reviews.taking_out.schema`), of this site or another of its kind: everything that an import can bring.

Ids of the file are another site's, so a title is found by the one it has there only if it is called the same here. The
profile and what the site knew beside a member's own words and votes stay where they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from accounts.models import Audience
from filmsite.lib.inputs import clean_text
from filmsite.lib.languages import UNKNOWN, language_codes
from reviews.bringing.archive import Part
from reviews.bringing.base import (
    LIST_NAME,
    LIST_NOTE,
    Bad,
    Intake,
    Kind,
    Row,
    Unreadable,
    imdb_id,
    line_of,
    long_text_of,
    named,
    number_of,
    tags_of,
    year_of,
)
from reviews.bringing.documents import document_of, is_json, object_of, objects_of
from reviews.models import ReviewState, TitleList
from reviews.models.review import BODY_LENGTH
from reviews.taking_out.schema import FORMAT, VERSION

_BROUGHT: Final = ("votes", "past_votes", "reviews", "viewings", "watchlist", "lists")
# What the file tells about itself, and what is of no use elsewhere and told of in no report.
_ABOUT_IT: Final = ("format", "version", "site", "made_at", "counts", "sessions", "imports", "exports")


def is_ours(part: Part) -> bool:
    return is_json(part.head) and f'"{FORMAT}"' in part.head


def read(parts: Sequence[Part], intake: Intake) -> Iterator[Row]:
    for part in parts:
        if is_ours(part):
            yield from _read(part, intake)


def _read(part: Part, intake: Intake) -> Iterator[Row]:
    said = object_of(document_of(part))
    if said.get("format") != FORMAT:
        raise Unreadable("unknown")
    version = number_of(said.get("version"))
    if version is None or version > VERSION:
        raise Unreadable("version", str(said.get("version"))[:20])
    for section, rows in said.items():
        if section not in (*_BROUGHT, *_ABOUT_IT) and rows:
            number = len(rows) if isinstance(rows, list) else 1
            intake.note("section", part.name, section=line_of(section, most=40), rows=number)
    reader = _Reader(part.name, intake)
    for section, kind, read_one in (
        ("votes", Kind.VOTE, reader.vote),
        ("past_votes", Kind.PAST_VOTE, reader.past_vote),
        ("reviews", Kind.REVIEW, reader.review),
        ("viewings", Kind.VIEWING, reader.viewing),
        ("watchlist", Kind.WATCHLIST, reader.watchlist_entry),
    ):
        for number, one in enumerate(objects_of(said.get(section)), 1):
            try:
                yield reader.row(kind, number, one, read_one(one))
            except Bad as bad:
                yield Row(
                    kind, part.name, number, _called(one.get("title") or one.get("person")), reason=bad.reason
                )
    yield from _lists(part, objects_of(said.get("lists")), intake, reader)


def _lists(part: Part, lists: list[dict[str, Any]], intake: Intake, reader: "_Reader") -> Iterator[Row]:
    number = 0
    for place, one in enumerate(lists):
        key = f"{place}"
        if one.get("is_removed") is True:
            # Its entries stand in the report, with the reason why none of them comes in.
            for entry in objects_of(one.get("entries")):
                number += 1
                about = _called(entry.get("title"))
                yield Row(Kind.LIST_ENTRY, part.name, number, about, reason="removed")
            continue
        is_top = one.get("kind") == TitleList.Kind.TOP
        intake.add_list(
            key,
            part.name,
            name=line_of(one.get("name"), most=LIST_NAME) or key,
            description=long_text_of(one.get("description")),
            created_at=one.get("created_at"),
            tags=tags_of(one.get("tags")),
            kind=TitleList.Kind.TOP if is_top else TitleList.Kind.LIST,
            is_ranked=one.get("is_ranked") is True,
            audience=one["audience"] if one.get("audience") in Audience.values else Audience.ME,
        )
        for entry in objects_of(one.get("entries")):
            number += 1
            try:
                data = {
                    "list": key,
                    "position": number_of(entry.get("position")) or number,
                    "note": long_text_of(entry.get("note"))[:LIST_NOTE],
                    "at": intake.moment(entry.get("added_at")),
                }
                yield reader.row(Kind.LIST_ENTRY, number, entry, data)
            except Bad as bad:
                yield Row(Kind.LIST_ENTRY, part.name, number, _called(entry.get("title")), reason=bad.reason)


def _called(said: Any) -> dict[str, Any]:
    return named(name=line_of(object_of(said).get("name")))


class _Reader:
    """What the rows of each section say, by the columns of ours; each raises Bad."""

    def __init__(self, file: str, intake: Intake) -> None:
        self.file, self.intake = file, intake

    def row(self, kind: Kind, number: int, one: Mapping[str, Any], data: dict[str, Any]) -> Row:
        title = _person(one["person"]) if one.get("person") else _title(object_of(one.get("title")))
        return Row(kind, self.file, number, title, data)

    def vote(self, one: dict[str, Any]) -> dict[str, Any]:
        at = self.intake.moment(one.get("changed_at"))
        return {"value": self._value(one), "at": at, "cast_at": self.intake.moment(one.get("cast_at")) or at}

    def past_vote(self, one: dict[str, Any]) -> dict[str, Any]:
        given_at, ended_at = (self.intake.moment(one.get(name)) for name in ("given_at", "ended_at"))
        if not given_at or not ended_at or ended_at < given_at:
            raise Bad("date", str(one.get("ended_at"))[:40])
        return {
            "value": self._value(one),
            "given_at": given_at,
            "ended_at": ended_at,
            "withdrawn": one.get("withdrawn") is True,
        }

    def _value(self, one: dict[str, Any]) -> int:
        value = _half_stars(one.get("value"))
        if value is None:
            raise Bad("rating", str(one.get("value"))[:40])
        return value

    def viewing(self, one: dict[str, Any]) -> dict[str, Any]:
        return {
            "seen_on": self.intake.day(one.get("seen_on")),
            "at": self.intake.moment(one.get("logged_at")),
            "value": _half_stars(one.get("value")),
            "is_rewatch": one.get("is_rewatch") is True,
            "place": line_of(one.get("place"), most=80),
            "tags": tags_of(one.get("tags")),
            "note": line_of(one.get("note"), most=500),
            "review": number_of(one.get("review")),
        }

    def watchlist_entry(self, one: dict[str, Any]) -> dict[str, Any]:
        return {"at": self.intake.moment(one.get("added_at"))}

    def review(self, one: dict[str, Any]) -> dict[str, Any]:
        if one.get("state") in (ReviewState.REMOVED, ReviewState.HIDDEN):
            raise Bad("removed")
        moment = self.intake.moment
        at = moment(one.get("written_at"))
        revisions = [
            {
                "headline": line_of(revision.get("headline"), most=150),
                "body": _exact(revision.get("body")),
                "language": _language(revision.get("language")),
                "at": moment(revision.get("written_at")) or at,
            }
            for revision in objects_of(one.get("revisions"))
        ]
        body = _exact(one.get("body"))
        if not body.strip():
            raise Bad("shape")
        return {
            "id": number_of(one.get("id")),
            "parent": number_of(one.get("parent")),
            "state": ReviewState.WITHDRAWN
            if one.get("state") == ReviewState.WITHDRAWN
            else ReviewState.PUBLISHED,
            "is_opinion": one.get("is_opinion") is True,
            "verdict": _half_stars(one.get("verdict")),
            "headline": line_of(one.get("headline"), most=150),
            "body": body,
            "language": _language(one.get("language")),
            "is_spoiler": one.get("is_spoiler") is True,
            "may_translate": one.get("may_translate") is not False,
            "at": at,
            "edited_at": moment(one.get("edited_at")),
            "withdrawn_at": moment(one.get("withdrawn_at")),
            "revisions": [revision for revision in revisions if revision["body"]],
        }


def _exact(written: Any) -> str:
    """A text as it was stored, white space at its ends included: by its words it is known again."""
    text = clean_text(written) if isinstance(written, str) else ""
    if len(text) > BODY_LENGTH:
        raise Bad("long", BODY_LENGTH)
    return text


def _half_stars(written: Any) -> int | None:
    value = number_of(written)
    return value if value is not None and 1 <= value <= 10 else None


def _language(written: Any) -> str:
    return written if isinstance(written, str) and written in language_codes() else UNKNOWN


def _title(said: dict[str, Any]) -> dict[str, Any]:
    kind = said.get("kind")
    if kind not in {"film", "show", "season"}:
        raise Bad("shape")
    # Of a season all but the number are those of its show.
    of = object_of(said.get("show")) if kind == "season" else said
    title = named(
        id=number_of(said.get("id")),
        imdb=imdb_id(of.get("imdb")),
        tmdb=number_of(of.get("tmdb")),
        wikidata=line_of(of.get("wikidata"), most=40),
        name=line_of(of.get("name")) or line_of(said.get("name")),
        other=line_of(of.get("original_name")),
        year=year_of(of.get("year")),
        kind=kind,
        season=number_of(said.get("season")) if kind == "season" else None,
    )
    if "name" not in title or (kind == "season" and "season" not in title):
        raise Bad("nameless")
    return title


def _person(said: Any) -> dict[str, Any]:
    who = object_of(said)
    imdb = line_of(who.get("imdb"), most=40)
    return named(
        kind="person",
        id=number_of(who.get("id")),
        imdb=imdb,
        tmdb=number_of(who.get("tmdb")),
        wikidata=line_of(who.get("wikidata"), most=40),
        name=line_of(who.get("name")) or imdb,
    )
