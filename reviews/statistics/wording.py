"""What a row of a member's statistics is called."""

from django.utils.translation import gettext

from films.filters import value_in_words

# Names that stand in the catalogue; the others are told by their code or year.
_NAMED = {"director", "actor", "person"}


def facet_words(kind: str, key: str, name: str) -> str:
    """A genre, country, decade, language or person in the reader's words: `key` as in an address, `name` as stored."""
    if kind in _NAMED:
        return name
    return gettext(name) if kind == "genre" else value_in_words(kind, key, ())
