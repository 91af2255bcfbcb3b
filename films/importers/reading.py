"""Reading the files of a data set as they come: plain or gzip, in any encoding, of any size, in little memory.

What cannot be read is refused line by line with the reason; only a file that is not what it says to be raises.
"""

import codecs
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.conf import settings

from films.importers.base import ImportProblem, Report
from films.importers.records import Records, misfit
from filmsite.lib.inputs import clean_line

# A line that is longer than this (in bytes, give or take a block) is no line of a data set.
LINE_LENGTH: Final = 8 << 20
_BLOCK: Final = 1 << 20
_SAMPLE: Final = 8 << 20
_ENDS: Final = 1 << 16
# Small files may be dense for honest reasons.
_RATIO_FROM: Final = 16 << 20
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text file as measured before reading. `size` is in bytes as it lies on the disk, zipped or not."""

    path: Path
    encoding: str
    size: int
    # The same for the same file, untouched: size, time of change, and both ends of its content.
    fingerprint: str

    @property
    def name(self) -> str:
        """What reports call it: zipped or not is not what a line is about."""
        return self.path.name.removesuffix(".gz")


class Block(NamedTuple):
    """Some lines that follow each other, without line ends. A line that is refused is empty and in `bad`."""

    first: int
    lines: list[str]
    bad: dict[int, str]


def find(folder: Path, name: str) -> Path | None:
    """The file of that name, or zipped with .gz behind it; None when there is neither."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.exists()), None)


def measure(path: Path) -> SourceFile:
    """Find out the encoding from the beginning of the file (8 MiB) and take its fingerprint. Raises ImportProblem."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            digest = hashlib.sha256(f"{status.st_size} {status.st_mtime_ns} ".encode())
            digest.update(file.read(_ENDS))
            file.seek(max(0, status.st_size - _ENDS))
            digest.update(file.read(_ENDS))
        sample = _sample(path)
    except OSError as error:
        raise ImportProblem(
            f"{path} cannot be read ({error.strerror}). Check the name and its rights."
        ) from error
    if sample.startswith(_ZIP):
        raise ImportProblem(f"{path} is a zip archive. Unpack it and name the folder with its files.")
    if sample.startswith(_GZIP):
        raise ImportProblem(f"{path} is zipped twice. Unpack it once.")
    return SourceFile(path, _encoding_of(sample), status.st_size, digest.hexdigest())


def blocks(source: SourceFile, *, after: int = 0, progress: Advance | None = None) -> Iterator[Block]:
    """Yield the lines behind line number `after`, about a mebibyte at a time; `progress` hears of bytes of the file.

    Raises ImportProblem where the file breaks off, is damaged, or unpacks to more than the settings allow.
    """
    number, rest, endless = 1, b"", False
    with closing(_Stream(source.path)) as stream:
        decode = _to_single_bytes(source.encoding)
        while True:
            where = stream.position
            try:
                chunk = stream.read()
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                last = number + rest.count(b"\n") - 1
                raise ImportProblem(
                    f"{source.name} breaks off or is damaged after line {last} ({error}). Get it again and start again."
                ) from error
            if progress:
                progress(stream.position - where)
            data = rest + decode(chunk, not chunk)
            end = data.rfind(b"\n") + 1 if chunk else len(data)
            whole, rest = data[:end], data[end:]
            if whole or (endless and not chunk):
                block = _block(whole, number, source.encoding, endless)
                number, endless = number + len(block.lines), False
                if number - 1 > after:
                    yield _without(block, after)
            if len(rest) > LINE_LENGTH:
                endless, rest = True, b""
            if not chunk:
                return


def read_columns(
    source: SourceFile,
    columns: Sequence[str],
    report: Report,
    *,
    after: int = 0,
    progress: Advance | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, values in the order of `columns`) of a CSV file that begins with a heading.

    Columns are found by name, whatever their order and case; others are ignored. Rows that do not fit the heading are
    rejected. Raises ImportProblem when a column is missing.
    """
    places, width = _places(source, columns, ",")
    records = Records(source.name, width, report)
    in_order = places == list(range(width))
    for first, lines, bad in blocks(source, after=max(after, 1), progress=progress):
        for line, text in enumerate(lines, first):
            if records.waiting or '"' in text or (bad and line in bad):
                for number, values in records.take(line, text, bad.get(line)):
                    yield number, [values[place] for place in places]
            elif text:
                values = text.split(",")
                report.read += 1
                if len(values) != width:
                    report.reject(source.name, line, misfit(values, width))
                else:
                    yield line, values if in_order else [values[place] for place in places]
    for number, values in records.end():
        yield number, [values[place] for place in places]


def read_tsv(
    source: SourceFile,
    columns: Sequence[str],
    report: Report,
    *,
    only: Callable[[str], bool] | None = None,
    after: int = 0,
    progress: Advance | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """As `read_columns`, of a file with tabs between its values and no quoting: a quotation mark is a letter.

    `only` is asked about the first value of each line; lines it does not want are counted as skipped.
    """
    places, width = _places(source, columns, "\t")
    in_order = places == list(range(width))
    for first, lines, bad in blocks(source, after=max(after, 1), progress=progress):
        for line, text in enumerate(lines, first):
            if bad and line in bad:
                report.read += 1
                report.reject(source.name, line, bad[line])
                continue
            if not text:
                continue
            report.read += 1
            if only and not only(text[: text.find("\t")]):
                report.skipped += 1
                continue
            values = text.split("\t")
            if len(values) != width:
                report.reject(source.name, line, misfit(values, width))
            else:
                yield line, values if in_order else [values[place] for place in places]


def read_json_lines(
    source: SourceFile, report: Report, *, after: int = 0, progress: Advance | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line, object) of a file with one JSON object a line."""
    for first, lines, bad in blocks(source, after=after, progress=progress):
        for line, text in enumerate(lines, first):
            if not text.strip() and line not in bad:
                continue
            report.read += 1
            if line in bad:
                report.reject(source.name, line, bad[line])
                continue
            try:
                found = json.loads(text)
            except (ValueError, RecursionError) as error:
                report.reject(source.name, line, f"not readable as JSON: {error}"[:200])
                continue
            if isinstance(found, dict):
                yield line, found
            else:
                report.reject(source.name, line, "not a JSON object")


def check_columns(source: SourceFile, columns: Sequence[str], separator: str = ",") -> None:
    """Raise ImportProblem when the heading does not name all the columns."""
    _places(source, columns, separator)


def clean_name(text: str) -> str:
    """A name in one line, without what nobody sees; quick for the many that need nothing."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return clean_line(text)


class _Stream:
    """The bytes of a file, unzipped where it is zipped, within the limits against bombs."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.file = path.open("rb")
        zipped = self.file.read(2) == _GZIP
        self.file.seek(0)
        self.unzipped = gzip.GzipFile(fileobj=self.file) if zipped else None
        self.given = 0

    @property
    def position(self) -> int:
        return self.file.tell()

    def read(self) -> bytes:
        if self.unzipped is None:
            return self.file.read(_BLOCK)
        chunk = self.unzipped.read(_BLOCK)
        self.given += len(chunk)
        if self.given > settings.FILMSITE_IMPORT_MAX_BYTES:
            raise ImportProblem(
                f"{self.name} unpacks to more than {settings.FILMSITE_IMPORT_MAX_BYTES} bytes. If it is no bomb, raise "
                f"FILMSITE_IMPORT_MAX_BYTES."
            )
        if self.given > _RATIO_FROM and self.given > self.position * settings.FILMSITE_IMPORT_MAX_RATIO:
            raise ImportProblem(
                f"{self.name} unpacks to more than {settings.FILMSITE_IMPORT_MAX_RATIO} times its size, as a bomb does. "
                f"If it is none, raise FILMSITE_IMPORT_MAX_RATIO."
            )
        return chunk

    def close(self) -> None:
        self.file.close()


def _sample(path: Path) -> bytes:
    """The beginning of a file. Where it breaks off is for the reading to say, which knows the line."""
    sample = bytearray()
    with closing(_Stream(path)) as stream:
        try:
            while len(sample) < _SAMPLE and (chunk := stream.read()):
                sample += chunk
        except (EOFError, zlib.error, gzip.BadGzipFile):
            pass
    return bytes(sample)


def _encoding_of(sample: bytes) -> str:
    """UTF-8 and UTF-16 with or without a byte order mark; else Windows-1252, which holds Latin-1."""
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = sample[:4096]
    if head.count(0) * 4 > len(head) > 1:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _to_single_bytes(encoding: str) -> Callable[[bytes, bool], bytes]:
    """What makes of the file's bytes such as can be cut at line ends: UTF-16 becomes UTF-8, a mark goes."""
    if encoding.startswith("utf-16"):
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        return lambda chunk, final: decoder.decode(chunk, final).encode("utf-8", "replace")
    if encoding == "utf-8-sig":
        is_first = [True]

        def without_mark(chunk: bytes, final: bool) -> bytes:
            if is_first.pop() if is_first else False:
                return chunk.removeprefix(codecs.BOM_UTF8)
            return chunk

        return without_mark
    return lambda chunk, final: chunk


def _block(whole: bytes, first: int, encoding: str, endless: bool) -> Block:
    single = "cp1252" if encoding == "cp1252" else "utf-8"
    raw = whole.removesuffix(b"\n")
    bad: dict[int, str] = {}
    try:
        lines = raw.decode(single).split("\n")
    except UnicodeDecodeError:
        lines = []
        for line, part in enumerate(raw.split(b"\n"), first):
            try:
                lines.append(part.decode(single))
            except UnicodeDecodeError as error:
                lines.append("")
                bad[line] = f"not {single.upper()} at byte {error.start + 1} of the line, as the file is"
    if b"\r" in raw:
        lines = [text.removesuffix("\r") for text in lines]
    if b"\0" in raw:
        for place, text in enumerate(lines):
            if "\0" in text:
                lines[place], bad[first + place] = "", "contains a NUL byte"
    if endless:
        lines[0], bad[first] = "", f"longer than {LINE_LENGTH} bytes"
    return Block(first, lines, bad)


def _without(block: Block, after: int) -> Block:
    """What of the block stands behind a line."""
    done = max(0, after - block.first + 1)
    return Block(block.first + done, block.lines[done:], block.bad) if done else block


def _places(source: SourceFile, columns: Sequence[str], separator: str) -> tuple[list[int], int]:
    """Where in a line the columns stand, and how many there are."""
    first = next(blocks(source), Block(1, [""], {})).lines[0]
    heading = [name.strip().strip('"').lower() for name in first.split(separator)]
    missing = [column for column in columns if column.lower() not in heading]
    if missing:
        raise ImportProblem(
            f"{source.path} has no column {', '.join(missing)}. Its first line must name the columns "
            f"{', '.join(columns)}; is it the right file?"
        )
    return [heading.index(column.lower()) for column in columns], len(heading)
