"""Which way is open: engines that fail are left alone for a while, paused ones until staff let them go on.

A way through two engines is open while both are, and fails on an account of its own: which of the two it was, nobody
can tell from outside.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from filmsite.lib.waking import wake_on_commit
from reviews.models import EVERY_PAIR, EngineState, Priority, Translation, TranslationStatus
from reviews.services.translating.claiming import stands
from reviews.services.translating.days import characters_left, next_day
from reviews.tasks import make_translation
from reviews.translation.base import FailureKind
from reviews.translation.router import Route

log = structlog.get_logger("reviews.translation")

FAILURES_TO_CLOSE: Final = 5
FAILURES_WITHIN: Final = timedelta(seconds=60)
FIRST_CLOSING, LAST_CLOSING = timedelta(seconds=30), timedelta(minutes=30)
QUOTA_WAIT: Final = timedelta(hours=1)
# A paused engine may be let go at any moment, and then calls its orders itself (`resume_engine`).
PAUSE_WAIT: Final = timedelta(minutes=15)
# So many orders are called for at once when staff open an engine.
MOST_CALLED: Final = 1_000
# Reasons of orders that wait for an engine, not for their text.
WAITING: Final = ("engine_closed", "engine_paused", "budget", "quota")

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """A route that may be used now, with the states that it depends on; the first is its own. `room` is how many characters
    it may be sent today; None without a budget.
    """

    route: Route
    states: tuple[EngineState, ...]
    room: int | None = None

    @property
    def placeholders(self) -> list[str]:
        """The form of token that each engine on the way takes best."""
        by_key = {_key(state): state for state in self.states}
        return [by_key[key].placeholder for key in self.route.states]


@dataclass(frozen=True, slots=True)
class Wait:
    """No way is open before `until`."""

    until: datetime
    reason: str


class Ways:
    """The routes between two languages with how their engines fare, asked once: one query, two with budgets."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = list(routes)
        keys = {key for route in routes for key in _keys_of(route)}
        known = EngineState.objects.filter(engine__in={engine for engine, _source, _target in keys})
        self._states = {
            _key(state): state
            for state in known.filter(
                source__in={source for _engine, source, _target in keys},
                target__in={target for _engine, _source, target in keys},
            )
        }
        for engine, source, target in keys - set(self._states):
            self._states[engine, source, target] = EngineState(engine=engine, source=source, target=target)
        self._left = characters_left({engine for engine, _source, _target in keys})

    def open(self, *, characters: int, without: Collection[str] = ()) -> Way | Wait | None:
        """The best way that may be used for a text of so many characters; when to ask again where all are closed; None where
        there is none at all. `without` names engines that are not asked.

        When the time of a closed engine is up, one caller alone gets it, to try.
        """
        waits: list[Wait] = []
        for route in self._routes:
            if route.engine.key in without:
                continue
            wait = self._wait_for(route, characters)
            if wait is None:
                return Way(route, tuple(self._states[key] for key in _keys_of(route)), room=self._room(route))
            waits.append(wait)
        return min(waits, key=lambda wait: wait.until, default=None)

    def all(self) -> list[Way]:
        """Every route, open or not."""
        return [Way(route, tuple(self._states[key] for key in _keys_of(route))) for route in self._routes]

    def can_ever_take(self, characters: int) -> bool:
        """Whether the budget of a whole day, by any of the routes, holds a text of so many characters; a budget of nothing
        counts as one that will be raised.
        """
        budgets = settings.FILMSITE_TRANSLATION_CHARACTERS_A_DAY
        return not self._routes or any(
            all(
                (budgets.get(engine) or characters) >= characters for engine, _source, _target in route.states
            )
            for route in self._routes
        )

    def _room(self, route: Route) -> int | None:
        left = [self._left[engine] for engine, _source, _target in route.states if engine in self._left]
        return min(left, default=None)

    def _wait_for(self, route: Route, characters: int) -> Wait | None:
        now = timezone.now()
        states = [self._states[key] for key in _keys_of(route)]
        if any(state.paused_at for state in states):
            return Wait(now + PAUSE_WAIT, "engine_paused")
        closed = [state.closed_until for state in states if state.closed_until and state.closed_until > now]
        if closed:
            return Wait(max(closed), "engine_closed")
        room = self._room(route)
        if room is not None and room < characters:
            return Wait(next_day(), "budget")
        if all(_may_try(state, now) for state in states if state.closed_until):
            return None
        return Wait(now + FIRST_CLOSING, "engine_closed")


def _may_try(state: EngineState, now: datetime) -> bool:
    """Whether this caller is the one that tries an engine whose time is up; the others wait for what comes of it."""
    held = EngineState.objects.filter(pk=state.pk, closed_until=state.closed_until)
    return bool(held.update(closed_until=now + FIRST_CLOSING))


def _keys_of(route: Route) -> list[_Key]:
    own = (route.engine.key, route.src, route.dst)
    engines = [(engine, EVERY_PAIR, EVERY_PAIR) for engine, _source, _target in route.states]
    return list(dict.fromkeys([own, *route.states, *engines]))


def _key(state: EngineState) -> _Key:
    return (state.engine, state.source, state.target)


# --- What engines did -----------------------------------------------------------------------------------


def note_success(way: Way, *, asked: bool) -> None:
    """An engine that did its work is well again. `asked` is false where the memory had everything: then nobody tried."""
    ill = [state.pk for state in way.states if state.failures or state.closed_until]
    if ill and asked:
        EngineState.objects.filter(pk__in=ill).update(
            failures=0, first_failure_at=None, closed_until=None, last_error=""
        )
    elif ill:
        # The next one may try it.
        EngineState.objects.filter(pk__in=ill, closed_until__isnull=False).update(closed_until=timezone.now())


@transaction.atomic
def note_failure(way: Way, *, kind: str, detail: str = "", retry_after: float | None = None) -> None:
    """Count a call that came to nothing. Five within a minute close the way for 30 seconds, twice as long each time.

    An engine that says when to come back (`retry_after`, seconds) is left alone until then at once. A quota that is used
    up closes its engine as a whole.
    """
    now = timezone.now()
    if kind == FailureKind.QUOTA:
        closing = timedelta(seconds=retry_after) if retry_after else QUOTA_WAIT
        for engine in _billed(way.route):
            _close(_held(engine, EVERY_PAIR, EVERY_PAIR), now + closing, kind)
        return
    state = _held(way.route.engine.key, way.route.src, way.route.dst)
    is_trial = state.closed_until is not None
    first = state.first_failure_at
    if not is_trial and (first is None or first < now - FAILURES_WITHIN):
        state.failures, state.first_failure_at = 0, now
    state.failures = min(state.failures + 1, 30_000)
    state.last_error = f"{kind}: {detail}".strip(": ")[:300]
    rest = timedelta(seconds=retry_after or 0)
    if state.failures >= FAILURES_TO_CLOSE:
        doublings = min(state.failures - FAILURES_TO_CLOSE, 10)
        rest = max(rest, min(FIRST_CLOSING * 2**doublings, LAST_CLOSING))
    if rest:
        _close(state, now + rest, kind)
    else:
        state.save()


def _held(engine: str, source: str, target: str) -> EngineState:
    state, _new = EngineState.objects.select_for_update().get_or_create(
        engine=engine, source=source, target=target
    )
    return state


def _close(state: EngineState, until: datetime, why: str) -> None:
    state.closed_until = until
    state.last_error = state.last_error or why
    state.save()
    log.warning("engine closed", engine=state.engine, pair=f"{state.source}-{state.target}", reason=why)


def _billed(route: Route) -> set[str]:
    """The engines of a route that can have a quota; all of them where none says so."""
    engines = {hop.engine.key: hop.engine.capabilities() for hop in route.hops}
    return {key for key, can in engines.items() if can.billed or can.external} or set(engines)


# --- Staff ----------------------------------------------------------------------------------------------


def pause_engine(*, engine: str, source: str = EVERY_PAIR, target: str = EVERY_PAIR) -> None:
    """Send nothing to an engine, or to a pair of it, until it is resumed. What it was asked already is still stored."""
    state, _new = EngineState.objects.get_or_create(engine=engine, source=source, target=target)
    EngineState.objects.filter(pk=state.pk, paused_at=None).update(paused_at=timezone.now())


@transaction.atomic
def resume_engine(*, engine: str, source: str = EVERY_PAIR, target: str = EVERY_PAIR) -> None:
    """Let a paused engine go on; what waits for engines is looked at again by the next sweep, the first `MOST_CALLED` of
    it. The others come at their time.
    """
    EngineState.objects.filter(engine=engine, source=source, target=target).update(paused_at=None)
    _call_waiting(source, target)


@transaction.atomic
def reset_engines(*, states: Iterable[EngineState]) -> int:
    """Open engines at once and forget their failures; orders that they rejected are made again, behind all else, as many as
    `MOST_CALLED` of each pair. For operators.

    What staff paused stays paused.
    """
    states = list(states)
    number = EngineState.objects.filter(pk__in=[state.pk for state in states]).update(
        failures=0, first_failure_at=None, closed_until=None, last_error=""
    )
    for source, target in {(state.source, state.target) for state in states}:
        _call_waiting(source, target)
        _order_rejected(source, target)
    return number


def _order_rejected(source: str, target: str) -> None:
    rejected = _of_pair(source, target).filter(
        stands(), status=TranslationStatus.FAILED, reason=FailureKind.REJECTED
    )
    now = timezone.now()
    if pks := _first_of(rejected):
        Translation.objects.filter(pk__in=pks).update(
            status=TranslationStatus.QUEUED,
            priority=Priority.BACKFILL,
            reason="",
            attempts=0,
            queued_at=now,
            next_attempt_at=now,
            lease_until=None,
        )
        # Whoever makes one of a backfill calls for the next.
        wake_on_commit(make_translation, pks[0])


def _call_waiting(source: str, target: str) -> None:
    now = timezone.now()
    waiting = _of_pair(source, target).filter(
        status=TranslationStatus.QUEUED, reason__in=WAITING, next_attempt_at__gt=now
    )
    pks = _first_of(waiting.order_by("priority", "next_attempt_at", "pk"))
    Translation.objects.filter(pk__in=pks).update(next_attempt_at=now)


def _first_of(rows: QuerySet[Translation]) -> list[int]:
    """The first `MOST_CALLED` that nobody else is about to change: somebody waits for the page."""
    held = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(held.values_list("pk", flat=True)[:MOST_CALLED])


def _of_pair(source: str, target: str) -> QuerySet[Translation]:
    """Orders that an engine's pair is about; a pivot's middle is in neither column, so every pair is for those."""
    rows = Translation.objects.all()
    if source == EVERY_PAIR:
        return rows
    return rows.filter(
        Q(source_language=source) | Q(source_language__startswith=f"{source}-") | Q(target=target)
    )
