"""Texts that stood because their words seemed to be their author's own: looked at again once a moderator found the words of
one of them copied, and once more when that is taken back or another found them fine. They go the way of every new text.

A look is a `Job` that is gone when it is done.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from django.db import transaction

from accounts.models import Job, JobState, Member
from accounts.services.jobs import count_failure
from filmsite.lib.waking import wake, wake_on_commit
from reviews.copied_evidence import finds_copied, found_copied
from reviews.copy_index import load_known
from reviews.copydetect.normalise import folded
from reviews.copydetect.overlap import grams_of
from reviews.models import MATTER_COLUMNS, CaseKind, Decision, Evidence, Matter, Review, Verdict
from reviews.moderation.targets import Target, load_targets
from reviews.moderation.texts_of import newest_texts_of
from reviews.services.examining import LONGEST
from reviews.services.looking_back import LEAST_GRAMS
from reviews.services.screening_later import order_comparisons_again
from reviews.tasks import look_again as look_again_later

KIND: Final = "moderation.look-again"
# Of one author so many texts are looked at, the newest first; a message of the full length takes some 5 ms.
MOST_TEXTS: Final = 2_000
_LOADED_AT_ONCE: Final = 200
_SWEPT_AT_ONCE: Final = 20


def order_look_again(decision: Decision) -> None:
    """Let a worker find what else of its author shares words with the sources of this decision's case, after a decision that
    found them copied, that took such a one back, or that found fine what was found copied before. Part of the transaction of
    the decision.
    """
    case = decision.case.appeal.decision.case if decision.case.kind == CaseKind.APPEAL else decision.case
    if case.kind != CaseKind.COPIED or case.author_id is None:
        return
    finds_fine = decision.verdict in (Verdict.KEEP, Verdict.RESTORE)
    if not finds_fine and not finds_copied(decision.verdict, decision.rule):
        return
    evidence = Evidence.objects.filter(case=case, source__isnull=False)
    sources = sorted(set(evidence.values_list("source", flat=True)))
    if decision.verdict == Verdict.KEEP:
        sources = sorted(found_copied(case.author_id, sources, before=decision.pk))
    if not sources:
        return
    judged = [case.matter, getattr(case, f"{MATTER_COLUMNS[Matter(case.matter)]}_id")]
    job = Job.objects.create(
        kind=KIND, parameters={"author": case.author_id, "sources": sources, "judged": judged}
    )
    wake_on_commit(look_again_later, job.pk)


def run_look_again(job_pk: int) -> int:
    """Order the comparison of every text that shares words with the sources; gives how many. Nothing where another worker has
    the look in hands, or it is done. Raises whatever it raises; after a few times in a row the look has failed.
    """
    try:
        return _look_again(job_pk)
    except Exception as error:
        count_failure(job_pk, error)
        raise


def sweep_looks_again() -> int:
    """Wake a worker for the looks that nobody finished. Returns how many."""
    waiting = Job.objects.filter(kind=KIND, state=JobState.RUNNING).order_by("pk")
    pks = list(waiting.values_list("pk", flat=True)[:_SWEPT_AT_ONCE])
    for pk in pks:
        wake(look_again_later, pk)
    return len(pks)


@transaction.atomic
def _look_again(job_pk: int) -> int:
    jobs = Job.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    job = jobs.filter(pk=job_pk, kind=KIND, state=JobState.RUNNING).first()
    if job is None:
        return 0
    author = Member.objects.filter(pk=job.parameters["author"]).first()
    runs = _runs_of(job.parameters["sources"])
    found = defaultdict(list)
    if author is not None and runs:
        matter, number = job.parameters["judged"]
        texts = [text for text in newest_texts_of(author, at_most=MOST_TEXTS) if text != (matter, number)]
        for target in _targets(texts):
            shared = grams_of(folded(_words_of(target)[:LONGEST]))
            if any(len(of_one.intersection(shared)) >= LEAST_GRAMS for of_one in runs):
                found[target.matter].append(target.row.pk)
    for kind, numbers in found.items():
        order_comparisons_again(kind, numbers)
    job.delete()
    return sum(map(len, found.values()))


def _runs_of(sources: Sequence[int]) -> list[frozenset[int]]:
    """The hashed runs of words of each of these known texts."""
    return [frozenset(known.grams or grams_of(folded(known.text))) for known in load_known(sources)]


def _targets(texts: Sequence[tuple[Matter, int]]) -> Iterator[Target]:
    for first in range(0, len(texts), _LOADED_AT_ONCE):
        yield from load_targets(texts[first : first + _LOADED_AT_ONCE]).values()


def _words_of(target: Target) -> str:
    return target.row.body if isinstance(target.row, Review) else target.words.text
