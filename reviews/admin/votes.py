"""Votes: those that stand, those that do not, and those that a merge moved."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from reviews.admin.base import Choices, FoundByPeopleAndTitles
from reviews.models import (
    MovedReview,
    MovedVote,
    PastVote,
    SetAsideVote,
    Vote,
)
from reviews.models.vote import HIGHEST, LOWEST


class StarsFilter(Choices):
    title = _("stars")
    parameter_name = "value"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(str(value), number_format(value / 2)) for value in range(LOWEST, HIGHEST + 1)]


@admin.register(Vote)
class VoteAdmin(FoundByPeopleAndTitles):
    member_path, person_path = "member", None
    list_display = ["id", "member", "title", "value", "counted", "changed_at"]
    list_filter = ["counted", StarsFilter]
    list_select_related = ["member", "title"]
    ordering = ["-id"]


@admin.register(PastVote)
class PastVoteAdmin(FoundByPeopleAndTitles):
    """Votes that were changed or taken back. Triggers write them; nobody else does."""

    member_path, person_path = "member", None
    list_display = ["id", "member", "title", "value", "given_at", "ended_at", "withdrawn"]
    list_filter = ["withdrawn"]
    list_select_related = ["member", "title"]
    ordering = ["-id"]


@admin.register(SetAsideVote)
class SetAsideVoteAdmin(FoundByPeopleAndTitles):
    """Votes that do not count by a moderator's decision. The case they belong to is the place to bring them back."""

    member_path, person_path = "member", None
    list_display = ["id", "case", "member", "title"]
    list_select_related = ["case", "member", "title"]
    ordering = ["-id"]


@admin.register(MovedVote)
class MovedVoteAdmin(FoundByPeopleAndTitles):
    """What merges did to votes. A merge is undone on its own page, never here."""

    member_path = "member"
    list_display = ["id", "merge", "member", "title", "value", "gave_way", "changed_at"]
    list_filter = ["gave_way"]
    list_select_related = ["merge", "member", "title"]
    ordering = ["-id"]


@admin.register(MovedReview)
class MovedReviewAdmin(FoundByPeopleAndTitles):
    member_path, title_path = "review__author", "review__title"
    list_display = ["id", "merge", "review"]
    list_select_related = ["merge", "review"]
    ordering = ["-id"]
