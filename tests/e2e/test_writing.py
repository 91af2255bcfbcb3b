"""Writing in the browser: drafts, answers, spoilers, second thoughts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Member
from films.models import Title
from reviews.models import Draft, Review
from tests.e2e.conftest import OpenPage
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "He comes third and does not know that he has won."


@pytest.fixture
def film(transactional_db: None) -> Title:
    return make_title("Children of Heaven", year=1997)


def card_of(page: Page, review: Review) -> Locator:
    return page.locator(f"#review-{review.pk}")


def test_a_draft_outlives_a_reload(open_page: OpenPage, film: Title, alice: Member) -> None:
    page = open_page(alice)
    page.goto(film.get_absolute_url())
    page.get_by_label("Your text").press_sequentially("Two pairs of eyes", delay=5)
    expect(page.locator(".draft-state")).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("Your text")).to_have_value("Two pairs of eyes")


def test_words_typed_just_before_leaving_are_kept(open_page: OpenPage, film: Title, alice: Member) -> None:
    page = open_page(alice)
    page.goto(film.get_absolute_url())
    page.get_by_label("Your text").fill("Gone in a second")
    page.goto("/rules/")
    page.goto(film.get_absolute_url())
    expect(page.get_by_label("Your text")).to_have_value("Gone in a second")


def test_an_answer_quotes_what_it_answers(
    open_page: OpenPage, film: Title, alice: Member, bob: Member
) -> None:
    review = make_review(film, alice, "The shoes are the whole film.")
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    card = card_of(page, review)
    card.get_by_role("link", name="Quote").click()
    answer = card.get_by_label("Your answer to alice")
    expect(answer).to_have_value(re.compile(r"^> \[@alice\].*\n>\n> The shoes are the whole film\."))
    expect(answer).to_be_focused()
    answer.press("Control+End")
    page.keyboard.type("And the race?")
    card.get_by_role("button", name="Send the answer").click()

    written = page.locator(".replies .review")
    expect(written).to_contain_text("And the race?")
    expect(written.locator("blockquote")).to_contain_text("The shoes are the whole film.")
    expect(written.locator(".answers")).to_contain_text("@alice")
    assert not Draft.objects.exists()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_spoiler_stays_shut_until_it_is_opened(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, script: bool
) -> None:
    writer = open_page(alice, java_script_enabled=script)
    writer.goto(film.get_absolute_url())
    writer.get_by_label("Your text").fill(f"See it without knowing more. ||{SECRET}||")
    writer.get_by_role("button", name="Publish").click()
    review = Review.objects.get()

    page = open_page(bob, java_script_enabled=script)
    page.goto(film.get_absolute_url())
    card = card_of(page, review)
    expect(card.get_by_text("See it without knowing more.")).to_be_visible()
    expect(card).not_to_contain_text(SECRET, use_inner_text=True)
    card.locator("details.spoiler summary").click()
    expect(card).to_contain_text(SECRET, use_inner_text=True)


def test_a_changed_text_says_so_and_keeps_what_it_was(
    open_page: OpenPage, film: Title, alice: Member
) -> None:
    review = make_review(film, alice, "The shoes are the film.")
    page = open_page(alice)
    page.goto(film.get_absolute_url())
    card_of(page, review).get_by_role("link", name="Edit").click()
    page.get_by_label("Your text").fill("The race is the film.")
    page.get_by_role("button", name="Save the change").click()
    expect(card_of(page, review)).to_contain_text("The race is the film.")
    card_of(page, review).get_by_role("link", name="edited").click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    expect(page.locator("main")).to_contain_text("The shoes are the film.")


def test_a_text_is_taken_back_and_put_back(
    open_page: OpenPage, film: Title, alice: Member, bob: Member
) -> None:
    review = make_review(film, alice, "Perhaps I was too harsh.")
    author, reader = open_page(alice), open_page(bob, java_script_enabled=False)
    author.goto(film.get_absolute_url())
    card_of(author, review).get_by_role("link", name="Take back").click()
    author.get_by_role("button", name="Take it back").click()
    expect(author.locator("main")).to_contain_text("only you still see it")
    reader.goto(film.get_absolute_url())
    expect(reader.locator("main")).not_to_contain_text("too harsh")

    card_of(author, review).get_by_role("link", name="Put back").click()
    author.get_by_role("button", name="Put it back").click()
    reader.reload()
    expect(card_of(reader, review)).to_contain_text("too harsh")


def test_a_preview_shows_the_text_without_posting_it(open_page: OpenPage, film: Title, alice: Member) -> None:
    page = open_page(alice)
    page.goto(film.get_absolute_url())
    page.get_by_label("Your text").fill("It is **small** and grand.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview strong")).to_have_text("small")
    assert not Review.objects.exists()
