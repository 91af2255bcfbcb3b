"""A moderator's queue: which cases wait, in what order, for how long, and how many there are of each sort.

However many wait, a page is one stretch of the index `case_waiting`, and the numbers beside it are read from two others,
`case_counted` and `case_marked`, and from no case itself.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Min, Q, QuerySet, Sum, TextChoices
from django.db.models.functions import Left
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Member, Section
from filmsite.lib.inputs import number_in
from filmsite.lib.paging import BadCursor, KeysetPage, keyset_page
from filmsite.lib.text import excerpt
from reviews.models import (
    MATTER_COLUMNS,
    Case,
    CaseFlag,
    CaseKind,
    CaseState,
    Evidence,
    Matter,
    Report,
)
from reviews.models.cases import IS_MARKED
from reviews.moderation.matters import UNDECIDED
from reviews.moderation.querysets import CaseQuerySet
from reviews.moderation.targets import attach_rows, target_of

CASES_A_PAGE: Final = 40
EXCERPT_CHARACTERS: Final = 180
# Of what is judged so much is read for it: marks take room, and nobody sees them.
_READ_CHARACTERS: Final = 2 * EXCERPT_CHARACTERS
# Waiting longer than the first is late, longer than the second is too late.
SOON, LATE = timedelta(hours=12), timedelta(hours=24)

_GRAVE: Final = (CaseFlag.FLOOD, CaseFlag.NOTICE, CaseFlag.OVERDUE, CaseFlag.LATE, CaseFlag.SHOWN)
# What an address asks of the queue.
QUEUE_WORDS: Final = ("show", "section", "kind", "matter", "author", "source", "after", "before")
DECIDED_STATES: Final = [CaseState.DECIDED, CaseState.APPEALED, CaseState.CLOSED]


class Show(TextChoices):
    """The parts of the queue, by their word in the address."""

    OPEN = "open", _("Waiting")
    UNCLAIMED = "unclaimed", _("Nobody's yet")
    MINE = "mine", _("Mine")
    ASSIGNED = "assigned", _("Given to me")
    APPEALS = "appeals", _("Appeals")
    OWN_WORDS = "own-words", _("Said to be own words")
    FLOODED = "flooded", _("Many reports")
    AUTHOR = "author", _("Waiting for the author")
    DECIDED = "decided", _("Decided")


# The parts of which every case is marked (`reviews.models.cases.IS_MARKED`).
_AMONG_MARKED: Final = (Show.MINE, Show.ASSIGNED, Show.OWN_WORDS, Show.FLOODED)


def is_free(now: datetime) -> Q:
    """Nobody is at work on it."""
    return Q(claimed_by=None) | Q(claimed_until=None) | Q(claimed_until__lte=now)


def _conditions(moderator: Member, now: datetime) -> dict[Show, Q]:
    is_open = Q(state=CaseState.OPEN)
    return {
        Show.OPEN: is_open,
        Show.UNCLAIMED: is_open & is_free(now),
        Show.MINE: is_open & Q(claimed_by=moderator, claimed_until__gt=now),
        Show.ASSIGNED: is_open & Q(assigned_to=moderator),
        Show.APPEALS: is_open & Q(kind=CaseKind.APPEAL),
        Show.OWN_WORDS: is_open & Q(flags__contains=[CaseFlag.DECLARED_OWN]),
        Show.FLOODED: is_open & Q(flags__contains=[CaseFlag.FLOOD]),
        Show.AUTHOR: Q(state=CaseState.WAITING),
        Show.DECIDED: Q(state__in=DECIDED_STATES),
    }


@dataclass(frozen=True)
class Age:
    """How long something has waited, and whether that is too long: 1 is fine, 2 is late, 3 is too late."""

    hours: float

    @classmethod
    def since(cls, moment: datetime, now: datetime) -> "Age":
        return cls(max(0.0, (now - moment).total_seconds() / 3600))

    @property
    def level(self) -> int:
        return 1 + (self.hours >= SOON.total_seconds() / 3600) + (self.hours >= LATE.total_seconds() / 3600)

    @property
    def meaning(self) -> Promise:
        """What the colour says, in words."""
        return (_("in time"), _("longer than 12 hours"), _("longer than 24 hours"))[self.level - 1]

    def __str__(self) -> str:
        if self.hours < 1:
            minutes = int(self.hours * 60)
            return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
        if self.hours < 48:
            return ngettext("%(n)s hour", "%(n)s hours", int(self.hours)) % {"n": int(self.hours)}
        days = int(self.hours / 24)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


@dataclass(frozen=True)
class Choice:
    """A filter of the queue: its word in the address, its name, and how many cases it leaves."""

    value: str
    label: str
    count: int
    oldest: Age | None = None


@dataclass(frozen=True)
class QueueFilter:
    """What an address asks of the queue. Words that mean nothing are passed over."""

    show: Show = Show.OPEN
    section: str = ""
    kind: str = ""
    matter: str = ""
    # Cases about texts of one member, or with words of one known text.
    author: int | None = None
    source: int | None = None

    @classmethod
    def from_query(cls, query: QueryDict, sections: Collection[str]) -> "QueueFilter":
        def one_of(name: str, values: Collection[str]) -> str:
            return value if (value := query.get(name, "")) in values else ""

        return cls(
            show=Show(one_of("show", Show.values) or Show.OPEN),
            section=one_of("section", sections),
            kind=one_of("kind", CaseKind.values),
            matter=one_of("matter", Matter.values),
            author=number_in(query.get("author", "")),
            source=number_in(query.get("source", "")),
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but a part of the queue was chosen."""
        return bool(self.section or self.kind or self.matter or self.author or self.source)

    @property
    def is_one_cause(self) -> bool:
        """Whether all that it shows can be decided together: of one author or one source."""
        return self.author is not None or self.source is not None

    def rows(self, moderator: Member, sections: Collection[str], now: datetime) -> CaseQuerySet:
        """The cases, in no order."""
        wanted = {
            "section": self.section,
            "kind": self.kind,
            "matter": self.matter,
            "author": self.author,
        }
        rows = Case.objects.in_sections(sections)
        rows = rows.filter(_conditions(moderator, now)[self.show], **{k: v for k, v in wanted.items() if v})
        if self.source is not None:
            rows = rows.filter(pk__in=Evidence.objects.filter(source=self.source).values("case"))
        return rows


@dataclass(frozen=True)
class Numbers:
    """How many cases wait in a moderator's sections, by each way of looking at them, and since when the oldest does."""

    shows: dict[str, int] = field(default_factory=dict)
    sections: list[Choice] = field(default_factory=list)
    kinds: list[Choice] = field(default_factory=list)
    matters: list[Choice] = field(default_factory=list)
    oldest: Age | None = None


def count_waiting(moderator: Member, sections: Collection[str]) -> Numbers:
    """Two queries over what waits. Sections, kinds and matters are counted of what is open."""
    now = timezone.now()
    theirs = Case.objects.in_sections(sections).order_by()
    waiting: list[Mapping[str, Any]] = list(
        theirs.filter(state__in=UNDECIDED)
        .values("section", "state", "kind", "matter")
        .annotate(number=Count("*"), first=Min("opened_at"))
    )
    groups = [group for group in waiting if group["state"] == CaseState.OPEN]
    conditions = _conditions(moderator, now)
    marked = theirs.filter(IS_MARKED, state=CaseState.OPEN).aggregate(
        claimed=Count("section", filter=~is_free(now)),
        **{show.name: Count("section", filter=conditions[show]) for show in _AMONG_MARKED},
    )
    opened = sum(group["number"] for group in groups)
    shows = {
        Show.OPEN: opened,
        Show.UNCLAIMED: opened - marked["claimed"],
        Show.APPEALS: sum(group["number"] for group in groups if group["kind"] == CaseKind.APPEAL),
        Show.AUTHOR: sum(group["number"] for group in waiting) - opened,
        **{show: marked[show.name] for show in _AMONG_MARKED},
    }
    return Numbers(
        shows={show.value: number for show, number in shows.items()},
        sections=_choices(
            [group for group in groups if group["section"] in sections], "section", Section, now
        ),
        kinds=_choices(groups, "kind", CaseKind, now),
        matters=_choices(groups, "matter", Matter, now),
        oldest=Age.since(min(group["first"] for group in groups), now) if groups else None,
    )


def _choices(
    groups: Iterable[Mapping[str, Any]], column: str, words: type[TextChoices], now: datetime
) -> list[Choice]:
    """The values of a column that are there, in the order in which they are declared."""
    counts: Counter[str] = Counter()
    firsts: dict[str, datetime] = {}
    for group in groups:
        value = group[column]
        counts[value] += group["number"]
        firsts[value] = min(firsts.get(value, group["first"]), group["first"])
    return [
        Choice(value, str(label), counts[value], Age.since(firsts[value], now))
        for value, label in words.choices
        if value in counts
    ]


@dataclass(frozen=True)
class Flag:
    """What a moderator should know before anything else; a grave one is drawn so."""

    label: str
    is_grave: bool


def flags_of(case: Case) -> list[Flag]:
    return [Flag(str(flag.label), flag in _GRAVE) for flag in CaseFlag if flag in case.flags]


@dataclass(frozen=True)
class Row:
    """A case as the queue shows it."""

    case: Case
    name: str
    excerpt: str
    age: Age
    # Copied words, and what share of the text they are (0 to 1).
    words: int
    share: float
    reports: int
    # About the moderator's own text or decision: somebody else has to.
    is_for_others: bool
    is_mine: bool
    # Who is at work on it, if that is somebody else.
    holder: str
    # The known texts that it has words of, by id.
    sources: Sequence[int] = ()

    # Named here: Django's own `get_kind_display` puts every choice there is into the reader's language, for each of forty rows.
    @property
    def kind(self) -> str:
        return str(CaseKind(self.case.kind).label)

    @property
    def matter(self) -> str:
        return str(Matter(self.case.matter).label)

    @property
    def section(self) -> str:
        return str(Section(self.case.section).label)

    @property
    def percent(self) -> int:
        return round(100 * self.share)

    @property
    def waits(self) -> bool:
        """Whether anything is still to be decided: for how long it has waited is of interest only then."""
        return self.case.state in UNDECIDED

    @property
    def flags(self) -> list[Flag]:
        return flags_of(self.case)


def queue_page(
    filters: QueueFilter, moderator: Member, sections: Collection[str], query: QueryDict
) -> tuple[list[Row], KeysetPage[Any]]:
    """The page of the queue that the address asks for: what is open by severity and age, what is decided newest first.

    Four queries, and one for each matter among the cases.
    """
    now = timezone.now()
    rows = filters.rows(moderator, sections, now)
    # What ascends in the index: a stretch of it is a page.
    places = rows.annotate(ease=F("severity") * -1).only("severity", "opened_at")
    order = ["-pk"] if filters.show == Show.DECIDED else ["ease", "opened_at", "pk"]
    try:
        page = keyset_page(places, order=order, query=query, size=CASES_A_PAGE)
    except BadCursor:
        page = keyset_page(places, order=order, query=QueryDict(), size=CASES_A_PAGE)
    return rows_of([case.pk for case in page.rows], moderator, now), page


def rows_of(pks: Sequence[int], moderator: Member, now: datetime | None = None) -> list[Row]:
    """These cases as the queue shows them, in this order; those that are gone are left out."""
    now = now or timezone.now()
    found = _loaded(pks)
    cases = [found[pk] for pk in pks if pk in found]
    of_known = ArrayAgg("source", filter=Q(source__isnull=False), distinct=True, default=[])
    copied = {
        case: (words, share, sources)
        for case, words, share, sources in Evidence.objects.filter(case__in=pks, kind=Evidence.Kind.OVERLAP)
        .order_by()
        .values_list("case")
        .annotate(Sum("words"), Sum("share"), known=of_known)
    }
    reported = dict(Report.objects.filter(case__in=pks).order_by().values_list("case").annotate(Count("pk")))
    return [
        _row(case, copied.get(case.pk, (0, 0.0, ())), reported.get(case.pk, 0), moderator, now)
        for case in cases
    ]


def _row(
    case: Case, copied: tuple[int, float, Sequence[int]], reports: int, moderator: Member, now: datetime
) -> Row:
    appeal = getattr(case, "appeal", None)
    is_held = case.claimed_until is not None and case.claimed_until > now
    holder = case.claimed_by if is_held else None
    return Row(
        case=case,
        name=name_of(case),
        excerpt=excerpt_of(case),
        age=Age.since(case.opened_at, now),
        words=copied[0],
        share=min(1.0, copied[1]),
        reports=reports,
        is_for_others=case.author_id == moderator.pk
        or (appeal is not None and appeal.decision.moderator_id == moderator.pk),
        is_mine=holder is not None and holder.pk == moderator.pk,
        holder=holder.username if holder is not None and holder.pk != moderator.pk else "",
        sources=copied[2],
    )


def excerpt_of(case: Case) -> str:
    """How the judged words begin, as they are read. Of a case loaded by `with_names`."""
    begin: str = case.begin or ""  # type: ignore[attr-defined]  # what `with_names` adds
    return excerpt(begin, characters=EXCERPT_CHARACTERS)


def name_of(case: Case) -> str:
    """What the case is about, in a few words; of what is gone, what kind of thing it was."""
    about = getattr(case, MATTER_COLUMNS[Matter(case.matter)])
    if about is None:
        return str(case.get_matter_display())
    return about.display_name if case.matter == Matter.VOTES else target_of(case.matter, about).name


def with_names(cases: QuerySet[Case]) -> Sequence[Case]:
    """The cases with what `name_of` and `excerpt_of` need. One query, and one for each matter among them."""
    return attach_rows(list(cases.annotate(begin=Left("snapshot__text", _READ_CHARACTERS))))


def _loaded(pks: Sequence[int]) -> dict[int, Case]:
    """The cases by id, with what a row shows."""
    rows = Case.objects.select_related("author", "claimed_by", "assigned_to", "appeal__decision")
    return {case.pk: case for case in with_names(rows.filter(pk__in=pks))}
