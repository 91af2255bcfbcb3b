"""Findings of copied words as the evidence of a case, and which of them a moderator has judged before."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from reviews.copydetect.paste_signal import PasteSignal
from reviews.copydetect.rules import Finding
from reviews.models import Case, CaseKind, CaseState, Decision, Evidence, KnownText, Verdict
from reviews.moderation.targets import Target

# So much of the source is kept round a passage, in characters, for whoever compares the two.
CONTEXT_CHARACTERS: Final = 300
# Of a source that was judged fine in a text a few words more are no news.
_AS_JUDGED: Final = 1.1


def evidence_of(findings: Iterable[Finding], paste: PasteSignal | None) -> list[Evidence]:
    """Give the rows of evidence, not yet attached to a case: one a passage, and what the browser said of a paste. One query."""
    findings = list(findings)
    rows = KnownText.objects.in_bulk({finding.source.id for finding in findings})
    evidence = [_of_passage(finding, rows.get(finding.source.id)) for finding in findings]
    if paste is not None:
        evidence.append(
            Evidence(
                kind=Evidence.Kind.LONG_PASTE,
                detail={
                    "characters": paste.characters,
                    "origin": str(paste.origin),
                    "count": paste.count,
                },
            )
        )
    return evidence


def without_judged(target: Target, findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those of sources that a moderator saw in this very text and found nothing wrong with."""
    findings = list(findings)
    if not findings:
        return []
    fine = _judged_fine(target)
    words = Counter[int]()
    for finding in findings:
        words[finding.source.id] += finding.words
    return [
        finding
        for finding in findings
        if words[finding.source.id] > _AS_JUDGED * fine.get(finding.source.id, 0)
    ]


def finds_copied(verdict: str, rule: str) -> bool:
    """Whether a decision of a case about copied words finds them so: what is removed by another rule says nothing about whose
    words they are.
    """
    if verdict == Verdict.REMOVE:
        return rule in ("", CaseKind.COPIED)
    return verdict in (Verdict.TRIM, Verdict.QUOTE)


def found_copied(author_id: int, sources: Collection[int], *, before: int | None = None) -> set[int]:
    """Of these known texts those whose words moderators found copied in a text of this author, by the newest decision about
    each that stands; where `before` is given, by the newest that came before the decision of this number. One query.
    """
    overturned = Decision.objects.filter(
        case__appeal__decision=OuterRef("pk"), verdict=Verdict.RESTORE, undone_at=None
    )
    standing = Decision.objects.filter(
        ~Exists(overturned), case__author=author_id, case__kind=CaseKind.COPIED, undone_at=None
    )
    if before is not None:
        standing = standing.filter(pk__lt=before)
    # What a decision rested on is its own once its case went on to newer words.
    own = standing.filter(evidence__source__in=sources)
    of_case = standing.filter(snapshot=None, case__evidence__source__in=sources)
    judged = own.values_list("pk", "evidence__source", "verdict", "rule").union(
        of_case.values_list("pk", "case__evidence__source", "verdict", "rule")
    )
    copied = set()
    for _pk, source, verdict, rule in sorted(judged):
        if finds_copied(verdict, rule):
            copied.add(source)
        elif verdict in (Verdict.KEEP, Verdict.RESTORE):
            copied.discard(source)
    return copied


def _judged_fine(target: Target) -> Counter[int]:
    """How many words of which known text were judged fine in this text."""
    decisions = Decision.objects.filter(undone_at=None)
    kept = decisions.filter(case=OuterRef("pk"), verdict=Verdict.KEEP)
    restored = decisions.filter(case__appeal__decision__case=OuterRef("pk"), verdict=Verdict.RESTORE)
    cases = Case.objects.filter(
        Exists(kept) | Exists(restored),
        **target.filter,
        kind=CaseKind.COPIED,
        state__in=[CaseState.DECIDED, CaseState.CLOSED],
    )
    # The newest judgement of each source counts, and not the sum of all.
    fine = Counter[int]()
    judged = Evidence.objects.filter(Q(case__in=cases), source__isnull=False).order_by("case")
    by_case: dict[int, Counter[int]] = {}
    for case, source, words in judged.values_list("case", "source", "words"):
        by_case.setdefault(case, Counter())[source or 0] += words
    for of_case in by_case.values():
        fine |= of_case
    return fine


def _of_passage(finding: Finding, row: KnownText | None) -> Evidence:
    source = finding.source
    return Evidence(
        kind=Evidence.Kind.OVERLAP,
        words=finding.words,
        share=round(finding.share, 4),
        start=finding.start,
        end=finding.end,
        is_quoted=finding.quoted,
        source=row,
        source_review_id=row.review_id if row else None,
        source_title_id=row.title_id if row else None,
        source_person_id=row.person_id if row else None,
        source_label=source.label[:200],
        source_url=source.url[:500],
        detail={"at_once": True} if finding.at_once else {},
        **_excerpt(finding),
    )


def _excerpt(finding: Finding) -> dict[str, Any]:
    """The passage in its source with a little round it, whole words and "…" for the rest; empty where no words are kept."""
    text = finding.source.text
    if not text:
        return {}
    before, behind = finding.source_start - CONTEXT_CHARACTERS, finding.source_end + CONTEXT_CHARACTERS
    first = text.find(" ", before, finding.source_start) + 1 or before if before > 0 else 0
    last = text.rfind(" ", finding.source_end, behind) if behind < len(text) else len(text)
    last = behind if last < 0 else last
    opening, closing = "…" if first else "", "…" if last < len(text) else ""
    moved = len(opening) - first
    return {
        "source_excerpt": f"{opening}{text[first:last]}{closing}",
        "excerpt_start": finding.source_start + moved,
        "excerpt_end": finding.source_end + moved,
    }
