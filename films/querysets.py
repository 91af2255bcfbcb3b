from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from films.models import Person, Title  # noqa: F401  (names the models in the annotations below)


class TitleQuerySet(models.QuerySet["Title"]):
    def for_card(self) -> TitleQuerySet:
        """With the totals that a card shows beside the name."""
        return self.select_related("totals")


class PersonQuerySet(models.QuerySet["Person"]):
    pass
