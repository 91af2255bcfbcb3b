"""Which engine serves which pair of languages now, and how each engine fares. Calls no engine."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.conf import settings

from filmsite.lib.languages import language_name, primary, same_language
from reviews.engine_figures import DAYS, Work, Worked, total
from reviews.models import EVERY_PAIR, EngineOffer, EngineState
from reviews.services.routing import router
from reviews.translation.base import Engine, EngineSettingError
from reviews.translation.router import Route
from reviews.translation.specs import parse_engine

# What is told pair by pair; an engine of all the world's languages has thousands.
MOST_PAIRS: Final = 40

States = Mapping[tuple[str, str, str], EngineState]
Serving = Literal["same", "none", "open", "closed", "paused"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What serves a pair of languages now; `instead_of` is the better way that rests meanwhile."""

    source: str
    target: str
    serving: Serving
    engine: str = ""
    via: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What a language can be translated into."""

    source: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PairSeen:
    """A pair of an engine: how it fares, which model it has, what it did in the last `DAYS` days."""

    source: str
    target: str
    fingerprint: str
    state: EngineState | None
    is_closed: bool
    work: Work

    @property
    def is_paused(self) -> bool:
        return bool(self.state and self.state.paused_at)

    @property
    def is_ill(self) -> bool:
        return bool(self.state and (self.is_closed or self.state.failures))


@dataclass(frozen=True, slots=True)
class EngineSeen:
    """An engine. `place` is "house", "outside", "off" (outside, and no text may leave), "chain" (a way through two engines),
    "wrong" (its setting cannot be read) or "gone" (in no setting any more).
    """

    key: str
    kind: str
    place: Literal["house", "outside", "off", "chain", "wrong", "gone"]
    pair_count: int
    pairs: tuple[PairSeen, ...]
    whole: EngineState | None
    is_closed: bool
    offer: EngineOffer | None
    work: Work
    today: Work
    month: Work
    failures: tuple[tuple[str, int], ...]
    # Characters a day; None without a budget.
    budget: int | None

    @property
    def is_used(self) -> bool:
        return self.place in ("house", "outside")

    @property
    def is_paused(self) -> bool:
        return bool(self.whole and self.whole.paused_at)

    @property
    def is_ill(self) -> bool:
        """Whether there is anything that a reset would take away."""
        return self.is_closed or bool(self.whole and self.whole.failures) or any(p.is_ill for p in self.pairs)


def is_known(engine: str) -> bool:
    """Whether there is something by this name that can be steered: in the settings, or with a state. One query."""
    return engine in _kinds() or EngineState.objects.filter(engine=engine).exists()


def languages_wished(waiting: Collection[str]) -> list[str]:
    """Into which languages translations are wished: by the settings, and by readers, whose orders wait."""
    wished = list(settings.FILMSITE_TRANSLATION_TARGETS)
    for code in sorted(waiting):
        if not any(same_language(code, known) for known in wished):
            wished.append(code)
    return wished


def matrix(targets: Sequence[str], sources: Collection[str], states: States, *, now: datetime) -> list[Row]:
    """What serves each pair now: for every language that has a way into one of the targets, or texts that wait for one."""
    known = {
        primary(source) for source, target in router().matrix() if primary(target) in map(primary, targets)
    }
    rows = sorted({*known, *sources}, key=language_name)
    return [Row(source, tuple(_cell(source, target, states, now) for target in targets)) for source in rows]


def _cell(source: str, target: str, states: States, now: datetime) -> Cell:
    if same_language(source, target):
        return Cell(source, target, "same")
    routes = router().routes(source, target)
    for route in routes:
        if _rests(route, states, now) is None:
            better = routes[0] if route is not routes[0] else None
            return Cell(
                source, target, "open", route.engine.key, route.via, better.engine.key if better else ""
            )
    if not routes:
        return Cell(source, target, "none")
    return Cell(source, target, _rests(routes[0], states, now) or "open", routes[0].engine.key, routes[0].via)


def _rests(route: Route, states: States, now: datetime) -> Serving | None:
    """Why nobody asks this way now; None where it is open. `services.translating.health` decides the same for workers."""
    keys = [(route.engine.key, route.src, route.dst), *route.states]
    keys += [(engine, EVERY_PAIR, EVERY_PAIR) for engine, _source, _target in route.states]
    known = [states[key] for key in keys if key in states]
    if any(state.paused_at for state in known):
        return "paused"
    return "closed" if any(is_closed(state, now) for state in known) else None


def is_closed(state: EngineState | None, now: datetime) -> bool:
    return bool(state and state.closed_until and state.closed_until > now)


def engines_seen(
    states: States,
    offers: Mapping[str, EngineOffer],
    worked: Iterable[Worked],
    failures: Mapping[str, Counter[str]],
    targets: Sequence[str],
    *,
    now: datetime,
) -> list[EngineSeen]:
    """The engines of the settings in their order, then ways through two of them, then those that are no more."""
    by_engine: dict[str, list[Worked]] = defaultdict(list)
    for row in worked:
        by_engine[row.engine].append(row)
    states_of: dict[str, dict[tuple[str, str], EngineState]] = defaultdict(dict)
    for (engine, source, target), state in states.items():
        states_of[engine][source, target] = state
    built = {engine.key: engine for engine in router().engines()}
    kinds = _kinds()
    others = sorted({*states_of, *by_engine, *offers} - kinds.keys())
    return [
        _seen(
            key,
            kinds.get(key, ""),
            built.get(key),
            states_of[key],
            offers.get(key),
            by_engine[key],
            failures.get(key, Counter()),
            targets,
            now,
        )
        for key in [*kinds, *sorted(others, key=lambda key: "+" not in key)]
    ]


def _kinds() -> dict[str, str]:
    """The kind of each engine of the settings; empty where the setting cannot be read."""
    kinds: dict[str, str] = {}
    for text in settings.FILMSITE_TRANSLATION_ENGINES:
        try:
            spec = parse_engine(text)
        except EngineSettingError:
            kinds.setdefault(text[:80], "")
        else:
            kinds.setdefault(spec.name, spec.kind.rpartition(".")[2])
    return kinds


def _seen(
    key: str,
    kind: str,
    engine: Engine | None,
    states: Mapping[tuple[str, str], EngineState],
    offer: EngineOffer | None,
    worked: Sequence[Worked],
    failures: Counter[str],
    targets: Sequence[str],
    now: datetime,
) -> EngineSeen:
    can = engine.capabilities() if engine else None
    offered = can.pairs if can else frozenset()
    work_of: dict[tuple[str, str], Work] = defaultdict(Work)
    since = now.date() - timedelta(days=DAYS - 1)
    for row in worked:
        if row.day >= since:
            work_of[row.source, row.target] += row.work
    wanted = {
        (source, target) for source, target in offered if any(same_language(target, t) for t in targets)
    }
    told = {*((source, target) for source, target in states if source != EVERY_PAIR), *work_of}
    shown = sorted(told, key=lambda pair: -work_of[pair].words) + sorted(wanted - told)
    whole = states.get((EVERY_PAIR, EVERY_PAIR))
    return EngineSeen(
        key=key,
        kind=kind,
        place=_place(key, kind, engine),
        pair_count=len(offered),
        pairs=tuple(
            PairSeen(
                source,
                target,
                engine.fingerprint(source, target) if engine and (source, target) in offered else "",
                states.get((source, target)),
                is_closed(states.get((source, target)), now),
                work_of[source, target],
            )
            for source, target in shown[:MOST_PAIRS]
        ),
        whole=whole,
        is_closed=is_closed(whole, now),
        offer=offer,
        work=total(worked, since=since),
        today=total(worked, since=now.date()),
        month=total(worked, since=now.date().replace(day=1)),
        failures=tuple(failures.most_common()),
        budget=settings.FILMSITE_TRANSLATION_CHARACTERS_A_DAY.get(key),
    )


def _place(
    key: str, kind: str, engine: Engine | None
) -> Literal["house", "outside", "off", "chain", "wrong", "gone"]:
    if engine is not None:
        return "outside" if engine.capabilities().external else "house"
    if "+" in key:
        return "chain"
    if not kind:
        return "gone" if key not in {text[:80] for text in settings.FILMSITE_TRANSLATION_ENGINES} else "wrong"
    return "off" if not settings.FILMSITE_TRANSLATION_EXTERNAL else "wrong"
