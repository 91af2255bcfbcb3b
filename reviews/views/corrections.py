"""What waits for somebody who has a say in translations, one's own suggestions, and a decision about each."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import second_factor_missing
from accounts.permissions import held_sections
from accounts.requests import MemberRequest
from reviews.correcting.access import corrections_by_others, doubted_translations, get_correction_for
from reviews.correcting.forms import CorrectionDecisionForm
from reviews.correcting.permissions import trusted_languages
from reviews.correcting.presenting import Line, lines_of, name_of_text
from reviews.models import BadTranslation, Correction, Translation
from reviews.services.correcting import (
    UNDO_WITHIN,
    CorrectionError,
    can_undo_decision,
    decide_correction,
    undo_decision,
    withdraw_correction,
)
from reviews.sources import with_sources

A_PAGE: Final = 25
# Of one's own texts; whoever has more waiting decides about these first.
WAITING_SHOWN: Final = 50
# Of words of others that stand, the newest; older ones stand on the pages of their translations.
STANDING_SHOWN: Final = 25
SHOWN: Final = ("waiting", "doubted")
# Where a decision may lead back to.
LISTS: Final = ("reviews:corrections", "reviews:my-corrections")


@never_cache
@require_safe
@login_required
def waiting(request: MemberRequest) -> HttpResponse:
    """Suggestions and doubted translations that wait for this moderator or trusted member, the oldest first."""
    sections, trusted = held_sections(request.user), trusted_languages(request.user)
    if not sections and not trusted:
        raise Http404
    if sections and (answer := second_factor_missing(request)) is not None:
        return answer
    found = Correction.objects.to_decide(sections=sections, trusted=trusted).exclude(by=request.user)
    doubted = doubted_translations(sections=sections, trusted=trusted)
    languages = found.counts_by_language()
    language = request.GET.get("language", "")
    if language in dict(languages):
        found = found.filter(target=language)
    shown = "doubted" if request.GET.get("show") == "doubted" else "waiting"
    rows: QuerySet[Any] = with_sources(doubted) if shown == "doubted" else _with_people(found)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "shown": shown,
        "languages": languages,
        "language": language if language in dict(languages) else "",
        "waiting_count": sum(number for _language, number in languages),
        "doubted_count": page.paginator.count if shown == "doubted" else doubted.count(),
        "lines": _lines(request, list(page.object_list)) if shown == "waiting" else [],
        "doubted": _doubted_rows(list(page.object_list)) if shown == "doubted" else [],
        "decided": _lines(request, _decided_lately(request)),
        "back": "reviews:corrections",
    }
    return render(request, "translations/corrections.html", context)


@never_cache
@require_safe
@login_required
def mine(request: MemberRequest) -> HttpResponse:
    """What others suggest for translations of one's own texts or changed there, and one's own suggestions."""
    to_decide = _with_people(Correction.objects.for_author(request.user))[:WAITING_SHOWN]
    # One's own words that stood at once are below, among those that one suggested.
    decided = [row for row in _decided_lately(request) if row.by != request.user]
    standing = corrections_by_others(request.user).exclude(pk__in=[row.pk for row in decided])
    own = _with_people(Correction.objects.filter(by=request.user)).order_by("-made_at", "-pk")
    page = Paginator(own, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": _lines(request, list(page.object_list)),
        "to_decide": _lines(request, list(to_decide)),
        "decided": _lines(request, decided),
        "standing": _lines(request, list(_with_people(standing)[:STANDING_SHOWN])),
        "trusted": sorted(trusted_languages(request.user)),
        "back": "reviews:my-corrections",
    }
    return render(request, "translations/my_corrections.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: MemberRequest, pk: int) -> HttpResponse:
    """One suggestion, and what is to become of it: accepted, declined, taken back, or the decision undone."""
    found = get_correction_for(request.user, pk)
    if request.method != "POST":
        return _correction_page(request, found, CorrectionDecisionForm())
    form = CorrectionDecisionForm(request.POST)
    if not form.is_valid():
        return _correction_page(request, found, form, status=422)
    act, reason = form.cleaned_data["act"], form.cleaned_data["reason"]
    try:
        if act == "withdraw":
            withdraw_correction(correction=found, member=request.user)
        elif act == "undo":
            undo_decision(correction=found, member=request.user)
        else:
            decide_correction(correction=found, member=request.user, accept=act == "accept", reason=reason)
    except CorrectionError as error:
        messages.error(request, _explain(error))
        status = 403 if str(error) == "rights" else 409
        return _correction_page(request, get_correction_for(request.user, pk), form, status=status)
    if request.htmx:
        return _correction_page(request, get_correction_for(request.user, pk), CorrectionDecisionForm())
    messages.success(request, _done(act))
    back = request.POST.get("back", "")
    return redirect(back) if back in LISTS else redirect(found)


def _correction_page(
    request: MemberRequest, found: Correction, form: CorrectionDecisionForm, status: int = 200
) -> HttpResponse:
    context = {"line": _lines(request, [found])[0], "form": form, "back": request.POST.get("back", "")}
    if not request.htmx:
        return render(request, "translations/correction.html", context, status=status)
    # htmx shows no answer of 403 or 409.
    return render(request, "translations/_correction.html", context, status=422 if status != 200 else 200)


def _with_people(rows: "QuerySet[Correction]") -> "QuerySet[Correction]":
    return with_sources(rows.select_related("by", "decided_by"))


def _doubted_rows(rows: list[Translation]) -> list[tuple[Translation, str, list[str]]]:
    """Each with the name of its text and why readers doubt it, each reason once. One query."""
    reasons: dict[int, list[str]] = {row.pk: [] for row in rows}
    for said in BadTranslation.objects.filter(translation__in=rows, settled_at=None).order_by("made_at"):
        if said.get_reason_display() not in reasons[said.translation_id]:
            reasons[said.translation_id].append(said.get_reason_display())
    return [(row, name_of_text(row), reasons[row.pk]) for row in rows]


def _decided_lately(request: MemberRequest) -> list[Correction]:
    """What the viewer decided so lately that they may take it back, the newest first."""
    since = timezone.now() - UNDO_WITHIN
    rows = Correction.objects.filter(decided_by=request.user, decided_at__gt=since)
    return [
        row
        for row in _with_people(rows).order_by("-decided_at", "-pk")[:A_PAGE]
        if can_undo_decision(request.user, row)
    ]


def _lines(request: MemberRequest, corrections: list[Correction]) -> list[Line]:
    undoable = frozenset(row.pk for row in corrections if can_undo_decision(request.user, row))
    return lines_of(corrections, request.user, undoable=undoable)


def _done(act: str) -> str:
    return {
        "accept": _("Accepted: these words stand there now."),
        "decline": _("Declined. Who suggested it reads why."),
        "withdraw": _("Your suggestion is taken back."),
        "undo": _("Your decision is taken back."),
    }[act]


def _explain(error: CorrectionError) -> str:
    return {
        "state": _("This suggestion was decided about or taken back meanwhile. Nothing was overwritten."),
        "rights": _("This one is for somebody else: nobody decides about their own suggestion."),
        "late": _("It is too late to take this back, or somebody decided since."),
    }.get(str(error), _("That could not be done."))
