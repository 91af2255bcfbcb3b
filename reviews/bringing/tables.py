"""Tables (CSV) as they come: in any encoding, with quotation marks that are never closed, cut off in the middle.

A line that cannot be read is given with the reason, and reading goes on behind it.
"""

import codecs
import csv
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from typing import Final

from filmsite.lib.inputs import clean_line
from reviews.bringing.base import Bad, Intake, Kind, Row, line_of, named, reason

# One value, and one record of several lines, has at most so many characters.
RECORD_LENGTH: Final = 120_000
# Unknown columns that are named in the report; of more only their number.
_NAMED: Final = 12
_SAMPLE: Final = 4096

Record = tuple[int, list[str], str]


def encoding_of(content: bytes) -> str:
    """UTF-16 with or without its mark, else UTF-8. Lines that are no UTF-8 are read as Windows-1252, one by one."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:_SAMPLE]
    if head.count(0) * 4 > len(head) > 1:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    return "utf-8-sig"


def decoded(line: str) -> str:
    """A line of which bytes that are no UTF-8 were kept as surrogates: all of it is then Windows-1252."""
    if line.isascii():
        return line
    try:
        line.encode()
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return line


def head_of(content: bytes) -> str:
    """The beginning of a file as text, for telling what it is; its lines end with a line feed."""
    text = content[:_SAMPLE].decode(encoding_of(content), "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff \t\n")


class Records:
    """Yield (line, values, code of a reason why there are none); what spans lines counts as its first.

    A quotation mark that is never closed costs the line in which it is opened: what followed is read again. The same
    goes for one that is closed far below, where that makes no record of `width` values (once that is set).
    """

    def __init__(self, content: bytes, separator: str = ",") -> None:
        self.separator = separator
        self.width: int | None = None
        self._lines = _lines(content)
        csv.field_size_limit(RECORD_LENGTH)

    def __iter__(self) -> Iterator[Record]:
        again: deque[tuple[int, str]] = deque()
        waiting: list[tuple[int, str]] = []
        quotes = size = 0
        while True:
            number, text = again.popleft() if again else next(self._lines, (0, ""))
            if number and "\0" not in text and size + len(text) <= RECORD_LENGTH:
                if not text and not waiting:
                    continue
                waiting.append((number, text))
                quotes += text.count('"')
                size += len(text) + 1
                if quotes % 2:
                    continue
                values, code = self._parsed([part for _, part in waiting])
            elif waiting:
                # The end, or a line with which nothing can go on: what waits for a quotation mark gets none.
                if number:
                    again.appendleft((number, text))
                values, code = [], "quote"
            elif number:
                yield number, [], "nul" if "\0" in text else "csv"
                continue
            else:
                return
            (first, _), *rest = waiting
            yield first, values, code
            if code:
                again.extendleft(reversed(rest))
            waiting, quotes, size = [], 0, 0

    def _parsed(self, lines: list[str]) -> tuple[list[str], str]:
        try:
            values = next(csv.reader(["\n".join(lines)], delimiter=self.separator))
        except csv.Error:
            return [], "csv"
        if len(lines) > 1 and self.width is not None and len(values) != self.width:
            return [], "quote"
        return values, ""


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    encoding = encoding_of(content)
    errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
    with TextIOWrapper(BytesIO(content), encoding=encoding, errors=errors) as text:
        for number, line in enumerate(text, 1):
            yield number, decoded(line.removesuffix("\n")).lstrip("\ufeff" if number == 1 else "")


def separator_of(heading: str) -> str:
    """The character between the columns: spreadsheets of many countries write semicolons, some tabs."""
    return max(",", ";", "\t", key=heading.count)


def columns_of(heading: Sequence[str]) -> list[str]:
    """The names of columns as they are looked for: lower case, without white space at the ends."""
    return [clean_line(name).lower() for name in heading]


class Cells:
    """One line of a table, by the names of its columns (lower case)."""

    def __init__(self, places: dict[str, int], values: list[str]) -> None:
        self._places, self._values = places, values

    def __getitem__(self, name: str) -> str:
        """The value as it stands there; nothing where there is no such column."""
        place = self._places.get(name)
        return self._values[place] if place is not None else ""

    def first(self, *names: str) -> str:
        """The first of these columns in which anything stands."""
        return next((value for name in names if (value := self[name].strip())), "")


@dataclass
class Table:
    """The lines below a heading. Those that do not fit it are kept in `refused` as rows of `kind`."""

    file: str
    heading: list[str]
    records: Records
    kind: Kind
    # The records below the heading: `records`, from where it stands.
    below: Iterator[Record]
    refused: list[Row] = field(default_factory=list)

    def lines(self) -> Iterator[tuple[int, Cells]]:
        """Yield (line, its cells). Ask for `refused` behind each: it is emptied by whoever takes it."""
        places = {name: place for place, name in reversed(list(enumerate(self.heading)))}
        self.records.width = width = len(self.heading)
        for line, values, code in self.below:
            # Spreadsheets add empty cells behind the last.
            while len(values) > width and not values[-1]:
                values.pop()
            if not code and not any(values):
                continue
            if code or len(values) != width:
                why = code or reason("columns", width)
                self.refused.append(Row(self.kind, self.file, line, reason=why))
            else:
                yield line, Cells(places, values)

    def take_refused(self) -> list[Row]:
        refused, self.refused = self.refused, []
        return refused


Reader = Callable[[int, Cells], Iterator[Row]]


def table_of(file: str, content: bytes, kind: Kind) -> Table:
    """The table of a file that begins with its heading."""
    found = Records(content, separator_of(head_of(content).split("\n", 1)[0]))
    below = iter(found)
    heading = next((values for _, values, code in below if not code), [])
    return Table(file, columns_of(heading), found, kind, below)


def note_unknown_columns(table: Table, known: Collection[str], intake: Intake) -> None:
    """Say in the report which columns of the file nobody here reads."""
    unknown = [name[:60] for name in table.heading if name and name not in known]
    if unknown:
        intake.note("columns", table.file, columns=unknown[:_NAMED], more=max(0, len(unknown) - _NAMED))


def each(table: Table, read: Reader) -> Iterator[Row]:
    """The rows that `read` makes of each line of a table; a line that is Bad becomes one refused row."""
    for line, cells in table.lines():
        yield from table.take_refused()
        try:
            yield from read(line, cells)
        except Bad as bad:
            called = line_of(cells.first("name", "title"))
            yield Row(table.kind, table.file, line, named(name=called), reason=bad.reason)
    yield from table.take_refused()
