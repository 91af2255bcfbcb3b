"""Which engine translates from one language into another.

The matrix is explicit: a pair no engine lists is unsupported, at once and for good, until the matrix changes.
A route is a list of hops; all routes have one today, and a pivot over English would have two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.module_loading import import_string

from filmsite.lib.languages import primary, same_language
from reviews.translation.base import Engine, Pair


@dataclass(frozen=True, slots=True)
class Hop:
    """One engine and the pair it is asked for, in the engine's own codes."""

    engine: Engine
    src: str
    dst: str


@dataclass(frozen=True, slots=True)
class Route:
    """The way from one language to another."""

    hops: tuple[Hop, ...]


class Router:
    """Chooses among engines, the first that can winning."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        self._engines = tuple(engines)

    def engines(self) -> tuple[Engine, ...]:
        return self._engines

    def route(self, src: str, dst: str) -> Route | None:
        """Give the way, or None when no engine has the pair or none is needed (the same language)."""
        if same_language(src, dst):
            return None
        for engine in self._engines:
            if pair := resolve_pair(engine.capabilities().pairs, src, dst):
                return Route((Hop(engine, *pair),))
        return None

    def supports(self, src: str, dst: str) -> bool:
        return self.route(src, dst) is not None

    def matrix(self) -> frozenset[Pair]:
        """Give every pair that some engine lists."""
        return frozenset(pair for engine in self._engines for pair in engine.capabilities().pairs)

    def targets(self, src: str) -> list[str]:
        """Give the languages a text can be translated into, sorted."""
        return sorted(
            {dst for source, dst in self.matrix() if source in (src, primary(src))} - {primary(src)}
        )

    def sources(self, dst: str) -> list[str]:
        """Give the languages that can be translated into one, sorted."""
        return sorted(
            {src for src, target in self.matrix() if target in (dst, primary(dst))} - {primary(dst)}
        )


def resolve_pair(pairs: Iterable[Pair], src: str, dst: str) -> Pair | None:
    """Find a pair as an engine lists it: the exact codes first, then the languages without their regions."""
    known = set(pairs)
    for wanted in ((src, dst), (src, primary(dst)), (primary(src), dst), (primary(src), primary(dst))):
        if wanted in known:
            return wanted
    return None


def load_engines(paths: Iterable[str], *, models_dir: Path | None = None) -> list[Engine]:
    """Make the engines a setting names by dotted path. Raises ImportError for a path that leads nowhere."""
    return [import_string(path)(models_dir=models_dir) for path in paths]
