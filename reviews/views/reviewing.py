"""Writing, reading, changing and taking back: one page each, all of them without script as well."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import can_post
from accounts.requests import MemberRequest
from filmsite.lib.fragments import render_in_fragments
from filmsite.lib.limits import seconds_over_limit
from reviews import access
from reviews.composing import Composer, composer_for, draft_fields, preview_of
from reviews.drawing import key_messages
from reviews.models import Review
from reviews.pace_wording import too_much_words
from reviews.pasting import change_for, cut_by, done_by, kept_with, kind_in, newly_shown, paste_notice
from reviews.permissions import can_undo_withdrawal, can_withdraw
from reviews.reading import Entry, Reader, attach_texts, exchange_around
from reviews.services.counting_notices import Step, count_notice
from reviews.services.pacing import TooMuchToday
from reviews.services.publishing import (
    StaleEdit,
    edit_review,
    publish_review,
    save_draft,
    undo_withdrawal,
    withdraw_review,
)
from reviews.services.screening import Notice, notice_for
from reviews.subjects import Subject

# The composer's fields that a service takes as they are.
_WORDS = ("body", "language", "is_opinion", "verdict", "headline", "is_spoiler", "may_translate")


def _keeping_words(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Where writing turns out to be refused, answer with the reason and the words that were sent, to be copied.

    Between opening a form and sending it an account can be suspended and a text removed; without script the words are
    nowhere else. The status stays that of the refusal, and a stranger still learns nothing from it.
    """

    @wraps(view)
    def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (PermissionDenied, Http404) as refusal:
            body = request.POST.get("body", "")
            if not body.strip():
                raise
            context = {
                "body": body,
                "headline": request.POST.get("headline", ""),
                "is_suspended": not can_post(request.user),
                "is_gone": isinstance(refusal, Http404),
            }
            status = 404 if isinstance(refusal, Http404) else 403
            return render(request, "reviews/not_sent.html", context, status=status)

    return guarded


@require_http_methods(["GET", "POST"])
@login_required
@_keeping_words
def write(request: MemberRequest, kind: type[Subject], pk: int) -> HttpResponse:
    """A new message about a title or a person."""
    subject = access.get_subject_to_discuss(kind, pk)
    composer = _composer(request, subject)
    if not _is_to_be_sent(request, composer):
        return _composer_page(request, composer)
    try:
        review = publish_review(author=request.user, subject=subject, **_words(composer))
    except TooMuchToday as refusal:
        return _too_much_page(request, composer, refusal)
    messages.success(request, _said(composer, _("Your text stands below.")))
    return _see(f"{subject.get_absolute_url()}#review-{review.pk}")


@require_http_methods(["GET", "POST"])
@login_required
@_keeping_words
def reply(request: MemberRequest, pk: int) -> HttpResponse:
    """An answer to a message, with its words quoted when asked for (`?quote=1`)."""
    parent = access.get_answerable_review_for(request.user, pk)
    composer = _composer(request, parent.subject, parent=parent, quote="quote" in request.GET)
    if not _is_to_be_sent(request, composer):
        attach_texts([parent], Reader.from_request(request))
        return _composer_page(request, composer, parent=parent)
    try:
        review = publish_review(
            author=request.user, subject=parent.subject, parent=parent, **_words(composer)
        )
    except TooMuchToday as refusal:
        attach_texts([parent], Reader.from_request(request))
        return _too_much_page(request, composer, refusal, parent=parent)
    messages.success(request, _said(composer, _("Your answer stands below.")))
    return _see(f"{parent.subject.get_absolute_url()}#review-{review.pk}")


@require_http_methods(["GET", "POST"])
@login_required
@_keeping_words
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Changing one's own text. When it was changed elsewhere meanwhile, both versions are shown and none is lost."""
    review = access.get_editable_review_for(request.user, pk)
    composer = _composer(request, review.subject, review=review)
    if not _is_to_be_sent(request, composer):
        return _composer_page(request, composer)
    version = composer.form.cleaned_data["version"] or 0
    try:
        edit_review(review=review, editor=request.user, version=version, **_words(composer))
    except StaleEdit as stale:
        composer.conflict = stale.current
        # Sending once more, with both versions in sight, is meant.
        composer.form.data = request.POST.copy()
        composer.form.data["version"] = str(stale.current.revision_number)
        return _composer_page(request, composer, status=409)
    except TooMuchToday as refusal:
        return _too_much_page(request, composer, refusal)
    messages.success(request, _said(composer, _("Your text is changed.")))
    return _see(review.get_absolute_url())


@require_http_methods(["GET", "POST"])
@login_required
def remove(request: MemberRequest, pk: int) -> HttpResponse:
    """Taking one's own text back, and for a day putting it back (`undo`)."""
    review = access.get_own_review_for(request.user, pk)
    if request.method == "GET":
        may = {"can_withdraw": can_withdraw, "can_undo": can_undo_withdrawal}
        answers = {name: predicate(request.user, review) for name, predicate in may.items()}
        if not any(answers.values()):
            raise PermissionDenied
        attach_texts([review], Reader.from_request(request))
        context = {"review": review, "subject": review.subject, **answers}
        return render(request, "reviews/remove.html", context)
    if "undo" in request.POST:
        undo_withdrawal(review=review, author=request.user)
        messages.success(request, _("Your text is back."))
    else:
        withdraw_review(review=review, author=request.user)
        messages.success(request, _("Your text is taken back. For a day you can still undo that."))
    return _see(review.get_absolute_url())


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A text on its own: an opinion as an article, a message with what it answers and what answers it."""
    review = access.get_review_for(request.user, pk)
    reader = Reader.from_request(request)
    exchange = exchange_around(review, reader)
    if review.parent:
        review.parent = Review.objects.for_page(request.user).get(pk=review.parent.pk)
        attach_texts([review.parent], reader)
    context = {
        "review": review,
        "subject": review.subject,
        "exchange": exchange,
        "reader": reader,
        "minutes": review.text.minutes,
        # Whatever the address says of wordings, search engines are sent to this one.
        "canonical": settings.FILMSITE_URL + review.get_absolute_url(),
    }
    is_article = review.is_opinion and review.text.readable
    template = "reviews/opinion.html" if is_article else "reviews/review_detail.html"
    shown = [exchange, Entry(review.parent)] if review.parent else [exchange]
    return render_in_fragments(request, template, context, key_messages(shown, request))


@require_safe
@login_required
def revisions(request: MemberRequest, pk: int) -> HttpResponse:
    """Every state of a text, newest first, for its author and the moderators of its section."""
    review = access.get_review_with_revisions_for(request.user, pk)
    states = list(review.revisions.order_by("-number")[:200])
    context = {"review": review, "subject": review.subject, "revisions": states}
    return render(request, "reviews/revisions.html", context)


# --- What the pages share -------------------------------------------------------------------------------


def _composer(request: MemberRequest, subject: Subject, **place: Any) -> Composer:
    data = request.POST if request.method == "POST" else None
    composer = composer_for(request.user, subject, data=data, **place)
    if composer is None:
        raise PermissionDenied
    return composer


def _is_to_be_sent(request: MemberRequest, composer: Composer) -> bool:
    """Whether what was posted is complete and meant to be sent; else the composer says what is missing."""
    if request.method != "POST":
        return False
    form = composer.form
    valid = form.is_valid()
    if verb := request.POST.get("mend"):
        _mend(request, composer, verb)
        return False
    notice = _look_at(composer)
    if request.POST.get("action") == "throw-away":
        _throw_away(request, composer)
        return False
    if request.POST.get("action") == "preview":
        composer.preview = preview_of(form)
        return False
    if valid and (seconds := seconds_over_limit("review", request.user.pk)):
        form.add_error(
            None,
            _("You write faster than people read. Send this again in %(minutes)d minutes.")
            % {"minutes": seconds // 60 + 1},
        )
        return False
    # Sending again, notice seen, is meant. A question holds nobody up.
    asks = composer.pasting is not None and composer.pasting.sources and not form.cleaned_data["notice_seen"]
    if valid and asks and (shown := newly_shown(notice, form.cleaned_data["notice_about"])):
        count_notice(section=composer.subject.section, kind=shown, step=Step.SHOWN)
    return valid and not asks


def _look_at(composer: Composer) -> Notice | None:
    """Look for words that stand elsewhere too, and let the composer say so."""
    form = composer.form
    notice = notice_for(
        subject=composer.subject,
        author=composer.author,
        body=form.written,
        paste=form.paste,
        review=composer.review,
        parent=composer.parent,
    )
    about = str(form["notice_about"].value() or "")
    composer.pasting = paste_notice(notice, form.written, about=about, declared=form.declared_own)
    return notice


def _mend(request: MemberRequest, composer: Composer, verb: str) -> None:
    """Do to the text what a button of the notice says, for a browser without script. What is cut stays in the form.

    The draft has all of it as well, should the author leave the page now.
    """
    form = composer.form
    change = change_for(_look_at(composer), verb)
    if change is None:
        return
    fields = request.POST.copy()
    fields["cut"] = kept_with(str(fields.get("cut", "")), cut_by(change, form.written))
    fields["body"] = change.applied_to(form.written)
    fields["notice_about"] = composer.pasting.about if composer.pasting else ""
    form.data = fields
    _look_at(composer)
    composer.mended = done_by(verb)
    _keep_draft(composer, fields)


def _throw_away(request: MemberRequest, composer: Composer) -> None:
    """Forget what was cut from the text, in the form and in the draft."""
    fields = request.POST.copy()
    fields["cut"] = ""
    composer.form.data = fields
    composer.mended = _("What was cut from your text is thrown away.")
    _keep_draft(composer, fields)


def _keep_draft(composer: Composer, fields: QueryDict) -> None:
    save_draft(
        member=composer.author,
        subject=composer.subject,
        fields=draft_fields(fields),
        parent=composer.parent,
        review=composer.review,
    )


def _words(composer: Composer) -> dict[str, Any]:
    data = composer.form.cleaned_data
    said = {
        "paste": composer.form.paste,
        "declared_own": composer.form.declared_own,
        "own_words_url": data["own_words_url"],
    }
    return {**{name: data[name] for name in _WORDS if name in data}, **said}


def _said(composer: Composer, done: str) -> str:
    """What was done; whoever posted past a notice about copied words is told what follows. Counts what they did."""
    form, pasting = composer.form, composer.pasting
    kind = kind_in(form.cleaned_data["notice_about"])
    if kind is None or pasting is None:
        return done
    if form.declared_own:
        step = Step.DECLARED
    else:
        step = Step.POSTED if pasting.sources or pasting.asks else Step.CHANGED
    count_notice(section=composer.subject.section, kind=kind, step=step)
    if not pasting.leads_to_case:
        return done
    then = _("A moderator may have a look at the words that you were asked about.")
    return f"{done} {then}"


def _too_much_page(
    request: MemberRequest, composer: Composer, refusal: TooMuchToday, *, parent: Review | None = None
) -> HttpResponse:
    """The composer with what was typed, which is kept as a draft as well, and when the member can go on."""
    _keep_draft(composer, request.POST)
    kept = _("What you wrote is kept as a draft.")
    composer.form.add_error(None, f"{too_much_words(refusal)} {kept}")
    return _composer_page(request, composer, parent=parent, status=429)


def _composer_page(
    request: MemberRequest, composer: Composer, *, parent: Review | None = None, status: int = 0
) -> HttpResponse:
    fragment = bool(request.htmx) and request.method == "GET"
    is_looking = composer.preview is not None or bool(composer.mended)
    is_error = composer.form.is_bound and bool(composer.form.errors) and not is_looking
    context = {"composer": composer, "subject": composer.subject, "parent": parent, "review": composer.review}
    template = "reviews/_composer.html" if fragment else "reviews/compose.html"
    return render(request, template, context, status=status or (422 if is_error else 200))


def _see(url: str) -> HttpResponse:
    return HttpResponseRedirect(url, status=303)
