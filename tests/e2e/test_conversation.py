"""One conversation in many languages: written, translated by the real worker, read both ways, bettered, edited."""

import re
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Title
from reviews.models import Correction, Draft, Review, Translation, TranslationStatus
from reviews.services.publishing import edit_review, publish_review
from reviews.services.translating import sweep_translations
from tests.e2e.conftest import OpenPage, Worker, press
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db(transaction=True)

# How long the worker may take to start, load its model and deliver, in seconds.
WORKER_PATIENCE = 60
FIRST = "Este filme me emocionou muito."
RACE = "A corrida final é uma das cenas mais bonitas do cinema."
PERSIAN = "این فیلم مرا به گریه انداخت. پایان آن فراموش‌نشدنی است."


@pytest.fixture
def film(transactional_db: None) -> Title:
    return make_title("Children of Heaven", year=1997)


def write_in_portuguese(film: Title, author: Member) -> Review:
    review = publish_review(author=author, subject=film, body=f"{FIRST} {RACE}", language="pt")
    wait_until_translated(review)
    return review


def wait_until_translated(review: Review) -> Translation:
    for _ in range(WORKER_PATIENCE * 5):
        made = Translation.objects.filter(
            review=review, target="en", source_hash=review.source_hash, status=TranslationStatus.DONE
        ).first()
        if made is not None:
            return made
        time.sleep(0.2)
    pytest.fail("no translation was delivered")


def card_of(page: Page, review: Review) -> Locator:
    return page.locator(f"#review-{review.pk}")


def press_tab_until(page: Page, wanted: Locator) -> None:
    """As somebody without a mouse: Tab, until the focus is there."""
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        press(page, "Tab")
    pytest.fail("the keyboard never came there")


def test_both_wordings_by_keyboard_alone(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, worker: Worker
) -> None:
    review = write_in_portuguese(film, alice)
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    card = card_of(page, review)
    shown = card.locator("[data-wording]:visible")
    button = card.get_by_role("button", name=re.compile("View (original|translation)"))
    press_tab_until(page, button)
    assert button.get_attribute("aria-expanded") == "false"
    press(page, "Enter")
    expect(shown).to_have_attribute("lang", "pt")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(button).to_be_focused()
    press(page, "Space")
    expect(shown).to_have_attribute("lang", "en")
    side_by_side = card.get_by_role("link", name="Side by side")
    press_tab_until(page, side_by_side)
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("alice about Children of Heaven")


def test_better_words_from_a_reader_to_the_thread(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, worker: Worker
) -> None:
    review = write_in_portuguese(film, alice)
    reader = open_page(bob)
    reader.goto(film.get_absolute_url())
    card_of(reader, review).get_by_role("link", name="Side by side").click()
    reader.locator("details.sentences summary").click()
    reader.get_by_role("link", name="Suggest a better translation").first.click()
    box = reader.locator(".wording-form textarea")
    expect(box).to_be_focused()
    box.fill("This film moved me to tears.")
    reader.get_by_role("button", name="Suggest these words").click()
    expect(reader.locator(".sentence-thanks")).to_be_visible()
    suggestion = Correction.objects.get()

    author = open_page(alice)
    author.goto("/notifications/")
    author.locator("main").get_by_role(
        "link", name=re.compile("suggest|better|bob", re.IGNORECASE)
    ).first.click()
    author.get_by_role("button", name="Accept").first.click()
    expect(author.get_by_text("accepted").first).to_be_visible()
    suggestion.refresh_from_db()
    assert suggestion.state == Correction.State.ACCEPTED

    reader.goto(film.get_absolute_url())
    card = card_of(reader, review)
    expect(card.locator("[data-wording]:visible")).to_contain_text("This film moved me to tears.")
    expect(card.locator(".lang-note")).to_contain_text("corrected by bob")


def test_better_words_and_a_doubt_without_javascript(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, worker: Worker
) -> None:
    review = write_in_portuguese(film, alice)
    page = open_page(bob, java_script_enabled=False)
    page.goto(film.get_absolute_url())
    card_of(page, review).get_by_role("link", name="Side by side").click()
    page.locator("details.sentences summary").click()
    page.get_by_role("link", name="Suggest a better translation").first.click()
    page.locator(".wording-form textarea").fill("This film moved me to tears.")
    page.get_by_role("button", name="Suggest these words").click()
    assert Correction.objects.get().text == "This film moved me to tears."

    page.goto(film.get_absolute_url())
    card_of(page, review).get_by_role("link", name="Side by side").click()
    page.get_by_role("link", name="This translation is bad").click()
    page.get_by_label("It says something else").check()
    page.locator("main form").get_by_role("button").first.click()
    assert Translation.objects.get(review=review, target="en").bad_reports.count() == 1


def test_an_edit_keeps_what_still_stands_and_tells_what_does_not(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, worker: Worker, settings: Settings
) -> None:
    review = write_in_portuguese(film, alice)
    # Long enough for a look at what stands meanwhile.
    settings.FILMSITE_TRANSLATION_EDIT_SECONDS = 600
    edited = edit_review(
        review=review,
        editor=alice,
        version=1,
        body=f"{RACE} O menino perde os sapatos.",
        language="pt",
    )
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    card = card_of(page, review)
    expect(card.locator(".lang-note")).to_contain_text(
        "Translated from an earlier version: changed sentences stand in Portuguese"
    )
    shown = card.locator("[data-wording]:visible")
    expect(shown).to_contain_text("O menino perde os sapatos.")
    expect(shown).not_to_contain_text("emocionou")
    expect(shown).not_to_contain_text("moved")
    expect(shown).to_contain_text("most beautiful")

    Translation.objects.filter(review=edited, source_hash=edited.source_hash).update(
        next_attempt_at=timezone.now() - timedelta(minutes=1)
    )
    sweep_translations()
    wait_until_translated(edited)
    page.reload()
    expect(card.locator(".lang-note")).to_contain_text("Translated from Portuguese")
    expect(shown).to_contain_text("shoes")


def test_a_persian_text_runs_from_the_right_and_its_translation_from_the_left(
    open_page: OpenPage, film: Title, alice: Member, bob: Member
) -> None:
    review = make_review(film, alice, PERSIAN, language="fa")
    # No engine of the house knows Persian: what one would have delivered.
    Translation.objects.create(
        review=review,
        source_hash=review.source_hash,
        content_hash=review.source_hash,
        source_language="fa",
        target="en",
        body="This film made me cry. Its end cannot be forgotten.",
        html="<p>This film made me cry. Its end cannot be forgotten.</p>",
        status=TranslationStatus.DONE,
        next_attempt_at=timezone.now(),
    )
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    card = card_of(page, review)
    shown = card.locator("[data-wording]:visible")
    expect(shown).to_have_attribute("dir", "ltr")
    expect(card.locator(".lang-note")).to_contain_text("Translated from Persian")
    card.get_by_role("button", name="View original").click()
    expect(shown).to_have_attribute("dir", "rtl")
    expect(shown).to_have_attribute("lang", "fa")
    assert shown.evaluate("element => getComputedStyle(element).direction") == "rtl"
    # The first word stands at the right edge of the text.
    edges = shown.locator("p").first.evaluate(
        """paragraph => {
            const range = document.createRange();
            range.setStart(paragraph.firstChild, 0);
            range.setEnd(paragraph.firstChild, 3);
            const word = range.getBoundingClientRect(), box = paragraph.getBoundingClientRect();
            return [box.right - word.right, word.left - box.left];
        }"""
    )
    assert edges[0] < 8 < edges[1]
    card.get_by_role("link", name="Side by side").click()
    expect(page.locator('.side [dir="rtl"]').first).to_contain_text("فیلم")


def test_the_composer_sees_the_language_asks_when_it_differs_and_says_who_will_read_it(
    open_page: OpenPage, film: Title, alice: Member
) -> None:
    page = open_page(alice)
    page.goto(film.get_absolute_url())
    box = page.get_by_label("Your text")
    language = page.get_by_label(re.compile("^Writing in"))
    language.select_option("en")
    box.press_sequentially("O menino perde os sapatos da irmã e corre muito.", delay=5)
    expect(page.get_by_text("This looks like Portuguese.")).to_be_visible()
    assert language.input_value() == "en"
    page.get_by_role("button", name="It is Portuguese").click()
    assert language.input_value() == "pt"
    expect(page.get_by_text(re.compile("Readers of .*English.* will get a translation"))).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".review")).to_have_count(1)
    assert Review.objects.get().language == "pt"


def test_the_language_of_a_text_stands_while_its_author_changes_it(
    open_page: OpenPage, film: Title, alice: Member
) -> None:
    review = make_review(film, alice, f"{FIRST} {RACE}", language="pt")
    page = open_page(alice)
    page.goto(f"/reviews/{review.pk}/edit/")
    page.get_by_label("Your text").press_sequentially(" Sim.", delay=5)
    expect(page.locator(".draft-state")).to_contain_text("Draft saved")
    expect(page.get_by_text(re.compile("Readers of .*English.* will get a translation"))).to_be_visible()
    assert page.get_by_label(re.compile("^Writing in")).input_value() == "pt"
    assert Draft.objects.get().fields["language"] == "pt"
