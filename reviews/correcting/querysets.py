from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery

from accounts.models import Member, Section
from accounts.querysets import not_hidden
from films.models import TitleKind
from reviews.authors import of_author

if TYPE_CHECKING:
    from reviews.models import Correction  # noqa: F401  (names the model in the base class below)

# Trust is more than one author's word: who opens a second account to accept their own corrections has one.
DECIDERS_OF_TRUST: Final = 2


def of_sections(sections: Collection[str]) -> Q:
    """Rows about texts that these sections look after, as `reviews.correcting.permissions.section_of` says."""
    found = Q(pk__in=[])
    if Section.FILMS in sections:
        found |= Q(review__title__kind=TitleKind.FILM) | Q(review__person__isnull=False)
        found |= Q(title__kind=TitleKind.FILM) | Q(trivia__title__kind=TitleKind.FILM)
        found |= Q(person__isnull=False)
    if Section.SHOWS in sections:
        shows = [TitleKind.SHOW, TitleKind.SEASON]
        found |= (
            Q(review__title__kind__in=shows) | Q(title__kind__in=shows) | Q(trivia__title__kind__in=shows)
        )
    if Section.MEMBERS in sections:
        found |= Q(list__isnull=False) | Q(member__isnull=False)
        found |= Q(viewing__isnull=False) | Q(entry__isnull=False)
    return found


def that_may_be_read() -> Q:
    """Rows about texts that everybody may read now."""
    return (
        Q(
            Q(trivia__isnull=True) | Q(trivia__is_removed=False),
            review__isnull=True,
            list__isnull=True,
            member__isnull=True,
            viewing__isnull=True,
            entry__isnull=True,
        )
        | Q(review__state="published")
        | Q(not_hidden("list__owner__"), list__audience="everyone", list__is_removed=False)
        | not_hidden("member__")
        | Q(not_hidden("viewing__member__"), viewing__member__diary_for="everyone")
        | Q(
            not_hidden("entry__list__owner__"),
            entry__list__audience="everyone",
            entry__list__is_removed=False,
        )
    )


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def waiting(self) -> CorrectionQuerySet:
        return self.filter(state="proposed")

    def to_decide(self, *, sections: Collection[str], trusted: Collection[str]) -> CorrectionQuerySet:
        """What waits for a moderator of these sections who is trusted with these languages, the oldest first."""
        mine = of_sections(sections) | Q(target__in=trusted)
        return self.waiting().filter(mine, that_may_be_read()).order_by("made_at", "pk")

    def for_author(self, member: Member) -> CorrectionQuerySet:
        """What waits about the member's own texts, the oldest first."""
        return self.waiting().filter(of_author(member)).exclude(by=member).order_by("made_at", "pk")

    def counts_by_language(self) -> list[tuple[str, int]]:
        """How many rows there are into each language, the most first. One query."""
        rows = self.order_by().values_list("target").annotate(n=Count("pk"))
        return sorted(rows, key=lambda row: (-row[1], row[0]))

    def trusted_languages_of(self, member: Member) -> frozenset[str]:
        """Languages in which so many of a member's corrections were accepted in a row that they decide themselves.

        Only what others decided counts, and at least two of them: a declined one begins the row anew. One query.
        """
        decided = self.filter(by=member).exclude(decided_by=member)
        declined = decided.filter(target=OuterRef("target"), state="declined").order_by("-decided_at")
        accepted = decided.filter(state__in=["accepted", "replaced"]).annotate(
            declined_at=Subquery(declined.values("decided_at")[:1])
        )
        in_a_row = accepted.filter(Q(declined_at=None) | Q(decided_at__gt=F("declined_at")))
        trusted = (
            in_a_row.order_by()
            .values("target")
            .annotate(n=Count("pk"), deciders=Count("decided_by", distinct=True))
            .filter(n__gte=settings.FILMSITE_TRUSTED_CORRECTIONS, deciders__gte=DECIDERS_OF_TRUST)
        )
        return frozenset(row["target"] for row in trusted)
