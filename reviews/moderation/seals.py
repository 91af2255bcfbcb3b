"""Proof that the public log is what it was: no line changed, put between or taken out.

Each line carries the seal of the one before it and its own, which the database makes as it writes the line
(`reviews/migrations/0043_keep_the_log.py`). Here the same is reckoned once more, in Python, so that a change of the
database's own functions is noticed too. What nobody can notice from inside is a log cut short at its end: who keeps the
newest seal elsewhere (`verify_moderation_log` prints it) can.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import Final

from reviews.models import LogEntry

FIRST_SEAL: Final = bytes(32)
# In the order in which they are sealed, behind number and time.
_SEALED: Final = (
    "verb",
    "section",
    "kind",
    "matter",
    "found_by",
    "measure",
    "rule",
    "reason",
    "case_number",
    "review_number",
    "title_number",
    "person_number",
    "moderator_number",
)


@dataclass(frozen=True)
class Break:
    """A line of which the seal is wrong, or before which one is missing (`is_gap`)."""

    number: int
    is_gap: bool


@dataclass(frozen=True)
class Proof:
    """What was found: how many lines, the seal of the last, the first places where the chain breaks, and whether the seal
    that somebody noted down before is still there.
    """

    lines: int
    last: bytes
    breaks: list[Break]
    has_noted: bool


def prove_log(*, noted: str = "", most_breaks: int = 20) -> Proof:
    """Read the whole log once, in pieces, and reckon every seal. Stops after so many breaks.

    `noted` is a seal in hexadecimal digits, of any line; without one there is nothing to look for.
    """
    before, lines, has_noted = FIRST_SEAL, 0, noted in ("", FIRST_SEAL.hex())
    breaks: list[Break] = []
    for line in _lines():
        lines += 1
        if bytes(line.prev_hash) != before:
            breaks.append(Break(line.pk, is_gap=True))
        if bytes(line.hash) != seal_of(line):
            breaks.append(Break(line.pk, is_gap=False))
        before = bytes(line.hash)
        has_noted = has_noted or before.hex() == noted
        if len(breaks) >= most_breaks:
            break
    return Proof(lines, before, breaks, has_noted)


def seal_of(line: LogEntry) -> bytes:
    """The SHA-256 of the seal before it and of everything the line says, 32 bytes."""
    at = line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = [line.pk, at, *(getattr(line, name) for name in _SEALED)]
    return sha256(bytes(line.prev_hash) + json.dumps(said, ensure_ascii=False).encode()).digest()


def _lines() -> Iterator[LogEntry]:
    return LogEntry.objects.order_by("pk").iterator(chunk_size=2000)
