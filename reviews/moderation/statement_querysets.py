"""Picking statements of reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from accounts.models import Member

if TYPE_CHECKING:
    from reviews.models import Statement  # noqa: F401  (names the model in the base class below)

# Everything that a case can be about and that its words name (`reviews.moderation.stated.what_of`).
_ABOUT = (
    "decision__case__review__title",
    "decision__case__review__person",
    "decision__case__title",
    "decision__case__person",
    "decision__case__trivia__title",
    "decision__case__list__owner",
)


class StatementQuerySet(models.QuerySet["Statement"]):
    def of_member(self, member: Member) -> StatementQuerySet:
        """What the member was told, the newest first."""
        return self.filter(recipient=member).order_by("-pk")

    def for_words(self) -> StatementQuerySet:
        """With all that a line about it needs, on a page or in a mail."""
        return self.select_related("decision", "measure", "recipient", "appeal__case", *_ABOUT)

    def for_page(self) -> StatementQuerySet:
        """With the words that were judged as well."""
        return self.for_words().select_related("decision__case__snapshot")
