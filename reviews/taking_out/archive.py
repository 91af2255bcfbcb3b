"""The one file that a member takes away: everything, in the forms that people and programs can read."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.utils.translation import override

from accounts.models import Member
from reviews.taking_out.as_csv import imdb_ratings, imdb_watchlist, letterboxd_files
from reviews.taking_out.as_json import write_json
from reviews.taking_out.catalogue import Catalogue
from reviews.taking_out.pages import File, archive_files, markdown_files
from reviews.taking_out.schema import FILE_NAME

_COMPRESSION: Final = 6


def write_archive(out: IO[bytes], member: Member, *, made_at: datetime) -> dict[str, int]:
    """Write the ZIP; answers how many rows each section of `filmsite.json` has.

    Holds some hundred rows at a time. In the language of the member's pages, where it speaks to people.
    """
    catalogue = Catalogue()
    with (
        override(member.interface_language or settings.LANGUAGE_CODE),
        ZipFile(out, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive,
    ):
        with archive.open(_entry(FILE_NAME, made_at), "w", force_zip64=True) as file:
            counts = write_json(file, member, catalogue, made_at=made_at)
        readme = render_to_string(
            "exports/readme.txt", {"member": member, "site_name": settings.FILMSITE_NAME}
        )
        files: list[Iterable[File]] = [
            [File("README.txt", readme.encode())],
            _numbered("letterboxd", letterboxd_files(member, catalogue)),
            (File("imdb-ratings.csv", content) for content in imdb_ratings(member, catalogue)),
            (File("imdb-watchlist.csv", content) for content in imdb_watchlist(member, catalogue)),
            markdown_files(member, catalogue),
            _picture(member),
            archive_files(member, catalogue, counts=counts, made_at=made_at),
        ]
        for some in files:
            for one in some:
                archive.writestr(_entry(one.name, made_at), one.content)
    return counts


def _entry(name: str, made_at: datetime) -> ZipInfo:
    entry = ZipInfo(name, made_at.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _numbered(name: str, contents: Iterable[bytes]) -> Iterator[File]:
    for number, content in enumerate(contents, 1):
        yield File(f"{name}-{number}.csv", content)


def _picture(member: Member) -> Iterator[File]:
    """The member's picture as it is kept here. A file that has gone is no reason to give nothing."""
    if member.avatar and default_storage.exists(member.avatar):
        with default_storage.open(member.avatar) as file:
            yield File("picture.webp", file.read())
