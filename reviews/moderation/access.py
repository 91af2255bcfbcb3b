"""Fetching cases and statements for somebody, or 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Member
from accounts.permissions import Viewer, moderated_sections
from reviews.access import get_reportable_review_for, get_review_for
from reviews.correcting.access import get_translation_for
from reviews.keeping_access import get_list_for
from reviews.models import Case, Matter, Statement
from reviews.moderation.permissions import can_see_case
from reviews.moderation.targets import Target, load_target


def get_case_for(moderator: Member, pk: int) -> Case:
    """The case with all that its page shows, or 404 outside the moderator's sections."""
    case = get_object_or_404(Case.objects.for_page(), pk=pk)
    if not can_see_case(moderator, case):
        raise Http404
    return case


def get_statement_for(member: Member, pk: int) -> Statement:
    """A statement of reasons for its recipient; for anybody else it does not exist."""
    return get_object_or_404(
        Statement.objects.select_related(
            "decision__case__review__title", "decision__case__review__person", "appeal__case"
        ),
        pk=pk,
        recipient=member,
    )


def get_reportable_target_for(viewer: Member, matter: str, pk: int) -> Target:
    """Something of somebody else's that stands where the viewer can see it, or 404.

    Nobody reports what is their own, and what is gone or not for them is to them as if it had never been.
    """
    if matter == Matter.REVIEW:
        get_reportable_review_for(viewer, pk)
    target = get_standing_target_for(viewer, matter, pk)
    if target.author == viewer:
        raise Http404
    return target


def get_standing_target_for(viewer: Viewer, matter: str, pk: int) -> Target:
    """What stands where the viewer can see it, or 404."""
    match matter:
        case Matter.REVIEW:
            get_review_for(viewer, pk)
        case Matter.TRANSLATION:
            get_translation_for(viewer, pk)
        case Matter.LIST:
            get_list_for(viewer, pk)
    target = load_target(matter, pk)
    if target is None or not target.stands or not _is_seen_by(viewer, target):
        raise Http404
    return target


def _is_seen_by(viewer: Viewer, target: Target) -> bool:
    match target.matter:
        case Matter.PLOT:
            return target.row.merged_into_id is None
        case Matter.TRIVIA:
            return target.row.title.merged_into_id is None
        case Matter.ABOUT | Matter.PICTURE | Matter.NAME:
            # As `accounts.access.get_member_for`. What is left of somebody who left has no name of theirs.
            is_there = not target.row.is_hidden or bool(moderated_sections(viewer))
            return is_there and not target.row.is_former
    return True
