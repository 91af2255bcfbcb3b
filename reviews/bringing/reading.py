"""Whose file it is that was sent, and its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Final

from django.conf import settings

from reviews.bringing import filmsite, imdb, letterboxd, movielens, plain, tmdb, trakt
from reviews.bringing.archive import Part, parts_of
from reviews.bringing.base import MOST_LISTS, Intake, Kind, Row, Unreadable, reason
from reviews.models import ImportSource

_READERS: Final[dict[ImportSource, ModuleType]] = {
    ImportSource.FILMSITE: filmsite,
    ImportSource.LETTERBOXD: letterboxd,
    ImportSource.IMDB: imdb,
    ImportSource.TRAKT: trakt,
    ImportSource.TMDB: tmdb,
    ImportSource.MOVIELENS: movielens,
    ImportSource.PLAIN: plain,
}


def source_of(name: str, content: bytes) -> ImportSource:
    """Whose file it is, by what stands in it; its name and ending say nothing. Raises Unreadable."""
    return _identify(list(parts_of(name, content)))


def read(name: str, content: bytes, intake: Intake) -> Iterator[Row]:
    """The rows of what was sent, at most FILMSITE_BRING_MOST_ROWS. Raises Unreadable, also behind the first rows."""
    parts = list(parts_of(name, content))
    source = _identify(parts)
    most, texts = settings.FILMSITE_BRING_MOST_ROWS, 0
    for number, row in enumerate(_READERS[source].read(parts, intake), 1):
        if number > most:
            raise Unreadable("rows", most)
        if row.kind == Kind.REVIEW and not row.reason:
            texts += 1
            if texts > intake.most_texts:
                row = replace(row, data={}, reason=intake.too_many_texts)
        elif row.kind == Kind.LIST_ENTRY and not row.reason and row.data["list"] not in intake.lists:
            row = replace(row, data={}, reason=reason("lists", MOST_LISTS))
        yield row


def _identify(parts: Sequence[Part]) -> ImportSource:
    found = [source for source, reader in _READERS.items() if any(map(reader.is_ours, parts))]
    # Tables of sites that we know may look like one of one's own.
    if len(found) > 1 and found[-1] is ImportSource.PLAIN:
        found.pop()
    if not found:
        raise Unreadable("data_set" if any(map(movielens.is_data_set, parts)) else "unknown")
    # Our own archive has the same once more in the columns of other sites.
    if len(found) > 1 and found[0] is not ImportSource.FILMSITE:
        raise Unreadable("several", ", ".join(str(source.label) for source in found))
    return found[0]
