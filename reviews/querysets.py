from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from reviews.models import Review  # noqa: F401  (names the model in the annotations below)


class ReviewQuerySet(models.QuerySet["Review"]):
    def for_card(self) -> ReviewQuerySet:
        """With everything a card shows beside the text: the author and their totals."""
        return self.select_related("author__totals")
