"""Apertium's server asked as the engine asks it, against one sentence a request. It runs in a network of its own."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.harness import Result, compare, take_turns
from reviews.translation.base import Ok
from reviews.translation.engines.apertium import ApertiumEngine
from tests.reviews.translation.apertium import ApertiumServer

# One sentence a request is slow enough to be timed on so many.
ALONE_LINES: Final = 60
BATCHED_FASTER: Final = 8.0


@contextmanager
def running_apertium() -> Iterator[ApertiumEngine]:
    """An engine that is told the pairs of a server of its own. Raises NoApertium where that cannot run."""
    with tempfile.TemporaryDirectory() as folder, ApertiumServer(Path(folder)) as server:
        engine = ApertiumEngine.from_settings("apertium", {"url": server.url}, None)
        engine.know(engine.fetch_pairs())
        yield engine


def batching(engine: ApertiumEngine, spanish: Sequence[str], rounds: int) -> Result:
    """Words a second of the clock from Spanish to English: all sentences at once, against one after the other."""
    sides = {
        "together": lambda: _words_a_second(engine, [spanish]),
        "alone": lambda: _words_a_second(engine, [[line] for line in spanish[:ALONE_LINES]]),
    }
    found = take_turns(sides, rounds)
    return compare(
        "apertium in batches",
        found["together"],
        found["alone"],
        against="one sentence a request",
        unit="words/s",
        budget=BATCHED_FASTER,
    )


def _words_a_second(engine: ApertiumEngine, calls: Sequence[Sequence[str]]) -> float:
    began = time.perf_counter()
    for texts in calls:
        results = engine.translate(texts, src="es", dst="en")
        assert all(isinstance(result, Ok) for result in results), results
    return sum(len(text.split()) for texts in calls for text in texts) / (time.perf_counter() - began)
