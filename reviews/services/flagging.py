"""Looking at what members write with the rules of the staff (`FlagRule`): what meets one becomes a case, as if the site had
reported it. Nothing is held up, hidden or changed, and nobody waits for it: a worker looks once the text stands.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Member
from filmsite.lib.waking import wake, wake_on_commit
from reviews.models import (
    Case,
    CaseState,
    Decision,
    DelayedFlagging,
    Evidence,
    FlagRule,
    FoundBy,
    Matter,
    Report,
    Verdict,
)
from reviews.moderation.flagging import Hit, Matcher, Sought
from reviews.moderation.matters import UNDECIDED, said_about
from reviews.moderation.targets import Target, load_target
from reviews.services.ending import close_fixed_case_about
from reviews.services.examining import LONGEST
from reviews.services.opening import (
    find_open,
    hold,
    is_newcomer,
    leave_evidence,
    open_case,
    part_about,
    take_snapshot,
)
from reviews.tasks import flag_later
from reviews.written_words import written_by_member

# Of one rule a moderator is shown so many places in a text, the first.
MOST_SHOWN: Final = 5
# Whoever brings in a thousand texts has so many cases at a time, and the next ones when those are decided.
MOST_CASES_OF_ONE: Final = 10
_SWEPT_AT_ONCE: Final = 200
# What was handed to a worker is handed out again after so long, should none have come to it.
_AGAIN_AFTER: Final = timedelta(minutes=10)
_FULL_FOR: Final = timedelta(days=1)
# Where a rule is met, and what it is met in: the words of a text, or the line above them.
_Found = tuple[Hit, str]


def order_flagging(matter: Matter, number: int, *, is_urgent: bool = True) -> None:
    """Let a worker look at a text once this transaction is committed, or the sweep, should nobody hear of it. One small query
    where there is no rule, three where there are some.

    What is not urgent, as thousands of texts that came with a file, waits for the sweep.
    """
    if not FlagRule.objects.filter(is_active=True).exists():
        return
    row, _ = DelayedFlagging.objects.update_or_create(
        matter=matter, number=number, defaults={"due_at": timezone.now()}
    )
    if is_urgent:
        wake_on_commit(flag_later, row.pk)


def flag_delayed(pk: int) -> str:
    """Look at a text that waits for it. Says what came of it; twice is as once."""
    row = DelayedFlagging.objects.filter(pk=pk).first()
    if row is None:
        return "nothing"
    with transaction.atomic():
        return _flag(row)


def sweep_flaggings() -> int:
    """Deliver the looks that no wake-up reached or that failed, the longest waiting first. Returns how many."""
    now = timezone.now()
    due = DelayedFlagging.objects.filter(due_at__lte=now).order_by("due_at")
    waiting = list(due.values_list("pk", flat=True)[:_SWEPT_AT_ONCE])
    # What fails whenever it is tried keeps nothing else waiting.
    DelayedFlagging.objects.filter(pk__in=waiting).update(due_at=now + _AGAIN_AFTER)
    for pk in waiting:
        wake(flag_later, pk)
    return len(waiting)


def _flag(row: DelayedFlagging) -> str:
    target = load_target(row.matter, row.number)
    if target is not None:
        hold(target)
        # Under the lock the words are those that stay until this is done.
        target = load_target(row.matter, row.number)
    if not DelayedFlagging.objects.filter(pk=row.pk).delete()[0]:
        return "nothing"
    author = target.author if target is not None else None
    if target is None or author is None or not _is_looked_at(target, author):
        return "gone"
    rules = {rule.pk: rule for rule in _rules_for(target, author)}
    by_kind: dict[str, list[_Found]] = defaultdict(list)
    for hit, text in _hits_in(target, rules):
        by_kind[rules[hit.rule].kind].append((hit, text))
    outcomes = {
        _settle(target, kind, _without_fine(target, kind, by_kind[kind]), rules)
        for kind in sorted({*by_kind, *_flagged_before(target)})
    }
    if "later" in outcomes:
        DelayedFlagging.objects.update_or_create(
            matter=row.matter, number=row.number, defaults={"due_at": timezone.now() + _FULL_FOR}
        )
    return next((outcome for outcome in ("later", "case", "closed") if outcome in outcomes), "nothing found")


def _is_looked_at(target: Target, author: Member) -> bool:
    """Not what nobody else can read, what is of nobody here, or the words of somebody who is away or suspended."""
    if author.is_hidden or author.is_suspended:
        return False
    return target.stands if target.matter == Matter.REVIEW else written_by_member(target) is not None


def _rules_for(target: Target, author: Member) -> Iterator[FlagRule]:
    """The active rules that hold for this text of this author."""
    is_new = is_newcomer(author)
    for rule in active_rules():
        if rule.section in ("", target.section) and (is_new or not rule.only_new_members):
            yield rule


def active_rules() -> Sequence[FlagRule]:
    """The rules that are switched on. One query."""
    return list(FlagRule.objects.filter(is_active=True).order_by("pk"))


def _hits_in(target: Target, rules: Mapping[int, FlagRule]) -> Iterator[_Found]:
    """Where the text meets these rules, and whether in its words or in what stands above them."""
    matcher = _matcher_of(tuple(sought_by(rule) for rule in rules.values()))
    words = target.words
    for text in (words.headline, words.text[:LONGEST]):
        for hit in matcher.hits(text):
            yield hit, text


def sought_by(rule: FlagRule) -> Sought:
    """What the rule looks for, for `Matcher`."""
    return Sought(rule.pk, rule.looks_for == FlagRule.LooksFor.DOMAIN, rule.sought)


@lru_cache(maxsize=8)
def _matcher_of(rules: tuple[Sought, ...]) -> Matcher:
    """Put together once for as long as nobody changes a rule; of each section, with and without those for newcomers."""
    return Matcher(rules)


def _without_fine(target: Target, kind: str, found: Collection[_Found]) -> list[_Found]:
    """What no moderator has seen in this very text and found nothing wrong with, at most `MOST_SHOWN` places of a rule."""
    if not found:
        return []
    fine = _judged_fine(target, kind)
    kept: dict[int, list[_Found]] = defaultdict(list)
    for hit, text in found:
        of_rule = kept[hit.rule]
        if (hit.rule, hit.part) not in fine and len(of_rule) < MOST_SHOWN:
            of_rule.append((hit, text))
    return [item for of_rule in kept.values() for item in of_rule]


def _judged_fine(target: Target, kind: str) -> set[tuple[int | None, str]]:
    """Of which rule what stretch of this text was judged fine."""
    standing = Decision.objects.filter(undone_at=None)
    kept = standing.filter(
        Q(case=OuterRef("pk")) | Q(case__merged_cases=OuterRef("pk")), verdict=Verdict.KEEP
    )
    restored = standing.filter(
        Q(case=OuterRef("pk")) | Q(case__appeal__decision__case=OuterRef("pk")), verdict=Verdict.RESTORE
    )
    cases = Case.objects.filter(Exists(kept) | Exists(restored), **target.filter, kind=kind)
    # What is looked at once more is open again, whatever was said of it.
    over = cases.exclude(state__in=UNDECIDED).exclude(merged_into__state__in=UNDECIDED)
    judged = Evidence.objects.filter(
        Q(case__in=over) | Q(decision__case__in=cases),
        kind=Evidence.Kind.RULE,
    )
    return set(judged.values_list("rule", "detail__part"))


def _settle(target: Target, kind: str, found: Collection[_Found], rules: Mapping[int, FlagRule]) -> str:
    """Let there be a case for this reason about the newest words exactly if they meet a rule, or somebody waits for one."""
    case = find_open(target, kind)
    part = part_about(case, target, kind) if case is not None else None
    known = set(_flags_of(part).values_list("rule", "detail__part")) if part is not None else set()
    if not found:
        return "closed" if known and close_fixed_case_about(target, kind=kind) else "nothing found"
    if known == {(hit.rule, hit.part) for hit, _text in found}:
        return "case"
    if part is None and _has_many_cases(target):
        return "later"
    if part is not None:
        _make_room(part, target)
    snapshot = part.snapshot if part is not None else None
    judged = target.words.text if snapshot is None else snapshot.text
    evidence = [_evidence_of(rules[hit.rule], hit, text, judged) for hit, text in found]
    open_case(target=target, kind=kind, found_by=FoundBy.RULE, evidence=evidence)
    return "case"


def _flagged_before(target: Target) -> set[str]:
    """For what this text was flagged, as far as nobody has decided about it."""
    waits = Q(state__in=UNDECIDED) | Q(state=CaseState.MERGED, merged_into__state__in=UNDECIDED)
    flagged = Case.objects.filter(waits, **target.filter, evidence__kind=Evidence.Kind.RULE)
    return set(flagged.values_list("kind", flat=True))


def _flags_of(part: Case) -> QuerySet[Evidence]:
    return part.evidence.filter(kind=Evidence.Kind.RULE)


def _make_room(part: Case, target: Target) -> None:
    """Bring the case up to the newest words, unless members reported those that it has."""
    leave_evidence(part)
    if not Report.objects.filter(said_about(part)).exists():
        part.snapshot = take_snapshot(target)
        Case.objects.filter(pk=part.pk).update(snapshot=part.snapshot)


def _has_many_cases(target: Target) -> bool:
    """Whether so many cases that rules opened about this author wait that others have their turn when some are decided."""
    flagged = Evidence.objects.filter(case=OuterRef("pk"), kind=Evidence.Kind.RULE)
    waiting = Case.objects.filter(Exists(flagged), author=target.author, state=CaseState.OPEN)
    return waiting.count() >= MOST_CASES_OF_ONE


def _evidence_of(rule: FlagRule, hit: Hit, text: str, judged: str) -> Evidence:
    """The row of evidence, not yet attached to a case; with its place where it is in the words that the case has."""
    stands = judged[: len(text)] == text and judged[hit.start : hit.end] == text[hit.start : hit.end]
    opening, closing = "…" if hit.first else "", "…" if hit.last < len(text) else ""
    moved = len(opening) - hit.first
    return Evidence(
        kind=Evidence.Kind.RULE,
        rule=rule,
        words=hit.words,
        start=hit.start if stands else None,
        end=hit.end if stands else None,
        source_label=rule.note,
        source_excerpt=f"{opening}{text[hit.first : hit.last]}{closing}",
        excerpt_start=hit.start + moved,
        excerpt_end=hit.end + moved,
        detail={"part": hit.part, "is_site": rule.looks_for == FlagRule.LooksFor.DOMAIN},
    )
