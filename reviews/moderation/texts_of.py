"""Everything that a member wrote which readers see and the copy detector compares, whatever it is."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Audience, Member
from films.models import Change, Title, Trivia
from reviews.models import Matter, Review, ReviewState, TitleList

_Dated = tuple[datetime, Matter, int]
# Of what has no day of its own the newest change of the fact tells it.
_CHANGED: Final = Change.objects.order_by("-id").values("at")


def newest_texts_of(member: Member, *, at_most: int) -> list[tuple[Matter, int]]:
    """Give the matter and the number of the row of a member's newest texts of all kinds, the newest first. Seven queries.

    Of a biography that somebody else changed since, `Target.author` tells: its row is given all the same. What a member says
    about themselves has no day, and comes first.
    """
    dated = [*_messages(member, at_most), *_facts(member, at_most), *_lists(member, at_most)]
    dated.sort(reverse=True)
    about = [(Matter.ABOUT, member.pk)] if member.about and not member.is_hidden else []
    return [*about, *((matter, pk) for _at, matter, pk in dated)][:at_most]


def _messages(member: Member, at_most: int) -> Iterator[_Dated]:
    published = Review.objects.filter(author=member, state=ReviewState.PUBLISHED)
    yield from _newest(Matter.REVIEW, published.annotate(at=F("created_at")), at_most)


def _facts(member: Member, at_most: int) -> Iterator[_Dated]:
    of_plot = _CHANGED.filter(title=OuterRef("pk"), field="plot")
    plots = Title.objects.filter(plot_author=member, merged_into=None).exclude(plot="")
    yield from _newest(Matter.PLOT, plots.annotate(at=Coalesce(Subquery(of_plot[:1]), "created_at")), at_most)
    of_trivia = _CHANGED.filter(title=OuterRef("title"), field="trivia")
    trivia = Trivia.objects.filter(author=member, is_removed=False, title__merged_into=None)
    dated = trivia.annotate(at=Coalesce(Subquery(of_trivia[:1]), "title__created_at"))
    yield from _newest(Matter.TRIVIA, dated, at_most)
    # Two questions: no index answers both at once.
    biographies = Change.objects.filter(field="biography", person__isnull=False)
    changed: dict[int, datetime] = {}
    for is_theirs in (Q(proposal__author=member), Q(actor=member, proposal=None)):
        theirs = biographies.filter(is_theirs).order_by("-id").values_list("person", "at")[:at_most]
        for pk, at in theirs:
            changed[pk] = max(at, changed.get(pk, at))
    yield from ((at, Matter.BIOGRAPHY, pk) for pk, at in changed.items())


def _lists(member: Member, at_most: int) -> Iterator[_Dated]:
    shown = TitleList.objects.filter(owner=member, audience=Audience.EVERYONE, is_removed=False)
    yield from _newest(Matter.LIST, shown.annotate(at=F("changed_at")), at_most)


def _newest(matter: Matter, dated: QuerySet[Any], at_most: int) -> Iterator[_Dated]:
    """The newest rows of one kind, which are annotated with when they were written (`at`)."""
    for at, pk in dated.order_by("-at", "-pk").values_list("at", "pk")[:at_most]:
        yield at, matter, pk
