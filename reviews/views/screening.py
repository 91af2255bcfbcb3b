"""What the composer, and the fields of lists and profiles, say about pasted text, while it is written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.models import Member
from accounts.permissions import can_post
from filmsite.lib.limits import limited
from reviews import access
from reviews.composing import composer_for
from reviews.keeping_access import get_own_entry, get_own_list
from reviews.pasting import newly_shown, paste_notice
from reviews.plain_fields import field_of_about, field_of_list, field_of_note, look_at
from reviews.services.counting_notices import Step, count_notice
from reviews.services.screening import notice_for
from reviews.subjects import Subject


@require_POST
@limited("compose_check")
def check(request: HttpRequest, kind: type[Subject], pk: int) -> HttpResponse:
    """The notice about a composer's text as a fragment, or nothing when there is nothing to say."""
    subject = access.get_subject_to_discuss(kind, pk)
    author = request.user
    if not isinstance(author, Member) or not can_post(author):
        return HttpResponse(status=401)
    parent, review = access.get_place_for(author, subject, request.POST)
    composer = composer_for(author, subject, data=request.POST, parent=parent, review=review)
    if composer is None:
        return HttpResponse(status=401)
    form = composer.form
    form.is_valid()
    about = request.POST.get("notice_about", "")
    notice = notice_for(
        subject=subject, author=author, body=form.written, paste=form.paste, review=review, parent=parent
    )
    if (shown := newly_shown(notice, about)) is not None:
        count_notice(section=subject.section, kind=shown, step=Step.SHOWN)
    composer.pasting = paste_notice(notice, form.written, about=about, declared=form.declared_own)
    if composer.pasting is None:
        return HttpResponse()
    return render(request, "reviews/_paste_answer.html", {"composer": composer})


@require_POST
@limited("compose_check")
def check_words(
    request: HttpRequest, of: str, list_pk: int | None = None, pk: int | None = None
) -> HttpResponse:
    """The same for a field of plain words: `of` a list of one's own or a new one, an entry in one, or one's profile."""
    author = request.user
    if not isinstance(author, Member) or not can_post(author):
        return HttpResponse(status=401)
    match of:
        case "about":
            field = field_of_about(author)
        case "note":
            field = field_of_note(get_own_entry(author, list_pk or 0, pk or 0))
        case _:
            found = None if list_pk is None else get_own_list(author, list_pk)
            field = field_of_list(found, audience=request.POST.get("audience", ""))
    look_at(field, author=author, sent=request.POST)
    if field.pasting is None:
        return HttpResponse()
    return render(request, "reviews/_paste_answer.html", {"composer": field})
