"""Looking at what members write with the rules of the staff (`FlagRule`): what meets one becomes a case, as if the site had
reported it. Nothing is held up, hidden or changed, and nobody waits for it: a worker looks once the text stands.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Member
from filmsite.lib.waking import wake, wake_on_commit
from reviews.models import (
    MATTER_COLUMNS,
    Case,
    CaseState,
    Decision,
    DelayedFlagging,
    Evidence,
    FlagRule,
    FoundBy,
    Matter,
    Verdict,
)
from reviews.moderation.flagging import Hit, Matcher, Sought
from reviews.moderation.matters import UNDECIDED
from reviews.moderation.targets import Target, load_target
from reviews.services.delayed_looks import LONGEST_WAIT, MOST_ATTEMPTS, due, has_many_cases
from reviews.services.ending import close_fixed_case_about, is_waited_for
from reviews.services.examining import LONGEST
from reviews.services.opening import (
    evidence_for,
    find_open,
    hold,
    is_newcomer,
    leave_evidence,
    open_case,
    part_about,
    show_newer_words,
    take_snapshot,
)
from reviews.tasks import flag_later
from reviews.written_words import written_by_member

log = structlog.get_logger("filmsite.flagging")

# Of one rule a moderator is shown so many places in a text, the first.
MOST_SHOWN: Final = 5
# What was handed to a worker is handed out again after so long, should none have come to an end with it, then after twice as
# long each time, and at last every day.
_AGAIN_AFTER: Final = timedelta(minutes=10)


class _Found(NamedTuple):
    """Where a rule is met, and what it is met in: the words of a text, or the line above them."""

    hit: Hit
    text: str
    is_headline: bool


def order_flagging(matter: Matter, number: int) -> None:
    """Let a worker look at a text once this transaction is committed, or the sweep, should nobody hear of it. One small query
    where no rule is on and none flagged this text, three where it is looked at.
    """
    about = {"matter": matter, f"{MATTER_COLUMNS[matter]}_id": number}
    flagged_it = Evidence.objects.filter(kind=Evidence.Kind.RULE, case__in=_waiting_about(about))
    if not FlagRule.objects.filter(Q(is_active=True) | Q(pk__in=flagged_it.values("rule"))).exists():
        return
    row, _ = DelayedFlagging.objects.update_or_create(
        matter=matter, number=number, defaults={"due_at": timezone.now(), "attempts": 0}
    )
    wake_on_commit(flag_later, row.pk)


def order_flaggings_of_new(matter: Matter, numbers: Collection[int]) -> None:
    """The same of texts that are new, as thousands that came with a file: they wait for the sweep. Two queries at most."""
    if numbers and FlagRule.objects.filter(is_active=True).exists():
        DelayedFlagging.objects.bulk_create(
            [DelayedFlagging(matter=matter, number=number) for number in numbers], ignore_conflicts=True
        )


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
    with transaction.atomic():
        # What a worker or another sweep has in hand is passed over: nobody waits in a circle.
        waiting = list(due(DelayedFlagging.objects.select_for_update(skip_locked=True)))
        for row in waiting:
            # What fails whenever it is tried keeps nothing else waiting.
            row.due_at = now + min(LONGEST_WAIT, _AGAIN_AFTER * 2**row.attempts)
            row.attempts += 1
        DelayedFlagging.objects.bulk_update(waiting, ["due_at", "attempts"])
    for row in waiting:
        if row.attempts == MOST_ATTEMPTS:
            log.error("a text is looked at for the last time: no look came to an end", text=str(row))
        wake(flag_later, row.pk)
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
    if target is None or author is None or author.closed_at is not None:
        return "gone"
    if author.is_hidden:
        # Suspended, or gone for a while: once they are back, so are their words.
        _look_later(row)
        return "away"
    if not _is_looked_at(target):
        return "gone"
    rules = _flagged_before(target)
    flagged = set(rules)
    for rule in _rules_for(target, author):
        rules[rule.kind][rule.pk] = rule
    known = {pk: rule for of_kind in rules.values() for pk, rule in of_kind.items()}
    found = list(_hits_in(target, known))
    outcomes = set()
    for kind, of_kind in sorted(rules.items()):
        of_it = [item for item in found if item.hit.rule in of_kind]
        if of_it or kind in flagged:
            outcomes.add(_settle(target, kind, _without_fine(target, kind, of_it), of_kind))
    if "later" in outcomes:
        _look_later(row)
    return next((outcome for outcome in ("later", "case", "closed") if outcome in outcomes), "nothing found")


def _look_later(row: DelayedFlagging) -> None:
    DelayedFlagging.objects.update_or_create(
        matter=row.matter,
        number=row.number,
        defaults={"due_at": timezone.now() + LONGEST_WAIT, "attempts": 0},
    )


def _is_looked_at(target: Target) -> bool:
    """Not what nobody else can read, or what is of nobody here; whoever shows it again orders a look."""
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
    matcher = _matcher_of(tuple(sought_by(rules[pk]) for pk in sorted(rules)))
    words = target.words
    for text, is_headline in ((words.headline, True), (words.text[:LONGEST], False)):
        for hit in matcher.hits(text):
            yield _Found(hit, text, is_headline)


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
    for item in found:
        of_rule = kept[item.hit.rule]
        if (item.hit.rule, item.hit.part) not in fine and len(of_rule) < MOST_SHOWN:
            of_rule.append(item)
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
        Q(case__in=over)
        | Q(part__in=over, decision=None)
        | Q(decision__case__in=cases)
        | Q(part__in=cases, case=None),
        kind=Evidence.Kind.RULE,
    )
    return set(judged.values_list("rule", "detail__part"))


def _settle(target: Target, kind: str, found: Collection[_Found], rules: Mapping[int, FlagRule]) -> str:
    """Let there be a case for this reason about the newest words exactly if they meet a rule, or somebody waits for one."""
    case = find_open(target, kind)
    part = part_about(case, target, kind) if case is not None else None
    flags = _flags_of(part, target, kind) if part is not None else Evidence.objects.none()
    known = set(flags.values_list("rule", "detail__part"))
    if not found:
        return "closed" if known and close_fixed_case_about(target, kind=kind) else "nothing found"
    if known == {(item.hit.rule, item.hit.part) for item in found}:
        return "case"
    if part is None and _waits_for_others(target):
        return "later"
    if part is not None:
        _make_room(part, target, flags)
    snapshot = part.snapshot if part is not None else None
    judged = target.words.text if snapshot is None else snapshot.text
    evidence = [_evidence_of(rules[item.hit.rule], item, judged) for item in found]
    open_case(target=target, kind=kind, found_by=FoundBy.RULE, evidence=evidence)
    return "case"


def _flagged_before(target: Target) -> defaultdict[str, dict[int, FlagRule]]:
    """For what this text was flagged, as far as nobody has decided about it, and by which rules: for these they count as long
    as the case waits, also where they are switched off by now.
    """
    flags = Evidence.objects.filter(kind=Evidence.Kind.RULE, case__in=_waiting_about(target.filter))
    rules: defaultdict[str, dict[int, FlagRule]] = defaultdict(dict)
    for item in flags.select_related("case", "part", "rule"):
        reason = item.part or item.case
        if reason is not None and item.rule is not None:
            rules[reason.kind][item.rule.pk] = item.rule
    return rules


def _waiting_about(columns: Mapping[str, Any]) -> QuerySet[Case]:
    """The cases with these columns (as of `Target.filter`) that nobody has decided, parts of others too."""
    waits = Q(state__in=UNDECIDED) | Q(state=CaseState.MERGED, merged_into__state__in=UNDECIDED)
    return Case.objects.filter(waits, **columns)


def _flags_of(part: Case, target: Target, kind: str) -> QuerySet[Evidence]:
    return evidence_for(part, target, kind).filter(kind=Evidence.Kind.RULE)


def _make_room(part: Case, target: Target, flags: QuerySet[Evidence]) -> None:
    """Bring the case up to the newest words, unless somebody waits for an answer about those that it has, or copied passages
    were found in them: whoever compares brings up that case.
    """
    leave_evidence(part, flags)
    if not is_waited_for(part) and not part.evidence.exclude(kind=Evidence.Kind.RULE).exists():
        show_newer_words(part, take_snapshot(target))


def _waits_for_others(target: Target) -> bool:
    flagged = Evidence.objects.filter(case=OuterRef("pk"), kind=Evidence.Kind.RULE)
    return has_many_cases(target.author, Case.objects.filter(Exists(flagged)))


def _evidence_of(rule: FlagRule, found: _Found, judged: str) -> Evidence:
    """The row of evidence, not yet attached to a case; with its place where it is in the words that the case has. A headline
    has no places.
    """
    hit, text = found.hit, found.text
    stands = not found.is_headline and judged[: len(text)] == text
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
