"""What the composer says about pasted text, while it is written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.models import Member
from accounts.permissions import can_post
from filmsite.lib.limits import limited
from filmsite.lib.text import MAX_CHARACTERS
from reviews import access
from reviews.composing import composer_for
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
    composer.form.is_valid()
    body = str(composer.form["body"].value() or "").replace("\r\n", "\n")[:MAX_CHARACTERS]
    notice = notice_for(subject=subject, author=author, body=body, paste=composer.form.paste, review=review)
    if notice is None:
        return HttpResponse()
    context = {"notice": notice, "own_words": composer.form.declared_own}
    return render(request, "reviews/_paste_notice.html", context)
