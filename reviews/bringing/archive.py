"""What was sent, as parts: one file, or the files of a ZIP, of which nothing is ever written anywhere.

An archive is looked at before it is opened: its directory may be made to eat memory, and its files to unpack to more
than anybody has room for.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Final

from reviews.bringing.base import Unreadable
from reviews.bringing.tables import head_of

# Bytes that one file of an archive, and all of them, may unpack to; and how many times its size, for what is large.
PART_BYTES: Final = 60 << 20
ALL_BYTES: Final = 120 << 20
MOST_RATIO: Final = 200
_RATIO_FROM: Final = 4 << 20
# An archive's directory: its bytes, and its entries.
DIRECTORY_BYTES: Final = 1 << 20
MOST_ENTRIES: Final = 5000

_ZIP, _EMPTY_ZIP, _GZIP = b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"
_END: Final = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT: Final = 1 << 16
_ZIP64_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
# What begins like one of these is neither text nor an archive of texts.
_BINARY: Final = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"\xd0\xcf\x11\xe0",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x7fELF",
)


class Part:
    """A file that was sent, or one of an archive. `path` is its path there in lower case, for looking only."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self._content = name, content

    @property
    def content(self) -> bytes:
        """Its bytes. Of an archive: read now, and not kept. Raises Unreadable."""
        return self._content

    @cached_property
    def head(self) -> str:
        """The beginning of its text, for telling what it is. Raises Unreadable."""
        return head_of(self._content)

    @cached_property
    def path(self) -> tuple[str, ...]:
        """Its name and the folders above, in lower case; whatever they say, nothing is opened by them."""
        parts = self.name.replace("\\", "/").lower().split("/")
        return tuple(part for part in parts if part not in {"", ".", ".."})

    @property
    def stem(self) -> str:
        """The name without folders and ending, in lower case."""
        return self.path[-1].rsplit(".", 1)[0] if self.path else ""

    @property
    def folder(self) -> str:
        return self.path[-2] if len(self.path) > 1 else ""


@dataclass
class _Budget:
    left: int = ALL_BYTES


class _PartOfZip(Part):
    def __init__(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget) -> None:
        super().__init__(entry.filename, b"")
        self._archive, self._entry, self._budget = archive, entry, budget

    @property
    def content(self) -> bytes:
        most = min(PART_BYTES, self._budget.left)
        data = self._unpacked(most + 1)
        if len(data) > most or (
            len(data) > _RATIO_FROM and len(data) > MOST_RATIO * max(1, self._entry.compress_size)
        ):
            raise Unreadable("unpacks")
        self._budget.left -= len(data)
        return data

    @cached_property
    def head(self) -> str:
        return head_of(self._unpacked(4096))

    def _unpacked(self, most: int) -> bytes:
        try:
            with self._archive.open(self._entry) as file:
                return file.read(most)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise Unreadable("zip") from error
        except RuntimeError as error:  # so it says that it is encrypted
            raise Unreadable("locked") from error
        except NotImplementedError as error:
            raise Unreadable("zip64") from error


def parts_of(name: str, content: bytes) -> Iterator[Part]:
    """The parts of what was sent, by name. Raises Unreadable for what is no text and no archive of texts."""
    if not content.strip():
        raise Unreadable("empty")
    if content.startswith((_ZIP, _EMPTY_ZIP)):
        yield from _parts_of_zip(content)
        return
    if content.startswith(_GZIP):
        raise Unreadable("gzip")
    if content.startswith(_BINARY):
        raise Unreadable("binary")
    yield Part(name, content)


def _parts_of_zip(content: bytes) -> Iterator[Part]:
    _check_directory(content)
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as error:
        raise Unreadable("zip") from error
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES:
        raise Unreadable("entries")
    if any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise Unreadable("sheet")
    budget = _Budget()
    for entry in sorted(entries, key=lambda entry: entry.filename):
        # What a Mac puts beside the files.
        if not entry.filename.startswith("__MACOSX/") and not entry.filename.endswith(".DS_Store"):
            yield _PartOfZip(archive, entry, budget)


def _check_directory(content: bytes) -> None:
    """Look at how large the directory says it is before anybody reads it. Raises Unreadable."""
    tail = content[-(_LONGEST_COMMENT + _END.size + _LOCATOR_SIZE) :]
    place = tail.rfind(_EMPTY_ZIP)
    if place < 0 or len(tail) - place < _END.size:
        raise Unreadable("zip")
    _, _, _, _, entries, size, _, _ = _END.unpack_from(tail, place)
    # Behind it stands another directory, which may be of any size.
    if tail[:place][-_LOCATOR_SIZE:].startswith(_ZIP64_LOCATOR):
        raise Unreadable("zip64")
    if entries > MOST_ENTRIES or size > DIRECTORY_BYTES:
        raise Unreadable("entries")
