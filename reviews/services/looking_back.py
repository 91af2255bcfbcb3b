"""Texts that stood before a text was registered: which of the newest share words with it. They go the way of every new text.

A look back is a `Job` that goes through the site once for all that was registered since the one before, in portions. Each
notes in one transaction what it found and how far it is, so that another worker goes on where one left off. At the end the
registered texts are marked (`KnownText.looked_back_at`): what has no mark is the next one's, however late it comes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Audience, Job, JobState, Member
from accounts.services.jobs import count_failure
from films.models import Change, Person, Title, Trivia
from filmsite.lib.waking import wake, wake_on_commit
from reviews.copydetect.allowed import SOURCE_WORDS
from reviews.copydetect.fingerprint import unpack
from reviews.copydetect.normalise import folded
from reviews.copydetect.overlap import GRAM, grams_of
from reviews.models import (
    MATTER_COLUMNS,
    Evidence,
    KnownKind,
    KnownText,
    ListEntry,
    Matter,
    Review,
    ReviewState,
    TitleList,
)
from reviews.services.examining import LONGEST
from reviews.services.screening_later import order_comparisons_again
from reviews.tasks import look_back as look_back_later

KIND: Final = "known_texts.look-back"
NEWEST_DAYS: Final = 30
# Registered texts that one goes through the site for, the first ones: so many, of so many words together. The hashed runs of
# those are held in memory, some 100 MB.
MOST_TEXTS: Final = 2_000
MOST_WORDS: Final = 500_000
# Ids of a kind of text that a portion looks at; of a message of the full length it takes some 5 ms.
_STEP: Final = 1_000
# As many as the fewest words have of which anybody is told.
LEAST_GRAMS: Final = SOURCE_WORDS - GRAM + 1
_BY_MEMBERS: Final = (Change.Origin.PROPOSAL, Change.Origin.STAFF)
# In this order; which of them a job is at is kept in its parameters.
_MODELS: Final[Mapping[Matter, Any]] = {
    Matter.REVIEW: Review,
    Matter.PLOT: Title,
    Matter.BIOGRAPHY: Person,
    Matter.TRIVIA: Trivia,
    Matter.LIST: TitleList,
    Matter.ABOUT: Member,
}


@dataclass(frozen=True, slots=True)
class _Registered:
    """The hashed runs of words of registered texts, by text and of all together."""

    by_text: Mapping[int, frozenset[int]]
    of_any: frozenset[int]


@transaction.atomic
def order_look_back() -> Job | None:
    """Order that what members wrote in the last 30 days is gone through for the words of registered texts for which it was not
    yet. Gives the job that is under way if there is one, and None where nothing waits.

    What a member says of themselves has no day, and is gone through whenever it was written.
    """
    if (under_way := Job.objects.filter(kind=KIND, state=JobState.RUNNING).first()) is not None:
        return under_way
    new = _waiting()
    if not new:
        return None
    since = timezone.now() - timedelta(days=NEWEST_DAYS)
    job = Job.objects.create(
        kind=KIND, parameters={"known": new, "since": since.isoformat(), "stage": 0, "after": 0}
    )
    wake_on_commit(look_back_later, job.pk)
    return job


def run_look_back(job_pk: int) -> int:
    """Carry out a look back, or go on where a worker left off, and order the next where more waits than one takes. Returns how
    many comparisons were ordered by now. One that is done, or in another worker's hands, is left alone.

    Reads the ids of every kind of text once, a thousand in a transaction of some seconds at most, with five queries each:
    about two minutes for two million messages and as many titles. Raises whatever a portion raises; after a few times in a
    row the job has failed, and its texts wait for the next.
    """
    job = Job.objects.filter(pk=job_pk, kind=KIND, state=JobState.RUNNING).first()
    if job is None:
        return 0
    registered = _load(job.parameters["known"])
    try:
        while _look_back_portion(job_pk, registered):
            pass
    except Exception as error:
        count_failure(job_pk, error)
        raise
    order_look_back()
    job.refresh_from_db()
    return int(job.counts.get("ordered", 0))


def sweep_look_backs() -> int:
    """Wake a worker for the look back that nobody finished. Returns how many."""
    pks = list(Job.objects.filter(kind=KIND, state=JobState.RUNNING).values_list("pk", flat=True))
    for pk in pks:
        wake(look_back_later, pk)
    return len(pks)


def _waiting() -> list[int]:
    """The registered texts that are next, the first ones first: one at least, however long."""
    registered = KnownText.objects.filter(
        kind=KnownKind.REGISTERED, algorithm__gt=0, looked_back_at=None
    ).order_by("pk")
    taken: list[int] = []
    words = 0
    for pk, of_it in registered.values_list("pk", "words")[:MOST_TEXTS]:
        words += of_it
        if taken and words > MOST_WORDS:
            break
        taken.append(pk)
    return taken


def _load(pks: Collection[int]) -> _Registered:
    kept = KnownText.objects.filter(pk__in=pks).values_list("pk", "grams")
    by_text = {pk: frozenset(unpack(grams)) for pk, grams in kept}
    return _Registered(by_text, frozenset[int]().union(*by_text.values()))


@transaction.atomic
def _look_back_portion(job_pk: int, registered: _Registered) -> bool:
    """Look at the next texts and note how far the job is. Whether there may be more."""
    jobs = Job.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    job = jobs.filter(pk=job_pk, kind=KIND, state=JobState.RUNNING).first()
    if job is None:
        return False
    at = job.parameters
    stages = list(_MODELS)
    if at["stage"] == len(stages):
        now = timezone.now()
        KnownText.objects.filter(pk__in=at["known"]).update(looked_back_at=now)
        job.state, job.finished_at = JobState.DONE, now
        job.save(update_fields=["state", "finished_at"])
        return False
    matter = stages[at["stage"]]
    ids = _MODELS[matter].objects.filter(pk__gt=at["after"]).order_by("pk").values_list("pk", flat=True)
    pks = list(ids[:_STEP])
    if not pks:
        at.update(stage=at["stage"] + 1, after=0)
    else:
        found = _sharing(matter, pks, registered, datetime.fromisoformat(at["since"]))
        order_comparisons_again(matter, found)
        # Written as a whole, so that failures are counted from here anew.
        job.counts = {"ordered": job.counts.get("ordered", 0) + len(found)}
        job.done += len(pks)
        at["after"] = pks[-1]
    job.save(update_fields=["parameters", "counts", "done"])
    return True


def _sharing(matter: Matter, pks: Sequence[int], registered: _Registered, since: datetime) -> list[int]:
    """Which of these texts of one kind share words with a registered text of which moderators were not shown that yet."""
    sources: dict[int, set[int]] = {}
    for pk, text in _words_of(matter, pks, since):
        shared = registered.of_any.intersection(grams_of(folded(text[:LONGEST])))
        if len(shared) >= LEAST_GRAMS:
            of_each = registered.by_text.items()
            sources[pk] = {known for known, runs in of_each if len(shared & runs) >= LEAST_GRAMS}
    seen = defaultdict(set)
    column = f"case__{MATTER_COLUMNS[matter]}"
    about_them = {"case__matter": matter, f"{column}__in": sources, "source__in": registered.by_text}
    for pk, known in Evidence.objects.filter(**about_them).values_list(column, "source"):
        seen[pk].add(known)
    return [pk for pk, found in sources.items() if found - seen[pk]]


def _words_of(matter: Matter, pks: Sequence[int], since: datetime) -> Iterator[tuple[int, str]]:
    """The words of those of these that members wrote since then and readers see. One query, of lists another for the notes."""
    rows = _MODELS[matter].objects.filter(pk__in=pks).order_by("pk")
    match matter:
        case Matter.REVIEW:
            published = rows.filter(state=ReviewState.PUBLISHED, created_at__gt=since)
            yield from published.values_list("pk", "body")
        case Matter.PLOT:
            yield from rows.filter(_changed("plot", since, title=OuterRef("pk"))).values_list("pk", "plot")
        case Matter.BIOGRAPHY:
            changed = rows.filter(_changed("biography", since, person=OuterRef("pk")))
            yield from changed.values_list("pk", "biography")
        case Matter.TRIVIA:
            changed = rows.filter(_changed("trivia", since, title=OuterRef("title")), is_removed=False)
            yield from changed.values_list("pk", "text")
        case Matter.LIST:
            shown = rows.filter(audience=Audience.EVERYONE, is_removed=False, changed_at__gt=since)
            texts = {pk: [description] for pk, description in shown.values_list("pk", "description")}
            notes = ListEntry.objects.filter(list__in=texts).exclude(note="").order_by("list", "position")
            for pk, note in notes.values_list("list", "note"):
                texts[pk].append(note)
            yield from ((pk, "\n\n".join(parts)) for pk, parts in texts.items())
        case Matter.ABOUT:
            yield from rows.exclude(about="").values_list("pk", "about")


def _changed(field: str, since: datetime, **owner: OuterRef) -> Exists:
    changes = Change.objects.filter(field=field, origin__in=_BY_MEMBERS, at__gt=since, **owner)
    return Exists(changes.order_by())
