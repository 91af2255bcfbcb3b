"""Lines of the public log as everybody reads them, and which of them somebody asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Section
from films.models import Person, Title
from reviews.models import Appeal, CaseKind, Decision, LogEntry, Verdict
from reviews.moderation import rules
from reviews.moderation.canned import told
from reviews.moderation.log_words import ACTS, role_of, said

# A decision and its line are of one transaction.
_TOGETHER: Final = timedelta(seconds=30)
# When the decision was made that was appealed, and the verdict of the answer, or null where there is none yet.
_Answer = tuple[datetime, str | None]


class AppealOutcome:
    """What became of an appeal against a decision."""

    WAITING = _("appealed: not answered yet")
    UPHELD = _("appealed: the decision stands")
    OVERTURNED = _("appealed: overturned")


@dataclass(frozen=True)
class Line:
    """A line with its words. `subject` is the title or person on whose page it happened, if they are still there."""

    entry: LogEntry
    subject: Title | Person | None
    appeal: str | Promise

    @property
    def words(self) -> str | Promise:
        return said(self.entry.verb)

    @property
    def role(self) -> str | Promise:
        return role_of(self.entry.section, is_person=self.entry.moderator_number is not None)

    @property
    def reason(self) -> str:
        return told(self.entry.reason)

    @property
    def rule(self) -> rules.Rule | None:
        return rules.BY_SLUG.get(self.entry.rule)

    @property
    def is_answer(self) -> bool:
        """Whether it answers an appeal."""
        return self.entry.kind == CaseKind.APPEAL

    @property
    def may_spoil(self) -> bool:
        """Whether its reason could give away what was covered."""
        return CaseKind.SPOILERS in (self.entry.rule, self.entry.kind)


class LogFilter(forms.Form):
    """Which lines somebody asks for. What is no choice of ours is not asked for."""

    section = forms.ChoiceField(
        label=_("Section"), required=False, choices=[("", _("all sections")), *Section.choices]
    )
    action = forms.ChoiceField(
        label=_("What was done"),
        required=False,
        choices=[("", _("everything")), *((slug, act.words) for slug, act in ACTS.items())],
    )
    rule = forms.ChoiceField(label=_("Rule"), required=False, choices=[("", _("all rules")), *rules.CHOICES])
    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)

    def __init__(self, query: QueryDict, *, years: Sequence[int]) -> None:
        super().__init__(query, auto_id="log_%s")
        self.fields["year"].choices = [("", _("all years")), *((year, str(year)) for year in years)]  # type: ignore[attr-defined]  # a choice field

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked for, by name; only what we can answer."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def lines(self) -> QuerySet[LogEntry]:
        rows, asked = LogEntry.objects.all(), self.asked
        if section := asked.get("section"):
            rows = rows.filter(section=section)
        if action := asked.get("action"):
            rows = rows.filter(verb__in=ACTS[action].verbs)
        if rule := asked.get("rule"):
            rows = rows.filter(rule=rule)
        if year := asked.get("year"):
            rows = rows.filter(at__gte=_new_year(year), at__lt=_new_year(year + 1))
        return rows


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


def years_of_log() -> list[int]:
    """From this year back to that of the first line; one query."""
    now = timezone.now().year
    first = LogEntry.objects.order_by("pk").values_list("at__year", flat=True).first()
    return list(range(now, min(first or now, now) - 1, -1))


def lines_of(entries: Sequence[LogEntry]) -> list[Line]:
    """The entries with what they are about and what became of them: three queries, however many."""
    titles = Title.objects.in_bulk({entry.title_number for entry in entries if entry.title_number})
    people = Person.objects.in_bulk({entry.person_number for entry in entries if entry.person_number})
    appeals = _appeals_of(entries)
    return [
        Line(
            entry,
            titles.get(entry.title_number or 0) or people.get(entry.person_number or 0),
            _outcome_for(entry, appeals),
        )
        for entry in entries
    ]


def _appeals_of(entries: Sequence[LogEntry]) -> dict[int, list[_Answer]]:
    """What became of the appeals against decisions about these cases."""
    cases = {entry.case_number for entry in entries if entry.case_number}
    answers = Decision.objects.filter(case=OuterRef("case"), undone_at=None).order_by("-pk")
    rows = Appeal.objects.filter(decision__case__in=cases).values_list(
        "decision__case", "decision__decided_at", Subquery(answers.values("verdict")[:1])
    )
    found: dict[int, list[_Answer]] = {}
    for case, decided_at, verdict in rows:
        found.setdefault(case, []).append((decided_at, verdict))
    return found


def _outcome_for(entry: LogEntry, appeals: dict[int, list[_Answer]]) -> str | Promise:
    """Of the line that logged the decision which was appealed; of any other nothing."""
    for decided_at, verdict in appeals.get(entry.case_number or 0, []):
        if abs(entry.at - decided_at) <= _TOGETHER and not entry.measure:
            if verdict is None:
                return AppealOutcome.WAITING
            return AppealOutcome.UPHELD if verdict == Verdict.UPHOLD else AppealOutcome.OVERTURNED
    return ""
