"""Whatever happens to texts whose cases become one, and in which order: everybody who spoke of a text has the answer about
that text, none is kept from readers without a decision, and no case waits that nobody can decide.
"""

from contextlib import suppress
from datetime import timedelta

import hypothesis
import hypothesis.strategies as st
import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import (
    Appeal,
    Case,
    CaseKind,
    CaseState,
    Decision,
    Matter,
    Notice,
    Notification,
    Report,
    Review,
    ReviewState,
    Statement,
    Verdict,
)
from reviews.moderation.matters import UNDECIDED, are_about_the_same, judged_with, last_decision
from reviews.moderation.notice_states import CASES, Standing, stories_of
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.refusals import ModerationError
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.ending import answer_moot_reports, close_cases_of_nothing
from reviews.services.matters.base import standing_takings
from reviews.services.parting import free_stranded_parts
from reviews.services.publishing import edit_review, undo_withdrawal, withdraw_review
from reviews.services.reporting import report
from reviews.services.serving_notices import confirm_notice, serve_notice, withdraw_notice
from reviews.services.steps import answer_case, merge_cases, reopen_case
from reviews.services.waiting_cases import note_late_appeals, note_overdue_answers, show_unanswered
from tests.factories import make_member, make_review, make_title

TEXTS = 3
KINDS = (CaseKind.COPIED, CaseKind.SPOILERS)
OF_VERDICT = {
    Verdict.KEEP: "wrong",
    Verdict.HIDE: "waiting",
    Verdict.REMOVE: "right",
    Verdict.RESTORE: "moot",
}

numbers = st.integers(0, TEXTS - 1)
kinds = st.sampled_from(KINDS)
sides = st.booleans()
verdicts = st.sampled_from(["remove", "keep", "hide", "restore"])


class Cases(RuleBasedStateMachine):
    """Texts of one author, members and rights-holders who speak of them, and two moderators."""

    def __init__(self) -> None:
        super().__init__()
        self.story = transaction.atomic()
        self.story.__enter__()
        self.author = make_member()
        self.reporters = [make_member() for _ in range(2)]
        self.moderators = [make_member(sections=["films", "members"]) for _ in range(2)]
        title = make_title()
        self.texts = [
            make_review(title, self.author, f"Word for word from stall {number}.") for number in range(TEXTS)
        ]
        for number in range(2):
            self.report(number=number, kind=CaseKind.COPIED, is_second=bool(number))
        self.merge(kept=0, other=1, kind=CaseKind.COPIED, of_another_kind=False)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.story.__exit__(None, None, None)

    def text(self, number: int) -> Review:
        return Review.objects.get(pk=self.texts[number].pk)

    def case_about(self, number: int, kind: str) -> Case | None:
        """The newest case about a text for a reason."""
        return Case.objects.filter(review=self.texts[number], kind=kind).order_by("pk").last()

    def moderator(self, is_second: bool) -> Member:
        return self.moderators[is_second]

    # --- What members and rights-holders do -----------------------------------------------------------------

    @rule(number=numbers, kind=kinds, is_second=sides)
    def report(self, number: int, kind: str, is_second: bool) -> None:
        target = target_of(Matter.REVIEW, self.text(number))
        with suppress(ModerationError), transaction.atomic():
            report(target=target, reporter=self.reporters[is_second], kind=kind, text="Look.")

    @rule(named=st.sets(numbers, min_size=1))
    def serve_notice(self, named: set[int]) -> None:
        addresses = [self.text(number).get_absolute_url() for number in sorted(named)]
        notice = serve_notice(
            token=f"{Notice.objects.count():043}", language="en", name="Rita", on_behalf_of="",
            email="rita@holder.example", work="Ours.", work_url="", explanation="Ours.", addresses=addresses,
        )  # fmt: skip
        confirm_notice(notice=notice)

    @rule()
    def take_a_notice_back(self) -> None:
        if notice := Notice.objects.order_by("pk").first():
            withdraw_notice(notice=notice)

    # --- What the author does -------------------------------------------------------------------------------

    @rule(number=numbers)
    def withdraw(self, number: int) -> None:
        with suppress(PermissionDenied), transaction.atomic():
            withdraw_review(review=self.text(number), author=self.author)

    @rule(number=numbers)
    def put_back(self, number: int) -> None:
        with suppress(PermissionDenied), transaction.atomic():
            undo_withdrawal(review=self.text(number), author=self.author)

    @rule(number=numbers)
    def edit(self, number: int) -> None:
        text = self.text(number)
        with suppress(PermissionDenied), transaction.atomic():
            edit_review(
                review=text,
                editor=self.author,
                version=text.revision_number,
                body=f"{text.body} More.",
                language="en",
            )

    @rule(number=numbers, kind=kinds)
    def appeal(self, number: int, kind: str) -> None:
        about = Statement.objects.filter(decision__case__review=self.texts[number], decision__case__kind=kind)
        if statement := about.order_by("pk").last():
            with suppress(ModerationError), transaction.atomic():
                file_appeal(statement=statement, text="Look again.")

    @rule(number=numbers, kind=kinds)
    def answer(self, number: int, kind: str) -> None:
        if case := self.case_about(number, kind):
            with suppress(ModerationError), transaction.atomic():
                answer_case(case=case, author=self.author, text="Mine.")

    # --- What moderators do ---------------------------------------------------------------------------------

    @rule(kept=numbers, other=numbers, kind=kinds, of_another_kind=sides)
    def merge(self, kept: int, other: int, kind: str, of_another_kind: bool) -> None:
        second = KINDS[KINDS.index(kind) - 1] if of_another_kind else kind
        into, part = self.case_about(kept, kind), self.case_about(other, second)
        if into and part and into != part:
            with suppress(ModerationError), transaction.atomic():
                merge_cases(into=into, others=[part], moderator=self.moderators[0])

    @rule(which=st.integers(0, 5), verdict=verdicts, is_second=sides)
    def decide(self, which: int, verdict: str, is_second: bool) -> None:
        can_be = Case.objects.filter(state__in=[*UNDECIDED, CaseState.DECIDED]).exclude(kind=CaseKind.APPEAL)
        if cases := list(can_be.order_by("pk")):
            self._decide(cases[which % len(cases)], verdict, is_second)

    @rule(verdict=st.sampled_from(["uphold", "restore"]), is_second=sides)
    def answer_the_appeal(self, verdict: str, is_second: bool) -> None:
        if case := Case.objects.filter(kind=CaseKind.APPEAL, state=CaseState.OPEN).order_by("pk").first():
            self._decide(case, verdict, is_second)

    def _decide(self, case: Case, verdict: str, is_second: bool) -> None:
        rule = "" if verdict in ("keep", "restore") else "copied-text"
        with suppress(ModerationError), transaction.atomic():
            decide_case(
                case=case, moderator=self.moderator(is_second), verdict=verdict, reason="Seen.", rule=rule
            )

    @rule(is_second=sides)
    def take_the_last_decision_back(self, is_second: bool) -> None:
        moderator = self.moderator(is_second)
        own = Decision.objects.filter(moderator=moderator, undone_at=None).order_by("pk")
        # One that was made along with another is taken back with that.
        along = {pk for undo in own.values_list("undo", flat=True) for pk in undo.get("alike", ())}
        if decision := own.exclude(pk__in=along).last():
            with suppress(ModerationError), transaction.atomic():
                undo_decision(decision=decision, moderator=moderator)

    @rule(number=numbers, kind=kinds)
    def reopen(self, number: int, kind: str) -> None:
        if case := self.case_about(number, kind):
            with suppress(ModerationError), transaction.atomic():
                reopen_case(case=case, moderator=self.moderators[0], reason="Once more.")

    # --- What happens by itself -----------------------------------------------------------------------------

    @rule()
    def let_days_go_by(self) -> None:
        long_ago = timezone.now() - timedelta(days=60)
        Appeal.objects.update(filed_at=long_ago)
        Case.objects.filter(state=CaseState.WAITING).update(answer_until=long_ago)
        close_cases_of_nothing()
        note_overdue_answers()
        note_late_appeals()
        show_unanswered()
        answer_moot_reports()

    # --- What is always so ----------------------------------------------------------------------------------

    @invariant()
    def no_part_is_left_behind(self) -> None:
        assert free_stranded_parts() == 0

    @invariant()
    def what_readers_cannot_see_rests_on_a_decision_in_force(self) -> None:
        for number in range(TEXTS):
            text = self.text(number)
            taken = standing_takings().filter(case__review=text).exists()
            if text.state != ReviewState.WITHDRAWN:
                assert taken == (text.state in (ReviewState.HIDDEN, ReviewState.REMOVED)), (text, text.state)

    @invariant()
    def whatever_waits_can_be_decided(self) -> None:
        for case in Case.objects.filter(state__in=UNDECIDED):
            assert case.review is not None
            is_withdrawn = case.review.state == ReviewState.WITHDRAWN
            assert possible_verdicts(case) or (case.kind == CaseKind.APPEAL and is_withdrawn), case

    @invariant()
    def every_report_has_the_answer_about_its_text(self) -> None:
        for said in Report.objects.select_related("snapshot__revision"):
            made_in = said.part or said.case
            assert said.snapshot is not None
            assert said.snapshot.revision is not None
            text = said.snapshot.revision.review
            assert made_in.review == text
            expected = self._answer_of(made_in)
            if expected and not (said.outcome == "moot" and self._spoke_elsewhere(said)):
                assert said.outcome == expected, (said, made_in, said.outcome)
            for news in Notification.objects.filter(key__startswith=f"report:{said.pk}:"):
                assert news.review == text

    def _answer_of(self, case: Case) -> str:
        """How reports made in a case are to stand; empty where that depends on what came before."""
        decision = last_decision(case)
        if case.state == CaseState.MERGED and case.merged_into:
            if decision is not None:
                return ""
            if are_about_the_same(case, case.merged_into):
                return self._answer_of(case.merged_into)
            return "waiting"
        answer = Decision.objects.filter(case__appeal__decision=decision, undone_at=None).last()
        if decision is None:
            return "waiting" if case.state in UNDECIDED else ""
        if case.state in (CaseState.DECIDED, CaseState.APPEALED):
            return OF_VERDICT[Verdict(decision.verdict)]
        if case.state == CaseState.CLOSED and answer and answer.verdict == Verdict.RESTORE:
            return "moot"
        return ""

    def _spoke_elsewhere(self, said: Report) -> bool:
        """Whether it is one of two by the same member about the same text, in cases that became one."""
        return Report.objects.filter(reporter=said.reporter, snapshot=said.snapshot).count() > 1

    @invariant()
    def who_reported_what_a_case_decides_is_known_to_it(self) -> None:
        for case in Case.objects.filter(state__in=UNDECIDED):
            theirs = set(Report.objects.filter(judged_with(case)).values_list("reporter", flat=True))
            lying = Report.objects.filter(case=case) | Report.objects.filter(case=case.merged_into, part=case)
            assert theirs <= set(lying.values_list("reporter", flat=True))

    @invariant()
    def rights_holders_are_told_how_it_stands_with_what_they_named(self) -> None:
        for notice in Notice.objects.all():
            for story in stories_of(notice, notice.items.select_related(*CASES)):
                url = story.item.url
                (text,) = [text for text in self.texts if text.get_absolute_url() == url]
                if story.standing in (Standing.REMOVED, Standing.HIDDEN):
                    assert not Review.objects.get(pk=text.pk).is_published
                if story.decision:
                    assert story.decision.case.review_id == text.pk


@pytest.mark.django_db
def test_each_text_of_merged_cases_has_its_own_answer_after_any_story(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    run_state_machine_as_test(
        Cases,
        settings=hypothesis.settings(
            max_examples=25,
            stateful_step_count=16,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
