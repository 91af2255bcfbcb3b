"""Translating older texts: ordering it, watching it, holding it up."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import staff_required
from accounts.models import Job, JobState
from accounts.requests import MemberRequest
from reviews.backlog import KIND_NAMES, Scale, Which
from reviews.engine_forms import BackfillForm
from reviews.engine_wording import time_left
from reviews.services.backfilling import (
    KIND,
    measure_backfill,
    new_texts_wait,
    pause_backfill,
    resume_backfill,
    start_backfill,
    stop_backfill,
)
from reviews.services.routing import router

JOBS_A_PAGE = 20
_ENDED = {
    "everything": gettext_lazy("gone through to the end"),
    "most_texts": gettext_lazy("as many texts as were wanted"),
    "budget": gettext_lazy("the characters are used up"),
    "stopped": gettext_lazy("stopped"),
}
_ACTS = {"pause": pause_backfill, "resume": resume_backfill, "stop": stop_backfill}


@never_cache
@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def backfills(request: MemberRequest) -> HttpResponse:
    """What is under way and what was, and the form: `measure` says how much it would be, `start` begins it."""
    form = BackfillForm(request.POST or None, pairs=router().matrix())
    scales: dict[str, Scale] | None = None
    status = 200
    if request.method == "POST":
        if not form.is_valid():
            status = 422
        elif "start" in request.POST:
            job = start_backfill(owner=request.user, **_wishes(form))
            messages.success(
                request,
                _("Started. It goes on by itself, behind everything that readers wait for.")
                if job.total
                else _("There is nothing to translate of what you chose."),
            )
            return redirect("reviews:backfills")
        else:
            chosen = _wishes(form)
            asked = {name: chosen[name] for name in ("sources", "targets", "which", "since")}
            scales = {kind: measure_backfill(kinds=[kind], **asked) for kind in chosen["kinds"]}
    page = Paginator(
        Job.objects.filter(kind=KIND).select_related("owner").order_by("-pk"), JOBS_A_PAGE
    ).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [_row(job, now) for job in page.object_list]
    context = {
        "form": form,
        "scale": sum(scales.values(), Scale()) if scales is not None else None,
        "scales": [(KIND_NAMES[kind], scale) for kind, scale in (scales or {}).items()],
        "page": page,
        "rows": rows,
        "at_work": any(row["job"].state == JobState.RUNNING for row in rows),
        "held_up": new_texts_wait(),
        "tab": "backfills",
    }
    return render(request, "engines/backfills.html", context, status=status)


@staff_required
@require_POST
def act(request: MemberRequest, pk: int) -> HttpResponse:
    """Pause, resume or stop a backfill."""
    job = get_object_or_404(Job, kind=KIND, pk=pk)
    name = request.POST.get("act", "")
    if name not in _ACTS:
        raise Http404
    words = {
        "pause": _("Paused: what was released is still made, and nothing more."),
        "resume": _("It goes on."),
        "stop": _("Stopped. What was ordered is still made."),
    }
    if _ACTS[name](job=job):
        messages.success(request, words[name])
    else:
        messages.warning(request, _("That is not how it stands any more; nothing was changed."))
    return redirect("reviews:backfills")


def _wishes(form: BackfillForm) -> dict[str, Any]:
    return {**form.cleaned_data, "which": Which(form.cleaned_data["which"])}


def _row(job: Job, now: datetime) -> dict[str, Any]:
    """A backfill as the page shows it: what it goes through, how far it is, how long it takes."""
    plan, counts = job.parameters, job.counts
    pace = plan.get("pace")
    left: timedelta | None = None
    if pace and job.total and job.state == JobState.RUNNING:
        since = datetime.fromisoformat(pace["from"])
        left = time_left(done=job.done, total=job.total, done_before=pace["done"], since=since, now=now)
    return {
        "job": job,
        "which": Which(plan["which"]).label if plan.get("which") in Which.values else "",
        "kinds": [KIND_NAMES[kind] for kind in plan.get("kinds", ()) if kind in KIND_NAMES],
        "sources": plan.get("sources", ()),
        "targets": plan.get("targets", ()),
        "holding": plan.get("holding", ""),
        "budget": plan.get("budget_characters"),
        "ordered": counts.get("ordered", 0),
        "skipped": counts.get("skipped", 0),
        "characters": counts.get("characters", 0),
        "ended": _ENDED.get(counts.get("ended", ""), ""),
        "done": min(job.done, job.total or 0),
        "ends_at": now + left if left else None,
    }
