import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Block, Follow, Member, Mute
from films.models import Title
from reviews.models import Notification, NotificationKind, NotificationSetting, Review, SubjectFollow
from reviews.services.following import follow_subject
from reviews.services.notifying import notify
from reviews.threads import place_of
from tests.asserts import assert_flat_queries, count_queries
from tests.factories import (
    make_follow,
    make_list,
    make_member,
    make_person,
    make_review,
    make_title,
    make_viewing,
    make_vote,
)

pytestmark = pytest.mark.django_db

FEED, NEWS, FOLLOWING = "/feed/", "/notifications/", "/following/"


@pytest.fixture
def signed_in(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


# --- Following members ----------------------------------------------------------------------------------


def test_a_visitor_is_sent_to_sign_in_and_then_to_the_member(
    client: Client, bob: Member, alice: Member
) -> None:
    page = client.get(bob.get_absolute_url()).content.decode()
    assert "/members/bob/follow/" in page
    assert "csrfmiddlewaretoken" not in page
    answer = client.get("/members/bob/follow/")
    assert answer.url == "/accounts/login/?next=/members/bob/follow/"
    client.force_login(alice)
    assert client.get("/members/bob/follow/").url == bob.get_absolute_url()
    assert not Follow.objects.exists()


def test_a_member_is_followed_and_no_longer(signed_in: Client, bob: Member) -> None:
    page = signed_in.post("/members/bob/follow/", follow=True).content.decode()
    assert "You follow bob." in page
    assert "stop following" in page
    page = signed_in.post("/members/bob/follow/", {"off": "1"}, follow=True).content.decode()
    assert "You do not follow bob." in page
    assert not Follow.objects.exists()


def test_htmx_gets_the_buttons_alone(signed_in: Client, bob: Member) -> None:
    answer = signed_in.post("/members/bob/follow/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert 'role="status">You follow bob.' in answer


def test_asking_to_follow_and_being_accepted(client: Client, alice: Member) -> None:
    shy = make_member("shy", approves_followers=True)
    client.force_login(alice)
    assert "Ask to follow" in client.get(shy.get_absolute_url()).content.decode()
    assert "has been asked" in client.post("/members/shy/follow/", follow=True).content.decode()
    client.force_login(shy)
    page = client.get("/members/shy/follows/").content.decode()
    assert "1 member asks to follow you" in page
    client.post("/settings/followers/alice/", {"answer": "accept"})
    assert Follow.objects.get().accepted_at
    page = client.get("/members/shy/follows/?show=followers").content.decode()
    assert "asks to follow you" not in page
    assert "alice" in page
    client.post("/settings/followers/alice/", {"answer": "remove"})
    assert not Follow.objects.exists()


def test_only_ones_own_followers_are_answered(signed_in: Client, bob: Member) -> None:
    follow = make_follow(bob, make_member("shy"), accepted=False)
    signed_in.post("/settings/followers/bob/", {"answer": "accept"})
    signed_in.post("/settings/followers/bob/", {"answer": "remove"})
    follow.refresh_from_db()
    assert follow.accepted_at is None


def test_a_block_is_not_told_but_nobody_is_followed_over_it(
    signed_in: Client, alice: Member, bob: Member
) -> None:
    Block.objects.create(member=bob, other=alice)
    page = signed_in.post("/members/bob/follow/", follow=True).content.decode()
    assert "You cannot follow bob now." in page
    assert (
        "block"
        not in page.lower().replace("/block/", "").replace("neither can follow", "").split("menu-box")[0]
    )
    assert not Follow.objects.exists()


@pytest.mark.parametrize("who", ["sam", "gone", "alice"])
def test_nobody_to_follow_there(who: str, signed_in: Client, sam: Member) -> None:
    make_member("gone", is_active=False)
    assert signed_in.post(f"/members/{who}/follow/").status_code == 404
    assert signed_in.post(f"/members/{who}/block/").status_code == 404


def test_who_follows_whom_is_for_whom_it_is(client: Client, alice: Member, bob: Member, mona: Member) -> None:
    make_follow(bob, mona)
    Member.objects.filter(pk=bob.pk).update(follows_for=Audience.FOLLOWERS)
    assert client.get("/members/bob/follows/").status_code == 404
    client.force_login(alice)
    assert client.get("/members/bob/follows/").status_code == 404
    page = client.get("/members/mona/follows/?show=followers").content.decode()
    assert "0 followers" in page, "whom bob follows is not for alice, on mona's page either"
    make_follow(alice, bob)
    assert "mona" in client.get("/members/bob/follows/").content.decode()
    assert "1 follower<" in client.get("/members/mona/follows/?show=followers").content.decode()


def test_muted_and_blocked_members_are_in_no_list(signed_in: Client, alice: Member, bob: Member) -> None:
    for act, name in ((Mute, "noisy"), (Block, "rude")):
        other = make_member(name)
        make_follow(other, bob)
        act.objects.create(member=alice, other=other)
    page = signed_in.get("/members/bob/follows/?show=followers").content.decode()
    assert "noisy" not in page
    assert "rude" not in page


def test_blocks_and_mutes_are_listed_with_the_way_back(signed_in: Client, bob: Member, sam: Member) -> None:
    signed_in.post("/members/bob/block/")
    signed_in.post("/members/bob/mute/")
    page = signed_in.get("/settings/blocked/").content.decode()
    assert page.count(">bob</a>") == 2
    answer = signed_in.post("/members/bob/block/", {"off": "1", "next": "/settings/blocked/"})
    assert answer.url == "/settings/blocked/"
    Member.objects.filter(username="bob").update(suspended_at=timezone.now())
    signed_in.post("/members/bob/mute/", {"off": "1"})
    assert not Block.objects.exists()
    assert not Mute.objects.exists(), "what was begun can be ended when they are not to be seen any more"


@pytest.mark.parametrize(
    "hidden", [{"is_active": False}, {"suspended_at": timezone.now()}, {"closing_at": timezone.now()}]
)
def test_who_is_hidden_is_as_absent_where_there_is_nothing_to_end(
    signed_in: Client, alice: Member, hidden: dict[str, object]
) -> None:
    gone = make_member("gone", **hidden)
    posts = [
        ("/members/{}/follow/", {"off": "1"}),
        ("/members/{}/block/", {"off": "1"}),
        ("/members/{}/mute/", {"off": "1"}),
        ("/settings/followers/{}/", {"answer": "remove"}),
    ]
    for name in ("gone", "nobody"):
        assert {signed_in.post(url.format(name), sent).status_code for url, sent in posts} == {404}
    make_follow(gone, alice)
    assert signed_in.post("/settings/followers/gone/", {"answer": "remove"}).status_code == 303
    assert not Follow.objects.exists()


def test_a_form_leads_nowhere_else(signed_in: Client, bob: Member) -> None:
    answer = signed_in.post("/members/bob/mute/", {"next": "https://example.org/"})
    assert answer.url == bob.get_absolute_url()


def test_following_has_a_limit(signed_in: Client, bob: Member, settings: object) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "follow": "2/hour"}
    statuses = [signed_in.post("/members/bob/follow/").status_code for _ in range(3)]
    assert statuses == [303, 303, 429]


# --- Threads --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["title", "person"])
def test_a_thread_is_followed_and_counts_what_is_new_until_it_is_seen(
    kind: str, signed_in: Client, alice: Member, bob: Member
) -> None:
    subject = make_title("Heat") if kind == "title" else make_person("Agnès Varda")
    url = reverse(f"reviews:follow-{kind}", args=[subject.pk])
    make_review(**{"title": None, kind: subject}, author=bob)
    page = signed_in.post(url, follow=True).content.decode()
    assert "You follow these texts" in page
    assert "new message" not in page
    first = make_review(**{"title": None, kind: subject}, author=bob)
    make_review(**{"title": None, kind: subject}, author=bob)
    make_review(**{"title": None, kind: subject}, author=alice)
    page = signed_in.get(FOLLOWING).content.decode()
    assert "2 new messages" in page
    assert f"/reviews/{first.pk}/in-thread/" in page
    signed_in.head(subject.get_absolute_url())
    signed_in.get(subject.get_absolute_url(), headers={"sec-purpose": "prefetch;prerender"})
    page = signed_in.get(subject.get_absolute_url()).content.decode()
    assert "2 new messages" in page
    assert f"/reviews/{first.pk}/in-thread/" in page
    assert "new message" not in signed_in.get(subject.get_absolute_url()).content.decode()
    assert "nothing new" in signed_in.get(FOLLOWING).content.decode()
    signed_in.post(url, {"off": "1"})
    assert not SubjectFollow.objects.exists()


def test_words_of_whom_one_muted_are_nothing_new(signed_in: Client, alice: Member, bob: Member) -> None:
    heat = make_title("Heat")
    follow_subject(member=alice, subject=heat)
    Mute.objects.create(member=alice, other=bob)
    make_review(heat, bob)
    make_review(heat, state="removed")
    assert "nothing new" in signed_in.get(FOLLOWING).content.decode()


def test_a_message_is_found_on_its_page_of_the_thread(client: Client) -> None:
    heat = make_title("Heat")
    messages = [make_review(heat, body=f"Message {number}.") for number in range(60)]
    reply = make_review(heat, parent=messages[0], root=messages[0])
    for review in (messages[0], messages[9], messages[10], messages[34], messages[35], messages[59], reply):
        answer = client.get(f"/reviews/{review.pk}/in-thread/")
        path, anchor = answer.url.split("#")
        assert anchor == f"review-{review.pk}"
        assert f'id="{anchor}"' in client.get(path).content.decode()


def test_an_answer_that_the_thread_leaves_out_has_its_own_page() -> None:
    first = make_review()
    replies = [make_review(first.title, parent=first, root=first) for _ in range(51)]
    assert place_of(replies[49]).endswith(f"#review-{replies[49].pk}")
    assert place_of(replies[50]) == replies[50].get_absolute_url()


def test_the_place_of_a_text_that_is_gone_is_its_own_page(client: Client) -> None:
    gone = make_review(state="withdrawn")
    assert client.get(f"/reviews/{gone.pk}/in-thread/").url == gone.get_absolute_url()


@pytest.mark.parametrize(("act", "words"), [(Block, "you blocked"), (Mute, "you muted")])
def test_messages_of_whom_one_blocked_or_muted_are_folded(
    act: type[Block] | type[Mute], words: str, signed_in: Client, alice: Member, bob: Member, mona: Member
) -> None:
    heat = make_title("Heat")
    first = make_review(heat, mona, "Hello.")
    make_review(heat, bob, "Noise.", parent=first, root=first)
    make_review(heat, bob, "More noise.")
    url = heat.get_absolute_url()
    assert 'class="folded"' not in signed_in.get(url).content.decode()
    act.objects.create(member=alice, other=bob)
    page = signed_in.get(url).content.decode()
    assert page.count('<details class="folded">') == page.count(f"A message of somebody {words}") == 2
    assert "More noise." in page, "folded, not gone"
    signed_in.force_login(bob)
    assert 'class="folded"' not in signed_in.get(url).content.decode()


# --- Feed -----------------------------------------------------------------------------------------------


def do_everything(follower: Member) -> None:
    member = make_member()
    make_follow(follower, member)
    make_vote(member=member)
    make_vote(member=member)
    make_review(author=member, language="nl")
    make_review(title=None, person=make_person(), author=member, is_opinion=True, headline="Yes")
    make_review(author=member, parent=make_review(), root=None)
    make_viewing(member)
    make_list(member, make_title())


def test_the_feed_asks_the_same_for_one_member_and_for_six(signed_in: Client, alice: Member) -> None:
    assert_flat_queries(signed_in, lambda: do_everything(alice), FEED, at_most=12)


def test_the_feed_says_who_did_what_and_keeps_spoilers_closed(
    signed_in: Client, alice: Member, bob: Member
) -> None:
    make_follow(alice, bob)
    make_review(author=bob, body="It was ||the butler||.")
    make_review(author=bob, body="All is told here.", is_spoiler=True)
    make_vote(make_title("Heat"), bob, 9)
    page = signed_in.get(FEED).content.decode()
    assert "Heat" in page
    assert "4½" in page
    assert "the butler" not in page
    assert "All is told" not in page
    assert "[spoiler]" in page


def test_the_switches_are_kept_and_shown(signed_in: Client, alice: Member, bob: Member) -> None:
    make_follow(alice, bob)
    make_vote(make_title("Heat"), bob)
    make_review(make_title("Alien"), bob)
    page = signed_in.post(FEED, {"acts": ["message", "opinion"]}, follow=True).content.decode()
    alice.refresh_from_db()
    assert sorted(alice.feed_hides) == ["list", "viewing", "vote"]
    assert "Alien" in page
    assert "Heat" not in page
    assert "not everything" in page
    page = signed_in.post(FEED, follow=True).content.decode()
    assert "Nothing to show" in page
    alice.refresh_from_db()
    assert len(alice.feed_hides) == 5
    assert "Select a valid choice" not in page
    assert signed_in.post(FEED, {"acts": ["nonsense"]}).status_code == 422


def test_an_empty_feed_names_members_who_write(signed_in: Client, alice: Member, bob: Member) -> None:
    for number, name in enumerate(["quiet", "busy", "busier"]):
        for _ in range(number):
            make_review(author=Member.objects.filter(username=name).first() or make_member(name))
    Mute.objects.create(member=alice, other=bob)
    make_review(author=bob)
    make_review(author=alice)
    page = signed_in.get(FEED).content.decode()
    assert "You follow nobody yet" in page
    people = page.split('<ul class="people">')[1].split("</ul>")[0]
    assert people.index("busier") < people.index(">busy<")
    assert "bob" not in people
    assert "alice" not in people


def test_a_feed_is_for_members_and_an_odd_place_begins_it_anew(client: Client, alice: Member) -> None:
    assert client.get(FEED).url == "/accounts/login/?next=/feed/"
    client.force_login(alice)
    assert client.get(f"{FEED}?after=nonsense").url == FEED


def test_the_next_page_of_the_feed_goes_on(signed_in: Client, alice: Member, bob: Member) -> None:
    make_follow(alice, bob)
    for number in range(45):
        make_review(make_title(f"Number {number:02}"), bob)
    page = signed_in.get(FEED).content.decode()
    assert "Number 44" in page
    assert "Number 04" not in page
    following = page.split('rel="next" href="')[1].split('"')[0]
    page = signed_in.get(FEED + following.replace("&amp;", "&")).content.decode()
    assert "Number 04" in page
    assert "Number 05" not in page


# --- Notifications --------------------------------------------------------------------------------------


def tell(member: Member, kind: str = "mention", **fields: object) -> Notification:
    actor = fields.pop("actor", None) or make_member()
    review = fields.pop("review", None) or make_review(author=actor, language="nl")
    key = f"k{Notification.objects.count()}"
    notify(
        recipients=[member],
        kind=NotificationKind(kind),
        key=key,
        actor=actor,
        review=review,
        title=review.title,
        person=review.person,
        **fields,
    )
    return Notification.objects.get(recipient=member, key=key)


def test_notifications_ask_the_same_for_one_and_for_many(signed_in: Client, alice: Member) -> None:
    assert_flat_queries(signed_in, lambda: tell(alice), NEWS, at_most=7)


def test_following_asks_the_same_for_one_and_for_many(signed_in: Client, alice: Member) -> None:
    def rows() -> None:
        title, person = make_title(), make_person()
        for subject in (title, person):
            follow_subject(member=alice, subject=subject)
        make_review(title)
        make_review(person=person)

    assert_flat_queries(signed_in, rows, FOLLOWING, at_most=7)


def test_lists_of_followers_ask_the_same_for_one_and_for_many(
    signed_in: Client, alice: Member, bob: Member
) -> None:
    def rows() -> None:
        make_follow(make_member(), alice)
        make_follow(make_member(), alice, accepted=False)
        make_follow(alice, make_member())

    for show in ("following", "followers"):
        assert_flat_queries(signed_in, rows, f"/members/alice/follows/?show={show}", at_most=10)


def test_the_masthead_counts_what_is_unread_and_costs_no_query_more(
    signed_in: Client, alice: Member, bob: Member
) -> None:
    before = len(count_queries(signed_in, "/about/"))
    for _ in range(3):
        tell(alice, actor=bob)
    assert '<span class="count">3</span>' in signed_in.get("/about/").content.decode()
    assert len(count_queries(signed_in, "/about/")) == before
    Mute.objects.create(member=alice, other=bob)
    assert '<span class="count">' not in signed_in.get("/about/").content.decode()
    assert "Nothing yet" in signed_in.get(NEWS).content.decode()


def test_opening_marks_as_read_and_leads_to_what_it_is_about(signed_in: Client, alice: Member) -> None:
    row = tell(alice)
    page = signed_in.get(NEWS).content.decode()
    assert "news-unread" in page
    assert f"/notifications/{row.pk}/" in page
    assert signed_in.get(f"/notifications/{row.pk}/").url == row.review.get_absolute_url()
    page = signed_in.get(NEWS).content.decode()
    assert "news-unread" not in page
    assert "You have read everything" in signed_in.get(f"{NEWS}?unread=1").content.decode()


def test_news_that_nobody_looked_at_stay_unread(signed_in: Client, alice: Member) -> None:
    row = tell(alice)
    address = f"/notifications/{row.pk}/"
    assert signed_in.head(address).status_code == 302
    for header in ("purpose", "sec-purpose"):
        assert signed_in.get(address, headers={header: "prefetch"}).status_code == 302
    row.refresh_from_db()
    assert row.read_at is None


def test_a_notification_is_opened_by_its_recipient_alone(client: Client, alice: Member, bob: Member) -> None:
    row = tell(alice)
    client.force_login(bob)
    assert client.get(f"/notifications/{row.pk}/").status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_all_is_marked_as_read_that_was_on_the_page(signed_in: Client, alice: Member) -> None:
    seen = tell(alice)
    later = tell(alice)
    signed_in.post("/notifications/read/", {"newest": seen.pk})
    assert list(Notification.objects.unread_by(alice)) == [later]
    for odd in ("", "x", "9" * 40, "٣"):
        assert signed_in.post("/notifications/read/", {"newest": odd}).status_code == 302
    assert signed_in.get("/notifications/read/").status_code == 405


def test_a_text_that_is_gone_shows_as_gone(signed_in: Client, alice: Member) -> None:
    row = tell(alice, review=make_review(body="Words taken back."))
    Review.objects.update(state="withdrawn")
    page = signed_in.get(NEWS).content.decode()
    assert "This text is gone." in page
    assert "Words taken back" not in page
    assert signed_in.get(f"/notifications/{row.pk}/", follow=True).status_code == 200


@pytest.mark.parametrize("kind", NotificationKind)
@pytest.mark.parametrize(
    "detail", [{}, {"asks": True}, {"news": "votes_set_aside", "reason": "One person, many accounts."}]
)
def test_every_kind_of_news_has_words_and_leads_somewhere(
    kind: str, detail: dict[str, object], signed_in: Client, alice: Member, bob: Member
) -> None:
    notify(
        recipients=[alice],
        kind=NotificationKind(kind),
        key="k",
        actor=None if kind in ("transfer", "account") else bob,
        title=make_title("Heat"),
        detail=detail,
    )
    row = Notification.objects.get()
    page = signed_in.get(NEWS).content.decode()
    assert 'class="news-words"' in page
    assert str(detail.get("reason", "")) in page
    assert signed_in.get(f"/notifications/{row.pk}/", follow=True).status_code == 200


# --- Settings and stopping ------------------------------------------------------------------------------


def test_channels_and_rhythm_are_chosen(signed_in: Client, alice: Member) -> None:
    url = "/settings/notifications/"
    assert signed_in.get(url).content.decode().count("checked") == len(NotificationKind) + 1
    chosen = dict.fromkeys(NotificationKind, "site") | {"follow": "none", "thread": "mail"}
    assert signed_in.post(url, {**chosen, "rhythm": "weekly"}).status_code == 302
    alice.refresh_from_db()
    assert alice.mail_rhythm == "weekly"
    stored = dict(NotificationSetting.objects.values_list("kind", "channel"))
    assert stored == {str(kind): channel for kind, channel in chosen.items()}
    assert signed_in.post(url, {**chosen, "rhythm": "hourly"}).status_code == 422
    assert signed_in.post(url, {**chosen, "account": "none", "rhythm": "daily"}).status_code == 422


def test_news_that_wait_for_a_mail_wait_no_longer_when_mail_is_off(signed_in: Client, alice: Member) -> None:
    row = tell(alice)
    assert row.by_mail
    chosen = dict.fromkeys(NotificationKind, "site")
    signed_in.post("/settings/notifications/", {**chosen, "rhythm": "daily"})
    row.refresh_from_db()
    assert not row.by_mail


def test_a_title_page_of_a_follower_stays_within_its_queries(
    signed_in: Client, alice: Member, bob: Member
) -> None:
    heat: Title = make_title("Heat")
    follow_subject(member=alice, subject=heat)
    signed_in.get(heat.get_absolute_url())
    make_review(heat, bob)
    assert len(count_queries(signed_in, heat.get_absolute_url())) <= 12


def test_nothing_is_mailed_by_looking(signed_in: Client, alice: Member) -> None:
    tell(alice)
    signed_in.get(NEWS)
    assert not mail.outbox


def test_a_member_whom_an_empty_feed_suggests_is_followed_in_one_press(
    client: Client, alice: Member, bob: Member
) -> None:
    make_review(make_title(), bob)
    client.force_login(alice)
    page = client.get("/feed/").text
    assert 'action="/members/bob/follow/"' in page
    assert '<input type="hidden" name="next" value="/feed/">' in page
    assert client.post("/members/bob/follow/", {"next": "/feed/"}).headers["Location"] == "/feed/"
    assert alice.follows.filter(followed=bob).exists()
    assert 'action="/members/bob/follow/"' not in client.get("/feed/").text


def test_a_text_in_the_feed_says_that_its_author_voted_and_saw_the_title(
    client: Client, alice: Member, bob: Member
) -> None:
    film = make_title()
    make_follow(alice, bob)
    make_review(film, bob)
    make_vote(film, bob, 8)
    make_viewing(bob, film, seen_on=timezone.localdate(), note="In an empty room")
    client.force_login(alice)
    page = client.get("/feed/").text
    assert page.count('<li class="act">') == 1
    assert "and saw it" in page
    assert "and voted <svg" in " ".join(page.split())
    assert "In an empty room" in page
