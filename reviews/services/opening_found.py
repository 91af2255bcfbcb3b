"""Cases about what a scan of somebody's texts has found, where a moderator asks for one."""

from collections.abc import Collection

from django.db import transaction

from accounts.models import Member
from reviews.copied_evidence import evidence_of
from reviews.copy_index import IndexTooSlow
from reviews.models import Case, Matter, Review
from reviews.moderation.permissions import Action, allows
from reviews.moderation.targets import Target, load_target
from reviews.services.examining import compare_for_moderator
from reviews.services.opening import hold, open_copied_case, open_copied_case_about


def open_cases_about(
    *, texts: Collection[tuple[Matter, int]], author: Member, moderator: Member
) -> list[Case]:
    """Open a case about copied words in each of these texts of an author, by matter and number of the row, with what is found
    in its words as they stand now.

    A transaction each. Leaves out what shares nothing with others any more, what is gone, what is not the author's by now,
    and what the moderator's sections do not look after.
    """
    cases = (_open(matter, pk, author, moderator) for matter, pk in sorted(texts))
    return [case for case in cases if case is not None]


@transaction.atomic
def _open(matter: Matter, pk: int, author: Member, moderator: Member) -> Case | None:
    target = _held(matter, pk)
    if target is None or target.author != author:
        return None
    if not allows(moderator, Action.SCAN, section=target.section):
        return None
    try:
        assessment = compare_for_moderator(target)
    except IndexTooSlow:
        return None
    # A text that the index has not heard of yet has no row to point at.
    findings = [one for one in assessment.findings if one.source.id > 0] if assessment else []
    if not findings:
        return None
    evidence = evidence_of(findings, None)
    if isinstance(target.row, Review):
        revision = target.row.revisions.get(number=target.row.revision_number)
        return open_copied_case(review=target.row, revision=revision, evidence=evidence, opened_by=moderator)
    return open_copied_case_about(target=target, evidence=evidence, opened_by=moderator)


def _held(matter: Matter, pk: int) -> Target | None:
    """What stands there, as it is once this transaction holds it."""
    target = load_target(matter, pk)
    if target is not None:
        hold(target)
        target = load_target(matter, pk)
    return target
