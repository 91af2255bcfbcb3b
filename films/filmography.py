"""What somebody did, role by role, in the order that a reader asks for, and how all of it is voted on.

Everything is made in one pass over the credits of `CreditQuerySet.of_person`; nothing here asks the database.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from films.models import Credit, Role, Title
from films.statistics import Spread, spread_of

# The titles of a role that show at once; the rest is one click away.
SHOWN_AT_ONCE: Final = 25
HEADINGS: Final[Mapping[Role, str | Promise]] = {
    Role.DIRECTOR: _("Director"),
    Role.CREATOR: _("Creator"),
    Role.WRITER: _("Writer"),
    Role.PRODUCER: _("Producer"),
    Role.ACTOR: _("Actor"),
    Role.MUSIC: _("Music"),
    Role.CINEMATOGRAPHY: _("Camera"),
    Role.EDITING: _("Editing"),
    Role.PRODUCTION_DESIGN: _("Production design"),
}

# A member's votes by title, as `VoteQuerySet.by_title` gives them: a show has those on its seasons.
Votes = Mapping[int, Mapping[int, int]]


@dataclass(slots=True)
class Entry:
    """A title with all that somebody was in it in one role. `mine` are the viewer's votes, by the title voted on."""

    title: Title
    mine: Mapping[int, int]
    credits: list[Credit] = field(default_factory=list)

    @property
    def my_vote(self) -> float | None:
        """The viewer's vote in half stars, of a show the mean of their votes on its seasons; None without one."""
        return sum(self.mine.values()) / len(self.mine) if self.mine else None

    @property
    def my_only_vote(self) -> int | None:
        """The viewer's vote in half stars where it is one vote and no mean of several."""
        return next(iter(self.mine.values())) if len(self.mine) == 1 else None

    @property
    def my_mean(self) -> float | None:
        """The viewer's vote in stars."""
        return self.my_vote / 2 if self.my_vote is not None else None

    @property
    def is_voice(self) -> bool:
        return any(credit.is_voice for credit in self.credits)


@dataclass(frozen=True, slots=True)
class Measure:
    """The votes on a number of titles, each vote once; `voted` of the titles have one of the viewer, `my_mean` in stars."""

    titles: int
    counts: list[int]
    spread: Spread
    voted: int
    my_mean: float | None

    @property
    def mean(self) -> float | None:
        return self.spread.mean

    @property
    def vote_count(self) -> int:
        return self.spread.votes


@dataclass(frozen=True, slots=True)
class Part:
    """One role: the entries to show, of how many; `voices` counts those with a voice part."""

    role: Role
    heading: str
    entries: list[Entry]
    total: int
    voices: int
    measure: Measure

    @property
    def hidden(self) -> int:
        return self.total - len(self.entries)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader asks of a filmography. An `order` with a minus is turned round; `whole` names roles to show in full."""

    order: str = "year"
    voices_only: bool = False
    whole: frozenset[str] = frozenset()


def _mean(entry: Entry) -> float | None:
    """None where too few votes are given for a mean to be shown: then it orders nothing either."""
    totals = entry.title.totals
    return totals.mean if totals.vote_count >= settings.FILMSITE_MEAN_MINIMUM_VOTES else None


# By name what orders, and whether the greatest comes first unless turned round.
ORDERS: Final[Mapping[str, tuple[Callable[[Entry], float | None], bool]]] = {
    "year": (lambda entry: entry.title.year, False),
    "mean": (_mean, True),
    "votes": (lambda entry: entry.title.totals.vote_count, True),
    "mine": (lambda entry: entry.my_vote, True),
}


@dataclass(frozen=True, slots=True)
class Filmography:
    """The roles that somebody had, the one with the most titles first, and the measure of all their work."""

    parts: list[Part]
    measure: Measure


def filmography_of(credits: Iterable[Credit], *, votes: Votes, choice: Choice) -> Filmography:
    """Expects the credits of `CreditQuerySet.of_person` and the viewer's votes on their titles."""
    by_role: dict[str, dict[int, Entry]] = {}
    for credit in credits:
        entries = by_role.setdefault(credit.role, {})
        if credit.title_id not in entries:
            entries[credit.title_id] = Entry(credit.title, votes.get(credit.title_id, {}))
        entries[credit.title_id].credits.append(credit)
    parts = [
        _part(role, str(words), [*by_role[role].values()], choice)
        for role, words in HEADINGS.items()
        if role in by_role
    ]
    parts.sort(key=lambda part: -part.measure.titles)
    return Filmography(parts, _measure_of(chain.from_iterable(of.values() for of in by_role.values())))


def _part(role: Role, heading: str, entries: list[Entry], choice: Choice) -> Part:
    voices = [entry for entry in entries if entry.is_voice]
    wanted = voices if choice.voices_only and voices else entries
    shown = _ordered(wanted, choice.order)
    if role not in choice.whole:
        shown = _beginning(shown)
    return Part(role, heading, shown, len(wanted), len(voices), _measure_of(entries))


def _beginning(entries: list[Entry]) -> list[Entry]:
    """What shows at once. A rest of a few rows is not worth a click."""
    return entries if len(entries) <= SHOWN_AT_ONCE + 3 else entries[:SHOWN_AT_ONCE]


def _ordered(entries: list[Entry], order: str) -> list[Entry]:
    """By what was asked for, equals as they came (chronologically), and what has no such number last both ways."""
    value_of, greatest_first = ORDERS[order.removeprefix("-")]
    greatest_first ^= order.startswith("-")

    def key(entry: Entry) -> tuple[bool, float]:
        value = value_of(entry)
        return value is None, (-value if greatest_first else value) if value is not None else 0

    return sorted(entries, key=key)


def _measure_of(entries: Iterable[Entry]) -> Measure:
    """All votes on these titles. A show's are those of its seasons, so a season beside its show adds none."""
    titles: dict[int, Title] = {}
    mine: dict[int, int] = {}
    voted: set[int] = set()
    for entry in entries:
        titles[entry.title.pk] = entry.title
        mine |= entry.mine
        if entry.mine:
            voted.add(entry.title.pk)
    counts = _sum([title.totals.histogram for title in titles.values() if title.parent_id not in titles])
    return Measure(
        titles=len(titles),
        counts=counts,
        spread=spread_of([counts]),
        voted=len(voted),
        my_mean=sum(mine.values()) / len(mine) / 2 if mine else None,
    )


def _sum(histograms: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*histograms, strict=True)] if histograms else [0] * 10
