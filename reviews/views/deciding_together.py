"""Many cases of one cause, decided alike: looked at in one list first, then each decided by itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import moderator_required
from accounts.models import Member
from accounts.requests import ModeratorRequest
from filmsite.lib.inputs import number_in
from reviews.models import Case, CaseState, Verdict
from reviews.moderation import rules
from reviews.moderation.access import get_own_decision_for
from reviews.moderation.canned import canned_reasons, language_for
from reviews.moderation.dossier import last_decision_of
from reviews.moderation.evidence import Comparison, compare
from reviews.moderation.forms import Reasons, TogetherForm
from reviews.moderation.naming import concerned_in
from reviews.moderation.permissions import Action, allows, verdicts_for
from reviews.moderation.querysets import attach_reporters
from reviews.moderation.queue import QUEUE_WORDS, Row, rows_of
from reviews.moderation.targets import attach_rows
from reviews.services.deciding import MOST_AT_ONCE, Together, belong_together, decide_many, undo_many
from reviews.views.cases import VERDICT_KEYS, Key, refusal
from reviews.views.outcomes import Preview, previews_of, sources_of

_SOURCES: Final = (
    "evidence__source__author",
    "evidence__source_review__author",
    "evidence__source_title",
    "evidence__source_person",
)


@dataclass(frozen=True)
class Judged:
    """One of the cases as the queue shows it, what was found about its words, and what a verdict would leave of them."""

    row: Row
    comparison: Comparison
    previews: list[Preview]
    language: str
    # What is proposed by verdict where it is not the same in all cases, in the language of the author.
    proposed: dict[str, str]
    proposed_in: str


@never_cache
@moderator_required
@require_http_methods(["GET", "HEAD", "POST"])
def together(request: ModeratorRequest) -> HttpResponse:
    """The ticked cases with what would happen to each, one reason for all or the proposed one of each, and then the decisions.

    Whose rights do not reach a case, or what nobody can decide alike, is named before anything is done; what changed
    meanwhile is named afterwards.
    """
    cases = _cases_for(request)
    if not cases:
        messages.warning(request, _("Tick the cases first."))
        return redirect("moderation:queue")
    if len(cases) > MOST_AT_ONCE or not belong_together(cases):
        messages.error(request, refusal("apart") if len(cases) <= MOST_AT_ONCE else _too_many())
        return redirect(f"{reverse('moderation:queue')}?{_asked(request).urlencode()}")
    deciding = [case for case in cases if allows(request.user, Action.DECIDE, case)]
    verdicts = _common_verdicts(request.user, deciding)
    concerned = [*deciding, *_parts_of(deciding)]
    compared = {case.pk: _compared(case) for case in concerned}
    proposed = {case.pk: _reasons_of(case, verdicts, compared[case.pk]) for case in concerned}
    form = TogetherForm(
        request.POST or None,
        verdicts=verdicts,
        each=proposed,
        initial={"rule": cases[0].kind if cases[0].kind in rules.BY_SLUG else ""},
    )
    outcome: Together | None = None
    if form.is_bound:
        form.concerned = concerned_in(deciding)
    if request.method == "POST" and form.is_valid() and allows(request.user, Action.BULK):
        outcome = decide_many(
            cases=deciding, moderator=request.user, versions=_versions(request), **form.cleaned_data
        )
        said = ngettext("%(n)s case decided.", "%(n)s cases decided.", len(outcome.decisions))
        messages.success(request, said % {"n": len(outcome.decisions)})
        if not outcome.left_out:
            return redirect("moderation:queue")
    context = {
        "rows": _judged(request.user, deciding, verdicts, compared, proposed, form.reasons),
        "in_common": _in_common(deciding),
        "left_out": [case for case in cases if case not in deciding],
        "form": form,
        "verdict_keys": [Key(VERDICT_KEYS[verdict], verdict, form.LABELS[verdict]) for verdict in verdicts],
        "refused": _refused(outcome) if outcome else [],
        "is_done": outcome is not None,
        "last": last_decision_of(request.user) if outcome and outcome.decisions else None,
    }
    status = 409 if outcome else 422 if form.is_bound else 200
    return render(request, "moderation/together.html", context, status=status)


@moderator_required
@require_POST
def undo_together(request: ModeratorRequest, pk: int) -> HttpResponse:
    """Take back all that the moderator decided together with this decision, and say what stays as it is and why."""
    outcome = undo_many(decision=get_own_decision_for(request.user, pk), moderator=request.user)
    if outcome.decisions:
        said = ngettext(
            "%(n)s decision taken back: everything is as it was before it.",
            "%(n)s decisions taken back: everything is as it was before them.",
            len(outcome.decisions),
        )
        messages.success(request, said % {"n": len(outcome.decisions)})
    if not outcome.left_out:
        if not outcome.decisions:
            messages.info(request, _("There is nothing left to take back."))
        return redirect("moderation:queue")
    context = {"refused": _refused(outcome)}
    return render(request, "moderation/together_undone.html", context, status=409)


def _refused(outcome: Together) -> list[tuple[Case, str]]:
    return [(case, refusal(code)) for case, code in outcome.left_out]


def _judged(
    moderator: Member,
    cases: Collection[Case],
    verdicts: Collection[Verdict],
    compared: Mapping[int, Comparison],
    proposed: Mapping[int, Reasons],
    common: Reasons,
) -> list[Judged]:
    """The cases as the page shows them; one query for the sources of all besides those of the rows."""
    found, known = {case.pk: case for case in cases}, sources_of(cases)
    judged = []
    for row in rows_of(list(found), moderator):
        case = found[row.case.pk]
        language = case.snapshot.language if case.snapshot else "und"
        usual = {
            verdict: under[rule]
            for verdict, under in proposed[case.pk].items()
            for rule in (case.kind, "")
            if rule in under and not common[verdict][rule]
        }
        previews = previews_of(case, verdicts, known)
        judged.append(Judged(row, compared[case.pk], previews, language, usual, language_for(case)))
    return judged


def _compared(case: Case) -> Comparison:
    text = case.snapshot.text if case.snapshot else ""
    return compare(text, list(case.evidence.all()), matter=case.matter)


def _reasons_of(case: Case, verdicts: Collection[Verdict], comparison: Comparison) -> Reasons:
    """What is proposed about a case, by how it was found, in the language of its author."""
    return canned_reasons(verdicts, comparison, language=language_for(case))


def _parts_of(cases: Collection[Case]) -> QuerySet[Case]:
    """What became one with these cases and is decided with them."""
    parts = Case.objects.filter(merged_into__in=cases, state=CaseState.MERGED)
    return parts.select_related("author", "snapshot").prefetch_related(*_SOURCES)


def _too_many() -> str:
    return _("At most %(most)s cases are decided together.") % {"most": MOST_AT_ONCE}


def _asked(request: ModeratorRequest) -> QueryDict:
    """What the queue had been asked for, and the cases that were ticked in it: so that both are still there."""
    asked = QueryDict(mutable=True)
    for name, values in (request.POST if request.method == "POST" else request.GET).lists():
        if name in ("case", *QUEUE_WORDS):
            asked.setlist(name, values)
    return asked


def _in_common(cases: Collection[Case]) -> str:
    """Why these can be decided together: one author, or words of one text."""
    authors = {case.author for case in cases}
    if len(authors) == 1 and (author := authors.pop()):
        return _("All of these are by %(name)s.") % {"name": author.username}
    labels = [{item.source_label for item in case.evidence.all()} - {""} for case in cases]
    common = sorted(set.intersection(*labels)) if labels else []
    return _("All of these have words of “%(name)s”.") % {"name": common[0]} if common else ""


def _cases_for(request: ModeratorRequest) -> list[Case]:
    """The ticked cases that the moderator may see, in the order of the queue; of too many one more than are decided."""
    asked = _asked(request).getlist("case")
    pks = {pk for pk in map(number_in, asked[: MOST_AT_ONCE + 1]) if pk is not None}
    rows = Case.objects.in_sections(request.sections).filter(pk__in=pks)
    found = rows.for_deciding_about().prefetch_related(*_SOURCES)
    found = found.order_by("-severity", "opened_at", "pk")
    return list(attach_reporters(attach_rows(list(found))))


def _common_verdicts(moderator: Member, cases: Collection[Case]) -> list[Verdict]:
    """What the moderator can decide about every one of them, in the order in which it is offered."""
    each = [verdicts_for(moderator, case) for case in cases]
    return [verdict for verdict in (each[0] if each else []) if all(verdict in others for others in each)]


def _versions(request: ModeratorRequest) -> dict[int, int]:
    """The versions that stood on the page, by case."""
    pairs = (said.partition("-") for said in request.POST.getlist("version")[:MOST_AT_ONCE])
    numbers = ((number_in(pk), number_in(version)) for pk, _dash, version in pairs)
    return {pk: version for pk, version in numbers if pk is not None and version is not None}
