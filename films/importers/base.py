"""What every importer shares: reading files as they come, rows of one shape, and a report of what was refused."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FAILURES_KEPT: Final = 1000
FIELD_LENGTH: Final = 100_000
_CHUNK: Final = 1 << 20


class ImportProblem(Exception):
    """A file that cannot be imported at all. The message says what is wrong and what to do about it."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, or a part of one, that was left out; the rest of the file went in."""

    file: str
    line: int
    reason: str

    def as_dict(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "reason": self.reason}


@dataclass
class Report:
    """What became of the rows of one kind: read = created + changed + unchanged + rejected rows.

    A title whose extra id is refused still goes in, so titles may count under two of them.
    """

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    failures: list[Rejected] = field(default_factory=list)

    def reject(self, file: str, line: int, reason: str) -> None:
        """Count a refusal; the first thousand are kept with line and reason."""
        self.rejected += 1
        if len(self.failures) < FAILURES_KEPT:
            self.failures.append(Rejected(file, line, reason))

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("read", "created", "changed", "unchanged", "rejected")}


@dataclass(frozen=True, slots=True)
class TitleRow:
    """A film as a source tells it. `key` is the source's own id; ids are (ExternalId source, value), best first."""

    line: int
    key: str
    name: str
    sort_name: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    # (name, AlternativeTitle.Kind)
    alternatives: tuple[tuple[str, str], ...] = ()
    ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class VoteRow:
    """A vote as a source tells it: `value` in half stars (1 to 10), `cast_at` in seconds since 1970 (UTC)."""

    line: int
    member_key: str
    title_key: str
    value: int
    cast_at: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text file as measured before reading: its encoding and the number of its lines, the heading included."""

    path: Path
    encoding: str
    lines: int

    @property
    def name(self) -> str:
        return self.path.name


def measure(path: Path) -> SourceFile:
    """Find out encoding (UTF-8 with or without BOM, else Windows-1252) and length, in one fast pass."""
    decoder, encoding, lines, last = codecs.getincrementaldecoder("utf-8")(), "utf-8-sig", 0, b"\n"
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                lines += chunk.count(b"\n")
                last = chunk[-1:]
                if encoding == "utf-8-sig":
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        encoding = "cp1252"
    except OSError as error:
        raise ImportProblem(
            f"{path} cannot be read ({error.strerror}). Check the name and its rights."
        ) from error
    return SourceFile(path, encoding, lines + (last != b"\n"))


def read_columns(
    source: SourceFile, columns: Sequence[str], report: Report
) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, values in the order of `columns`) of a CSV file that begins with a heading.

    Columns are found by name, whatever their order and case; others are ignored. Rows that do not fit the heading are
    rejected. Raises ImportProblem when a column is missing.
    """
    csv.field_size_limit(FIELD_LENGTH)
    with source.path.open(newline="", encoding=source.encoding, errors="replace") as file:
        reader = csv.reader(file)
        heading = [name.strip().lower() for name in next(reader, [])]
        missing = [column for column in columns if column.lower() not in heading]
        if missing:
            raise ImportProblem(
                f"{source.path} has no column {', '.join(missing)}. Its first line must name the columns "
                f"{', '.join(columns)}; is it the right file?"
            )
        places = [heading.index(column.lower()) for column in columns]
        width = len(heading)
        while True:
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                report.read += 1
                report.reject(source.name, reader.line_num, f"not readable as CSV: {error}")
                continue
            if not values:
                continue
            report.read += 1
            if len(values) != width:
                report.reject(
                    source.name, reader.line_num, f"{len(values)} columns where the heading has {width}"
                )
            elif any("\0" in value for value in values):
                report.reject(source.name, reader.line_num, "contains a NUL byte")
            else:
                yield reader.line_num, [values[place] for place in places]
