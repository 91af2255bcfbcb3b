"""What every importer shares: rows of one shape, and a report of what became of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

FAILURES_KEPT: Final = 1000


class ImportProblem(Exception):
    """A file that cannot be imported at all. The message says what is wrong and what to do about it."""


class Rejected(NamedTuple):
    """A row, or a part of one, that was left out; the rest of the file went in."""

    file: str
    line: int
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()


COUNTS: Final = ("read", "created", "changed", "unchanged", "rejected", "skipped")


@dataclass
class Report:
    """What became of the rows of one kind: read = created + changed + unchanged + rejected + skipped.

    Skipped is what nobody asked for (an episode, a title with too few votes). A title whose extra id is refused still
    goes in, so titles may count under two of them. `tell` hears of every refusal, also of those not kept.
    """

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    skipped: int = 0
    failures: list[Rejected] = field(default_factory=list)
    tell: Callable[[Rejected], None] | None = None

    def reject(self, file: str, line: int, reason: str) -> None:
        """Count a refusal; the first thousand are kept with line and reason."""
        self.rejected += 1
        refused = Rejected(file, line, reason)
        if len(self.failures) < FAILURES_KEPT:
            self.failures.append(refused)
        if self.tell:
            self.tell(refused)

    def refuse(self, file: str, line: int, reason: str) -> None:
        """Count a refusal of something that was not counted as read."""
        self.read += 1
        self.reject(file, line, reason)

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in COUNTS}

    def as_dict(self) -> dict[str, Any]:
        """Everything, for a row that outlives the process."""
        return {**self.counts(), "failures": [list(failure) for failure in self.failures]}

    def restore(self, kept: dict[str, Any]) -> None:
        """Go on from what `as_dict` gave."""
        for name in COUNTS:
            setattr(self, name, kept[name])
        self.failures = [Rejected(*failure) for failure in kept["failures"]]


# Rows as sources tell them, in the order of the columns that they are staged in (`films.importers.staging`). A `key` is
# the source's own id of a title or person; `line` is where it stood. None, like an empty text, says nothing.


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRow:
    """A title. `ids` are (ExternalId source, value), best first, the source's own before all."""

    line: int
    key: str
    kind: str
    name: str
    sort_name: str = ""
    parent_key: str | None = None
    season_number: int | None = None
    original_name: str | None = None
    original_language: str | None = None
    year: int | None = None
    end_year: int | None = None
    minutes: int | None = None
    episodes: int | None = None
    released_on: str | None = None
    tagline: str | None = None
    plot: str | None = None
    plot_language: str | None = None
    plot_source: str | None = None
    budget: int | None = None
    budget_currency: str | None = None
    gross: int | None = None
    gross_currency: str | None = None
    # When a source that may be kept for a limited time was asked.
    fetched_at: str | None = None
    genres: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()


class IdRow(NamedTuple):
    """How another catalogue calls a title; the lowest priority is the surest, 0 the source's own."""

    file: str
    line: int
    key: str
    source: str
    value: str
    priority: int


class NameRow(NamedTuple):
    """Another name of a title; `kind` is one of AlternativeTitle.Kind."""

    line: int
    key: str
    name: str
    kind: str
    language: str = ""
    region: str = ""


class PersonRow(NamedTuple):
    """A person; `source` is the ExternalId source of `key`. Dates are partial dates or empty."""

    line: int
    key: str
    source: str
    name: str
    sort_name: str
    slug: str
    born: str = ""
    died: str = ""


class CreditRow(NamedTuple):
    """A person's part in a title. Rows of the same person, role and character are one credit."""

    file: str
    line: int
    key: str
    person_key: str
    role: str
    position: int
    character: str = ""
    is_voice: bool = False
    note: str = ""


class ScoreRow(NamedTuple):
    """What another public gave a title: `source` of ExternalScore, the score as text, out of `scale`."""

    line: int
    key: str
    source: str
    score: str
    scale: int
    votes: int | None
    as_of: str


class ReleaseRow(NamedTuple):
    line: int
    key: str
    country: str
    kind: str
    date: str
    note: str
    certificate: str


class CompanyRow(NamedTuple):
    line: int
    key: str
    name: str
    slug: str
    country: str | None
    part: str
    position: int


class VoteRow(NamedTuple):
    """A vote: `value` in half stars (1 to 10), `cast_at` in seconds since 1970 (UTC)."""

    line: int
    member_key: str
    title_key: str
    value: int
    cast_at: int
