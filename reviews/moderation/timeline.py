"""What happened to a case, step by step, in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Member, Section
from reviews.models import Case, CaseEvent, FoundBy, Verdict
from reviews.moderation import rules

# More than this a case has only when somebody made it so: the newest are shown.
MOST: Final = 200
# What people said, as opposed to what was done.
_WORDS: Final = (CaseEvent.Kind.NOTE, CaseEvent.Kind.MESSAGE, CaseEvent.Kind.ANSWER)


@dataclass(frozen=True)
class Step:
    """One step: `what` says more than its kind does, in a few words; `case` is another case that it names."""

    event: CaseEvent
    what: str = ""
    case: int | None = None

    @property
    def is_by_member(self) -> bool:
        """A report: who made it stands with its words."""
        return self.event.kind == CaseEvent.Kind.REPORTED

    @property
    def is_said(self) -> bool:
        return self.event.kind in _WORDS

    @property
    def says_who(self) -> bool:
        """Whether `what` says already who it was, as far as anybody is told."""
        return self.event.actor_id is None and self.event.detail.get("found_by") in FoundBy.values

    @property
    def is_by_site(self) -> bool:
        return self.event.actor_id is None and not self.is_said


def steps_of(case: Case) -> list[Step]:
    """The steps of the case in order. One query, and one where it was given to colleagues."""
    events = list(case.events.select_related("actor").order_by("-pk")[:MOST])
    names = _names_in(events)
    return [_step(event, names, number) for event, number in _folded(events[::-1])]


def _is_of_report(event: CaseEvent) -> bool:
    return bool(event.detail.get("found_by") == FoundBy.REPORT)


def _folded(events: Sequence[CaseEvent]) -> list[tuple[CaseEvent, int]]:
    """The events with how many each stands for: reports that follow each other are one step, and what a report opened says
    so itself.
    """
    folded: list[tuple[CaseEvent, int]] = []
    for event in events:
        if event.kind == CaseEvent.Kind.SIGNAL and _is_of_report(event):
            continue
        before, number = folded[-1] if folded else (None, 0)
        if event.kind != CaseEvent.Kind.REPORTED or before is None:
            folded.append((event, 1))
        elif before.kind == CaseEvent.Kind.REPORTED:
            folded[-1] = event, number + 1
        elif not (before.kind == CaseEvent.Kind.OPENED and _is_of_report(before)):
            folded.append((event, 1))
        elif number == 1:
            # The report that opened the case: of the next one the case hears anew.
            folded[-1] = before, 0
        else:
            folded.append((event, 1))
    return folded


def _names_in(events: Collection[CaseEvent]) -> Mapping[int, str]:
    pks = {
        event.detail["to"]
        for event in events
        if event.kind == CaseEvent.Kind.ASSIGNED and event.detail.get("to")
    }
    return dict(Member.objects.filter(pk__in=pks).values_list("pk", "username")) if pks else {}


def _step(event: CaseEvent, names: Mapping[int, str], number: int) -> Step:
    detail = event.detail
    match event.kind:
        case CaseEvent.Kind.REPORTED if number > 1:
            said = ngettext("%(n)s report", "%(n)s reports", number)
            return Step(event, said % {"n": number})
        case CaseEvent.Kind.OPENED | CaseEvent.Kind.SIGNAL if detail.get("found_by") in FoundBy.values:
            return Step(event, str(FoundBy(detail["found_by"]).label))
        case CaseEvent.Kind.DECIDED if detail.get("verdict") in Verdict.values:
            rule = rules.BY_SLUG.get(detail.get("rule", ""))
            said = str(Verdict(detail["verdict"]).label)
            return Step(event, f"{said} ({rule.name})" if rule else said)
        case CaseEvent.Kind.MOVED if {detail.get("from"), detail.get("to")} <= set(Section.values):
            words = {"before": Section(detail["from"]).label, "now": Section(detail["to"]).label}
            return Step(event, _("from %(before)s to %(now)s") % words)
        case CaseEvent.Kind.ASSIGNED:
            to = detail.get("to")
            return Step(
                event, _("to %(name)s") % {"name": names.get(to, "–")} if to else _("to nobody any more")
            )
        case CaseEvent.Kind.MERGED if "into" in detail:
            return Step(event, _("it goes on in"), detail["into"])
        case CaseEvent.Kind.MERGED if "from" in detail:
            return Step(event, _("it holds now what was in"), detail["from"])
        case CaseEvent.Kind.MERGED if "parted" in detail:
            return Step(event, _("on its own again is"), detail["parted"])
        case CaseEvent.Kind.CLOSED if "answered_by" in detail:
            return Step(event, _("answered by"), detail["answered_by"])
        case CaseEvent.Kind.EDITED if detail.get("fixed"):
            return Step(event, _("the copied words are gone"))
    return Step(event)


def last_number(steps: Sequence[Step]) -> int:
    """What tells on a page that comes back what happened since it was made."""
    return steps[-1].event.pk if steps else 0
