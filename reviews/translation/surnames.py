"""Surnames that stand alone in a text: which word of a name it is, and where such a word is most likely the name.

Many surnames are words as well: Young, Love, Bacon. Doubt leaves them to the engine, which mostly keeps them too.
"""

import re
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

from filmsite.lib.languages import primary

SHORTEST: Final = 3
# Every noun has a capital there, so that a capital says nothing.
_NOUNS_IN_CAPITALS: Final = frozenset({"de", "lb"})
_PARTICLES: Final = frozenset(
    {"af", "al", "av", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du"}
    | {"el", "la", "le", "lo", "ten", "ter", "van", "von", "zu"}
)
_GENERATION: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})
_NAME: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LAST_WORD: Final = re.compile(r"[\w'’-]+$")
# "The", "Um": an article at the start of a sentence is no first name.
_LONGEST_ARTICLE: Final = 3
_GOES_ON: Final = ",;)"


def surname_of(name: str, sort_name: str, *, language: str) -> str:
    """Give the surname of a person as texts in `language` have it, with its particle: "von Trier"; empty where there is
    none that can be told from a word. `sort_name` is "Trier, Lars von", or the like.
    """
    words = [word for word in name.split() if word.strip(".,").casefold() not in _GENERATION]
    head, comma, _rest = sort_name.partition(",")
    wanted = head if comma and head in words else words[-1] if words else ""
    if len(words) < 2 or primary(language) in _NOUNS_IN_CAPITALS or not _NAME.fullmatch(wanted):
        return ""
    if (
        len(wanted) < SHORTEST
        or not wanted[0].isupper()
        or wanted.casefold() in _capitalised(primary(language))
    ):
        return ""
    start = words.index(wanted)
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return " ".join(words[start : words.index(wanted) + 1])


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]`, which reads like a surname, most likely is one: inside a sentence, in no other name."""
    before, after = text[:start].rstrip(), text[end:]
    if re.match(r"-|\s+[^\W\d_]", after) and after.lstrip(" -")[:1].isupper():
        return False
    if " " in text[start:end]:
        return True
    if not before or not (before[-1].isalnum() or before[-1] in _GOES_ON):
        return False
    word = _LAST_WORD.search(before)
    return word is None or not word[0][0].isupper() or len(word[0]) <= _LONGEST_ARTICLE


@lru_cache(maxsize=64)
def _capitalised(language: str) -> frozenset[str]:
    """Words that a language may write with a capital anywhere: its months, days, languages and countries."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return frozenset()
    names = [*locale.languages.values(), *locale.territories.values()]
    names += locale.months["format"]["wide"].values()
    names += locale.days["format"]["wide"].values()
    return frozenset(str(name).casefold() for name in names)
