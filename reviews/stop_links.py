"""The links in mails that stop more of them: signed, good for ever, and for nothing else."""

from typing import Final

from django.core import signing

from accounts.models import Member
from reviews.models import NotificationKind

_SALT: Final = "notifications-stop"


def stop_token(member: Member, kind: NotificationKind | None) -> str:
    """Says whose mails are to stop, and of which kind; None is all of them."""
    return signing.dumps([member.pk, kind or ""], salt=_SALT)


def read_stop_token(token: str) -> tuple[int, NotificationKind | None] | None:
    """The id of the member and the kind, or None where nothing of ours signed this."""
    try:
        pk, kind = signing.loads(token, salt=_SALT)
        return pk, NotificationKind(kind) if kind else None
    except (signing.BadSignature, ValueError, TypeError):
        return None


def undo_token(member: Member, kinds: list[NotificationKind]) -> str:
    """Says of which kinds the mails were that have just been stopped."""
    return signing.dumps([member.pk, *kinds], salt=f"{_SALT}-undo")


def read_undo_token(token: str, member: Member) -> list[NotificationKind]:
    """The kinds that an undo brings back; none for a token that is not this member's."""
    try:
        pk, *kinds = signing.loads(token, salt=f"{_SALT}-undo")
        return [NotificationKind(kind) for kind in kinds] if pk == member.pk else []
    except (signing.BadSignature, ValueError, TypeError):
        return []
