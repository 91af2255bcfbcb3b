"""Pictures of members: stored as squares that we made ourselves, under names that say nothing."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from accounts.pictures import FOLDER, files_of
from filmsite.lib.images import Rendition

# Files are stored before the row that names them: they are nobody's for as long as that takes.
_SPARED: Final = timedelta(hours=1)


def set_picture(*, member: Member, made: Sequence[Rendition]) -> None:
    """Give the member this picture, the widest rendition last. The files of the one before go after the commit."""
    key = f"{FOLDER}/{uuid4().hex}"
    for rendition in made:
        default_storage.save(f"{key}-{rendition.width}.webp", ContentFile(rendition.data))
    with transaction.atomic():
        before = _name_picture(member, f"{key}-{made[-1].width}.webp")
        transaction.on_commit(lambda: delete_files(before), robust=True)


def take_picture_off(*, member: Member) -> str:
    """Leave the member without a picture; give the name of the one they had, which `put_picture_back` takes.

    Its files stay, named by nobody, until `delete_orphans` finds them.
    """
    with transaction.atomic():
        return _name_picture(member, "")


def put_picture_back(*, member: Member, name: str) -> bool:
    """Show again what was taken off, if its files are still there and no other picture has come since."""
    with transaction.atomic():
        locked = Member.objects.select_for_update().get(pk=member.pk)
        if locked.avatar or not default_storage.exists(name):
            return False
        _name_picture(member, name)
    return True


def erase_picture(*, member: Member) -> None:
    """Leave the member without a picture and delete its files after the commit, for good.

    Files that the store does not delete now are nobody's, and `delete_orphans` finds them.
    """
    with transaction.atomic():
        before = _name_picture(member, "")
        transaction.on_commit(lambda: delete_files(before), robust=True)


def delete_files(name: str) -> None:
    """Delete every rendition of the picture of this name; none of an empty one."""
    for file in files_of(name):
        default_storage.delete(file)


def delete_orphans() -> int:
    """Delete the files that no member names: pictures taken off, and what a killed process left. Gives their number."""
    return delete_unnamed(FOLDER, Member.objects.exclude(avatar="").values_list("avatar", flat=True))


def delete_unnamed(folder: str, names: Iterable[str]) -> int:
    """Delete the files in a folder that belong to none of these pictures, but for the newest. Gives their number."""
    with suppress(FileNotFoundError):  # nobody has sent a picture yet
        _, files = default_storage.listdir(folder)
        named = {file for name in names for file in files_of(name)}
        latest = timezone.now() - _SPARED
        orphans = [
            path
            for path in (f"{folder}/{file}" for file in files)
            if path not in named and default_storage.get_modified_time(path) < latest
        ]
        for path in orphans:
            default_storage.delete(path)
        return len(orphans)
    return 0


def _name_picture(member: Member, name: str) -> str:
    """Write the name into the member's row, locked until the end of the transaction; give the one before."""
    before = Member.objects.select_for_update().values_list("avatar", flat=True).get(pk=member.pk)
    Member.objects.filter(pk=member.pk).update(avatar=name)
    member.avatar = name
    return before
