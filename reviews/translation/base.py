"""What an engine is. It knows texts and language codes, nothing of reviews.

An engine answers every text with a result of its own, in order, so that the good part of a batch is kept.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

import structlog

log = structlog.get_logger("reviews.translation")

Pair = tuple[str, str]
DEFAULT_PLACEHOLDER: Final = "XQ{n}"


class FailureKind(StrEnum):
    """Why a text was not translated; decides what the caller does next."""

    RETRYABLE = "retryable"  # may work later: engine down, out of time
    QUOTA = "quota"  # may work when the quota is renewed; costs no attempt
    UNSUPPORTED = "unsupported"  # this pair never works here
    TOO_LARGE = "too_large"  # the same text in smaller pieces may work
    REJECTED = "rejected"  # configuration: credentials, address, a damaged model
    BROKEN = "broken"  # an answer came, and it is of no use


@dataclass(frozen=True, slots=True)
class Ok:
    """One translated text."""

    text: str


@dataclass(frozen=True, slots=True)
class Failed:
    """One text that was not translated; `retry_after` in seconds where the engine said so."""

    kind: FailureKind
    detail: str = ""
    retry_after: float | None = None


Result = Ok | Failed


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do; pairs are listed one by one and never inferred."""

    pairs: frozenset[Pair] = field(default_factory=frozenset)
    max_segments: int = 32
    max_characters: int = 4_000
    # Forms of the token that stands for a name, best first; the second is tried when the first got lost.
    placeholders: tuple[str, ...] = (DEFAULT_PLACEHOLDER, "[{n}]")
    # True when text leaves this machine: the page names the engine, and authors may opt out.
    external: bool = False
    # False for engines whose output is in no real language (the dummy): spares them the language gate.
    real_language: bool = True


class Engine(Protocol):
    """A translator of sentences. `key` is stable: it is stored with every translation."""

    key: str

    def capabilities(self) -> Capabilities:
        """Give the current abilities; may look at the disk, never at the network."""

    def fingerprint(self, src: str, dst: str) -> str:
        """Give what identifies the model of a pair, at most 64 characters; a new one makes memory stale."""

    def translate(
        self, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
    ) -> list[Result]:
        """Translate sentences, one result each in order; `deadline` is on the `time.monotonic` clock.

        What cannot be done is a `Failed`; an exception means a mistake in the program.
        """


class WrongThread(RuntimeError):
    """An engine bound to one thread was used from another: a mistake in how workers are set up."""


def call_engine(
    engine: Engine, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
) -> list[Result]:
    """Call an engine and hold it to the contract: always one result per text, whatever it does.

    Past the deadline the engine is not called at all. Only `WrongThread` passes through.
    """
    if not batch:
        return []
    if deadline is not None and time.monotonic() >= deadline:
        return [Failed(FailureKind.RETRYABLE, "out of time")] * len(batch)
    try:
        results = engine.translate(batch, src=src, dst=dst, deadline=deadline)
    except WrongThread:
        raise
    except Exception as error:
        # An engine is foreign code on hostile text: whatever it raises must not lose the rest of a review.
        log.exception("engine raised", engine=engine.key, src=src, dst=dst)
        return [Failed(FailureKind.BROKEN, f"{type(error).__name__}: {error}"[:200])] * len(batch)
    if len(results) != len(batch):
        return [Failed(FailureKind.BROKEN, f"{len(results)} answers to {len(batch)} texts")] * len(batch)
    return [_checked(result) for result in results]


def _checked(result: Result) -> Result:
    if isinstance(result, Ok) and not isinstance(result.text, str):
        return Failed(FailureKind.BROKEN, "the answer is no text")
    return result


def batches(texts: Sequence[str], capabilities: Capabilities) -> list[list[int]]:
    """Give the places of `texts` in batches that stay within what the engine takes at once."""
    result: list[list[int]] = []
    size = 0
    for place, text in enumerate(texts):
        full = result and (
            len(result[-1]) >= capabilities.max_segments or size + len(text) > capabilities.max_characters
        )
        if not result or full:
            result.append([])
            size = 0
        result[-1].append(place)
        size += len(text)
    return result
