"""CSV records with quotation marks, which may span lines."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from films.importers.base import Report

FIELD_LENGTH: Final = 100_000
# Lines that one record between quotation marks may span.
RECORD_LINES: Final = 50


def misfit(values: Sequence[str], width: int) -> str:
    """Why a row does not fit the heading, in words."""
    return f"{len(values)} columns where the heading has {width}"


class Records:
    """The records that lines make up, taken one by one.

    A record that comes to nothing costs its first line only: what followed is read again line by line.
    """

    def __init__(self, file: str, width: int, report: Report) -> None:
        self.file, self.width, self.report = file, width, report
        self.waiting: list[tuple[int, str]] = []
        csv.field_size_limit(FIELD_LENGTH)

    def take(self, line: int, text: str, refused: str | None) -> Iterator[tuple[int, list[str]]]:
        if refused:
            yield from self.end()
            self.report.read += 1
            self.report.reject(self.file, line, refused)
        else:
            yield from self._read(deque([(line, text)]))

    def end(self) -> Iterator[tuple[int, list[str]]]:
        """Nothing more follows: what waits for a quotation mark gets none."""
        while self.waiting:
            yield from self._read(deque(self._give_up("a quotation mark is not closed")))

    def _read(self, queue: deque[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
        while queue:
            self.waiting.append(queue.popleft())
            record = "\n".join(text for _, text in self.waiting)
            if not record:
                self.waiting = []
            elif record.count('"') % 2:
                if len(self.waiting) >= RECORD_LINES or len(record) > FIELD_LENGTH:
                    queue.extendleft(reversed(self._give_up("a quotation mark is not closed")))
            elif isinstance(values := self._parse(record), str):
                queue.extendleft(reversed(self._give_up(values)))
            else:
                self.report.read += 1
                line = self.waiting[-1][0]
                self.waiting = []
                yield line, values

    def _parse(self, record: str) -> list[str] | str:
        """The values, or why there are none."""
        try:
            values = next(csv.reader([record]))
        except csv.Error as error:
            return f"not readable as CSV: {error}"
        return values if len(values) == self.width else misfit(values, self.width)

    def _give_up(self, reason: str) -> list[tuple[int, str]]:
        (line, _), *others = self.waiting
        self.waiting = []
        self.report.read += 1
        self.report.reject(self.file, line, reason)
        return others
