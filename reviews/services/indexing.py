"""Keeping the copy detector's index: which texts it knows, and the fingerprints of each.

The transaction that stores a text notes it (a row of `KnownText`, or its mark that the words are others now). The
fingerprints follow by a task after the commit; a sweep finds what a dead worker left. `source_hash` of the row tells
which words its fingerprints were made of, so that those of earlier words can be computed again and taken out: no index
leads from a text to its fingerprints.
"""

from reviews.models import KnownText, Review
from films.models import Person, Title

Indexed = Review | Title | Person


def note_text(row: Indexed) -> KnownText | None:
    """Note that a message, the plot of a title or the biography of a person has other words now, or is new.

    Call it in the transaction that stores them. None where there are no words; then what was known is forgotten.
    """
    raise NotImplementedError


def forget_text(row: Indexed) -> None:
    """Take a text out of the index for good, in the transaction that deletes its words; before they are gone."""
    raise NotImplementedError
