"""What the page of a case shows, and the form to decide it: of what members made, and of votes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.requests import ModeratorRequest
from films.editing.differences import Mark, changed_words
from reviews.models import (
    MATTER_COLUMNS,
    Case,
    CaseKind,
    CaseState,
    Matter,
    MeasureKind,
    OwnWords,
    Report,
    Review,
    Translation,
    Verdict,
)
from reviews.moderation import rules
from reviews.moderation.canned import canned_reasons, language_for
from reviews.moderation.dossier import decision_that_wrote, decisions_about, record_of
from reviews.moderation.evidence import Comparison, compare
from reviews.moderation.forms import DecisionForm, TextDecisionForm, VotesDecisionForm
from reviews.moderation.marked_wordings import attach_source_wordings, mark_wording
from reviews.moderation.matters import are_about_the_same, judged_with
from reviews.moderation.permissions import MEASURE_ACTIONS, Action, allows, verdicts_for
from reviews.moderation.queue import name_of
from reviews.moderation.targets import Target, attach_rows, target_of
from reviews.moderation.timeline import Step, last_number, steps_of
from reviews.moderation.vote_evidence import members_in, suspected_in, votes_in_question, votes_over_time
from reviews.moderation.wordings import translation_for
from reviews.reading import Reader
from reviews.services.serving_notices import notices_of
from reviews.views.outcomes import changed_as_read, previews_of


class CasePage:
    """How a case is shown and decided: the half of the page that what it is about decides."""

    TEMPLATE: str

    def __init__(self, case: Case, request: ModeratorRequest) -> None:
        self.case = case
        self.viewer = request.user
        self.sections = request.sections
        self.reader = Reader.from_request(request)
        self.evidence = list(case.evidence.all())
        self.verdicts = verdicts_for(request.user, case)
        self.steps = steps_of(case)
        # What happened since a page was made that was sent back stale.
        self.news: list[Step] = []

    @property
    def voters(self) -> Collection[int]:
        """Whose votes it is about, by id."""
        return ()

    @property
    def marks(self) -> dict[str, int]:
        """What tells a stale page when it comes back."""
        return {"version": self.case.version, "seen": last_number(self.steps)}

    def mark_news(self, seen: int | None) -> None:
        """Show what happened after the last step that stood on the page that was sent back."""
        self.news = [] if seen is None else [step for step in self.steps if step.event.pk > seen]

    def form_with(self, typed: QueryDict) -> DecisionForm:
        """The form about the case as it is now, with what was typed on a page that was refused; nothing in it is wrong yet."""
        form = self.form()
        for name in form.fields.keys() & typed.keys() - self.marks.keys():
            form.initial[name] = typed.getlist(name) if name == "members" else typed[name]
        return form

    def form(self, data: QueryDict | None = None) -> DecisionForm:
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        raise NotImplementedError


@dataclass(frozen=True)
class Part:
    """What became one with the case, is about something else, and is decided with it: its words, and what they share."""

    case: Case
    name: str
    url: str
    comparison: Comparison

    @property
    def language(self) -> str:
        return self.case.snapshot.language if self.case.snapshot else "und"


@dataclass(frozen=True)
class Said:
    """A report, or an address in a notice; `part` is what it is about, unless that is what the case itself is about."""

    row: Any
    part: Part | None


class ContentPage(CasePage):
    """A text, a list, a picture or a name, or what a member did."""

    TEMPLATE = "moderation/case_text.html"

    def __init__(self, case: Case, request: ModeratorRequest) -> None:
        super().__init__(case, request)
        self.appeal = getattr(case, "appeal", None)
        self.first = self.appeal.decision.case if self.appeal else case
        # Whoever answers an appeal sees what the decision rested on.
        judged = self.first.snapshot if self.appeal and self.first.snapshot else case.snapshot
        about = getattr(case, MATTER_COLUMNS[Matter(case.matter)])
        self.target: Target | None = None if about is None else target_of(case.matter, about)
        self.now = self.target.words.text if self.target else ""
        self.judged = judged
        self.text = judged.text if judged else self.now
        self.comparison = compare(self.text, list(self.first.evidence.all()), matter=case.matter)
        self.reason_language = language_for(case)
        self.reasons = canned_reasons(self.verdicts, self.comparison, language=self.reason_language)
        parts = _parts_of(case)
        self.parts = [_part(part) for part in parts if allows(request.user, Action.SEE, part)]
        # Of what is for other sections nothing is shown but that it is there, and nothing is decided.
        self.elsewhere = [part for part in parts if not allows(request.user, Action.SEE, part)]
        if self.elsewhere:
            self.verdicts = []
        self.record = record_of(case.author, sections=self.sections, beside=case) if case.author else None

    def form(self, data: QueryDict | None = None) -> DecisionForm:
        kind = self.case.kind
        measures = [MeasureKind(kind) for kind, action in MEASURE_ACTIONS.items() if self._may_impose(action)]
        return TextDecisionForm(
            data,
            verdicts=self.verdicts,
            reasons=self.reasons,
            each={part.case.pk: self._reasons_of(part) for part in self.parts},
            language=self.reason_language,
            measures=measures,
            rung=self.record.rung if self.record else None,
            is_conduct=self.case.matter == Matter.CONDUCT,
            initial={**self.marks, "rule": kind if kind in rules.BY_SLUG else "", "measure": ""},
        )

    def _reasons_of(self, part: Part) -> dict[str, dict[str, str]]:
        return canned_reasons(self.verdicts, part.comparison, language=language_for(part.case))

    def _may_impose(self, action: Action) -> bool:
        return self.appeal is None and self.record is not None and allows(self.viewer, action, self.case)

    def context(self) -> dict[str, Any]:
        case, comparison = self.case, self.comparison
        changed = self.target is not None and self.judged is not None and self.now != self.text
        translated = translation_for(case, self.reader)
        row = translated.row if translated else None
        attach_source_wordings(comparison, self.reader)
        return {
            "target": self.target,
            "review": case.review,
            "judged": self.judged,
            "language": self.judged.language if self.judged else "und",
            "appeal": self.appeal,
            "comparison": comparison,
            # Of a source of which only fingerprints are kept there is nothing to show beside the words.
            "is_side_by_side": any(passage.pieces for passage in comparison.passages),
            "picture_url": _address_of(self.judged.picture) if self.judged else "",
            "parts": self.parts,
            "elsewhere": sorted({part.get_section_display() for part in self.elsewhere}),
            "reports": self._said(Report.objects.filter(judged_with(self.first)).select_related("reporter")),
            "notices": self._said(notices_of(self.first)),
            "own_words": self._own_words(),
            "previews": previews_of(case, self.verdicts),
            "changed_by": decision_that_wrote(case.review) if changed and case.review else None,
            "differences": self._differences() if changed and self.now else [],
            "is_gone": self.target is None or (changed and not self.now),
            "decided_before": decisions_about(
                comparison.source_ids, but=self.first, viewer=self.viewer, sections=self.sections
            ),
            "record": self.record,
            "translated": translated,
            "translated_pieces": mark_wording(row, self.text, comparison.passages) if row else [],
        }

    def _differences(self) -> list[tuple[Mark, str]]:
        """What became of the words that were judged."""
        row = self.target.row if self.target else None
        is_of_message = isinstance(row, Review) or (
            isinstance(row, Translation) and row.review_id is not None
        )
        return (changed_as_read if is_of_message else changed_words)(self.text, self.now)

    def _said(self, rows: QuerySet[Any]) -> list[Said]:
        """Reports or notices, each with which of the parts it is about; none about those of other sections."""
        parts = {part.case.pk: part for part in self.parts}
        hidden = {part.pk for part in self.elsewhere}
        about = ((row, row.part_id or row.case_id) for row in rows)
        return [Said(row, parts.get(pk)) for row, pk in about if pk not in hidden]

    def _own_words(self) -> list[OwnWords]:
        """What the author says about words of these sources."""
        if self.case.author is None:
            return []
        said = OwnWords.objects.filter(author=self.case.author, source__in=self.comparison.source_ids)
        return list(said.select_related("source"))


class VotesPage(CasePage):
    TEMPLATE = "moderation/case_votes.html"

    @property
    def voters(self) -> Collection[int]:
        return {*members_in(self.evidence), *(row.member_id for row in self.case.set_aside.all())}

    def form(self, data: QueryDict | None = None) -> DecisionForm:
        set_aside = {row.member_id for row in self.case.set_aside.all()}
        is_second_look = Verdict.RESTORE in self.verdicts
        return VotesDecisionForm(
            data,
            verdicts=self.verdicts,
            members=sorted(set_aside) if is_second_look else members_in(self.evidence),
            initial={**self.marks, "members": set_aside if is_second_look else suspected_in(self.evidence)},
        )

    def context(self) -> dict[str, Any]:
        earlier = Case.objects.filter(title=self.case.title_id, kind=CaseKind.VOTES).exclude(pk=self.case.pk)
        return {
            "title": self.case.title,
            "evidence": self.evidence,
            "votes": votes_in_question(self.case, self.evidence),
            "chart": votes_over_time(self.case, self.evidence),
            "earlier": list(earlier.order_by("-pk")[:5]),
        }


def _parts_of(case: Case) -> list[Case]:
    """What is decided with the case and is about something else. One query where there is nothing."""
    merged = Case.objects.for_page().filter(merged_into=case, state=CaseState.MERGED).order_by("pk")
    return [part for part in attach_rows(list(merged)) if not are_about_the_same(part, case)]


def _part(part: Case) -> Part:
    about = getattr(part, MATTER_COLUMNS[Matter(part.matter)])
    words = part.snapshot.text if part.snapshot else ""
    url = target_of(part.matter, about).url if about else ""
    return Part(part, name_of(part), url, compare(words, list(part.evidence.all()), matter=part.matter))


def _address_of(picture: str) -> str:
    """Where the judged picture can be seen; nothing where its files are gone."""
    return default_storage.url(picture) if picture and default_storage.exists(picture) else ""


def page_of(case: Case, request: ModeratorRequest) -> CasePage:
    return (VotesPage if case.matter == Matter.VOTES else ContentPage)(case, request)
