"""One translation beside its original, better words for its sentences, and the word that it is bad."""

from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Member
from accounts.permissions import Viewer, can_post
from accounts.requests import MemberRequest
from filmsite.lib.inputs import number_in
from filmsite.lib.limits import limited
from reviews.correcting.access import (
    OriginalPreferred,
    get_correctable_translation_for,
    get_translation_for,
    open_reports,
    own_report,
)
from reviews.correcting.forms import BadTranslationForm, WordingForm
from reviews.correcting.permissions import decides_alone
from reviews.correcting.presenting import address_of_text, is_whole_spoiler, may_give_away, name_of_text
from reviews.correcting.side_by_side import Sentence, Suggestion, sentences_of, side_by_side
from reviews.machines import machine_of
from reviews.models import Correction, Translation, TranslationStatus
from reviews.services.correcting import CorrectionError, suggest_correction, withdraw_correction
from reviews.services.doubting import Effect, report_bad_translation, settle_doubt, take_back_report
from reviews.sources import Source
from reviews.wordings import Making


@require_safe
def translation(request: HttpRequest, pk: int) -> HttpResponse:
    """A text and its translation side by side, aligned by paragraph, and how the translation was made."""
    try:
        row, source = get_translation_for(request.user, pk)
    except OriginalPreferred as preferred:
        about = {"text_name": name_of_text(preferred.row), "text_url": address_of_text(preferred.row)}
        return render(request, "translations/original_preferred.html", about, status=404)
    if row.pk != pk:
        return redirect("reviews:translation", row.pk)
    viewer = request.user
    sentences = _sentences(row, source, viewer)
    # Where there is nothing to stand beside it the text stands alone, in its paragraphs.
    other = row.body if row.is_readable else source.body
    sides = side_by_side(
        source.body,
        other,
        languages=(source.language, row.target if row.is_readable else source.language),
        sentences=sentences,
        headings=source.headings,
    )
    context = {
        **_about(row, source),
        "sides": sides,
        "opened": _opened(request),
        "making": Making.of(row, machine=machine_of(row.engine)),
        "is_waiting": row.status == TranslationStatus.QUEUED,
        "may_suggest": can_post(viewer),
        "may_report_words": can_post(viewer) and row.corrected_by_id not in (None, viewer.pk),
        "is_invited": not viewer.is_authenticated,
        "report": own_report(viewer, row) if isinstance(viewer, Member) else None,
    }
    if decides_alone(viewer, source, row.target):
        reports = open_reports(row)
        context |= {"may_settle": bool(reports) or row.doubted_at is not None, "reports": reports}
    return render(request, "translations/translation.html", context)


def _opened(request: HttpRequest) -> int | None:
    """The sentence that the address leads to: where it stands is open, script or not."""
    number = request.GET.get("sentence", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else None


def _about(row: Translation, source: Source) -> dict[str, Any]:
    """What every page about a translation shows of it."""
    return {
        "translation": row,
        "source": source,
        "text_name": name_of_text(row),
        "text_url": address_of_text(row),
        "is_spoiler": is_whole_spoiler(row),
    }


def _sentences(row: Translation, source: Source, viewer: Viewer) -> list[Sentence]:
    """The sentences of a translation that can be read, with whose words they are and what the viewer suggested. One query."""
    if not row.is_readable:
        return []
    of_viewer = Q(state=Correction.State.PROPOSED, by=viewer.pk) if viewer.pk else Q(pk__in=[])
    of_people = Q(state=Correction.State.ACCEPTED, by__isnull=False)
    shown = Correction.objects.filter(of_people | of_viewer, **source.about, target=row.target)
    correctors: dict[str, str] = {}
    suggested: dict[str, Suggestion] = {}
    if viewer.pk or any(sentence["by"] == "person" for sentence in row.sentences):
        for found in shown.select_related("by"):
            if found.state == Correction.State.PROPOSED:
                suggested[found.sentence] = Suggestion(found.pk, found.text)
            elif found.by is not None:
                correctors[found.sentence] = found.by.shown_name
    return sentences_of(row.sentences, correctors, suggested)


# --- Better words for a sentence ---


@never_cache
@login_required
@limited("correction")
@require_http_methods(["GET", "HEAD", "POST"])
def sentence(request: MemberRequest, pk: int, number: int) -> HttpResponse:
    """Suggest better words for one sentence. For htmx the same in its place on the page of the translation."""
    row, source = get_correctable_translation_for(request.user, pk)
    found = _sentence(row, source, number, request.user)
    if request.method != "POST":
        if row.pk != pk or found is None:
            raise Http404
        return _sentence_page(request, row, source, found, WordingForm(sentence=found, target=row.target))
    if "take_back" in request.POST and found is not None:
        return _take_back(request, row, source, number)
    if row.pk != pk or found is None or found.seen != request.POST.get("seen"):
        return _changed_meanwhile(request, row, source)
    form = WordingForm(request.POST, sentence=found, target=row.target)
    if not form.is_valid():
        return _sentence_page(request, row, source, found, form, status=422)
    try:
        made = suggest_correction(
            member=request.user,
            translation=row,
            number=number,
            seen=found.seen,
            text=form.cleaned_data["text"],
        )
    except CorrectionError:
        row, source = get_correctable_translation_for(request.user, pk)
        return _changed_meanwhile(request, row, source)
    thanks = (
        _("Your words stand there now.")
        if made.state == Correction.State.ACCEPTED
        else _("Thank you. Once somebody has accepted it, your words stand there.")
    )
    if request.htmx:
        row, source = get_correctable_translation_for(request.user, pk)
        now = _sentence(row, source, number, request.user) or found
        return _sentence_page(request, row, source, now, None, thanks=thanks)
    messages.success(request, thanks)
    return redirect(_place_of(row, number))


def _take_back(request: MemberRequest, row: Translation, source: Source, number: int) -> HttpResponse:
    """The member does not suggest any more what they suggested for a sentence, and is where they were."""
    waiting = Correction.objects.filter(by=request.user, pk=number_in(request.POST["take_back"]) or 0).first()
    try:
        if waiting is None:
            raise CorrectionError("state")
        withdraw_correction(correction=waiting, member=request.user)
    except CorrectionError:
        said = _("This suggestion was decided about or taken back meanwhile. Nothing was overwritten.")
    else:
        said = _("Your suggestion is taken back.")
    now = _sentence(row, source, number, request.user)
    if request.htmx and now is not None:
        return _sentence_page(request, row, source, now, None, thanks=said)
    messages.info(request, said)
    return redirect(_place_of(row, number))


def _place_of(row: Translation, number: int) -> str:
    """Where a sentence stands among the others, opened."""
    return f"{reverse('reviews:translation', args=[row.pk])}?sentence={number}#sentence-{number}"


def _sentence(row: Translation, source: Source, number: int, viewer: Viewer) -> Sentence | None:
    found = _sentences(row, source, viewer)
    return found[number] if number < len(found) else None


def _changed_meanwhile(request: MemberRequest, row: Translation, source: Source) -> HttpResponse:
    """The translation is another one than the member saw: their words come back, beside how the sentence is now."""
    wanted = request.POST.get("original", "")
    found = next((one for one in _sentences(row, source, request.user) if one.source == wanted), None)
    if found is None:
        context = {**_about(row, source), "typed": request.POST.get("text", "")}
        template = "translations/_sentence_gone.html" if request.htmx else "translations/sentence_gone.html"
        return render(request, template, context, status=_refusal(request))
    typed = {"text": request.POST.get("text", ""), "seen": found.seen}
    form = WordingForm(initial=typed, sentence=found, target=row.target)
    return _sentence_page(request, row, source, found, form, status=_refusal(request), is_stale=True)


def _refusal(request: MemberRequest) -> int:
    """The status of a page that changed meanwhile; htmx shows no answer of 409."""
    return 422 if request.htmx else 409


def _sentence_page(
    request: MemberRequest,
    row: Translation,
    source: Source,
    found: Sentence,
    form: WordingForm | None,
    *,
    status: int = 200,
    thanks: str = "",
    is_stale: bool = False,
) -> HttpResponse:
    context = {
        **_about(row, source),
        "sentence": found,
        "form": form,
        "thanks": thanks,
        "is_stale": is_stale,
        "holds_at_once": decides_alone(request.user, source, row.target),
        "may_give_away": may_give_away(row),
        "may_suggest": True,
    }
    template = "translations/_sentence.html" if request.htmx else "translations/sentence.html"
    return render(request, template, context, status=status)


# --- A bad translation ---


@never_cache
@login_required
@limited("bad_translation")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: MemberRequest, pk: int) -> HttpResponse:
    """Say that a translation is bad, change the reason, or take it back."""
    row, source = get_correctable_translation_for(request.user, pk)
    if not row.is_readable:
        raise Http404
    mine = own_report(request.user, row)
    if request.method == "POST" and "take_back" in request.POST:
        if take_back_report(translation=row, member=request.user):
            messages.success(request, _("Your report is taken back."))
        return redirect("reviews:translation", row.pk)
    initial = {"reason": mine.reason, "note": mine.note} if mine else None
    form = BadTranslationForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            effect = report_bad_translation(translation=row, member=request.user, **form.cleaned_data)
        except CorrectionError as error:
            raise Http404 from error
        messages.success(request, _EFFECTS[effect]())
        return redirect("reviews:translation", row.pk)
    context = {**_about(row, source), "form": form, "report": mine}
    return render(request, "translations/report.html", context, status=422 if form.is_bound else 200)


_EFFECTS: Final = {
    Effect.NOTED: lambda: _("Thank you. Moderators see your report."),
    Effect.REQUEUED: lambda: _("Thank you. The text is translated anew by another engine."),
    Effect.DOUBTED: lambda: _(
        "Thank you. The page says now that readers doubt it, and moderators see your report."
    ),
}


@require_POST
@login_required
def settle(request: MemberRequest, pk: int) -> HttpResponse:
    """Somebody who has a say looked at a doubted translation: it can stand."""
    row, source = get_correctable_translation_for(request.user, pk)
    if not decides_alone(request.user, source, row.target):
        raise Http404
    try:
        settle_doubt(translation=row, member=request.user)
    except CorrectionError:
        messages.warning(request, _("Nobody doubts this translation any more."))
    else:
        messages.success(request, _("The page says no more that readers doubt it."))
    return redirect("reviews:translation", row.pk)
