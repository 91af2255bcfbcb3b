"""Where a member is told of each kind of news, as they chose."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from accounts.models import MailRhythm, Member
from reviews.models import Channel, Notification, NotificationKind, NotificationSetting
from reviews.notices import default_channel


def channels_of(member: Member) -> dict[NotificationKind, Channel]:
    """The member's channel of every kind, in the order of the kinds. One query."""
    chosen = dict(NotificationSetting.objects.filter(member=member).values_list("kind", "channel"))
    return {kind: Channel(chosen.get(kind, default_channel(kind))) for kind in NotificationKind}


@transaction.atomic
def choose_channels(
    *, member: Member, channels: Mapping[NotificationKind, Channel], rhythm: MailRhythm | None = None
) -> None:
    """Tell the member of these kinds there from now on. News that wait for a mail wait no longer where mail is off."""
    NotificationSetting.objects.bulk_create(
        [NotificationSetting(member=member, kind=kind, channel=channels[kind]) for kind in channels],
        update_conflicts=True,
        unique_fields=["member", "kind"],
        update_fields=["channel"],
    )
    silent = [kind for kind, channel in channels.items() if channel != Channel.MAIL]
    waiting = Notification.objects.filter(recipient=member, by_mail=True, mailed_at=None)
    waiting.filter(kind__in=silent).update(by_mail=False)
    if rhythm is not None:
        Member.objects.filter(pk=member.pk).update(mail_rhythm=rhythm)


def stop_mails(*, member: Member, kind: NotificationKind | None) -> list[NotificationKind]:
    """Send no more mails of this kind, or of any: the news stand on the site. Answers the kinds that went by mail."""
    by_mail = [one for one, channel in channels_of(member).items() if channel == Channel.MAIL]
    stopped = [one for one in by_mail if kind in (None, one)]
    choose_channels(member=member, channels=dict.fromkeys(stopped, Channel.SITE))
    return stopped


def resume_mails(*, member: Member, kinds: Iterable[NotificationKind]) -> None:
    """Send mails of these kinds again: the undoing of `stop_mails`."""
    choose_channels(member=member, channels=dict.fromkeys(kinds, Channel.MAIL))
