"""What stands under a text about words that stand elsewhere too, and what the server makes of the answers to it."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.copydetect.mending import Replacement
from reviews.models import Case, Draft, KnownText, OwnWords, PasteNoticeDay, Review
from reviews.pasting import change_for, cut_by, paste_notice, source_of
from reviews.services.indexing import index_portion, note_text
from reviews.services.screening import Notice, NoticePassage
from tests.factories import make_review, make_title
from tests.reviews.copydetect.texts import prose

# Seventy-three words of our own, long enough for a moderator to look at.
PASSAGE = (
    "Two children share one pair of worn shoes and a secret that grows heavier each day. He runs home from school so "
    "that she can run to hers, and the alleys between them become the longest race in the city. When a real race is "
    "announced, with new shoes as its third prize, he decides that he must not win, must not lose, but come in third. "
    "Nobody at home may ever know."
)
LONG = prose(200, 7)
ABOUT = 'name="notice_about" value="'


@pytest.fixture
def film(db: None) -> Title:
    return make_title("Two Shoes")


@pytest.fixture
def by_bob(film: Title, bob: Member) -> Review:
    return known_review(film, bob, PASSAGE)


@pytest.fixture
def writing(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def known_review(title: Title, author: Member, body: str) -> Review:
    review = make_review(title, author, body, created_at=timezone.now() - timedelta(days=3))
    note_text(review)
    index_portion()
    return review


def write(client: Client, film: Title, body: str, **fields: str):
    return client.post(f"/titles/{film.pk}/write/", {"body": body, "language": "en", **fields})


def check(client: Client, film: Title, body: str, **fields: str) -> str:
    return client.post(f"/compose/check/{film.pk}/", {"body": body, **fields}).content.decode()


def about_in(page: str) -> str:
    return page.partition(ABOUT)[2].partition('"')[0]


def counted(kind: str = "source") -> tuple[int, int, int, int]:
    day = PasteNoticeDay.objects.get(kind=kind)
    return day.shown, day.changed, day.declared, day.posted


def passage(**fields: object) -> NoticePassage:
    replacement = Replacement(0, 5, "")
    numbers = {"number": 1, "start": 0, "end": 5, "words": 41, "source_id": 7}
    words = {"excerpt": "", "label": "bob", "url": "/reviews/1/", "kind": "review"}
    changes = {"keeps_first": None, "as_quote": replacement, "remove": replacement}
    return NoticePassage(**{**numbers, **words, **changes, **fields})


# --- What is drawn --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "label", "name"),
    [
        ("review", "bob", "a message by bob"),
        ("plot", "Heat (1995)", "the plot of Heat (1995)"),
        ("biography", "Agnès Varda", "the biography of Agnès Varda"),
        ("registered", "100% of the news", "100% of the news"),
        ("review", "", ""),
    ],
)
def test_a_source_is_called_by_what_it_is_and_not_at_all_where_it_is_nobodys_business(
    kind: str, label: str, name: str
) -> None:
    assert source_of(passage(kind=kind, label=label), "words").name == name


def test_an_excerpt_begins_and_ends_in_the_midst_of_a_sentence_with_dots() -> None:
    body = f"Once more, {LONG}"
    (stretch,) = source_of(passage(stretches=((5, len(body)),)), body).stretches
    assert stretch.excerpt.startswith("…more,")
    assert stretch.excerpt.endswith("…")
    assert len(stretch.excerpt) <= 125


def test_of_a_text_cut_into_many_pieces_the_first_are_shown_and_the_rest_counted() -> None:
    pieces = tuple((place, place + 5) for place in range(0, 100, 10))
    source = source_of(passage(stretches=pieces), LONG)
    assert (len(source.stretches), source.unseen) == (8, 2)


def test_own_words_hold_for_the_sources_that_were_asked_about_and_no_other() -> None:
    notice = Notice([passage(source_id=7)], words=41)
    declared = paste_notice(notice, "words", about="7", declared=True)
    assert declared is not None
    assert (declared.is_declared, declared.sources) == (True, [])
    other = paste_notice(notice, "words", about="6", declared=True)
    assert other is not None
    assert (other.is_declared, len(other.sources), other.about) == (False, 1, "6 7")


def test_the_main_button_says_what_it_does_once_words_were_asked_about(
    writing: Client, film: Title, by_bob: Review
) -> None:
    says = f'<span hx-swap-oob="innerHTML:#write-{film.pk}-send">'
    asked = check(writing, film, PASSAGE)
    assert f"{says}Post it as it is" in asked
    about = about_in(asked)
    for answer in (
        check(writing, film, PASSAGE, notice_about=about, own_words="1"),
        check(writing, film, "Nothing of it.", notice_about=about),
    ):
        assert f"{says}Publish" in answer
    sent = write(writing, film, PASSAGE).content.decode()
    assert f'<button class="btn main" type="submit" id="write-{film.pk}-send">Post it as it is' in sent
    own = make_review(film, Member.objects.get(username="alice"), "Worn shoes.")
    changed = check(writing, film, PASSAGE, review=str(own.pk), notice_about=about, own_words="1")
    assert f'<span hx-swap-oob="innerHTML:#edit-{own.pk}-send">Save the change' in changed


def test_a_notice_whose_words_are_gone_says_so_and_one_that_never_was_says_nothing() -> None:
    gone = paste_notice(None, "words", about="7")
    assert gone is not None
    assert (gone.sources, gone.asks, gone.is_declared) == ([], False, False)
    assert paste_notice(None, "words") is None


@pytest.mark.parametrize("verb", ["", ":", "1", "1:", "2:quote", "1:burn", "9" * 5000 + ":quote", "1:first"])
def test_a_button_that_is_not_there_changes_nothing(verb: str) -> None:
    assert change_for(Notice([passage()]), verb) is None
    assert change_for(None, verb) is None


def test_what_stands_in_the_new_words_was_not_cut() -> None:
    assert cut_by(Replacement(3, 6, "> two"), "one two three") == ""
    assert cut_by(Replacement(0, 7, "> one"), "one two three") == "one two"


# --- Asking and answering -----------------------------------------------------------------------------------------


def test_a_notice_is_counted_once_however_often_it_is_drawn(
    writing: Client, film: Title, by_bob: Review
) -> None:
    page = check(writing, film, PASSAGE)
    for body in (f"{PASSAGE} More.", f"{PASSAGE} More and more."):
        page = check(writing, film, body, notice_about=about_in(page))
    write(writing, film, PASSAGE, notice_seen="1", notice_about=about_in(page))
    assert counted() == (1, 0, 0, 1)


def test_posting_without_the_copied_words_counts_as_changed(
    writing: Client, film: Title, by_bob: Review
) -> None:
    page = write(writing, film, PASSAGE).content.decode()
    write(writing, film, "My own words, then.", notice_seen="1", notice_about=about_in(page))
    assert counted() == (1, 1, 0, 0)
    assert not Case.objects.exists()


def test_own_words_are_recorded_with_their_address_and_asked_about_once(
    writing: Client, alice: Member, film: Title, by_bob: Review
) -> None:
    page = write(writing, film, PASSAGE).content.decode()
    said = {"notice_about": about_in(page), "own_words": "1", "own_words_url": "example.org/blog"}
    assert "Noted: these are your own words" in check(writing, film, PASSAGE, **said)
    assert write(writing, film, PASSAGE, notice_seen="1", **said).status_code == 303
    own = OwnWords.objects.get()
    assert (own.author, own.url) == (alice, "https://example.org/blog")
    assert counted() == (1, 0, 1, 0)
    assert check(writing, film, f"Once more: {PASSAGE}") == ""


@pytest.mark.parametrize(
    "url", ["nowhere", "javascript://x/%0aalert(1)", "ftp://example.org/", f"example.org/{'x' * 600}"]
)
def test_an_address_that_is_none_is_asked_about_and_nothing_is_lost(
    writing: Client, film: Title, by_bob: Review, url: str
) -> None:
    about = about_in(check(writing, film, PASSAGE))
    answer = write(writing, film, PASSAGE, notice_about=about, own_words="1", own_words_url=url)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not the address of a page" in page
    assert f'value="{url}"' in page
    assert 'name="own_words" value="1" id=' in page
    assert not Review.objects.filter(body=PASSAGE).exclude(pk=by_bob.pk).exists()


def test_an_address_without_the_word_that_it_belongs_to_holds_nobody_up(
    writing: Client, film: Title, by_bob: Review
) -> None:
    assert write(writing, film, PASSAGE, notice_seen="1", own_words_url="nowhere").status_code == 303


def test_a_draft_keeps_what_was_said_and_what_was_cut(writing: Client, film: Title) -> None:
    fields = {
        "body": "Mine.",
        "notice_about": "7",
        "own_words": "1",
        "own_words_url": "a.org",
        "cut": "Theirs.",
    }
    writing.post(f"/compose/draft/{film.pk}/", fields)
    page = writing.get(f"/titles/{film.pk}/write/").content.decode()
    assert "Noted: these are your own words" in page
    assert 'value="a.org"' in page
    assert "Theirs.</textarea>" in page


def test_the_question_about_a_paste_of_a_newcomer_holds_nobody_up(writing: Client, film: Title) -> None:
    paste = json.dumps({"characters": len(LONG), "origin": "web", "pastes": 1})
    page = check(writing, film, LONG, paste_signal=paste)
    assert "Pasted from a website?" in page
    assert 'name="notice_seen"' not in page
    assert about_in(page) == "question"
    answer = write(writing, film, LONG, paste_signal=paste, notice_about="question")
    assert answer.status_code == 303
    assert counted("question") == (1, 0, 0, 1)


def test_the_question_is_gone_for_good_after_three_answers(writing: Client, alice: Member) -> None:
    for number in range(3):
        film, text = make_title(), prose(200, 20 + number)
        paste = json.dumps({"characters": len(text), "origin": "web", "pastes": 1})
        assert "Pasted from a website?" in check(writing, film, text, paste_signal=paste)
        write(writing, film, text, paste_signal=paste, notice_about="question", own_words="1")
    paste = json.dumps({"characters": len(LONG), "origin": "web", "pastes": 1})
    assert check(writing, make_title(), LONG, paste_signal=paste) == ""
    assert counted("question") == (3, 0, 3, 0)


def test_the_first_paragraph_is_offered_where_it_ends_the_notice(
    writing: Client, film: Title, by_bob: Review
) -> None:
    bare = check(writing, film, PASSAGE)
    assert "Keep the first paragraph" not in bare
    assert "To keep the first paragraph and a link, write at least 15 words of your own first." in bare
    body = f"{prose(20, 9)}\n\n{PASSAGE}"
    beside_words = check(writing, film, body)
    assert "Keep the first paragraph" in beside_words
    assert "words of your own first" not in beside_words
    assert "so is a first paragraph with a link" in beside_words
    page = write(writing, film, body, mend="1:first").content.decode()
    assert "What is left is allowed." in page


def test_no_first_paragraph_is_spoken_of_where_none_was_pasted(
    writing: Client, film: Title, bob: Member
) -> None:
    known_review(film, bob, f"{prose(60, 11)}\n\n{PASSAGE}")
    page = check(writing, film, f"{prose(20, 9)}\n\n{PASSAGE}")
    assert "a short quotation is welcome" in page
    assert "first paragraph" not in page.partition("Why do we ask?")[0]


def test_what_became_a_quotation_is_allowed_and_not_said_to_be_gone(
    writing: Client, film: Title, by_bob: Review
) -> None:
    page = write(writing, film, f"Look at this.\n\n{PASSAGE}", mend="1:quote").content.decode()
    assert "It is a quotation now, with its source." in page
    assert "What is left is allowed. Thank you." in page
    assert "Nothing of it" not in page


@pytest.mark.parametrize("verb", ["1:quote", "1:remove"])
@pytest.mark.parametrize("is_indexed", [True, False])
def test_the_headline_that_was_pasted_with_a_passage_goes_with_it_and_ones_own_stays(
    writing: Client, film: Title, bob: Member, verb: str, is_indexed: bool
) -> None:
    theirs = (
        known_review(film, bob, PASSAGE)
        if is_indexed
        else make_review(film, bob, PASSAGE, created_at=timezone.now() - timedelta(days=3))
    )
    Review.objects.filter(pk=theirs.pk).update(headline="First, the shoes", is_opinion=True)
    body = f"## My view\n\nLook at this.\n\n## First, the shoes\n\n{PASSAGE}\n\nWell?"
    write(writing, film, body, mend=verb)
    kept = Draft.objects.get().fields
    assert "First, the shoes" not in kept["body"]
    assert kept["body"].startswith("## My view\n\nLook at this.\n\n")
    assert f"## First, the shoes\n\n{PASSAGE}" in kept["cut"]


def test_the_server_mends_what_the_page_cannot_and_keeps_what_it_cut(
    writing: Client, alice: Member, film: Title, by_bob: Review
) -> None:
    body = f"Look at this.\r\n\r\n{PASSAGE}\r\n\r\nWell?"
    page = write(writing, film, body, mend="1:remove").content.decode()
    assert "The passage is out of your text." in page
    assert "Nobody at home may ever know." in page.partition('name="cut"')[2]
    kept = Draft.objects.get(member=alice).fields
    assert "Look at this." in kept["body"]
    assert "Well?" in kept["body"]
    assert PASSAGE not in kept["body"]
    assert PASSAGE[:60] in kept["cut"]
    assert not Review.objects.filter(author=alice).exists()


def test_what_was_cut_is_kept_once_and_can_be_thrown_away(
    writing: Client, film: Title, by_bob: Review
) -> None:
    cut = "Words of before."
    for _again in range(2):
        page = write(writing, film, f"Look at this.\n\n{PASSAGE}", mend="1:remove", cut=f"\r\n{cut}\r\n")
        cut = Draft.objects.get().fields["cut"]
    assert cut == f"Words of before.\n\n{PASSAGE}"
    page = write(writing, film, "Look at this.", action="throw-away", cut=cut).content.decode()
    assert "Words of before." not in page
    assert "Look at this.</textarea>" in page
    assert Draft.objects.get().fields["cut"] == ""
    assert not Review.objects.exclude(pk=by_bob.pk).exists()


def test_a_passage_that_is_gone_by_now_is_not_mended_twice(
    writing: Client, film: Title, by_bob: Review
) -> None:
    answer = write(writing, film, "Only my own words.", mend="1:remove", notice_about=f"{by_bob.pk}")
    assert answer.status_code == 200
    assert "Only my own words.</textarea>" in answer.content.decode()


@pytest.mark.parametrize("about", ["x" * 100_000, "7" * 100_000, "<b>", "-1 0 question question", "٣"])
def test_nonsense_in_the_hidden_fields_breaks_nothing(
    writing: Client, film: Title, by_bob: Review, about: str
) -> None:
    page = check(writing, film, PASSAGE, notice_about=about)
    assert "a message by bob" in page
    assert write(writing, film, PASSAGE, notice_seen="1", notice_about=about).status_code == 303


def test_what_nobody_may_read_any_more_is_no_source(writing: Client, film: Title, by_bob: Review) -> None:
    Review.objects.filter(pk=by_bob.pk).update(state="withdrawn")
    assert check(writing, film, PASSAGE) == ""
    assert KnownText.objects.exists()
