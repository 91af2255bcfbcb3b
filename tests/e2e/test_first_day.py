"""The main journey of the site, from signing up to being moderated, each step as a person takes it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Member
from films.models import Title
from reviews.models import Review
from tests.e2e.conftest import OpenPage, Worker, press
from tests.factories import make_member, make_title, make_votes

pytestmark = pytest.mark.django_db(transaction=True)

# How long the worker may take to start, load its model and deliver, in milliseconds.
WORKER_PATIENCE = 60_000
SHOES = (
    "Este filme me emocionou muito. O menino perde os sapatos da irmã e os dois guardam o segredo. "
    "A corrida final é uma das cenas mais bonitas do cinema."
)
# Two thousand characters that nobody would type.


@pytest.fixture
def film(transactional_db: None) -> Title:
    """Five votes: two of 2 stars, two of 4, one of 5, so the mean is 3.40."""
    film = make_title("Children of Heaven", year=1997)
    make_votes(film, {4: 2, 8: 2, 10: 1})
    return film


def histogram(page: Page) -> dict[str, str]:
    """Votes for each number of stars, as the table in the fold has them."""
    rows = page.locator("#rating details tbody tr")
    return {
        row.locator("th").text_content() or "": row.locator("td").text_content() or "" for row in rows.all()
    }


def star(page: Page, words: str) -> Locator:
    """The half star to click on: the label, in which the radio button lies unseen."""
    return page.locator(".half").filter(has=page.get_by_role("radio", name=f"{words} of 5", exact=True))


def test_sign_up_and_confirm_with_the_code_on_the_mail_page(open_page: OpenPage, film: Title) -> None:
    page = open_page()
    page.goto("/")
    page.get_by_role("link", name="Join").first.click()
    expect(page.get_by_text("a username can never be changed")).to_be_visible()
    page.get_by_label("Email").fill("zahra@example.org")
    page.get_by_label("Username").fill("zahra")
    page.get_by_label("Password", exact=False).first.fill("two-pairs-of-shoes-97")
    page.get_by_label("Password (again)").fill("two-pairs-of-shoes-97")
    page.locator("main").get_by_role("button", name="Sign up").click()

    code_page = page.url
    page.get_by_role("link", name="Mail of this demo").click()
    words = page.locator("main article").first.inner_text()
    assert "zahra@example.org" in words
    assert "Hello from Filmsite!" in words
    code = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", words, re.MULTILINE)
    assert code, words
    page.goto(code_page)
    page.get_by_label("Code").fill(code.group(1))
    page.locator("main").get_by_role("button", name="Confirm").click()

    expect(page.locator(".masthead .menu")).to_contain_text("zahra")
    assert Member.objects.get(username="zahra").emailaddress_set.get().verified


def test_a_click_on_a_star_moves_mean_and_histogram_at_once(
    open_page: OpenPage, film: Title, bob: Member
) -> None:
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    expect(page.locator(".score-mean")).to_have_text("3.40")
    assert histogram(page)["3½"] == "0"
    page.evaluate("window.sameDocument = true")

    star(page, "3½").click()

    expect(page.locator(".score-mean")).to_have_text("3.42")
    assert histogram(page)["3½"] == "1"
    expect(page.get_by_role("radio", name="3½ of 5")).to_be_checked()
    expect(page.locator("#vote-said")).to_contain_text("3½ of 5")

    page.get_by_role("radio", name="5 of 5", exact=True).focus()
    press(page, "9")

    expect(page.locator(".score-mean")).to_have_text("3.58")
    assert histogram(page)["4½"] == "1"
    assert histogram(page)["3½"] == "0"

    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".score-mean")).to_have_text("3.40")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".score-mean")).to_have_text("3.58")
    assert page.evaluate("window.sameDocument")


def test_arrows_choose_and_enter_votes(open_page: OpenPage, film: Title, bob: Member) -> None:
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    page.get_by_role("radio", name="½ of 5", exact=True).focus()
    for _ in range(6):
        press(page, "ArrowRight")
    expect(page.get_by_role("radio", name="3½ of 5")).to_be_checked()
    expect(page.locator(".score-mean")).to_have_text("3.40")
    press(page, "Enter")
    expect(page.locator(".score-mean")).to_have_text("3.42")


def test_voting_without_javascript(open_page: OpenPage, film: Title, bob: Member) -> None:
    page = open_page(bob, java_script_enabled=False)
    page.goto(film.get_absolute_url())
    star(page, "3½").click()
    page.get_by_role("button", name="Vote", exact=True).click()
    expect(page.locator(".score-mean")).to_have_text("3.42")
    assert histogram(page)["3½"] == "1"
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".score-mean")).to_have_text("3.40")


def test_a_portuguese_review_is_read_in_english_and_in_the_original(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, worker: Worker
) -> None:
    page = open_page(alice)
    page.goto(film.get_absolute_url())
    page.get_by_label("Your text").fill(SHOES)
    page.get_by_role("button", name="Publish").click()
    review = Review.objects.get(author=alice)
    card = page.locator(f"#review-{review.pk}")
    expect(card).to_contain_text("me emocionou muito")
    assert review.language == "pt"

    reader = open_page(bob)
    wait_for_translation(reader, film, review)
    with_script(reader, review)
    plain = open_page(bob, java_script_enabled=False)
    plain.goto(film.get_absolute_url())
    by_the_server(plain, review)


def wait_for_translation(page: Page, film: Title, review: Review) -> None:
    """Look again every second, as a reader would, until the worker has delivered."""
    note = page.locator(f"#review-{review.pk} .lang-note")
    for _ in range(WORKER_PATIENCE // 1000):
        page.goto(film.get_absolute_url())
        if "Translated from Portuguese" in note.inner_text():
            return
        expect(note).to_contain_text("Written in Portuguese. A translation is on its way.")
        page.wait_for_timeout(1000)
    pytest.fail("no translation was delivered")


def with_script(page: Page, review: Review) -> None:
    card = page.locator(f"#review-{review.pk}")
    shown = card.locator("[data-wording]:visible")
    page.evaluate("window.sameDocument = true")
    expect(shown).to_have_attribute("lang", "en")
    expect(shown).to_contain_text("shoes")
    card.get_by_role("button", name="View original").click()
    expect(shown).to_have_attribute("lang", "pt")
    expect(shown).to_contain_text("sapatos")
    expect(card.locator(".lang-note")).to_contain_text("Written in Portuguese")
    card.get_by_role("button", name="View translation").click()
    expect(shown).to_have_attribute("lang", "en")
    expect(card.locator(".lang-note")).to_contain_text("Translated from Portuguese")
    assert page.evaluate("window.sameDocument")


def by_the_server(page: Page, review: Review) -> None:
    card = page.locator(f"#review-{review.pk}")
    shown = card.locator("[data-wording]:visible")
    expect(shown).to_have_attribute("lang", "en")
    card.get_by_role("button", name="View original").click()
    expect(page).to_have_url(re.compile(rf"original={review.pk}"))
    expect(shown).to_have_attribute("lang", "pt")
    expect(shown).to_contain_text("sapatos")
    card.get_by_role("button", name="View translation").click()
    expect(shown).to_have_attribute("lang", "en")
    expect(shown).to_contain_text("shoes")


def test_a_suspended_member_reads_and_does_not_write(open_page: OpenPage, film: Title) -> None:
    page = open_page(make_member("sam", suspended_at="2026-01-01T00:00:00Z"))
    page.goto(film.get_absolute_url())
    expect(page.locator("main")).to_contain_text("Your account is suspended")
    expect(page.get_by_label("Your text")).to_have_count(0)
