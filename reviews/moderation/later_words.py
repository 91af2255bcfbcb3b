"""What was decided later about something that a member was told of, without their asking: given back, or decided anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reviews.models import Statement, Verdict
from reviews.moderation.permissions import TAKING

_LIMITING: Final = (*TAKING, Verdict.EXCLUDE)
_GIVING_BACK: Final = (Verdict.RESTORE, Verdict.KEEP)


@dataclass(frozen=True, slots=True)
class LaterWord:
    """The statement of what holds since, of the same case."""

    statement: Statement

    @property
    def lifts_all(self) -> bool:
        """Whether what came with the first decision ended as well."""
        return self.statement.decision.verdict == Verdict.RESTORE

    @property
    def in_short(self) -> str:
        """For a list: what became of it, and when."""
        when = {"when": self._day()}
        match Verdict(self.statement.decision.verdict):
            case Verdict.RESTORE:
                return _("put back on %(when)s") % when
            case Verdict.KEEP:
                return _("found fine on %(when)s") % when
        return _("decided anew on %(when)s") % when

    @property
    def words(self) -> str:
        """For the head of the first statement."""
        when = {"when": self._day()}
        match Verdict(self.statement.decision.verdict):
            case Verdict.RESTORE:
                return _("A moderator put everything back on %(when)s. Nothing of it holds any more.") % when
            case Verdict.KEEP:
                return (
                    _("A moderator found it fine on %(when)s: since then it is not kept from anybody.") % when
                )
        return _("It was decided anew on %(when)s: that decision holds now.") % when

    def _day(self) -> str:
        return date_format(timezone.localtime(self.statement.decision.decided_at), "DATE_FORMAT")


def later_words(statements: Sequence[Statement]) -> dict[int, LaterWord]:
    """What holds instead of these statements, by their id, where that is something else. One query.

    What limited somebody gives way to what gave it back, and that to what took it again; what was hidden for an answer also to
    any later decision.
    """
    limiting = [row for row in statements if row.decision.verdict in _LIMITING]
    told = Statement.objects.filter(
        recipient__in={row.recipient_id for row in limiting},
        decision__case__in={row.decision.case_id for row in limiting},
        decision__undone_at=None,
    )
    later = list(told.select_related("decision").order_by("decision_id"))
    return {row.pk: LaterWord(word) for row in limiting if (word := _instead_of(row, later)) is not None}


def _instead_of(statement: Statement, told: Sequence[Statement]) -> Statement | None:
    decision = statement.decision
    later = [
        row
        for row in told
        if row.recipient_id == statement.recipient_id
        and row.decision.case_id == decision.case_id
        and row.decision_id > decision.pk
    ]
    is_open = decision.verdict == Verdict.HIDE
    holds: Statement | None = None
    for row in later:
        if row.decision.verdict in _GIVING_BACK:
            # Given back since the first of these, where there are several.
            holds = holds if holds is not None and holds.decision.verdict in _GIVING_BACK else row
        elif is_open or holds is not None:
            holds = row
    return holds
