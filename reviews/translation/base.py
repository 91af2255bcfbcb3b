"""What an engine is. It knows texts and language codes, nothing of reviews.

An engine answers every text with a result of its own, in order, so that the good part of a batch is kept.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, Self, runtime_checkable

import structlog

from filmsite.lib.inputs import is_storable

log = structlog.get_logger("reviews.translation")

Pair = tuple[str, str]
DEFAULT_PLACEHOLDER: Final = "XQ{n}"
# No translation is longer than so many times its text and some more, whatever the scripts: it is a flood.
MOST_TIMES_LONGER: Final = 10
FLOOD_ALLOWANCE: Final = 200
# However long an engine asks to be left alone, it is tried again after a day.
MOST_RETRY_AFTER: Final = 86_400.0
_DETAIL_CHARACTERS: Final = 200


class FailureKind(StrEnum):
    """Why a text was not translated; decides what the caller does next."""

    RETRYABLE = "retryable"  # may work later: engine down, out of time
    QUOTA = "quota"  # may work when the quota is renewed; costs no attempt
    UNSUPPORTED = "unsupported"  # this pair never works here
    TOO_LARGE = "too_large"  # the same text in smaller pieces may work
    REJECTED = "rejected"  # configuration: credentials, address, a damaged model
    BROKEN = "broken"  # an answer came, and it is of no use
    UNFIT = "unfit"  # an answer came, and the gates refuse it (`detail` names the fault); the engine itself is well


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

    @property
    def reason(self) -> str:
        """One word for it: the kind, or the fault of the text."""
        return self.detail if self.kind is FailureKind.UNFIT else str(self.kind)


Result = Ok | Failed


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do; pairs are listed one by one and never inferred."""

    pairs: frozenset[Pair] = field(default_factory=frozenset)
    max_segments: int = 32
    max_characters: int = 4_000
    # Forms of the token that stands for a name, best first; the second is tried when the first got lost.
    placeholders: tuple[str, ...] = (DEFAULT_PLACEHOLDER, "[{n}]")
    # True when text leaves the house: the page names the engine, and authors may opt out.
    external: bool = False
    # True when every character that is sent is paid for or counted against a quota.
    billed: bool = False
    # False for engines whose output is in no real language (the dummy): spares them the language gate.
    real_language: bool = True


class Engine(Protocol):
    """A translator of sentences. `key` is stable: it is stored with every translation."""

    key: str

    def capabilities(self) -> Capabilities:
        """Give the current abilities; may look at the disk, never at the network."""

    def fingerprint(self, src: str, dst: str) -> str:
        """Give what identifies the model of a pair, at most 64 characters; a new one makes memory stale.

        Empty for a pair that the engine does not have. Never looks at the network.
        """

    def translate(
        self, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
    ) -> list[Result]:
        """Translate sentences, one result each in order; `deadline` is on the `time.monotonic` clock.

        What cannot be done is a `Failed`; an exception means a mistake in the program.
        """


@runtime_checkable
class RemoteEngine(Engine, Protocol):
    """An engine on another machine, or in another process, that says over the network which pairs it has.

    It has none until it is told: `fetch_pairs` is for workers and commands, `know` for whoever kept the answer.
    """

    def fetch_pairs(self, *, deadline: float | None = None) -> frozenset[Pair]:
        """Ask which pairs there are, in BCP 47. Raises NotOffered when no good answer comes."""

    def know(self, pairs: frozenset[Pair]) -> None:
        """Set what `capabilities().pairs` says from now on; no network."""


class ConfigurableEngine(Engine, Protocol):
    """What the classes of `engines.REGISTRY` are beside engines: made by name, from words of the settings."""

    @classmethod
    def from_settings(cls, name: str, options: Mapping[str, str], models_dir: Path | None) -> Self:
        """Make the engine whose `key` is `name`. Raises EngineSettingError; no network, little disk."""


class NotOffered(Exception):
    """An engine did not say which pairs it has; `failure` tells why, as for a text."""

    def __init__(self, failure: "Failed") -> None:
        super().__init__(failure.detail)
        self.failure = failure


class EngineSettingError(ValueError):
    """An engine cannot be made from what the settings say; the message is for the operator."""


class WrongThread(RuntimeError):
    """An engine bound to one thread was used from another: a mistake in how workers are set up."""


def call_engine(
    engine: Engine, batch: Sequence[str], *, src: str, dst: str, deadline: float | None = None
) -> list[Result]:
    """Call an engine and hold it to the contract: always one usable result per text, whatever it does.

    Past the deadline the engine is not called at all. Only `WrongThread` passes through.
    """
    if not batch:
        return []
    if deadline is not None and time.monotonic() >= deadline:
        return [Failed(FailureKind.RETRYABLE, "out of time")] * len(batch)
    try:
        results: object = engine.translate(batch, src=src, dst=dst, deadline=deadline)
    except WrongThread:
        raise
    except Exception as error:
        # An engine is foreign code on hostile text: whatever it raises must not lose the rest of a review.
        log.exception("engine raised", engine=engine.key, src=src, dst=dst)
        return [_broken(f"{type(error).__name__}: {error}")] * len(batch)
    if not isinstance(results, Sequence) or isinstance(results, str | bytes):
        return [_broken(f"a {type(results).__name__} is no list of answers")] * len(batch)
    if len(results) != len(batch):
        return [_broken(f"{len(results)} answers to {len(batch)} texts")] * len(batch)
    return [_checked(text, result) for text, result in zip(batch, results, strict=True)]


def _checked(text: str, result: object) -> Result:
    """The result as it may be used, or why it may not."""
    if isinstance(result, Failed):
        return replace(result, detail=_clean(result.detail), retry_after=_bounded(result.retry_after))
    if not isinstance(result, Ok) or not isinstance(result.text, str):
        return _broken("the answer is no text")
    if len(result.text) > MOST_TIMES_LONGER * len(text) + FLOOD_ALLOWANCE:
        return _broken(f"{len(result.text)} characters in answer to {len(text)}")
    if not is_storable(result.text):
        return _broken("the answer has characters that no text has")
    return result


def _broken(detail: str) -> Failed:
    return Failed(FailureKind.BROKEN, _clean(detail))


def _clean(detail: str) -> str:
    """Words of an engine for the log and the staff's page: one short line that can be stored."""
    shown = "".join(c if c.isprintable() else " " for c in detail[: 2 * _DETAIL_CHARACTERS])
    return " ".join(shown.split())[:_DETAIL_CHARACTERS]


def _bounded(seconds: float | None) -> float | None:
    if seconds is None or math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), MOST_RETRY_AFTER)


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
