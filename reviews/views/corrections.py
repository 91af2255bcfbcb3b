"""What waits for somebody who has a say in translations, one's own suggestions, and a decision about each."""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
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
from reviews.correcting.querysets import CorrectionQuerySet
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
# Of what readers wrote about one translation; the rest stands on its page.
NOTES_SHOWN: Final = 5
# Where a decision may lead back to.
LISTS: Final = ("reviews:corrections", "reviews:my-corrections")
# Characters of an address that are looked at for what a list was narrowed to.
ASKED_LENGTH: Final = 200


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
    tabs = _tabs(request, request.GET)
    shown, language = tabs["shown"], tabs["language"]
    found = _to_decide(request).filter(**{"target": language} if language else {})
    rows: QuerySet[Any] = with_sources(_doubted(request)) if shown == "doubted" else _with_people(found)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        **tabs,
        "page": page,
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
    if context["back"] == "reviews:corrections" and status == 200:
        # What waits has changed in number: the tabs of the list that stands around it come along.
        context |= {**_tabs(request, QueryDict(_asked_there(request))), "tabs_too": True}
    # htmx shows no answer of 403 or 409.
    return render(request, "translations/_correction.html", context, status=422 if status != 200 else 200)


def _asked_there(request: MemberRequest) -> str:
    """What the page that sent this asks for in its address; nothing where that is no address."""
    try:
        return urlsplit(request.htmx.current_url or "").query[:ASKED_LENGTH]
    except ValueError:
        return ""


def _tabs(request: MemberRequest, asked: QueryDict) -> dict[str, Any]:
    """The tabs and the languages over the list of what waits, as an address asks for them. Two queries."""
    languages = _to_decide(request).counts_by_language()
    language = asked.get("language", "")
    return {
        "shown": "doubted" if asked.get("show") == "doubted" else "waiting",
        "languages": languages,
        "language": language if language in dict(languages) else "",
        "waiting_count": sum(number for _language, number in languages),
        "doubted_count": _doubted(request).count(),
    }


def _to_decide(request: MemberRequest) -> CorrectionQuerySet:
    sections, trusted = held_sections(request.user), trusted_languages(request.user)
    return Correction.objects.to_decide(sections=sections, trusted=trusted).exclude(by=request.user)


def _doubted(request: MemberRequest) -> "QuerySet[Translation]":
    sections, trusted = held_sections(request.user), trusted_languages(request.user)
    return doubted_translations(sections=sections, trusted=trusted)


def _with_people(rows: "QuerySet[Correction]") -> "QuerySet[Correction]":
    return with_sources(rows.select_related("by", "decided_by"))


@dataclass(frozen=True)
class DoubtedRow:
    """A translation in the list, why readers doubt it, each reason once, and the first of what they wrote to it."""

    translation: Translation
    name: str
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _doubted_rows(translations: list[Translation]) -> list[DoubtedRow]:
    """One query."""
    rows = {row.pk: DoubtedRow(row, name_of_text(row)) for row in translations}
    reports = BadTranslation.objects.filter(translation__in=translations, settled_at=None)
    for said in reports.order_by("made_at", "pk"):
        row = rows[said.translation_id]
        if said.get_reason_display() not in row.reasons:
            row.reasons.append(said.get_reason_display())
        if said.note and len(row.notes) < NOTES_SHOWN:
            row.notes.append(said.note)
    return list(rows.values())


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
