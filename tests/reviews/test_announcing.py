from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Block, Member, Mute
from accounts.services.relating import accept, follow, unfollow
from films.models import Title
from filmsite.lib.text import named_members
from reviews.models import (
    Announcement,
    MemberMention,
    Notification,
    NotificationKind,
    NotificationSetting,
    Review,
)
from reviews.services import announcing
from reviews.services.following import follow_subject, mark_seen, unfollow_subject
from reviews.services.publishing import edit_review, publish_review, withdraw_review
from tests.factories import make_follow, make_member, make_person, make_review, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture
def heat(db: None) -> Title:
    return make_title("Heat")


def say(author: Member, subject: object, body: str = "What a film.", **words: object) -> Review:
    return publish_review(author=author, subject=subject, body=body, language="en", **words)


def news_of(member: Member) -> list[str]:
    return list(Notification.objects.filter(recipient=member).order_by("pk").values_list("kind", flat=True))


def test_who_is_answered_is_told(alice: Member, bob: Member, heat: Title) -> None:
    first = say(alice, heat)
    answer = say(bob, heat, "No.", parent=first)
    say(alice, heat, "I mean it.", parent=first)
    [row] = Notification.objects.filter(recipient=alice)
    assert (row.kind, row.actor, row.review, row.title) == ("reply", bob, answer, heat)
    assert news_of(bob) == [], "alice answered herself"


def test_who_is_named_is_told_once_however_often_the_text_is_edited(
    alice: Member, bob: Member, heat: Title
) -> None:
    text = say(alice, heat, "Ask @BOB, and @nobody-here, and @alice.")
    assert list(MemberMention.objects.values_list("member", flat=True)) == [bob.pk]
    for version, body in enumerate(["Ask nobody.", "Ask @bob.", "Ask @bob again."], 1):
        text = edit_review(review=text, editor=alice, version=version, body=body, language="en")
        assert MemberMention.objects.exists() is ("@" in body)
    assert news_of(bob) == ["mention"]


def test_an_edit_tells_those_whom_it_names_anew(
    alice: Member, bob: Member, mona: Member, heat: Title
) -> None:
    text = say(alice, heat, "Ask @bob.")
    edit_review(review=text, editor=alice, version=1, body="Ask @bob or @mona.", language="en")
    assert (news_of(bob), news_of(mona)) == (["mention"], ["mention"])


def test_a_roll_call_calls_only_so_many(alice: Member, heat: Title) -> None:
    for number in range(14):
        make_member(f"guest{number}")
    say(alice, heat, " ".join(f"@guest{number}" for number in range(14)))
    assert Notification.objects.count() == 10


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hello @bob, and @Bob_2.", ["bob", "Bob_2"]),
        ("@bob @bob", ["bob"]),
        ("> @bob said so\n\nNo.", []),
        ("||@bob dies|| @mona", ["bob", "mona"]),
        ("mail bob@example.org or \\@bob", []),
        ("[@bob](https://example.org)", []),
        ("- @bob\n- > @mona", ["bob"]),
    ],
)
def test_names_are_read_where_a_reader_sees_them(text: str, names: list[str]) -> None:
    assert named_members(text) == names


def test_followers_of_a_member_hear_of_opinions_and_not_of_every_message(
    alice: Member, bob: Member, heat: Title
) -> None:
    make_follow(bob, alice)
    make_follow(make_member("asks"), alice, accepted=False)
    say(alice, heat, "Just a line.")
    assert not Notification.objects.exists()
    say(alice, heat, "A whole opinion.", is_opinion=True)
    assert [row.recipient for row in Notification.objects.all()] == [bob]
    assert news_of(bob) == ["opinion"]


@pytest.mark.parametrize("subject", ["title", "person"])
def test_a_followed_thread_is_one_piece_of_news_until_it_is_seen(
    subject: str, alice: Member, bob: Member
) -> None:
    about = make_title() if subject == "title" else make_person()
    say(alice, make_title(), "Somewhere else.")
    follow_subject(member=bob, subject=about)
    follow_subject(member=bob, subject=about)
    say(alice, about, "One.")
    say(alice, about, "Two.")
    say(bob, about, "Mine.")
    assert news_of(bob) == ["thread"]
    mark_seen(member=bob, subject=about)
    assert Notification.objects.get().read_at
    say(alice, about, "Three.")
    assert news_of(bob) == ["thread", "thread"]
    unfollow_subject(member=bob, subject=about)
    mark_seen(member=bob, subject=about)
    say(alice, about, "Four.")
    assert len(news_of(bob)) == 2


def test_one_text_is_one_piece_of_news_as_what_concerns_one_most(
    alice: Member, bob: Member, heat: Title
) -> None:
    make_follow(bob, alice)
    follow_subject(member=bob, subject=heat)
    mine = say(bob, heat)
    say(alice, heat, "@bob, no.", parent=mine)
    assert news_of(bob) == ["reply"]
    say(alice, heat, "An opinion about @bob.", is_opinion=True)
    assert news_of(bob) == ["reply", "mention"]


def test_who_wants_to_hear_nothing_of_one_kind_hears_the_next(
    alice: Member, bob: Member, heat: Title
) -> None:
    NotificationSetting.objects.create(member=bob, kind=NotificationKind.REPLY, channel="none")
    say(alice, heat, "@bob, no.", parent=say(bob, heat))
    assert news_of(bob) == ["mention"]


@pytest.mark.parametrize("act", [Block, Mute])
def test_nothing_is_told_of_somebody_who_was_blocked_or_muted(
    act: type[Block] | type[Mute], alice: Member, bob: Member, heat: Title
) -> None:
    make_follow(bob, alice)
    follow_subject(member=bob, subject=heat)
    mine = say(bob, heat)
    act.objects.create(member=bob, other=alice)
    say(alice, heat, "@bob, no.", parent=mine)
    say(alice, heat, "An opinion.", is_opinion=True)
    assert news_of(bob) == []


def test_of_an_older_text_nobody_is_told(alice: Member, bob: Member, heat: Title) -> None:
    make_follow(bob, alice)
    say(alice, heat, "@bob, look.", is_opinion=True, written_at=timezone.now())
    assert not Notification.objects.exists()


def test_sending_twice_tells_once(alice: Member, bob: Member, heat: Title) -> None:
    mine = say(bob, heat)
    for _ in range(2):
        say(alice, heat, "No.", parent=mine)
    assert news_of(bob) == ["reply"]


def test_a_suspended_member_reaches_nobody(sam: Member, bob: Member, heat: Title) -> None:
    mine = make_review(heat, bob)
    with pytest.raises(PermissionDenied):
        say(sam, heat, "@bob", parent=mine)
    with pytest.raises(PermissionDenied):
        follow_subject(member=sam, subject=heat)
    assert not Notification.objects.exists()


def test_very_many_followers_are_told_by_a_worker_and_by_the_sweep_if_none_heard(
    alice: Member, heat: Title
) -> None:
    for _ in range(3):
        make_follow(make_member(), alice)
    with patch.object(announcing, "TOLD_AT_ONCE", 2), patch.object(announcing, "wake_on_commit") as wake:
        text = say(alice, heat, "An opinion.", is_opinion=True)
        assert wake.call_args.args[1] == text.pk
    assert not Notification.objects.exists()
    announcing.tell_missed_listeners()
    assert not Notification.objects.exists(), "its own task is still on its way"
    Announcement.objects.update(made_at=timezone.now() - announcing.SWEEP_AFTER * 2)
    announcing.tell_missed_listeners()
    assert Notification.objects.filter(kind="opinion").count() == 3
    announcing.tell_listeners(text.pk)
    assert not Announcement.objects.exists()
    assert Notification.objects.count() == 3


def test_of_a_text_that_was_taken_back_meanwhile_the_worker_tells_nobody(alice: Member, heat: Title) -> None:
    for _ in range(3):
        make_follow(make_member(), alice)
    with patch.object(announcing, "TOLD_AT_ONCE", 2):
        text = say(alice, heat, "An opinion.", is_opinion=True)
    withdraw_review(review=text, author=alice)
    announcing.tell_listeners(text.pk)
    assert not Notification.objects.exists()
    assert not Announcement.objects.exists()


def test_a_text_whose_followers_cannot_be_told_holds_up_no_other(bob: Member, heat: Title) -> None:
    texts = []
    for name in ("first", "second", "third"):
        author = make_member(name)
        make_follow(bob, author)
        with patch.object(announcing, "TOLD_AT_ONCE", 0):
            texts.append(say(author, heat, f"The opinion of {name}.", is_opinion=True))
    Announcement.objects.update(made_at=timezone.now() - announcing.SWEEP_AFTER * 2)
    tell = announcing._tell_listeners

    def fail_for_the_first(review: Review) -> None:
        if review == texts[0]:
            raise ValueError("Broken.")
        tell(review)

    with patch.object(announcing, "_tell_listeners", fail_for_the_first):
        announcing.tell_missed_listeners()
    assert list(Announcement.objects.values_list("pk", flat=True)) == [texts[0].pk]
    assert Notification.objects.filter(recipient=bob).count() == 2


def test_who_asks_again_is_announced_again_and_what_was_taken_back_is_no_news(
    alice: Member, bob: Member
) -> None:
    Member.objects.filter(pk=bob.pk).update(approves_followers=True)
    for _ in range(2):
        follow(follower=alice, followed=bob)
        [news] = Notification.objects.filter(recipient=bob)
        assert news.read_at is None
        Notification.objects.update(read_at=timezone.now())
        accept(member=bob, follower=alice)
        [accepted] = Notification.objects.filter(recipient=alice)
        assert accepted.kind == "accepted"
        unfollow(follower=alice, followed=bob)
        assert not Notification.objects.exists()


def test_following_and_being_accepted_are_told_once(alice: Member, bob: Member) -> None:
    shy = make_member("shy", approves_followers=True)
    follow(follower=alice, followed=bob)
    follow(follower=alice, followed=shy)
    accept(member=shy, follower=alice)
    found = {row.recipient: row for row in Notification.objects.all()}
    assert (found[bob].kind, found[bob].actor, found[bob].detail) == ("follow", alice, {"asks": False})
    assert (found[shy].kind, found[shy].detail) == ("follow", {"asks": True})
    assert (found[alice].kind, found[alice].actor) == ("accepted", shy)
