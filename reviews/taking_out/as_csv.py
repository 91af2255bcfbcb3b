"""What other sites can read: Letterboxd's import and IMDb's columns. Films only, for neither of them knows our seasons.

Cells are as they are, formulas included: these are files for programs, and a sign put before a text would be imported
with it.
"""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, Final

from accounts.models import Member
from reviews.models import Review, Viewing, Vote, WatchlistEntry
from reviews.taking_out.catalogue import AT_ONCE, Catalogue, Named, in_batches, with_titles

# Letterboxd takes files of at most a megabyte.
LETTERBOXD_BYTES: Final = 1_000_000
LETTERBOXD: Final = (
    "LetterboxdURI", "tmdbID", "imdbID", "Title", "Year", "Directors",
    "Rating", "Rating10", "WatchedDate", "Rewatch", "Tags", "Review",
)  # fmt: skip
_OF_IMDB: Final = (
    "Title", "Original Title", "URL", "Title Type", "IMDb Rating", "Runtime (mins)", "Year", "Genres",
    "Num Votes", "Release Date", "Directors",
)  # fmt: skip
IMDB_RATINGS: Final = ("Const", "Your Rating", "Date Rated", *_OF_IMDB)
IMDB_WATCHLIST: Final = (
    "Position", "Const", "Created", "Modified", "Description", *_OF_IMDB, "Your Rating", "Date Rated",
)  # fmt: skip
_IMDB_TYPES: Final = {"film": "Movie", "show": "TV Series"}


def letterboxd_files(member: Member, catalogue: Catalogue) -> Iterator[bytes]:
    """The files to import at Letterboxd, none of them larger than it takes; at least one, if only with its head."""
    return _files(LETTERBOXD, _letterboxd_rows(member, catalogue), most=LETTERBOXD_BYTES)


def _letterboxd_rows(member: Member, catalogue: Catalogue) -> Iterator[list[object]]:
    """First the diary, then the votes, then opinions that neither brought along.

    A line for a viewing on the day for which it stands; a line without a day for a vote, unless a viewing of that film
    says the same stars: there the vote would be counted twice. An opinion goes with the viewing or vote it belongs to.
    """
    opinions = {
        title: pk
        for pk, title in Review.objects.filter(
            author=member, is_opinion=True, state="published", title__kind="film"
        )
        .order_by("-created_at", "-id")
        .values_list("pk", "title_id")
    }
    brought: set[int] = set()
    said: set[tuple[int, int]] = set()
    viewings = Viewing.objects.filter(member=member, title__kind="film").select_related("review")
    for row in with_titles(viewings.order_by("seen_on", "id").iterator(chunk_size=AT_ONCE), catalogue):
        review = row.review if row.review and row.review.is_published else None
        if review:
            brought.add(review.pk)
        if row.value:
            said.add((row.title_id, row.value))
        yield _letterboxd(
            catalogue.title(row.title_id),
            value=row.value,
            day=row.seen_on.isoformat() if row.seen_on else "",
            rewatch="true" if row.is_rewatch else "false",
            tags=", ".join(row.tags),
            review=review.body if review else "",
        )
    votes = Vote.objects.filter(member=member, title__kind="film").order_by("changed_at", "id")
    for batch in in_batches(with_titles(votes.iterator(chunk_size=AT_ONCE), catalogue)):
        own = {row.title_id: opinions[row.title_id] for row in batch if row.title_id in opinions}
        bodies = dict(Review.objects.filter(pk__in=set(own.values()) - brought).values_list("pk", "body"))
        brought |= bodies.keys()
        for vote in batch:
            body = bodies.get(own.get(vote.title_id, 0), "")
            if body or (vote.title_id, vote.value) not in said:
                yield _letterboxd(catalogue.title(vote.title_id), value=vote.value, review=body)
    rest = Review.objects.filter(
        author=member, is_opinion=True, state="published", title__kind="film"
    ).order_by("created_at", "id")
    for review in with_titles(rest.iterator(chunk_size=AT_ONCE), catalogue):
        if review.title_id is not None and review.pk not in brought:
            yield _letterboxd(catalogue.title(review.title_id), value=review.verdict, review=review.body)


def _letterboxd(
    title: Named, *, value: int | None, day: str = "", rewatch: str = "", tags: str = "", review: str = ""
) -> list[object]:
    work = title.work
    return [
        "",
        work["tmdb"] or "",
        work["imdb"] or "",
        title.name,
        work["year"] or "",
        ", ".join(title.directors),
        value / 2 if value else "",
        value or "",
        day,
        rewatch,
        tags,
        review,
    ]


def imdb_ratings(member: Member, catalogue: Catalogue) -> Iterator[bytes]:
    """The votes in the columns of IMDb's file. Its own numbers of a title are not ours to give: they stay empty."""

    def rows() -> Iterator[list[object]]:
        votes = Vote.objects.filter(member=member, title__kind="film").order_by("-changed_at", "-id")
        for row in with_titles(votes.iterator(chunk_size=AT_ONCE), catalogue):
            title = catalogue.title(row.title_id)
            yield [title.work["imdb"] or "", row.value, row.changed_at.date().isoformat(), *_of_imdb(title)]

    return _files(IMDB_RATINGS, rows())


def imdb_watchlist(member: Member, catalogue: Catalogue) -> Iterator[bytes]:
    """The watchlist in the columns of IMDb's file, the oldest entry first, with the member's votes."""

    def rows() -> Iterator[list[object]]:
        own = {
            title: (value, at.date().isoformat())
            for title, value, at in Vote.objects.filter(
                member=member, title__watchers__member=member
            ).values_list("title_id", "value", "changed_at")
        }
        kept = WatchlistEntry.objects.filter(member=member, title__kind__in=_IMDB_TYPES)
        entries = with_titles(kept.order_by("added_at", "id").iterator(chunk_size=AT_ONCE), catalogue)
        for position, row in enumerate(entries, 1):
            title, day = catalogue.title(row.title_id), row.added_at.date().isoformat()
            const = title.work["imdb"] or ""
            yield [position, const, day, day, "", *_of_imdb(title), *own.get(row.title_id, ("", ""))]

    return _files(IMDB_WATCHLIST, rows())


def _of_imdb(title: Named) -> list[object]:
    work = title.work
    return [
        title.name,
        work["original_name"] or title.name,
        f"https://www.imdb.com/title/{work['imdb']}/" if work["imdb"] else "",
        _IMDB_TYPES[work["kind"]],
        "",
        title.minutes or "",
        work["year"] or "",
        ", ".join(title.genres),
        "",
        title.released_on.isoformat() if title.released_on else "",
        ", ".join(title.directors),
    ]


def _files(head: Iterable[str], rows: Iterable[list[Any]], *, most: int | None = None) -> Iterator[bytes]:
    """The rows as CSV, each file with the head; a new file begins before a row that would make one larger than `most`.

    A row that alone is larger has a file of its own.
    """
    first = _line(head)
    file = bytearray(first)
    for row in rows:
        line = _line(row)
        if most is not None and len(file) > len(first) and len(file) + len(line) > most:
            yield bytes(file)
            file = bytearray(first)
        file += line
    yield bytes(file)


def _line(cells: Iterable[object]) -> bytes:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()
