"""What is true of each kind of notification: where one is told by default, and which mails never wait for a digest."""

from typing import Final

from reviews.models import Channel, NotificationKind

_BY_MAIL: Final = {
    NotificationKind.REPLY,
    NotificationKind.MENTION,
    NotificationKind.TRANSFER,
    NotificationKind.ACCOUNT,
}

# The member waits for these, or must know: they go out as they come whatever the rhythm of the others.
AT_ONCE_KINDS: Final = {NotificationKind.TRANSFER, NotificationKind.ACCOUNT}


def default_channel(kind: NotificationKind) -> Channel:
    """Where a member is told who said nothing about this kind."""
    return Channel.MAIL if kind in _BY_MAIL else Channel.SITE
