"""Fetching a text for somebody, or refusing. A stranger cannot tell what they may not see from what is not there."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.permissions import Viewer
from films.models import Title
from reviews.models import Review
from reviews.permissions import can_edit, can_read_text, can_reply, can_report, can_see_revisions, is_author


def get_review_for(viewer: Viewer, pk: int) -> Review:
    """The text with all its page shows, or 404. One that was taken down is given too: its place is public."""
    return get_object_or_404(Review.objects.for_page(), pk=pk)


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


def get_title_to_discuss(pk: int) -> Title:
    return get_object_or_404(Title.objects.for_card(), pk=pk)
