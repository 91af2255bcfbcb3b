"""Where the acts of moderation stood before each had a module of its own; goes once nobody asks here."""

from accounts.models import Member
from reviews.models import Case, Evidence, Matter, Review, Revision
from reviews.moderation.refusals import ModerationError, NotAllowed, StaleCase
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.opening import close_cases_of, open_copied_case, reopen_cases_of
from reviews.services.reporting import report

__all__ = [
    "ModerationError",
    "NotAllowed",
    "StaleCase",
    "close_cases_of",
    "file_appeal",
    "open_paste_case",
    "reopen_cases_of",
    "report_review",
]


def open_paste_case(*, review: Review, revision: Revision, severity: int, evidence: list[Evidence]) -> Case:
    return open_copied_case(review=review, revision=revision, severity=severity, evidence=evidence)


def report_review(*, review: Review, reporter: Member, text: str) -> Case:
    return report(target=target_of(Matter.REVIEW, review), reporter=reporter, kind="other", text=text).case
