"""The page of translation for those who run the site: what serves which languages, how engines fare, what waits."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import staff_required
from accounts.requests import MemberRequest
from filmsite.lib.estimates import EstimatingPaginator
from filmsite.lib.time_charts import day_columns
from reviews import engine_figures, engine_overview
from reviews.engine_figures import DAYS
from reviews.engine_forms import EngineActForm, OrderAgainForm
from reviews.engine_wording import (
    health,
    named,
    pair_in_words,
    ready_in_words,
    reason_in_words,
    state_in_words,
)
from reviews.models import (
    EVERY_PAIR,
    EngineAct,
    EngineOffer,
    EngineState,
    Priority,
    Segment,
    Translation,
    TranslationStatus,
)
from reviews.services.steering import steer_engine
from reviews.services.translating import requeue

# One press orders no more of what failed; a backfill goes through all of it in portions.
MOST_AT_ONCE = 500
LATEST_ACTS = 8
# How many rows of a table of pairs or reasons are shown.
MOST_ROWS = 20
# What takes back what was just told; a reset has nothing to take back.
_OPPOSITE = {EngineAct.PAUSE: EngineAct.RESUME, EngineAct.RESUME: EngineAct.PAUSE}


@never_cache
@staff_required
@require_safe
def engines(request: MemberRequest) -> HttpResponse:
    """Everything there is to know, in some fifteen queries whatever the number of texts."""
    now = timezone.now()
    states = {(state.engine, state.source, state.target): state for state in EngineState.objects.all()}
    offers = {offer.engine: offer for offer in EngineOffer.objects.all()}
    worked = engine_figures.days_worked(now)
    failures = engine_figures.failures_by_engine(now)
    queue = engine_figures.queued()
    ended = engine_figures.ended_badly()
    doubts = engine_figures.doubts()
    unserved = [row for row in ended if row.status == TranslationStatus.UNSUPPORTED]
    failed = [row for row in ended if row.status == TranslationStatus.FAILED]
    wanted = {(row.source, row.target) for row in queue} | {(row.source, row.target) for row in ended}
    targets = engine_overview.languages_wished({target for _source, target in wanted})
    seen = engine_overview.engines_seen(states, offers, worked, failures, targets, now=now)
    context = {
        "health": health(seen, queue, ended, doubts, now=now),
        "targets": targets,
        "rows": engine_overview.matrix(targets, {source for source, _target in wanted}, states, now=now),
        "unserved": _by_pair(unserved)[:MOST_ROWS],
        "engines": [
            {
                "engine": engine,
                "said": state_in_words(engine, now),
                "pairs": [(pair, pair_in_words(pair, now)) for pair in engine.pairs],
                "failures": [(reason_in_words(kind), number) for kind, number in engine.failures],
            }
            for engine in seen
        ],
        **_throughput(worked, now.date()),
        "failures": _all_failures(failures),
        # An estimate, but for a memory so small that it can be counted: PostgreSQL may not have looked yet.
        "memory_size": EstimatingPaginator(Segment.objects.order_by("pk"), 1).count,
        "queue": _by_priority(queue, now),
        "queue_pairs": sorted(queue, key=lambda row: -row.number)[:MOST_ROWS],
        "waiting": sum(row.number for row in queue),
        "failed": [(row, reason_in_words(row.reason)) for row in failed[:MOST_ROWS]],
        "failed_total": sum(row.number for row in failed),
        "doubts": doubts,
        "acts": _latest_acts(states.values()),
        "undo": _undo(request),
        "every_pair": EVERY_PAIR,
        "day_count": DAYS,
        "tab": "engines",
    }
    return render(request, "engines/engines.html", context)


@staff_required
@require_POST
def act(request: MemberRequest) -> HttpResponse:
    """Tell an engine, or a pair of it, to rest, to go on or to be tried again."""
    form = EngineActForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    if not engine_overview.is_known(said["engine"]):
        raise Http404
    steer_engine(by=request.user, **said)
    name = said["engine"]
    if said["source"] != EVERY_PAIR:
        name += f" ({said['source']} → {said['target']})"
    words = {
        EngineAct.PAUSE: _(
            "%(engine)s is paused: nothing is sent to it. What waits for it takes another way, or waits."
        ),
        EngineAct.RESUME: _("%(engine)s goes on."),
        EngineAct.RESET: _("%(engine)s is open again, and what it refused is ordered anew."),
    }
    messages.success(request, words[said["act"]] % {"engine": name})
    answer = reverse("reviews:engines")
    if opposite := _OPPOSITE.get(said["act"]):
        answer += "?" + urlencode(
            {"undo": opposite, "engine": said["engine"], "source": said["source"], "target": said["target"]}
        )
    return redirect(answer)


@staff_required
@require_POST
def order_again(request: MemberRequest) -> HttpResponse:
    """Order again what failed for one reason and pair, behind everything that readers wait for."""
    form = OrderAgainForm(request.POST)
    if not form.is_valid():
        raise Http404
    said = form.cleaned_data
    failed = Translation.objects.filter(
        status=TranslationStatus.FAILED,
        reason=said["reason"],
        source_language=said["source"],
        target=said["target"],
    )
    number = requeue(translations=failed.order_by("-pk")[:MOST_AT_ONCE], priority=Priority.BACKFILL)
    words = ngettext("%(n)d translation is ordered.", "%(n)d translations are ordered.", number)
    messages.success(request, words % {"n": number})
    if number == MOST_AT_ONCE:
        messages.info(request, _("For all of the others start a backfill of those that failed."))
    return redirect(reverse("reviews:engines") + "#queue")


def _throughput(worked: list[engine_figures.Worked], today: date) -> dict[str, Any]:
    """The last days one by one, with their chart. A way through two engines counts both, as each did the work."""
    days = [today - timedelta(days=back) for back in range(DAYS)]
    by_day = {day: engine_figures.Work() for day in days}
    for row in worked:
        if row.day in by_day:
            by_day[row.day] += row.work
    sentences = {day: work.sentences for day, work in by_day.items()}
    return {
        "days": [(day, work) for day, work in by_day.items() if work.sentences],
        "work": sum(by_day.values(), engine_figures.Work()),
        "chart": day_columns(sentences, until=today, days=DAYS) if any(sentences.values()) else None,
    }


def _all_failures(failures: dict[str, Counter[str]]) -> list[tuple[str, int]]:
    together = sum(failures.values(), Counter[str]())
    return [(reason_in_words(kind), number) for kind, number in together.most_common()]


def _by_pair(ended: list[engine_figures.Ended]) -> list[tuple[str, str, int]]:
    """Languages and numbers, the most first, whatever the reasons."""
    together: Counter[tuple[str, str]] = Counter()
    for row in ended:
        together[row.source, row.target] += row.number
    return [(source, target, number) for (source, target), number in together.most_common()]


def _by_priority(queue: list[engine_figures.Queued], now: datetime) -> list[dict[str, Any]]:
    """A line for each priority, also where nothing waits."""
    lines = []
    for priority in Priority:
        rows = [row for row in queue if row.priority == priority]
        oldest = min((row.oldest for row in rows if row.oldest), default=None)
        lines.append(
            {
                "priority": priority.label,
                "number": sum(row.number for row in rows),
                "due": sum(row.due for row in rows),
                "held": sum(row.held for row in rows),
                "oldest": oldest,
                "ready": ready_in_words(oldest, now) if oldest else "",
            }
        )
    return lines


def _latest_acts(states: Iterable[EngineState]) -> list[tuple[LogEntry, str]]:
    """What staff told engines last, and which engine or pair each was told of."""
    names = {str(state.pk): named(state) for state in states}
    of_states = ContentType.objects.get_for_model(EngineState)
    rows = LogEntry.objects.filter(content_type=of_states).select_related("user")
    return [
        (row, names.get(row.object_id or "", row.object_repr))
        for row in rows.order_by("-action_time")[:LATEST_ACTS]
    ]


def _undo(request: MemberRequest) -> dict[str, str] | None:
    """What would take back the act that led here, if one did."""
    form = EngineActForm({**request.GET.dict(), "act": request.GET.get("undo", "")})
    return form.cleaned_data if "undo" in request.GET and form.is_valid() else None
