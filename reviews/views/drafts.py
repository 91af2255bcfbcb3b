"""What the composer asks while somebody types. Fragments for htmx; nothing here is needed to write."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import Member
from accounts.permissions import can_post
from films.models import Title
from filmsite.lib.limits import limited
from reviews import access
from reviews.composing import composer_for, draft_fields, preview_of
from reviews.services.publishing import save_draft
from reviews.subjects import Subject


@require_POST
@limited("draft")
def save(request: HttpRequest, kind: type[Subject], pk: int) -> HttpResponse:
    """Keep what is being written. Answers when it was saved, which language it is in, and what becomes of it."""
    member = request.user
    if not isinstance(member, Member) or not can_post(member):
        return HttpResponse(status=401)
    subject = access.get_subject_to_discuss(kind, pk)
    parent, review = access.get_place_for(member, subject, request.POST)
    fields = draft_fields(request.POST)
    draft = save_draft(member=member, subject=subject, fields=fields, parent=parent, review=review)
    composer = composer_for(member, subject, data=request.POST, parent=parent, review=review)
    context = {"saved_at": timezone.now() if draft else None, "composer": composer}
    return render(request, "reviews/_draft_state.html", context)


@require_POST
@limited("preview")
def preview(request: HttpRequest) -> HttpResponse:
    """The text as it would look, from the fields of a composer whatever else is wrong with them."""
    member = request.user if isinstance(request.user, Member) else None
    composer = composer_for(member, Title(), data=request.POST)
    if composer is None:
        return HttpResponse(status=401)
    composer.form.is_valid()
    return render(request, "reviews/_preview.html", {"preview": preview_of(composer.form)})
