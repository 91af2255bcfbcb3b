"""What reviews do on news from below. Each receiver works within the transaction of whoever sent it."""

from collections.abc import Collection
from typing import Any

from accounts.models import Follow, Member
from films.editing import Item
from films.models import Merge, Person, Title, Trivia
from reviews.models import Matter, Notification, NotificationKind
from reviews.services.erasing import erase_member
from reviews.services.indexing import note_text
from reviews.services.moving import move_along, move_back
from reviews.services.notifying import notify
from reviews.services.ordering_looks import order_fact_looks, order_looks
from reviews.services.translating import order_texts
from reviews.sources import Translatable


def follow_merge(sender: type[Merge], *, merges: list[Merge], **kwargs: Any) -> None:
    move_along(merges)


def follow_undo(sender: type[Merge], *, merges: list[Merge], **kwargs: Any) -> None:
    move_back(merges)


def order_words_of_title(sender: type[Title], *, item: Title, keys: set[str], **kwargs: Any) -> None:
    """The plot and the facts of a title are translated when somebody changes them, as messages are."""
    texts: list[Translatable] = []
    if "plot" in keys:
        texts += Title.objects.filter(pk=item.pk, merged_into=None).select_related("plot_author")
    if "trivia" in keys:
        texts += Trivia.objects.filter(title=item.pk, title__merged_into=None).select_related(
            "title", "author"
        )
    order_texts(texts=texts)


def order_biography(sender: type[Person], *, item: Person, keys: set[str], **kwargs: Any) -> None:
    if "biography" in keys:
        order_texts(texts=Person.objects.filter(pk=item.pk))


def note_plot(sender: type[Title], *, item: Title, keys: set[str], **kwargs: Any) -> None:
    """The copy detector knows the words of the catalogue as they stand."""
    if "plot" in keys:
        note_text(Title.objects.get(pk=item.pk))


def note_biography(sender: type[Person], *, item: Person, keys: set[str], **kwargs: Any) -> None:
    if "biography" in keys:
        note_text(Person.objects.get(pk=item.pk))


def screen_facts(sender: type[Item], *, item: Item, keys: set[str], **kwargs: Any) -> None:
    """Words that a member gave the catalogue are compared with what is known, as messages are."""
    order_fact_looks(item, keys)


def order_about(
    sender: type[Member], *, member: Member, own_sources: Collection[int] | None = None, **kwargs: Any
) -> None:
    order_texts(texts=Member.objects.filter(pk=member.pk))
    said = None if own_sources is None else {"about": own_sources}
    order_looks(Matter.ABOUT, member.pk, own_sources=said)


def tell_of_follower(sender: type[Follow], *, follow: Follow, **kwargs: Any) -> None:
    """Once for each time that somebody begins to follow, or asks to."""
    notify(
        recipients=[follow.followed],
        kind=NotificationKind.FOLLOW,
        key=_follow_key(follow),
        actor=follow.follower,
        detail={"asks": follow.accepted_at is None},
    )


def tell_of_acceptance(sender: type[Follow], *, follow: Follow, **kwargs: Any) -> None:
    notify(
        recipients=[follow.follower],
        kind=NotificationKind.ACCEPTED,
        key=_accepted_key(follow),
        actor=follow.followed,
    )


def take_back_news(sender: type[Follow], *, instance: Follow, **kwargs: Any) -> None:
    """What was told of a follow goes with it: whoever starts and stops a hundred times is one piece of news, or none."""
    Notification.objects.filter(recipient=instance.followed_id, key=_follow_key(instance)).delete()
    Notification.objects.filter(recipient=instance.follower_id, key=_accepted_key(instance)).delete()


def forget_who_left(sender: type[Member], *, member: Member, keeps_texts: bool, **kwargs: Any) -> None:
    erase_member(member=member, keeps_texts=keeps_texts)


def _follow_key(follow: Follow) -> str:
    return f"follow:{follow.pk}"


def _accepted_key(follow: Follow) -> str:
    return f"accepted:{follow.pk}"
