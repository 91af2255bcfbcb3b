"""What a reader sees: wordings, notes, toggles, threads, articles."""

import re
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from accounts.models import Audience, Member
from films.models import Title
from filmsite.lib.text import render_review
from reviews.composing import composer_for
from reviews.models import Review, ReviewState, Translation, TranslationStatus
from reviews.reading import MESSAGES_A_PAGE, Reader, attach_texts, thread_of
from tests.asserts import assert_flat_queries
from tests.factories import give_second_factor, make_follow, make_member, make_review, make_title, make_vote

pytestmark = pytest.mark.django_db

ORIGINAL, ENGLISH = "Chorei muito no final.", "I cried a lot at the end."


def make_translated(
    title: Title | None = None,
    author: Member | None = None,
    *,
    status: str = TranslationStatus.DONE,
    target: str = "en",
    source_hash: str = "0" * 64,
    **fields: object,
) -> Review:
    review = make_review(title, author, ORIGINAL, language="pt", **fields)
    Translation.objects.create(
        review=review,
        source_hash=source_hash,
        source_language="pt",
        target=target,
        body=ENGLISH,
        html=f"<p>{ENGLISH}</p>",
        headline="At the end",
        status=status,
        next_attempt_at=timezone.now(),
    )
    return review


def make_translation(review: Review, target: str, body: str) -> Translation:
    return Translation.objects.create(
        review=review,
        source_hash=review.source_hash,
        source_language=review.language,
        target=target,
        body=body,
        html=f"<p>{body}</p>",
        status=TranslationStatus.DONE,
        next_attempt_at=timezone.now(),
    )


def reader(viewer: object = None, *, query: str = "", language: str = "en") -> Reader:
    request = RequestFactory().get(f"/?{query}")
    request.user = viewer or AnonymousUser()
    with translation.override(language):
        return Reader.from_request(request)


def text_for(review: Review, *args: object, **kwargs: object):
    review = Review.objects.for_card(AnonymousUser()).get(pk=review.pk)
    attach_texts([review], reader(*args, **kwargs))
    return review.text


# --- Which wording --------------------------------------------------------------------------------------


def test_a_reader_of_another_language_gets_the_translation():
    text = text_for(make_translated(headline="No final"))
    assert text.shows_translation
    assert text.shown.html == f"<p>{ENGLISH}</p>"
    assert (text.shown.language, text.headline, text.note) == ("en", "At the end", "translated")
    assert text.other.html == f"<p>{ORIGINAL}</p>"


def test_nobody_gets_a_translation_of_a_language_they_read():
    bea = make_member("bea", reads=["pt-BR", "fr"])
    text = text_for(make_translated(), bea)
    assert (text.shows_translation, text.note, text.other) == (False, "", None)


def test_a_member_reads_in_a_language_that_the_site_does_not_speak():
    ines = make_member("ines", translate_into="pt")
    review = make_review(body="A film that stays.", language="en")
    make_translation(review, "pt", "Um filme que fica.")
    text = text_for(review, ines)
    assert (text.shown.source, text.shown.language) == ("Um filme que fica.", "pt")
    assert text_for(make_translated(), ines).note == ""


def test_languages_that_a_member_reads_are_exactly_those_they_named():
    ines = make_member("ines", translate_into="pt", reads=["nl"])
    assert reader(ines).reads == {"pt", "nl"}
    assert reader(make_member(reads=["nl"])).reads == {"en", "nl"}
    assert reader(make_member(), language="nl").reads == {"nl"}


@pytest.mark.parametrize(
    ("wanted", "page", "read"),
    [
        ("pt-PT,pt;q=0.9,en;q=0.8", "en", "pt"),
        ("pt;q=0.3,nl;q=0.8", "nl", "nl"),
        ("fi,nl;q=0.5", "nl", "nl"),
        ("fi", "en", "en"),
        ("", "en", "en"),
        ("*;q=x,,", "en", "en"),
    ],
)
def test_a_visitor_reads_in_what_their_browser_wants_most_of_what_is_translated_into(
    client: Client, wanted: str, page: str, read: str
):
    review = make_review(body="Um filme.", language="fi")
    for target in ("en", "nl", "pt"):
        make_translation(review, target, f"This is {target}.")
    answer = client.get(review.get_absolute_url(), headers={"Accept-Language": wanted})
    assert f'<html lang="{page}"' in answer.content.decode()
    assert re.search(rf'data-wording lang="{read}" dir="ltr"><p>This is {read}\.', answer.content.decode())
    assert "Accept-Language" in answer["Vary"]
    assert not answer.cookies


def test_a_visitor_who_chose_the_language_of_the_site_reads_in_it(client: Client):
    review = make_translated()
    make_translation(review, "nl", "Ik heb gehuild.")
    client.cookies["django_language"] = "nl"
    page = client.get(review.get_absolute_url(), headers={"Accept-Language": "pt"}).content.decode()
    assert re.search(r'data-wording lang="nl" dir="ltr"><p>Ik heb gehuild', page)


def test_a_text_that_was_never_ordered_says_so(client: Client, bob: Member):
    text = text_for(make_translated(target="en"), language="nl")
    assert (text.note, text.into) == ("absent", "nl")
    review = make_review(language="fi")
    page = client.get(review.get_absolute_url()).content.decode()
    assert "Written in Finnish. No translation into English yet." in page
    assert text_for(review, make_member("ori", always_original=True)).note == ""


def test_somebody_who_wants_originals_gets_them_and_may_still_ask():
    ori = make_member("ori", always_original=True)
    review = make_translated()
    assert not text_for(review, ori).shows_translation
    assert text_for(review, ori).other is not None
    assert text_for(review, ori, query=f"translated={review.pk}").shows_translation


def test_an_author_sees_their_own_words_first(alice: Member):
    assert not text_for(make_translated(author=alice), alice).shows_translation


def test_the_original_is_one_address_away():
    review = make_translated()
    assert not text_for(review, query=f"original={review.pk}").shows_translation
    assert text_for(
        review, query="original=abc&original=99999999999999999999&original=%C2%B2"
    ).shows_translation


@pytest.mark.parametrize(
    ("status", "note"),
    [("queued", "queued"), ("unsupported", "unsupported"), ("failed", "failed"), ("superseded", "absent")],
)
def test_a_translation_that_is_not_there_leaves_the_original_with_an_honest_note(status: str, note: str):
    review = make_translated(status=status)
    Translation.objects.filter(review=review).update(html="", body="", headline="")
    text = text_for(review)
    assert (text.shown.html, text.note) == (f"<p>{ORIGINAL}</p>", note)


@pytest.mark.parametrize("status", ["queued", "unsupported", "failed"])
def test_words_stay_readable_while_they_are_made_anew(status: str):
    text = text_for(make_translated(status=status))
    assert (text.shown.html, text.note) == (f"<p>{ENGLISH}</p>", "translated")


def test_a_result_that_was_given_up_is_not_shown():
    assert text_for(make_translated(status="superseded")).note == "absent"


def test_a_translation_of_earlier_words_is_never_shown():
    text = text_for(make_translated(source_hash="1" * 64))
    assert text.shown.html == f"<p>{ORIGINAL}</p>"
    assert text.other is None


def test_an_author_who_wants_no_translation_is_heard():
    text = text_for(make_translated(may_translate=False))
    assert (text.shows_translation, text.note) == (False, "declined")


def test_a_text_of_unknown_language_has_no_note():
    text = text_for(make_review(language="und"))
    assert (text.note, text.other) == ("", None)


@pytest.mark.parametrize("state", [ReviewState.WITHDRAWN, ReviewState.REMOVED])
def test_nothing_of_a_hidden_text_is_in_reach(state: str, alice: Member):
    review = make_translated(author=alice, state=state, headline="No final")
    text = text_for(review)
    assert not text.readable
    assert (text.shown.html, text.shown.source, text.headline, text.other) == ("", "", "", None)
    assert text_for(review, alice).readable


def test_texts_are_attached_with_one_query(django_assert_num_queries):
    for _ in range(4):
        make_translated()
    reviews = list(Review.objects.for_card(AnonymousUser()))
    with django_assert_num_queries(1):
        attach_texts(reviews, reader())
    with django_assert_num_queries(0):
        attach_texts(reviews, reader(language="pt"))


# --- The page of a text ---------------------------------------------------------------------------------


def test_both_wordings_are_in_the_page_and_a_form_toggles_them(client: Client):
    review = make_translated()
    page = client.get(review.get_absolute_url()).content.decode()
    assert re.search(rf'<div [^>]*class="text[^"]*" data-wording lang="en" dir="ltr"><p>{ENGLISH}', page)
    assert re.search(
        rf'<div [^>]*class="text[^"]*" data-wording lang="pt" dir="ltr" hidden><p>{ORIGINAL}', page
    )
    assert "Translated from Portuguese" in page
    assert f'name="original" value="{review.pk}"' in page

    page = client.get(review.get_absolute_url() + f"?original={review.pk}").content.decode()
    assert re.search(rf'<div [^>]*class="text[^"]*" data-wording lang="pt" dir="ltr"><p>{ORIGINAL}', page)
    assert re.search(
        rf'<div [^>]*class="text[^"]*" data-wording lang="en" dir="ltr" hidden><p>{ENGLISH}', page
    )
    assert f'name="translated" value="{review.pk}"' in page


@pytest.mark.parametrize("fields", [{}, {"is_opinion": True, "headline": "Sapatos", "verdict": 9}])
def test_an_excerpt_names_its_language_as_the_whole_text_does(client: Client, fields: dict[str, object]):
    translated = make_translated(**fields)
    original = make_review(body="Zomaar een zin.", author=translated.author, language="nl", **fields)
    make_review(body="Just a sentence.", author=translated.author, **fields)
    addresses = ["/", original.author.get_absolute_url() + ("opinions/" if fields else "messages/")]
    for address in addresses:
        page = client.get(address).content.decode()
        assert page.count('class="lang-note"') == (4 if fields and address == "/" else 2), address
        assert "Translated from Portuguese" in page
        assert "Written in Dutch" in page, address


def test_an_anonymous_page_sets_no_cookie(client: Client):
    for fields in ({}, {"is_opinion": True}):
        answer = client.get(make_translated(**fields).get_absolute_url())
        assert not answer.cookies
        assert "csrfmiddlewaretoken" not in answer.content.decode()


def test_an_opinion_is_an_article(client: Client, alice: Member):
    review = make_review(
        author=alice,
        body="word " * 460,
        is_opinion=True,
        headline="Two <shoes>",
        verdict=9,
        title=make_title("Shoes"),
    )
    page = client.get(review.get_absolute_url()).content.decode()
    assert re.search(r'<h1>\s*<span [^>]*lang="en" dir="ltr">Two &lt;shoes&gt;</span>\s*</h1>', page)
    assert "2 minutes to read" in page
    assert "4½ of 5 stars" in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("of", ["an opinion", "an answer to it"])
def test_no_level_of_heading_is_left_out_around_an_opinion(client: Client, of: str):
    title, body = make_title(), "## The shoes\n\nRed."
    opinion = make_review(title, body=body, is_opinion=True, headline="Two shoes")
    Review.objects.filter(pk=opinion.pk).update(html=render_review(body, headings=True))
    answer = make_review(title, body="They were blue.", parent=opinion, root=opinion)
    shown = opinion if of == "an opinion" else answer
    page = client.get(shown.get_absolute_url()).content.decode()
    levels = [int(level) for level in re.findall(r"<h(\d)", page.split("<main")[1])]
    assert levels[0] == 1
    assert 3 in levels
    assert all(below <= above + 1 for above, below in pairwise(levels)), levels


def test_a_message_stands_between_what_it_answers_and_what_answers_it(client: Client):
    title = make_title()
    first = make_review(title, body="The first word.")
    reply = make_review(title, body="The second word.", parent=first, root=first)
    make_review(title, body="The third word.", parent=reply, root=first)
    page = client.get(reply.get_absolute_url()).content.decode().split("</head>")[1]
    places = [page.index(f"The {nth} word.") for nth in ("first", "second", "third")]
    assert places == sorted(places)


def test_a_moderator_is_marked_and_the_numbers_stand_beside_the_name(client: Client, mona: Member):
    review = make_review(author=mona)
    make_vote(review.title, mona, 7)
    page = client.get(review.get_absolute_url()).content.decode()
    assert "(moderator films)" in page
    assert "1 message ·" in page
    assert "3½ of 5 stars" in page


def test_a_removed_text_shows_only_its_author_and_moderators_what_it_said(
    client: Client, alice: Member, bob: Member, mona: Member
):
    review = make_review(author=alice, body="Copied words.", state=ReviewState.REMOVED)
    give_second_factor(mona)
    for member, sees in ((alice, True), (mona, True), (bob, False)):
        client.force_login(member)
        page = client.get(review.get_absolute_url()).content.decode()
        assert ("Copied words." in page) is sees, member
        assert "A moderator has removed this text" in page, member


def test_a_page_of_a_text_asks_the_same_whatever_answers_it(client: Client, alice: Member):
    title = make_title()
    review = make_translated(title)
    client.force_login(alice)
    assert_flat_queries(
        client,
        lambda: make_translated(title, parent=review, root=review),
        review.get_absolute_url(),
        at_most=12,
    )


def test_an_article_asks_the_same_whatever_answers_it(client: Client):
    review = make_translated(is_opinion=True)
    assert_flat_queries(
        client,
        lambda: make_translated(review.title, parent=review, root=review),
        review.get_absolute_url(),
        at_most=8,
    )


def test_a_deep_exchange_is_one_level_deep_on_the_page():
    title = make_title()
    first = make_review(title)
    deepest = first
    for _ in range(5):
        deepest = make_review(title, parent=deepest, root=first)
    (entry,) = thread_of(title, reader(), QueryDict()).entries
    assert entry.review == first
    assert len(entry.replies) == 5
    assert entry.replies[-1].parent.author == entry.replies[-2].author


# --- Threads --------------------------------------------------------------------------------------------


@pytest.fixture
def page_of(rf: RequestFactory) -> Callable[..., list[int]]:
    def numbers(title: Title, query: str = "") -> list[int]:
        return [entry.review.pk for entry in thread_of(title, reader(), QueryDict(query)).entries]

    return numbers


def test_a_thread_goes_by_time_either_way(page_of):
    title = make_title()
    pks = [make_review(title).pk for _ in range(3)]
    assert page_of(title) == pks[::-1]
    assert page_of(title, "sort=oldest") == pks
    assert page_of(title, "sort=sideways&page=-3") == pks[::-1]


def test_a_long_thread_has_pages(page_of):
    title = make_title()
    pks = [make_review(title).pk for _ in range(MESSAGES_A_PAGE + 2)]
    assert page_of(title, "page=2") == pks[:2][::-1]
    assert page_of(title, "page=99999999999999999999") == pks[:2][::-1]


def test_opinions_can_be_read_alone(page_of):
    title = make_title()
    make_review(title)
    opinion = make_review(title, is_opinion=True)
    make_review(title, is_opinion=True, state=ReviewState.REMOVED)
    assert page_of(title, "opinions=1") == [opinion.pk]


def test_many_answers_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch):
    title = make_title()
    first = make_review(title)
    from reviews import reading

    for _ in range(5):
        make_review(title, parent=first, root=first)
    (entry,) = thread_of(title, reader(), QueryDict()).entries
    assert (len(entry.replies), entry.more) == (5, 0)
    entry.replies.clear()
    reading.attach_replies([entry], reader(), each=3)
    assert (len(entry.replies), entry.more) == (3, 2)


@pytest.mark.parametrize("number", [1, 6])
def test_a_thread_takes_four_queries_and_the_composer_two(
    django_assert_num_queries, alice: Member, number: int
):
    title = make_title()
    for _ in range(number):
        first = make_translated(title)
        make_vote(title, first.author, 8)
        make_translated(title, parent=first, root=first)
    with django_assert_num_queries(4):
        thread = thread_of(title, reader(alice), QueryDict())
    assert [entry.review.author_vote for entry in thread.entries] == [8] * number
    with django_assert_num_queries(2):
        assert composer_for(alice, title) is not None


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        (Audience.EVERYONE, {"visitor", "stranger", "asking", "follower", "author"}),
        (Audience.FOLLOWERS, {"follower", "author"}),
        (Audience.ME, {"author"}),
    ],
)
def test_stars_beside_a_text_are_for_whom_its_author_shows_votes_to(
    client: Client, audience: str, readers: set[str]
):
    title, author = make_title(), make_member("author", votes_for=audience)
    review = make_review(title, author)
    make_vote(title, author, 9)
    viewers = {"stranger": make_member(), "asking": make_member(), "follower": make_member()}
    make_follow(viewers["asking"], author, accepted=False)
    make_follow(viewers["follower"], author)
    told: dict[str, set[str]] = defaultdict(set)
    # Who sees most comes first: what was drawn for them must not be kept for the others.
    for name, viewer in {"author": author, **viewers, "visitor": None}.items():
        client.logout()
        if viewer:
            client.force_login(viewer)
        for address in (title.get_absolute_url(), review.get_absolute_url(), "/members/author/messages/"):
            page = client.get(address).text
            assert review.body in page
            message = re.search(rf'<article[^>]* id="review-{review.pk}">.*?</article>', page, re.DOTALL)
            assert message
            if 'class="stars' in message[0]:
                told[address].add(name)
    assert list(told.values()) == [readers] * 3


def test_votes_for_followers_cost_a_thread_no_query_more(django_assert_num_queries, alice: Member):
    title = make_title()
    for _ in range(3):
        author = make_member(votes_for=Audience.FOLLOWERS)
        make_follow(alice, author)
        make_vote(title, author, 8)
        make_review(title, author)
    with django_assert_num_queries(3):
        thread = thread_of(title, reader(alice, language="en"), QueryDict())
    assert [entry.review.author_vote for entry in thread.entries] == [8, 8, 8]


def test_an_empty_thread_says_so():
    thread = thread_of(make_title(), reader(), QueryDict())
    assert (thread.entries, thread.total) == ([], 0)
