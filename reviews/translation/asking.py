"""The engine's part: which sentences it is asked for, in which shape, and what of its answers is good.

One run serves any number of texts of one pair. A sentence that several of them have is asked once, in batches that go
across texts; what is counted is counted for the text that asked.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from filmsite.lib.languages import primary
from reviews.translation import gates
from reviews.translation.base import Engine, Failed, FailureKind, Ok, Result, batches, call_engine
from reviews.translation.masking import tokens
from reviews.translation.memory import Memory, segment_key
from reviews.translation.ways import Way, count_words, in_smaller_parts, ways_of

# Calls in a row without one answer after which an engine is left alone. More than it takes to find the one sentence in
# a full batch that an engine stumbles over.
MOST_VAIN_CALLS: Final = 16
# Failures that say something of the engine or the hour, not of the sentence.
_STOPPING = frozenset(
    {FailureKind.RETRYABLE, FailureKind.QUOTA, FailureKind.UNSUPPORTED, FailureKind.REJECTED}
)
# Failures of a whole call that a single text in it may have caused.
_DIVISIBLE = frozenset({FailureKind.TOO_LARGE, FailureKind.BROKEN})


@dataclass(slots=True)
class Unit:
    """One masked sentence; equal sentences share a unit, whichever texts they are in.

    `owner` is the place of the text that asked first. `failure` is why the engine gave nothing for it, where that says
    something of the engine; `fault` is the last reason of any kind.
    """

    text: str
    key: bytes
    owner: int
    answer: str | None = None
    remembered: bool = False
    fault: str = ""
    failure: Failed | None = None
    fallback: str | None = None
    ways: list[Way] | None = None


@dataclass(slots=True)
class Tally:
    """What the engine did for one text."""

    calls: int = 0
    words: int = 0
    characters: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    fresh: list[tuple[bytes, str]] = field(default_factory=list)


@dataclass
class Run:
    """The state of one turn with an engine; `src` and `dst` are in the engine's own codes."""

    engine: Engine
    src: str
    dst: str
    forms: tuple[str, ...]
    memory: Memory | None
    deadline: float | None
    # Asked before each call of the engine, where there is somebody to ask.
    may_ask: Callable[[], bool] | None = None
    texts: int = 1
    units: dict[str, Unit] = field(default_factory=dict)
    # Why nothing more is asked, once that is so.
    stopped: Failed | None = None
    _vain: int = 0

    def __post_init__(self) -> None:
        self.capabilities = self.engine.capabilities()
        self.fingerprint = self.engine.fingerprint(self.src, self.dst)
        self.tallies = [Tally() for _ in range(self.texts)]

    def unit(self, text: str, *, owner: int) -> Unit:
        """Give the unit of a masked sentence; the first to ask for it owns it."""
        if text not in self.units:
            key = segment_key(
                text, src=self.src, dst=self.dst, engine=self.engine.key, fingerprint=self.fingerprint
            )
            self.units[text] = Unit(text, key, owner)
        return self.units[text]

    def answer_units(self) -> None:
        """Answer every unit that can be: from memory first, then way by way from the engine."""
        self._remember()
        pending = [unit for unit in self.units.values() if unit.answer is None]
        while pending and self.stopped is None:
            self._round(pending)
            pending = [unit for unit in pending if unit.answer is None and unit.ways]
        self._accept(
            [
                (unit, unit.fallback)
                for unit in self.units.values()
                if unit.answer is None and unit.fallback is not None
            ]
        )

    def _remember(self) -> None:
        if self.memory is None or not self.units:
            return
        known = self.memory.get_many([unit.key for unit in self.units.values()])
        for unit in self.units.values():
            text = known.get(unit.key)
            if text is not None and sorted(tokens(text)) == sorted(tokens(unit.text)):
                unit.answer, unit.remembered = text, True

    def _round(self, units: Sequence[Unit]) -> None:
        """Try the next way of each unit, batch by batch; the memory gets each batch at once."""
        asked = [(unit, way) for unit in units if (way := self._next_way(unit)) is not None]
        texts = [(text, unit.owner) for unit, way in asked for text in way.texts]
        results: list[Result] = []
        settled = used = 0
        for batch in batches([text for text, _owner in texts], self.capabilities):
            self._mind_the_time()
            if self.stopped is not None:
                break
            results += self._ask([texts[place] for place in batch])
            accepted: list[tuple[Unit, str]] = []
            # A way of several texts may lie across two batches; it is judged when its last answer is in.
            while settled < len(asked) and used + len(asked[settled][1].texts) <= len(results):
                unit, way = asked[settled]
                answer = self._judge(unit, way, results[used : used + len(way.texts)])
                if answer is not None:
                    accepted.append((unit, answer))
                used += len(way.texts)
                settled += 1
            self._accept(accepted)
        for unit, _way in asked[settled:]:
            unit.failure = self.stopped

    def _mind_the_time(self) -> None:
        if self.deadline is not None and time.monotonic() >= self.deadline and self.stopped is None:
            self.stopped = Failed(FailureKind.RETRYABLE, "out of time")

    def _ask(self, texts: Sequence[tuple[str, int]]) -> list[Result]:
        """Ask for texts in one call; in smaller ones where that failed as a whole and a single text may be why."""
        self._mind_the_time()
        if self.stopped is None and self.may_ask is not None and not self.may_ask():
            self.stopped = Failed(FailureKind.RETRYABLE, "called off")
        if self.stopped is not None:
            return [self.stopped] * len(texts)
        began = time.monotonic()
        words = [text for text, _owner in texts]
        results = call_engine(self.engine, words, src=self.src, dst=self.dst, deadline=self.deadline)
        self._count(texts, results, time.monotonic() - began)
        kinds = {result.kind if isinstance(result, Failed) else None for result in results}
        if kinds & {None, FailureKind.UNFIT}:
            self._vain = 0
            return results
        self._vain += 1
        if self._is_over(kinds, len(texts)):
            self.stopped = next(result for result in results if isinstance(result, Failed))
            return results
        if len(texts) > 1 and kinds <= _DIVISIBLE:
            middle = len(texts) // 2
            return self._ask(texts[:middle]) + self._ask(texts[middle:])
        return results

    def _is_over(self, kinds: set[FailureKind | None], texts: int) -> bool:
        """Whether a call that gave nothing at all says that the next one would neither."""
        if self._vain >= MOST_VAIN_CALLS:
            return True
        # A single sentence that an engine hangs on says nothing of the others.
        alone = texts == 1 and kinds == {FailureKind.RETRYABLE} and self._vain == 1
        return bool(kinds & _STOPPING) and not alone

    def _count(self, texts: Sequence[tuple[str, int]], results: Sequence[Result], seconds: float) -> None:
        self.tallies[texts[0][1]].calls += 1
        whole = sum(len(text) for text, _owner in texts) or 1
        for (text, owner), result in zip(texts, results, strict=True):
            tally = self.tallies[owner]
            tally.words += count_words(text)
            tally.characters += len(text)
            tally.seconds += seconds * len(text) / whole
            if isinstance(result, Failed):
                tally.faults[result.reason] += 1

    def _accept(self, accepted: Sequence[tuple[Unit, str]]) -> None:
        if not accepted:
            return
        for unit, answer in accepted:
            unit.answer = answer
            self.tallies[unit.owner].fresh.append((unit.key, answer))
        if self.memory is not None:
            self.memory.put_many([(unit.key, answer) for unit, answer in accepted])

    def _judge(self, unit: Unit, way: Way, results: Sequence[Result]) -> str | None:
        """Give the answer when it passes the gates; note why not otherwise."""
        failed = next((result for result in results if isinstance(result, Failed)), None)
        if failed is not None:
            unit.fault = failed.reason
            if failed.kind in _STOPPING:
                unit.failure, unit.ways = failed, []
            elif failed.kind is FailureKind.TOO_LARGE:
                unit.ways = in_smaller_parts(unit.text, len(way.texts), self.forms[0])
            return None
        answer = way.combine([result.text for result in results if isinstance(result, Ok)])
        if answer is None:
            fault: gates.Fault | None = gates.Fault.ATOMS
        else:
            real = self.capabilities.real_language
            fault = gates.check(unit.text, answer, src=self.src, dst=self.dst, real_language=real)
        if fault is None:
            return answer
        unit.fault = str(fault)
        self.tallies[unit.owner].faults[str(fault)] += 1
        if unit.fallback is None and gates.tolerable(fault, unit.text):
            unit.fallback = answer
        return None

    def _next_way(self, unit: Unit) -> Way | None:
        if unit.ways is None:
            language = primary(self.src) if self.capabilities.real_language else ""
            unit.ways = ways_of(unit.text, language=language, forms=self.forms)
        return unit.ways.pop(0) if unit.ways else None
