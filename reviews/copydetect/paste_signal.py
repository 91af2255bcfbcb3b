"""What the browser says about a paste: a hint that one line of script can forge, and is treated as one.

It shortens the wait for a check and gives a moderator some context. Nothing is ever held against anybody by it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reviews.copydetect.allowed import has_link
from reviews.copydetect.normalise import words_of

# So many words from a web page, without a link, are worth a question to a newcomer.
QUESTION_WORDS: Final = 60
_MAX_COUNT: Final = 1_000_000


class Origin(StrEnum):
    """Where a paste came from, judged by the browser from the clipboard's formats."""

    OFFICE = "office"
    GDOCS = "gdocs"
    LIBREOFFICE = "libreoffice"
    PLAIN = "plain"
    WEB = "web"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PasteSignal:
    """The largest paste into the composer: its characters and origin, and how many pastes there were."""

    characters: int
    origin: Origin = Origin.UNKNOWN
    count: int = 1


def parse_signal(value: str | None) -> PasteSignal | None:
    """Read what the browser sent, ``{"characters": 1834, "origin": "web", "pastes": 2}``; None for nonsense."""
    if not value or len(value) > 2_000:
        return None
    try:
        return signal_from(json.loads(value))
    except (ValueError, RecursionError):
        return None


def signal_from(data: object) -> PasteSignal | None:
    """Like `parse_signal`, for a message that is decoded already."""
    if not isinstance(data, Mapping):
        return None
    characters, count = _count(data.get("characters")), _count(data.get("pastes", 1))
    if not characters or not count:
        return None
    origin = next((known for known in Origin if known == data.get("origin")), Origin.UNKNOWN)
    return PasteSignal(characters, origin, count)


def is_worth_a_question(text: str, paste: PasteSignal | None) -> bool:
    """Whether so much came from a web page, with no link anywhere, that a newcomer is asked where it stands."""
    if paste is None or paste.origin is not Origin.WEB or not text or has_link(text):
        return False
    share = min(1.0, paste.characters / len(text))
    return share * len(words_of(text)) >= QUESTION_WORDS


def _count(value: object) -> int:
    """Give a number a browser may have counted, else 0."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_COUNT:
        return value
    return 0
