"""Which engine translates from one language into another.

The matrix is explicit: a pair that no engine lists and no language in between can reach is unsupported, at once and
for good, until the matrix changes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from filmsite.lib.languages import primary, same_language
from reviews.translation.base import DEFAULT_PLACEHOLDER, Engine, Pair
from reviews.translation.chain import Chain, Hop
from reviews.translation.memory import Memory
from reviews.translation.routes import PIVOT, Rule, resolve_pair, rule_for

DEFAULT_PIVOTS: Final = ("en",)


@dataclass(frozen=True, slots=True)
class Route:
    """One way from a language to another: the engine to ask, and the pair in its own codes.

    By way of a language in between (`via`, else empty) the engine is a `Chain`.
    """

    engine: Engine
    src: str
    dst: str
    via: str = ""

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The engines at work with their pairs: two of a pivot."""
        hops = self.engine.hops(self.src, self.dst) if isinstance(self.engine, Chain) else None
        return hops or (Hop(self.engine, self.src, self.dst),)

    @property
    def states(self) -> tuple[tuple[str, str, str], ...]:
        """What the way depends on, as (key of an engine, from, into)."""
        return tuple((hop.engine.key, hop.src, hop.dst) for hop in self.hops)

    @property
    def external(self) -> bool:
        """Whether a text leaves this house on the way."""
        return self.engine.capabilities().external

    def prepared(self, placeholders: Sequence[str], memory: Memory | None = None) -> tuple[Engine, str]:
        """Give the engine to ask and the form of token to write, from the form that each of `states` takes best.

        A pivot writes the tokens anew for each of its engines, and finds sentences in between in `memory`.
        """
        if isinstance(self.engine, Chain):
            return self.engine.prepared(placeholders=placeholders, memory=memory), DEFAULT_PLACEHOLDER
        return self.engine, placeholders[0]


@dataclass(frozen=True, slots=True)
class _Offer:
    """An engine with what it can do at this moment."""

    engine: Engine
    pairs: frozenset[Pair]


class Router:
    """Chooses among engines: by the rules of an operator, else in their order and then by way of a pivot."""

    def __init__(
        self,
        engines: Sequence[Engine],
        *,
        rules: Sequence[Rule] = (),
        pivots: Sequence[str] = DEFAULT_PIVOTS,
    ) -> None:
        self._engines = tuple(engines)
        self._rules = tuple(rules)
        self._pivots = tuple(pivots)
        self._matrices: dict[bool, tuple[tuple[_Offer, ...], frozenset[Pair]]] = {}

    def engines(self) -> tuple[Engine, ...]:
        return self._engines

    def routes(
        self, src: str, dst: str, *, external: bool = True, avoid: Collection[str] = ()
    ) -> list[Route]:
        """Give the ways from a language into another, the best first; none for one and the same language.

        Without `external` no way leads through an engine that sends text out of the house. `avoid` names engines (a
        pivot's key is that of both) whose answer was found bad.
        """
        ways = self._ways(src, dst, self._offers(external))
        return [route for route in ways if route.engine.key not in avoid]

    def supports(self, src: str, dst: str, *, external: bool = True) -> bool:
        return next(self._ways(src, dst, self._offers(external)), None) is not None

    def matrix(self, *, external: bool = True) -> frozenset[Pair]:
        """Give every pair that has a way, in the codes of the engines and the rules."""
        offers = self._offers(external)
        kept = self._matrices.get(external)
        if kept is None or kept[0] != offers:
            kept = self._matrices[external] = (offers, self._reckon(offers))
        return kept[1]

    def targets(self, src: str, *, external: bool = True) -> list[str]:
        """Give the languages a text can be translated into, sorted."""
        matrix = self.matrix(external=external)
        return sorted({dst for source, dst in matrix if source in (src, primary(src))})

    def sources(self, dst: str, *, external: bool = True) -> list[str]:
        """Give the languages that can be translated into one, sorted."""
        matrix = self.matrix(external=external)
        return sorted({src for src, target in matrix if target in (dst, primary(dst))})

    def _offers(self, external: bool) -> tuple[_Offer, ...]:
        able = ((engine, engine.capabilities()) for engine in self._engines)
        return tuple(_Offer(engine, can.pairs) for engine, can in able if external or not can.external)

    def _ways(self, src: str, dst: str, offers: Sequence[_Offer]) -> Iterator[Route]:
        if same_language(src, dst):
            return
        rule = rule_for(self._rules, src, dst)
        if rule is None:
            yield from self._direct(src, dst, offers, None)
            yield from self._pivoted(src, dst, offers)
            return
        for way in rule.ways:
            yield from (
                self._pivoted(src, dst, offers) if way == PIVOT else self._direct(src, dst, offers, way)
            )

    def _direct(self, src: str, dst: str, offers: Sequence[_Offer], name: str | None) -> Iterator[Route]:
        for offer in offers:
            if name in (None, offer.engine.key) and (pair := resolve_pair(offer.pairs, src, dst)):
                yield Route(offer.engine, *pair)

    def _pivoted(self, src: str, dst: str, offers: Sequence[_Offer]) -> Iterator[Route]:
        for via in self._pivots:
            if same_language(src, via) or same_language(via, dst):
                continue
            firsts, seconds = self._hops(src, via, offers), self._hops(via, dst, offers)
            # The best of both first, then whatever is least worse.
            for (_rank, first), (_, second) in sorted(
                product(enumerate(firsts), enumerate(seconds)), key=lambda two: two[0][0] + two[1][0]
            ):
                yield Route(Chain(first.engine, second.engine, via=via), first.src, second.dst, via)

    def _hops(self, src: str, dst: str, offers: Sequence[_Offer]) -> list[Route]:
        rule = rule_for(self._rules, src, dst)
        names = (None,) if rule is None else rule.engines
        return [route for name in names for route in self._direct(src, dst, offers, name)]

    def _reckon(self, offers: Sequence[_Offer]) -> frozenset[Pair]:
        named = {(rule.src, rule.dst) for rule in self._rules}
        pairs = [*named, *(pair for offer in offers for pair in offer.pairs)]
        sources, targets = {src for src, _dst in pairs}, {dst for _src, dst in pairs}
        return frozenset(
            (src, dst)
            for src in sources - {"*"}
            for dst in targets - {"*"}
            if next(self._ways(src, dst, offers), None) is not None
        )
