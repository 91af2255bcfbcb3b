"""Trying engines out: which form of placeholder survives each of their pairs, kept in `EngineState`."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from reviews.models import EngineState, Translation
from reviews.services import routing
from reviews.translation.base import Pair
from reviews.translation.chain import Hop
from reviews.translation.probe import Probe, probe


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one engine and pair: what was found, or why nothing was."""

    hop: Hop
    found: Probe | None
    error: str = ""


def hops_to_try(*, pair: Pair | None = None, engine: str = "") -> list[Hop]:
    """The engines and pairs that routes are made of; of one pair those of all its ways.

    Where every character is paid for, only the pairs that texts of this site have called for, unless a pair is named.
    """
    if pair is not None:
        hops = (hop for route in routing.router().routes(*pair) for hop in route.hops)
        found = {(hop.engine.key, hop.src, hop.dst): hop for hop in hops}
        return [hop for hop in found.values() if engine in ("", hop.engine.key)]
    wanted = {key for source, target in _called_for() for key in _states(source, target)}
    return [
        Hop(one, src, dst)
        for one in routing.router().engines()
        if engine in ("", one.key)
        for src, dst in sorted(one.capabilities().pairs)
        if not one.capabilities().billed or (one.key, src, dst) in wanted
    ]


def try_engines(hops: list[Hop]) -> Iterator[Trial]:
    """Try each and keep what was found. Calls engines: for workers and commands."""
    for hop in hops:
        yield _try(hop)


def _try(hop: Hop) -> Trial:
    try:
        found = probe(hop.engine, hop.src, hop.dst)
    except ValueError as error:
        return Trial(hop, None, str(error))
    EngineState.objects.update_or_create(
        engine=hop.engine.key,
        source=hop.src,
        target=hop.dst,
        defaults={"placeholder": found.placeholder, "probed_at": timezone.now()},
    )
    return Trial(hop, found)


def _called_for() -> list[Pair]:
    return list(Translation.objects.order_by().values_list("source_language", "target").distinct())


def _states(source: str, target: str) -> set[tuple[str, str, str]]:
    return {state for route in routing.router().routes(source, target) for state in route.states}
