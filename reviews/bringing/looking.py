"""An import as its member sees it: what was found, what is not certain, what will not come, and what became of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, IntegerField, Min, OuterRef, Q, TextChoices
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from films.models import Title
from reviews.bringing.wording import say
from reviews.models import ImportRow, MemberImport, Vote

WORKS_A_PAGE: Final = 25
ROWS_A_PAGE: Final = 50

Match, Outcome = ImportRow.Match, ImportRow.Outcome


class Tab(TextChoices):
    UNSURE = "unsure", _("Not certain")
    MISSING = "missing", _("Not found")
    FOUND = "found", _("Found")
    REFUSED = "refused", _("Cannot be taken over")


_MATCHES: Final = {
    Tab.UNSURE: [Match.UNSURE],
    Tab.MISSING: [Match.MISSING, Match.SKIPPED],
    Tab.FOUND: [Match.SURE, Match.CHOSEN],
}


@dataclass(frozen=True)
class KindCounts:
    """Of one kind of row the numbers found, not certain, not found, left out, and refused."""

    label: str
    found: int
    unsure: int
    missing: int
    skipped: int
    refused: int


@dataclass
class Work:
    """A title as the file names it, with the number of rows about it, and what it was matched to."""

    number: int
    named: dict[str, Any]
    rows: int
    match: str
    title: Title | None = None
    candidates: list[Title] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.named.get("name") or self.named.get("imdb") or self.named.get("tmdb") or "?")


@dataclass(frozen=True)
class Reason:
    """A row that is not taken over, and why, in the reader's language."""

    row: ImportRow
    name: str
    why: str


def counts_by_kind(row: MemberImport) -> list[KindCounts]:
    """The rows of an import by kind and by how they were matched. One query."""
    counted: dict[str, dict[str, int]] = {}
    groups = ImportRow.objects.filter(of=row).values("kind", "match", "outcome").annotate(number=Count("pk"))
    for group in groups.order_by():
        state = Outcome.REFUSED if group["outcome"] == Outcome.REFUSED else group["match"]
        kind = counted.setdefault(group["kind"], {})
        kind[state] = kind.get(state, 0) + group["number"]
    return [
        KindCounts(
            label=str(kind.label),
            found=of.get(Match.SURE, 0) + of.get(Match.CHOSEN, 0),
            unsure=of.get(Match.UNSURE, 0),
            missing=of.get(Match.MISSING, 0),
            skipped=of.get(Match.SKIPPED, 0),
            refused=of.get(Outcome.REFUSED, 0),
        )
        for kind in ImportRow.Kind
        if (of := counted.get(kind))
    ]


def count_works(row: MemberImport) -> dict[str, int]:
    """How many works stand under each tab, and how many rows under the last. One query."""
    rows = ImportRow.objects.filter(of=row)
    works = {
        tab.value: Count("work", distinct=True, filter=Q(outcome="", match__in=matches))
        for tab, matches in _MATCHES.items()
    }
    return rows.aggregate(**works, refused=Count("pk", filter=Q(outcome=Outcome.REFUSED)))


def count_conflicts(row: MemberImport) -> int:
    """Votes of the import for titles that the member has voted on here with other stars. One query."""
    said = Cast(KeyTextTransform("value", OuterRef("data")), IntegerField())
    other = Vote.objects.filter(member=row.member_id, title=OuterRef("title")).exclude(value=said)
    rows = ImportRow.objects.filter(of=row, kind=ImportRow.Kind.VOTE, outcome="", title__isnull=False)
    return rows.filter(Exists(other)).count()


def works_of(row: MemberImport, tab: Tab, number: str | None) -> tuple[Page, list[Work]]:
    """A page of the works under a tab, in the order of the file. Four queries."""
    rows = ImportRow.objects.filter(of=row, outcome="", match__in=_MATCHES[tab])
    works = rows.values("work").annotate(first=Min("number"), rows=Count("pk")).order_by("first")
    page = Paginator(works, WORKS_A_PAGE).get_page(number)
    firsts = {group["first"]: group["rows"] for group in page.object_list}
    return page, _loaded(ImportRow.objects.filter(of=row, number__in=firsts).order_by("number"), firsts)


def work_at(row: MemberImport, number: int) -> tuple[ImportRow | None, Work | None]:
    """The work that the row with this number is about, if there is anything to choose about it."""
    first = ImportRow.objects.filter(of=row, number=number, outcome="").exclude(work="").first()
    if first is None or first.work.startswith("person:"):
        return None, None
    rows = ImportRow.objects.filter(of=row, work=first.work, outcome="").count()
    return first, _loaded([first], {number: rows})[0]


def _loaded(rows: Iterable[ImportRow], counts: dict[int, int]) -> list[Work]:
    """These rows as works with their titles. One query for the titles."""
    found = list(rows)
    ids = {pk for row in found for pk in [row.title_id, *row.candidates] if pk}
    titles = Title.objects.filter(merged_into=None).for_card().in_bulk(ids) if ids else {}
    return [
        Work(
            number=row.number,
            named=row.named,
            rows=counts[row.number],
            match=row.match,
            title=titles.get(row.title_id or 0),
            candidates=[titles[pk] for pk in row.candidates if pk in titles],
        )
        for row in found
    ]


def refused_of(row: MemberImport, number: str | None) -> tuple[Page, list[Reason]]:
    """A page of the rows that are not taken over. Two queries."""
    page = Paginator(_refused(row), ROWS_A_PAGE).get_page(number)
    return page, [_reason(refused) for refused in page.object_list]


def all_refused(row: MemberImport) -> Iterator[Reason]:
    """Every row that is not taken over, in the order of the file, some thousands a query."""
    return (_reason(refused) for refused in _refused(row).iterator(chunk_size=2000))


def _refused(row: MemberImport) -> Any:
    return ImportRow.objects.filter(of=row, outcome=Outcome.REFUSED).order_by("number")


def _reason(row: ImportRow) -> Reason:
    name = str(row.named.get("name", ""))
    return Reason(row, f"{name} ({row.named['year']})" if "year" in row.named else name, say(row.reason))


def outcomes_by_kind(row: MemberImport) -> list[dict[str, Any]]:
    """What became of the rows of an import that is done: a line a kind. Asks nothing."""
    return _lines(row.counts.get("written", {}), Outcome.values)


def undone_by_kind(row: MemberImport) -> list[dict[str, Any]]:
    """What became of them when it was undone. Asks nothing."""
    return _lines(row.counts.get("undone", {}), ["deleted", "restored", "left"])


def _lines(counted: dict[str, dict[str, int]], names: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"label": kind.label, **{name: counted[kind].get(name, 0) for name in names}}
        for kind in ImportRow.Kind
        if kind in counted
    ]
