"""Picking proposals and the lines of a history."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Member
    from films.models import Merge, Proposal  # noqa: F401  (names the models in the annotations below)

_KINDS = {"films": ["film"], "shows": ["show", "season"]}
ANSWERED = ("accepted", "partly", "declined")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting(self) -> ProposalQuerySet:
        return self.filter(state="waiting")

    def in_sections(self, sections: Collection[str]) -> ProposalQuerySet:
        return self.filter(section__in=sections)

    def additions(self) -> ProposalQuerySet:
        return self.exclude(adds="")

    def corrections(self) -> ProposalQuerySet:
        return self.filter(adds="")

    def for_row(self) -> ProposalQuerySet:
        """With what a row of a list shows: whose it is, about what, and which fields."""
        return self.select_related("author", "title", "person", "show", "decided_by").prefetch_related(
            "changes"
        )

    def new_answers_for(self, member: Member) -> ProposalQuerySet:
        """What was decided about the member's proposals and they have not seen."""
        return self.filter(author=member, state__in=ANSWERED, answer_seen=False)

    def accepted_corrections_of(self, member: Member) -> ProposalQuerySet:
        """Of which at least one field was taken over."""
        return self.corrections().filter(author=member, state__in=("accepted", "partly"))

    def holding_back(self, member: Member) -> ProposalQuerySet:
        """The first addition of a member, which waits for an answer; empty once one of theirs was accepted."""
        theirs = self.additions().filter(author=member)
        accepted = theirs.filter(state__in=("accepted", "partly"))
        return theirs.waiting().filter(~models.Exists(accepted))


class MergeQuerySet(models.QuerySet["Merge"]):
    def in_sections(self, sections: Collection[str]) -> MergeQuerySet:
        """Merges of titles of these sections with both titles and who did it, without those that are part of a show's."""
        kinds = [kind for section, kinds in _KINDS.items() if section in sections for kind in kinds]
        return self.filter(kept__kind__in=kinds, part_of=None).select_related(
            "kept", "duplicate", "merged_by", "undone_by"
        )
