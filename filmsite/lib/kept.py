"""Finished pages for readers who are not signed in, kept for a moment and forgotten when what they show changes.

A page belongs to the subject in its address (`/films/12-heat/` to title 12, `/people/7-…/` to person 7). Each subject
has a mark in the cache; a page is good while the mark is what it was when the page was begun. Whoever changes a
subject calls `forget_pages`; a change that nobody told of shows when `FILMSITE_KEPT_SECONDS` are over, and so does everything
else when the cache has vanished.
"""

import re
from collections.abc import Iterable
from secrets import token_hex
from typing import Final

from django.core.cache import cache
from django.db import transaction

# Longer than any page is kept: a mark that expired then marks nothing any more.
_SECONDS_MARKED: Final = 24 * 3600

_SUBJECT: Final = re.compile(r"/(films|shows|people)/(\d{1,18})-")
_KIND: Final = {"films": "title", "shows": "title", "people": "person"}


def mark_of(path: str) -> str:
    """The cache key of the mark of the subject that an address is about; pages of none share one that never changes."""
    found = _SUBJECT.match(path)
    return _mark(_KIND[found[1]], int(found[2])) if found else "kept-mark"


def forget_pages(*, title_ids: Iterable[int | None] = (), person_ids: Iterable[int | None] = ()) -> None:
    """Once this transaction is committed, build the pages of these titles and people anew. A season is shown with its
    show: name both. None is nobody.
    """
    marks = [_mark("title", pk) for pk in title_ids if pk] + [_mark("person", pk) for pk in person_ids if pk]
    if marks:
        transaction.on_commit(
            lambda: cache.set_many(dict.fromkeys(marks, token_hex(8)), timeout=_SECONDS_MARKED)
        )


def _mark(kind: str, pk: int) -> str:
    return f"kept-mark:{kind}:{pk}"
