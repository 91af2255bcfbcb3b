"""Pictures that cases are about, kept beside the members' own under names that only those who judge them see.

A member may change their picture while somebody looks at the case, and one that was taken away has to be gone from where
it stood: so a snapshot has files of its own, until it is blanked (`delete_unnamed_copies`).
"""

from contextlib import suppress
from typing import Final
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Member
from accounts.pictures import files_of
from accounts.services.pictures import delete_unnamed, put_picture_back
from reviews.models import Snapshot

FOLDER: Final = "cases"


def copy_picture(name: str) -> str:
    """Copy the files of a member's picture; answers the name of the copy, or "" where there are none (any more)."""
    if not name:
        return ""
    copy = f"{FOLDER}/{uuid4().hex}-{name.rpartition('-')[2]}"
    return copy if _copy(name, copy) else ""


def show_picture_again(*, member: Member, name: str, copy: str) -> bool:
    """Give the member the picture that was taken away from them, by its old name; False where its copy is gone, or
    another picture has come since. The member must be held.
    """
    if member.avatar or not copy or not _copy(copy, name):
        return False
    return put_picture_back(member=member, name=name)


def delete_unnamed_copies() -> int:
    """Delete the copies that no snapshot names any more. Gives the number of files."""
    return delete_unnamed(FOLDER, Snapshot.objects.exclude(picture="").values_list("picture", flat=True))


def _copy(name: str, to: str) -> bool:
    """Copy every rendition that there is; whether the widest, which names the picture, is one of them."""
    for source, target in zip(_by_width(name), _by_width(to), strict=True):
        with suppress(FileNotFoundError), default_storage.open(source) as file:
            if not default_storage.exists(target):
                default_storage.save(target, ContentFile(file.read()))
    return default_storage.exists(to)


def _by_width(name: str) -> list[str]:
    """The files of a picture in the order of their widths, as far as two pictures of one width have them alike."""
    return sorted(files_of(name), key=lambda file: file.rpartition("-")[2])
