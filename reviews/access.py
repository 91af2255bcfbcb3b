"""Fetching a text for somebody, or refusing. A stranger cannot tell what they may not see from what is not there."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import Viewer
from films.access import get_standing_title
from films.models import Person, Title
from filmsite.lib.inputs import number_in
from reviews.models import ExportState, MemberExport, MemberImport, Review
from reviews.permissions import (
    can_correct_language,
    can_edit,
    can_read_text,
    can_reply,
    can_report,
    can_see_revisions,
    is_author,
)
from reviews.subjects import Subject


def get_review_for(viewer: Viewer, pk: int) -> Review:
    """The text with all its page shows, or 404. One that was taken down is given too: its place is public."""
    return get_object_or_404(Review.objects.for_page(viewer), pk=pk)


def get_editable_review_for(viewer: Viewer, pk: int) -> Review:
    """The viewer's own text: 404 when it is somebody else's, 403 when it can no longer be changed."""
    review = get_own_review_for(viewer, pk)
    if not can_edit(viewer, review):
        raise PermissionDenied
    return review


def get_own_review_for(viewer: Viewer, pk: int) -> Review:
    """The viewer's own text whatever its state, or 404."""
    review = get_review_for(viewer, pk)
    if not is_author(viewer, review):
        raise Http404
    return review


def get_answerable_review_for(viewer: Viewer, pk: int) -> Review:
    """A text the viewer can read: 404 when they cannot, 403 when nobody (or not this viewer) may answer it now."""
    review = get_review_for(viewer, pk)
    if not can_read_text(viewer, review):
        raise Http404
    if not can_reply(viewer, review):
        raise PermissionDenied
    return review


def get_reportable_review_for(viewer: Viewer, pk: int) -> Review:
    """Somebody else's text that stands, or 404: nobody reports themselves, and what is gone needs no report."""
    review = get_review_for(viewer, pk)
    if not can_report(viewer, review):
        raise Http404
    return review


def get_review_with_revisions_for(viewer: Viewer, pk: int) -> Review:
    """A text whose earlier states the viewer may read, or 404."""
    review = get_review_for(viewer, pk)
    if not can_see_revisions(viewer, review):
        raise Http404
    return review


def get_review_to_name_language_of(viewer: Viewer, pk: int) -> Review:
    """A text of which the viewer may correct the language, or 404."""
    review = get_review_for(viewer, pk)
    if not can_correct_language(viewer, review):
        raise Http404
    return review


def get_subject_to_discuss(kind: type[Subject], pk: int) -> Subject:
    """The title or person whose thread somebody writes in, or 404. Of a duplicate the title that took its texts over."""
    if kind is Person:
        return get_object_or_404(Person, pk=pk)
    return get_standing_title(Title.objects.for_card(), pk)


def get_place_for(
    viewer: Viewer, subject: Subject, fields: Mapping[str, str]
) -> tuple[Review | None, Review | None]:
    """The message that a composer answers and the text that it changes, by its hidden fields `parent` and `review`.

    At most one of them is there. 404 when it stands in another thread; else as where each is fetched.
    """
    parent = review = None
    if pk := number_in(fields.get("parent", "")):
        parent = get_answerable_review_for(viewer, pk)
    elif pk := number_in(fields.get("review", "")):
        review = get_editable_review_for(viewer, pk)
    for found in (parent, review):
        if found is not None and not found.is_about(subject):
            raise Http404
    return parent, review


def get_ready_export_for(member: Member, pk: int) -> MemberExport:
    """The member's own export with its file, or 404: also when it is not ready, or its time is over."""
    return get_object_or_404(
        MemberExport, pk=pk, member=member, state=ExportState.READY, expires_at__gt=timezone.now()
    )


def get_import_for(viewer: Viewer, pk: int) -> MemberImport:
    """An import of the viewer's own, or 404."""
    return get_object_or_404(MemberImport.objects.defer("lists"), pk=pk, member_id=viewer.pk)
