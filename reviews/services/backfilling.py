"""Translating what was written before anybody wished it: an order of staff, carried out in portions behind all else.

A backfill is a `Job` that a sweep feeds: each turn orders a few translations with the last priority and notes, in the
same transaction, how far it is. So a turn that dies is as if it had not been, and of two turns at once one goes away.
Nothing is released while readers wait for new texts, beyond the budget, or while the last portion is still waiting.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import Job, JobState, Member
from filmsite.lib.languages import primary
from reviews.backlog import MADE, Made, Scale, Selection, Which, measure, next_texts, stages
from reviews.engine_figures import PATIENCE
from reviews.models import Priority, Translation, TranslationStatus
from reviews.services.routing import router
from reviews.services.translating import requeue, store_orders
from reviews.services.translating.claiming import backfills_under_way, due, stands
from reviews.sources import Source, source_of
from reviews.translation.pipeline import PIPELINE_VERSION

log = structlog.get_logger("reviews.backfilling")

KIND: Final = "translations"
# So many orders of backfills wait at once: enough for the workers until the next turn, few enough to go unnoticed.
MOST_WAITING: Final = 100
# So many may wait for an engine or a budget meanwhile, which need not be that of the next ones.
MOST_PUT_OFF: Final = 2_000
# One that has waited longer than this waits for something else than its turn.
_STUCK: Final = timedelta(hours=1)
# A turn looks at so many ids at a time, and goes on for so many seconds where it finds little to order.
_STEP: Final = 5_000
_SECONDS: Final = 5.0


@transaction.atomic
def start_backfill(
    *,
    owner: Member,
    sources: Sequence[str],
    targets: Sequence[str],
    kinds: Sequence[str],
    which: Which,
    since: date | None = None,
    most_texts: int | None = None,
    budget_characters: int | None = None,
    characters_an_hour: int | None = None,
    holding: str = "",
) -> Job:
    """Order a backfill; the sweep begins it. Without `sources` from every language that can be translated; with `holding`
    only texts with these words in them.

    Counts the texts first (`measure_backfill`), which takes seconds on a large site.
    """
    parameters = {
        "sources": list(sources),
        "targets": list(targets),
        "kinds": list(kinds),
        "which": str(which),
        "since": since.isoformat() if since else None,
        "most_texts": most_texts,
        "budget_characters": budget_characters,
        "characters_an_hour": characters_an_hour,
        "holding": holding,
        # The stage of `backlog.stages` and the id of the text that is done.
        "at": {"stage": 0, "after": 0},
        "pace": {"from": timezone.now().isoformat(), "done": 0},
    }
    scale = measure(_selection(parameters))
    total = scale.texts if most_texts is None else min(scale.texts, most_texts)
    return Job.objects.create(kind=KIND, owner=owner, parameters=parameters, total=total)


def measure_backfill(
    *,
    sources: Sequence[str],
    targets: Sequence[str],
    kinds: Sequence[str],
    which: Which,
    since: date | None = None,
) -> Scale:
    """How many texts and characters such a backfill would go through, at most. Changes nothing."""
    return measure(
        Selection(kinds=tuple(kinds), which=which, since=since, today=_made_today(sources, targets))
    )


def pause_backfill(*, job: Job) -> bool:
    """Release nothing more until it is resumed; whether it was running."""
    return bool(_backfills(JobState.RUNNING).filter(pk=job.pk).update(state=JobState.PAUSED))


@transaction.atomic
def resume_backfill(*, job: Job) -> bool:
    """Go on; whether it was paused."""
    held = _backfills(JobState.PAUSED).select_for_update().filter(pk=job.pk).first()
    if held is None:
        return False
    held.state = JobState.RUNNING
    # What is left is reckoned by the pace since now: a pause is no slowness.
    held.parameters["pace"] = {"from": timezone.now().isoformat(), "done": held.done}
    held.save(update_fields=["state", "parameters"])
    return True


@transaction.atomic
def stop_backfill(*, job: Job) -> bool:
    """End it where it is; what was ordered is made. Whether it was under way."""
    held = _backfills(JobState.RUNNING, JobState.PAUSED).select_for_update().filter(pk=job.pk).first()
    if held is None:
        return False
    _end(held, "stopped")
    held.save(update_fields=["state", "counts", "finished_at"])
    return True


def feed_backfills() -> int:
    """Order the next portion of the backfills that run; answers how many translations. Called by the sweep."""
    running = list(_backfills(JobState.RUNNING).order_by("pk").values_list("pk", flat=True))
    ordered = 0
    for pk in running:
        until = monotonic() + _SECONDS
        try:
            while monotonic() < until and not new_texts_wait():
                number, may_go_on = _turn(pk)
                ordered += number
                if not may_go_on:
                    break
        except Exception as error:
            # One backfill that cannot go on must not hold up the others, and is tried again with the next beat.
            log.exception("backfill stumbled", job=pk)
            Job.objects.filter(pk=pk).update(error=f"{type(error).__name__}: {error}"[:500])
    return ordered


def new_texts_wait() -> bool:
    """Whether a new text has been due for longer than readers should wait, and no worker is at it. One query."""
    now = timezone.now()
    late = due(now).filter(priority=Priority.NEW, next_attempt_at__range=(now - _STUCK, now - PATIENCE))
    return late.order_by().exists()


def _backfills(*states: JobState) -> Any:
    return Job.objects.filter(kind=KIND, state__in=states)


@transaction.atomic
def _turn(pk: int) -> tuple[int, bool]:
    """Go through some more texts of a backfill: how many orders came of it, and whether another turn may follow at once."""
    job = (
        _backfills(JobState.RUNNING)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .filter(pk=pk)
        .first()
    )
    room = _room()
    if job is None or room <= 0:
        return 0, False
    selection, at = _selection(job.parameters), job.parameters["at"]
    way = stages(selection)
    if at["stage"] == len(way):
        _end(job, "everything")
        job.save()
        return 0, False
    kind, target = way[at["stage"]]
    found, after = next_texts(selection, kind, target, after=at["after"], ids=_STEP, at_most=room)
    chosen, limit = _choose(job, selection, target, found, now=timezone.now())
    if not limit:
        at.update({"after": after} if after is not None else {"stage": at["stage"] + 1, "after": 0})
    elif limit != "hour":
        _end(job, limit)
    job.error = ""
    job.save()
    if selection.which == Which.MISSING:
        store_orders([(source, [target]) for source, _row in chosen], priority=Priority.BACKFILL)
    else:
        requeue(translations=[row for _source, row in chosen if row], priority=Priority.BACKFILL)
    return len(chosen), not limit


def _choose(
    job: Job, selection: Selection, target: str, found: Sequence[Any], *, now: datetime
) -> tuple[list[tuple[Source, Translation | None]], str]:
    """Which of these texts to order, with the rows that they have, noted in the job as far as they go; and the limit that
    cut them short ("" if none did).
    """
    counts, at = job.counts, job.parameters["at"]
    hour = now.isoformat(timespec="hours")
    if counts.get("hour") != hour:
        counts.update(hour=hour, hour_characters=0)
    sources = {text.pk: source_of(text) for text in found}
    existing = _existing([source for source in sources.values() if source], target)
    chosen: list[tuple[Source, Translation | None]] = []
    for text in found:
        source = sources[text.pk]
        row = existing.get((source.pk, source.source_hash)) if source else None
        if source is not None and _is_wanted(source, row, target, selection):
            characters = len(source.body) + len(source.headline)
            if limit := _limit(job, characters):
                return chosen, limit
            chosen.append((source, row))
            for key, number in (("ordered", 1), ("characters", characters), ("hour_characters", characters)):
                counts[key] = counts.get(key, 0) + number
        else:
            counts["skipped"] = counts.get("skipped", 0) + 1
        job.done += 1
        at["after"] = text.pk
    return chosen, ""


def _limit(job: Job, characters: int) -> str:
    """Which limit of the job forbids to order a text of so many characters now; "" if none does."""
    plan, counts = job.parameters, job.counts
    if plan["most_texts"] is not None and counts.get("ordered", 0) >= plan["most_texts"]:
        return "most_texts"
    budget, an_hour = plan["budget_characters"], plan["characters_an_hour"]
    if budget is not None and counts.get("characters", 0) + characters > budget:
        return "budget"
    # A text that is longer than an hour's share has an hour of its own: else it would wait for ever.
    if an_hour is not None and counts["hour_characters"] and counts["hour_characters"] + characters > an_hour:
        return "hour"
    return ""


def _existing(sources: Sequence[Source], target: str) -> dict[tuple[int, str], Translation]:
    """The newest row of each of these texts as it stands, by the text and its hash."""
    if not sources:
        return {}
    rows = Translation.objects.filter(
        **{f"{sources[0].kind}__in": [source.pk for source in sources]}, target=target
    ).order_by("pk")
    return {(getattr(row, f"{row.kind}_id"), row.source_hash): row for row in rows}


def _is_wanted(source: Source, row: Translation | None, target: str, selection: Selection) -> bool:
    """Whether there is something to make of a text after all, by its words and whoever may have them."""
    if primary(source.language) not in selection.today[target] or not source.wants_translation:
        return False
    made_today = _made_by_best(source.language, target, external=source.may_leave)
    if made_today is None:
        return False
    if selection.which == Which.MISSING:
        return row is None or row.status == TranslationStatus.SUPERSEDED
    if row is None:
        return False
    if selection.which == Which.FAILED:
        return row.status == TranslationStatus.FAILED
    return row.status in MADE and (selection.which == Which.MADE or Made.of(row) != made_today)


def _room() -> int:
    """How many more orders may be released now."""
    now = timezone.now()
    put_off = Translation.objects.filter(
        stands(), status=TranslationStatus.QUEUED, priority=Priority.BACKFILL, next_attempt_at__gt=now
    )
    if put_off.order_by()[:MOST_PUT_OFF].count() == MOST_PUT_OFF:
        return 0
    return MOST_WAITING - backfills_under_way(now, at_most=MOST_WAITING)


def _end(job: Job, why: str) -> None:
    job.state, job.finished_at = JobState.DONE, timezone.now()
    job.counts["ended"] = why


def _selection(plan: dict[str, Any]) -> Selection:
    return Selection(
        kinds=tuple(plan["kinds"]),
        which=Which(plan["which"]),
        since=date.fromisoformat(plan["since"]) if plan["since"] else None,
        today=_made_today(plan["sources"], plan["targets"]),
        holding=plan["holding"],
    )


def _made_today(sources: Sequence[str], targets: Sequence[str]) -> dict[str, dict[str, Made]]:
    """What makes a translation one of today, by target and by language that an engine can translate into it."""
    known = sources or sorted({primary(source) for source, _target in router().matrix()})
    return {
        target: {source: made for source in known if (made := _made_by_best(source, target))}
        for target in targets
    }


def _made_by_best(source: str, target: str, *, external: bool = True) -> Made | None:
    """What the best way between two languages makes; None where there is none."""
    for route in router().routes(source, target, external=external):
        return Made(route.engine.key, route.engine.fingerprint(route.src, route.dst), PIPELINE_VERSION)
    return None
