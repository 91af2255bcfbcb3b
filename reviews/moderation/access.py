"""Fetching cases and statements for somebody, or 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Member
from reviews.models import Case, Statement
from reviews.moderation.permissions import can_see_case


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
