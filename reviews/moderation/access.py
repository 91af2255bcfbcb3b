"""Fetching cases and statements for somebody, or 404."""

from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Member
from accounts.permissions import Viewer, moderated_sections
from reviews.access import get_reportable_review_for, get_review_for
from reviews.correcting.access import get_translation_for
from reviews.keeping_access import get_list_for
from reviews.models import Case, CaseEvent, CaseState, Decision, Matter, Statement
from reviews.moderation.permissions import can_see_case
from reviews.moderation.targets import Target, attach_rows, load_target


def get_case_for(moderator: Member, pk: int) -> Case:
    """The case with all that its page shows, or 404 outside the moderator's sections."""
    (case,) = attach_rows([get_object_or_404(Case.objects.for_page(), pk=pk)])
    if not can_see_case(moderator, case):
        raise Http404
    return case


def get_own_decision_for(moderator: Member, pk: int) -> Decision:
    """A decision for whoever made it, or 404."""
    return get_object_or_404(Decision.objects.select_related("case"), pk=pk, moderator=moderator)


def get_statement_for(member: Member, pk: int) -> Statement:
    """A statement of reasons for its recipient; for anybody else it does not exist."""
    return get_object_or_404(Statement.objects.of_member(member).for_page(), pk=pk)


def get_question_for(member: Member, pk: int) -> Case:
    """A case about something of the member's in which a moderator asked them something, or waits for their answer.

    For anybody else, and before anybody asked, it does not exist.
    """
    asked = CaseEvent.objects.filter(case=OuterRef("pk"), kind=CaseEvent.Kind.MESSAGE)
    cases = Case.objects.filter(Q(state=CaseState.WAITING) | Exists(asked), author=member)
    about = ("review__title", "review__person", "title", "person", "trivia__title", "list__owner", "snapshot")
    return get_object_or_404(cases.select_related(*about), pk=pk)


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
