"""A selection of titles as a file: what goes out, and what comes back with corrections.

CSV has one line a title and the facts that fit in a cell; JSON has every fact as `films.editing` knows it. A list in a
cell is separated by semicolons.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from films.editing import FIELDS_OF_TITLE, Field, fields_of_kind, is_empty, locks_of_titles
from films.forms import field_for
from films.models import ExternalId, Genre, Title, TitleKind
from films.services.mass_editing import Edit, say_locked
from filmsite.lib.inputs import number_in
from filmsite.lib.tables import guarded, unguarded

CHUNK: Final = 500
MOST_ROWS: Final = 2_000
MOST_BYTES: Final = 700_000

# What a cell can hold, and a file may bring back.
EDITABLE: Final = (
    *(
        "name",
        "sort_name",
        "original_name",
        "original_language",
        "year",
        "end_year",
        "released_on",
        "minutes",
    ),
    *("episodes", "genres", "countries", "languages", "tagline", "based_on"),
)
IDS: Final = tuple(source for source in ExternalId.Source.values if source != ExternalId.Source.TMDB_PERSON)
# For the reader of the file only.
_SHOWN: Final = ("directors",)
_PLAIN: Final = ("kind", "season")
_NUMBERS: Final = ("votes", "mean")
HEADING: Final = ("id", *_PLAIN, *EDITABLE, *_SHOWN, *IDS, *_NUMBERS)
# Written into a cell it empties the fact; an empty cell changes nothing.
NOTHING: Final = "–"
_COLUMNS: Final = ("pk", "kind", "season_number", "totals__vote_count", "totals__vote_sum")


# --- Out ------------------------------------------------------------------------------------------------


def csv_lines(titles: QuerySet[Title]) -> Iterator[str]:
    """The selection as CSV, line by line, in UTF-8 with a mark that spreadsheets look for."""
    yield "\ufeff" + _csv_line(HEADING)
    for row in _rows(titles, (*EDITABLE, *_SHOWN, "external_ids")):
        yield _csv_line([guarded(_cell(row, column)) for column in HEADING])


def json_lines(titles: QuerySet[Title]) -> Iterator[str]:
    """The selection as a JSON array, an object a title with all its facts by key."""
    yield "[\n"
    for number, row in enumerate(_rows(titles, tuple(FIELDS_OF_TITLE))):
        facts = {key: row[key] for key in fields_of_kind(TitleKind(row["kind"]))}
        record = {"id": row["id"], "kind": row["kind"], "votes": row["votes"], "mean": row["mean"], **facts}
        yield (",\n" if number else "") + json.dumps(record, ensure_ascii=False)
    yield "\n]\n"


def _rows(titles: QuerySet[Title], keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Titles with these facts, by id, some hundreds a query."""
    stores = {key: FIELDS_OF_TITLE[key].store for key in keys}
    ids = iter(titles.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK))
    while chunk := list(islice(ids, CHUNK)):
        facts = {f"fact_{key}": store.expression() for key, store in stores.items()}
        found = Title.objects.filter(pk__in=chunk).order_by("pk").annotate(**facts)
        row: dict[str, Any]
        for row in found.values(*_COLUMNS, *facts):
            votes = row["totals__vote_count"]
            yield {
                "id": row["pk"],
                "kind": row["kind"],
                "season": row["season_number"],
                "votes": votes,
                "mean": round(row["totals__vote_sum"] / votes / 2, 2) if votes else None,
                **{key: store.value(row[f"fact_{key}"]) for key, store in stores.items()},
            }


def _cell(row: Mapping[str, Any], column: str) -> str:
    if column in IDS:
        return ";".join(found["value"] for found in row["external_ids"] if found["source"] == column)
    value = row[column]
    if isinstance(value, list):
        return ";".join(one["person"]["name"] if isinstance(one, dict) else str(one) for one in value)
    return "" if value is None else str(value)


def _csv_line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


# --- And back -------------------------------------------------------------------------------------------


class BadFile(ValueError):
    """A file of which nothing can be used; the message says what is wrong, in the reader's language."""


@dataclass(frozen=True)
class PlannedRow:
    """A line of the file: what it would change (label, lines before, lines after), or why it cannot be used."""

    line: int
    title: Title | None
    changes: list[tuple[str, list[str], list[str]]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """What a file would do: its lines that change something or are refused, and the number of the others."""

    rows: list[PlannedRow] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    unchanged: int = 0
    ignored_columns: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(1 for row in self.rows if row.reasons)


def read_text(data: bytes) -> str:
    """The text of a file that somebody sends. Raises BadFile."""
    if len(data) > MOST_BYTES:
        raise BadFile(
            _("The file is too large. Send it in parts of at most %(rows)d lines.") % {"rows": MOST_ROWS}
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(_("The file is not in UTF-8. Save it as “CSV UTF-8”.")) from error
    if "\0" in text:
        raise BadFile(_("The file holds bytes that belong in no text. Is it a CSV file?"))
    return text


def plan_import(text: str) -> Plan:
    """Compare a file with the catalogue as it is now. Raises BadFile; a bad line spoils none of the others."""
    heading, lines = _parsed(text)
    titles = _titles_of(lines)
    concerned = Title.objects.filter(pk__in=[named.pk for named in titles.values()])
    facts = {row["id"]: row for row in _rows(concerned, EDITABLE)}
    fields, locks = _form_fields(), locks_of_titles(concerned)
    plan = Plan(ignored_columns=[column for column in heading if column and column not in HEADING])
    seen: dict[int, int] = {}
    for number, cells in lines:
        title, reason = _title_of(cells, titles)
        if title is not None and title.pk in seen:
            reason = _("Line %(line)d is about the same title.") % {"line": seen[title.pk]}
            title = None
        if title is None:
            plan.rows.append(PlannedRow(number, None, reasons=[reason]))
            continue
        seen[title.pk] = number
        old, new, reasons = _compared(title, cells, facts[title.pk], fields)
        reasons += say_locked(FIELDS_OF_TITLE, locks.get(title.pk, {}), new)
        if reasons:
            plan.rows.append(PlannedRow(number, title, reasons=reasons))
        elif new:
            plan.rows.append(PlannedRow(number, title, [_shown(key, old, new) for key in new]))
            plan.edits.append(Edit(title.pk, old, new))
        else:
            plan.unchanged += 1
    return plan


def _shown(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, list[str], list[str]]:
    of = FIELDS_OF_TITLE[key]
    return str(of.label), of.show(old[key]), of.show(new[key])


def _parsed(text: str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The heading, and every line as its number in the file and its cells by column."""
    csv.field_size_limit(100_000)
    separator = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        heading = [name.strip().lower() for name in next(reader, [])]
        if not {"id", *IDS} & set(heading):
            raise BadFile(
                _(
                    "The first line must name the columns, among them “id” or an id of another catalogue: %(ids)s."
                )
                % {"ids": ", ".join(IDS)}
            )
        lines = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                values = {name: cell.strip() for name, cell in zip(heading, cells, strict=False)}
                lines.append((reader.line_num, values))
    except csv.Error as error:
        raise BadFile(
            _("Line %(line)d cannot be read as CSV: %(error)s") % {"line": reader.line_num, "error": error}
        ) from error
    if len(lines) > MOST_ROWS:
        raise BadFile(_("The file has more than %(rows)d lines. Send it in parts.") % {"rows": MOST_ROWS})
    return heading, lines


def _key(cells: Mapping[str, str]) -> tuple[str, str] | None:
    """By which id a line names its title: our own, or the first of another catalogue."""
    return next(((column, cells[column]) for column in ("id", *IDS) if cells.get(column)), None)


def _titles_of(lines: Iterable[tuple[int, Mapping[str, str]]]) -> dict[tuple[str, str], Title]:
    """The titles that the lines name, by their key. Two queries."""
    keys = {key for _line, cells in lines if (key := _key(cells))}
    own = {int(value) for column, value in keys if column == "id" and _is_id(value)}
    standing = Title.objects.filter(merged_into=None)
    found = {("id", str(title.pk)): title for title in standing.filter(pk__in=own)}
    foreign = Q()
    for source in IDS:
        foreign |= Q(source=source, value__in=[value for column, value in keys if column == source])
    ids = (
        ExternalId.objects.filter(foreign, title__merged_into=None)
        .exclude(title=None)
        .select_related("title")
    )
    return found | {(row.source, row.value): row.title for row in ids if row.title}


def _is_id(value: str) -> bool:
    number = number_in(value)
    return number is not None and value == str(number)


def _title_of(cells: Mapping[str, str], titles: Mapping[tuple[str, str], Title]) -> tuple[Title | None, str]:
    key = _key(cells)
    if key is None:
        return None, _("This line has no id.")
    if key not in titles:
        return None, _("No title here has the id %(id)s (%(column)s).") % {"column": key[0], "id": key[1]}
    return titles[key], ""


def _form_fields() -> dict[str, Any]:
    genres = list(Genre.objects.values_list("slug", "name"))
    return {key: field_for(FIELDS_OF_TITLE[key].parts[0], genres) for key in EDITABLE}


def _compared(
    title: Title, cells: Mapping[str, str], facts: Mapping[str, Any], form_fields: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """What a line says otherwise than the catalogue: old and new values by key, and what is wrong with it."""
    known = fields_of_kind(TitleKind(title.kind))
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    reasons: list[str] = []
    for key in EDITABLE:
        cell = unguarded(cells.get(key, ""))
        if not cell or cell == _cell(facts, key):
            continue
        if key not in known:
            reasons.append(
                _("%(field)s: a %(kind)s has none of its own.")
                % {"field": FIELDS_OF_TITLE[key].label, "kind": TitleKind(title.kind).label}
            )
            continue
        try:
            value = _value_of(known[key], cell, form_fields[key])
        except ValidationError as error:
            reasons.append(f"{known[key].label}: {' '.join(error.messages)}")
            continue
        if not known[key].same(facts[key], value):
            old[key], new[key] = facts[key], value
    return old, new, reasons


def _value_of(of: Field, cell: str, form_field: Any) -> Any:
    """The value that a cell says, as `films.editing` keeps it. Raises ValidationError."""
    if cell == NOTHING:
        if of.parts[0].required and not of.is_list:
            raise ValidationError(_("This cannot be empty."))
        return [] if of.is_list else None
    if of.is_list:
        return [form_field.clean(part.strip()) for part in cell.split(";") if part.strip()]
    value = form_field.clean(cell)
    value = value.isoformat() if hasattr(value, "isoformat") else value
    return None if is_empty(value) else value
