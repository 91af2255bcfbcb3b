"""Engines in words: why something failed, and what is wrong now, if anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from filmsite.lib.languages import language_name
from reviews.engine_figures import PATIENCE, Doubts, Ended, Queued
from reviews.engine_overview import EngineSeen, PairSeen
from reviews.models import EVERY_PAIR, EngineState, Priority, TranslationStatus
from reviews.translation.base import FailureKind
from reviews.translation.gates import Fault

# Of failures of calls, of answers that were refused, and of orders.
REASONS: Final[Mapping[str, Promise]] = {
    FailureKind.RETRYABLE: gettext_lazy("out of time or out of reach"),
    FailureKind.QUOTA: gettext_lazy("quota used up"),
    FailureKind.UNSUPPORTED: gettext_lazy("the engine does not have this pair"),
    FailureKind.TOO_LARGE: gettext_lazy("too long for the engine"),
    FailureKind.REJECTED: gettext_lazy("refused by the engine: look at its settings"),
    FailureKind.BROKEN: gettext_lazy("an answer of no use"),
    Fault.EMPTY: gettext_lazy("an empty answer"),
    Fault.ATOMS: gettext_lazy("a name or a link got lost"),
    Fault.LENGTH: gettext_lazy("much too short or too long"),
    Fault.LOOP: gettext_lazy("the same words over and over"),
    Fault.ECHO: gettext_lazy("given back untranslated"),
    Fault.NUMBERS: gettext_lazy("a number got lost"),
    Fault.LANGUAGE: gettext_lazy("in another language"),
    "worker_lost": gettext_lazy("every worker that took it vanished"),
    "avoided": gettext_lazy("readers found every engine's answer bad"),
    "over_budget": gettext_lazy("longer than what its engines may be sent in a day"),
    "no_pair": gettext_lazy("no engine for this pair"),
    "engine_paused": gettext_lazy("the engine is paused"),
    "engine_closed": gettext_lazy("the engine rests after failures"),
    "budget": gettext_lazy("the engine's characters of today are used up"),
}

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Said:
    """Something to say about an engine or about all of it, and how grave it is."""

    level: Literal["ok", "info", "warn", "error"]
    words: str


def reason_in_words(code: str) -> str:
    """What a reason that rows keep means; one that nobody knows as it is. What an engine said of itself follows its kind."""
    kind, colon, detail = code.partition(": ")
    known = REASONS.get(kind)
    return f"{known}{colon}{detail}" if known else code


def state_in_words(engine: EngineSeen, now: datetime) -> Said:
    """How an engine is: at work, paused, closed until when and why, off."""
    match engine.place:
        case "off":
            return Said("warn", _("Off: it sends texts out of the house, which this site does not allow."))
        case "wrong":
            return Said("error", _("Its setting cannot be used; the log of the server says why."))
        case "gone":
            return Said("warn", _("In the settings no more."))
        case _:
            pass
    if engine.is_paused:
        return Said("warn", _paused(engine.whole, now))
    if engine.is_closed:
        return Said("error", _closed(engine.whole, now))
    closed = [pair for pair in engine.pairs if pair.is_closed]
    paused = [pair for pair in engine.pairs if pair.is_paused]
    if closed:
        return Said("error", _("Closed for %(pairs)s.") % {"pairs": _named(closed)})
    if paused:
        return Said("warn", _("Paused for %(pairs)s.") % {"pairs": _named(paused)})
    if engine.offer and engine.offer.failed_at:
        return Said(
            "warn",
            _("Silent for %(time)s when asked for its languages; what it last said counts.")
            % {"time": _for(engine.offer.failed_at, now)},
        )
    if engine.place != "chain" and not engine.pair_count:
        return Said("warn", _("It has no pair of languages: add a model, or look at its settings."))
    return Said("ok", _("At work."))


def pair_in_words(pair: PairSeen, now: datetime) -> Said:
    """The same for one of its pairs."""
    if pair.is_paused:
        return Said("warn", _paused(pair.state, now))
    if pair.is_closed:
        return Said("error", _closed(pair.state, now))
    if pair.state and pair.state.failures:
        failures = pair.state.failures
        said = ngettext("Failed %(n)d time in a row.", "Failed %(n)d times in a row.", failures)
        return Said("warn", said % {"n": failures})
    return Said("ok", _("Open."))


def _paused(state: EngineState | None, now: datetime) -> str:
    assert state is not None  # noqa: S101  (what is paused has a state)
    assert state.paused_at is not None  # noqa: S101  (see above)
    return _("Paused by staff %(time)s ago.") % {"time": _for(state.paused_at, now)}


def _closed(state: EngineState | None, now: datetime) -> str:
    assert state is not None  # noqa: S101  (what is closed has a state)
    assert state.closed_until is not None  # noqa: S101  (see above)
    said = ngettext(
        "Closed for %(time)s more after %(n)d failure: %(why)s.",
        "Closed for %(time)s more after %(n)d failures: %(why)s.",
        max(state.failures, 1),
    )
    return said % {
        "time": _for(now, state.closed_until),
        "n": max(state.failures, 1),
        "why": reason_in_words(state.last_error) or _("for no reason that it gave"),
    }


def _named(pairs: Sequence[PairSeen]) -> str:
    return ", ".join(f"{language_name(pair.source)} → {language_name(pair.target)}" for pair in pairs[:3]) + (
        "…" if len(pairs) > 3 else ""
    )


def ready_in_words(since: datetime, now: datetime) -> str:
    """For how long an order has been ready."""
    return _("ready for %(time)s") % {"time": _for(since, now)}


def named(state: EngineState) -> str:
    """An engine, with the pair of it that is meant or all of them."""
    if state.source == EVERY_PAIR:
        return _("%(engine)s, all pairs") % {"engine": state.engine}
    return f"{state.engine}, {language_name(state.source)} → {language_name(state.target)}"


def _for(since: datetime, now: datetime) -> str:
    return timesince(since, now, depth=1) if now - since >= _MINUTE else _("less than a minute")


def _count(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


def health(
    engines: Sequence[EngineSeen],
    queue: Sequence[Queued],
    ended: Sequence[Ended],
    found: Doubts,
    *,
    now: datetime,
) -> list[Said]:
    """What is wrong with translation now, the gravest first; or, alone, that all is well."""
    said: list[Said] = []
    late = [
        row for row in queue if row.priority == Priority.NEW and row.oldest and row.oldest < now - PATIENCE
    ]
    if late:
        oldest = min(row.oldest for row in late if row.oldest)
        number = sum(row.due for row in late)
        words = ngettext(
            "%(n)s new text is late: readers have waited for %(time)s. Is a worker running?",
            "%(n)s new texts are late: readers have waited for up to %(time)s. Are the workers running?",
            number,
        )
        said.append(Said("error", words % {"n": _count(number), "time": _for(oldest, now)}))
    for engine in engines:
        state = state_in_words(engine, now)
        if engine.place in ("house", "outside", "chain", "wrong") and state.level != "ok":
            said.append(Said(state.level, f"{engine.key}: {state.words}"))
    # Where an engine rests it is said why they wait.
    waiting = sum(row.due for row in queue if row.priority != Priority.BACKFILL)
    if waiting and not said:
        words = ngettext(
            "Catching up: %(n)s text waits for its turn.",
            "Catching up: %(n)s texts wait for their turn.",
            waiting,
        )
        said.append(Said("info", words % {"n": _count(waiting)}))
    if unserved := sum(row.number for row in ended if row.status == TranslationStatus.UNSUPPORTED):
        words = ngettext(
            "%(n)s text waits for an engine that has its languages. “manage.py translation_models add” brings a model; "
            "docs/translation.md tells how.",
            "%(n)s texts wait for an engine that has their languages. “manage.py translation_models add” brings a model; "
            "docs/translation.md tells how.",
            unserved,
        )
        said.append(Said("warn", words % {"n": _count(unserved)}))
    if failed := sum(row.number for row in ended if row.status == TranslationStatus.FAILED):
        words = ngettext("%(n)s translation failed.", "%(n)s translations failed.", failed)
        said.append(Said("warn", words % {"n": _count(failed)}))
    if found.doubted:
        words = ngettext(
            "Readers doubt %(n)s translation that no engine does better.",
            "Readers doubt %(n)s translations that no engine does better.",
            found.doubted,
        )
        said.append(Said("warn", words % {"n": _count(found.doubted)}))
    if not any(engine.is_used for engine in engines):
        said.insert(0, Said("error", _("No engine can be used: nothing is translated.")))
    said.sort(key=lambda one: one.level != "error")
    return said or [Said("ok", _("All is well: new texts are translated as they come in."))]


def time_left(*, done: int, total: int, done_before: int, since: datetime, now: datetime) -> timedelta | None:
    """How long work takes to its end at its pace since a moment at which `done_before` of it was done; None where too
    little is known.
    """
    by_now = done - done_before
    if by_now <= 0 or total <= done:
        return None
    return (now - since) / by_now * (total - done)
