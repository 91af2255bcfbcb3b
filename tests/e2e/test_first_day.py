"""The main journey of the site, from signing up to being moderated, each step as a person takes it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Member
from films.models import Title
from reviews.models import Review, ReviewState
from tests.e2e.conftest import OpenPage, Worker
from tests.factories import make_member, make_review, make_title, make_votes

pytestmark = pytest.mark.django_db(transaction=True)

# How long the worker may take to start, load its model and deliver, in milliseconds.
WORKER_PATIENCE = 60_000
SHOES = (
    "Este filme me emocionou muito. O menino perde os sapatos da irmã e os dois guardam o segredo. "
    "A corrida final é uma das cenas mais bonitas do cinema."
)
# Two thousand characters that nobody would type.
LONG_TEXT = (
    " ".join(
        f"In the {number}. minute the camera waits at the corner of the lane, and the boy runs past it once more."
        for number in range(1, 40)
    )[:1999]
    + "."
)


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
    page.keyboard.press("9")

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
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="3½ of 5")).to_be_checked()
    expect(page.locator(".score-mean")).to_have_text("3.40")
    page.keyboard.press("Enter")
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


def test_a_pasted_text_from_warning_to_restoration(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, mona: Member, sofie: Member, worker: Worker
) -> None:
    assert len(LONG_TEXT) == 2000
    author = open_page(alice, permissions=["clipboard-read", "clipboard-write"])
    review = post_the_paste(author, film, alice)
    remove_it(open_page(mona), film, review)
    read_the_statement(author, review)
    visitor = open_page()
    visitor.goto("/moderation/log/")
    entry = visitor.locator(".log li").first
    expect(entry).to_contain_text("A text was removed")
    expect(entry).to_contain_text("word for word elsewhere")
    expect(visitor.locator("main")).not_to_contain_text("alice")
    visitor.goto(film.get_absolute_url())
    expect(visitor.locator(f"#review-{review.pk}")).to_contain_text("A moderator has removed this text.")
    expect(visitor.locator(f"#review-{review.pk}")).not_to_contain_text("the camera waits")

    wait_for_mail(visitor, "alice@example.org")
    restore_it(open_page(sofie), film)
    visitor.goto(film.get_absolute_url())
    expect(visitor.locator(f"#review-{review.pk}")).to_contain_text("the camera waits")
    visitor.goto("/moderation/log/")
    expect(visitor.locator(".log li").first).to_contain_text("A text was put back")
    author.goto("/moderation/statements/")
    expect(author.locator("main .rowline").first).to_contain_text("new")


def wait_for_mail(page: Page, recipient: str) -> None:
    """The worker sends the statement as mail too; the demo shows it on a page."""
    for _ in range(WORKER_PATIENCE // 1000):
        page.goto("/demo/mail/")
        if recipient in page.locator("main").inner_text():
            return
        page.wait_for_timeout(1000)
    pytest.fail("no mail was sent")


def post_the_paste(page: Page, film: Title, author: Member) -> Review:
    """Paste with the browser's own clipboard, see the warning while the text is still a draft, post it anyway."""
    page.goto(film.get_absolute_url())
    page.evaluate("text => navigator.clipboard.writeText(text)", LONG_TEXT)
    page.get_by_label("Your text").focus()
    page.keyboard.press("Control+V")
    warning = page.locator(".paste-notice")
    expect(warning).to_contain_text("You pasted 2,000 characters in one go.")
    expect(warning).to_contain_text("We ask for your own words here.")
    assert not Review.objects.exists()
    page.get_by_role("button", name=re.compile("Publish|Post it as it is")).click()
    expect(page.locator(".review")).to_contain_text("the camera waits")
    return Review.objects.get(author=author)


def remove_it(page: Page, film: Title, review: Review) -> None:
    page.goto("/")
    page.locator(".masthead .menu summary").click()
    page.get_by_role("link", name="Moderation 1").click()
    page.locator(".queue").get_by_role("link", name=film.name).click()
    expect(page.locator("main")).to_contain_text("Pasted in one go: 2,000 characters.")
    page.get_by_label("Remove it").check()
    page.get_by_label("Rule").select_option(label="No copied texts")
    expect(page.get_by_label("Reason")).to_have_value(re.compile("word for word elsewhere"))
    page.get_by_role("button", name="Decide").click()
    page.wait_for_url("**/moderation/**")
    expect(page.locator("main")).to_contain_text("Nothing waits for you.")
    review.refresh_from_db()
    assert review.state == ReviewState.REMOVED


def read_the_statement(page: Page, review: Review) -> None:
    """The author is told in the head of every page, and reads why, with the whole text to keep."""
    page.goto("/")
    expect(page.locator(".masthead .menu summary .count")).to_have_text("1")
    page.locator(".masthead .menu summary").click()
    page.get_by_role("link", name="Decisions about me").click()
    page.locator("main").get_by_role("link", name="Children of Heaven").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("was removed")
    expect(page.locator(".facts")).to_contain_text("word for word elsewhere")
    expect(page.locator(".facts")).to_contain_text("No copied texts")
    expect(page.locator(".evidence-text")).to_have_text(LONG_TEXT)
    page.goto("/")
    expect(page.locator(".masthead .menu summary .count")).to_have_count(0)
    page.goto(review.get_absolute_url())
    expect(page.locator("main")).to_contain_text("A moderator has removed this text")


def restore_it(page: Page, film: Title) -> None:
    page.goto("/moderation/?show=decided")
    page.locator(".queue").get_by_role("link", name=film.name).click()
    page.get_by_label("Put it back").check()
    page.get_by_label("Reason").fill("The author has shown that the text is their own.")
    page.get_by_role("button", name="Decide").click()
    page.wait_for_url("**/moderation/**")


def test_a_long_paste_without_javascript_is_asked_about_before_it_is_posted(
    open_page: OpenPage, film: Title, alice: Member, bob: Member
) -> None:
    """The server cannot see a paste, but it sees words that another member has written."""
    make_review(film, bob, LONG_TEXT)
    page = open_page(alice, java_script_enabled=False)
    page.goto(film.get_absolute_url())
    page.get_by_label("Your text").fill(LONG_TEXT)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".paste-notice")).to_contain_text("also stand in bob")
    expect(page.get_by_label("Your text")).to_have_value(LONG_TEXT)
    page.get_by_role("button", name="Post it as it is").click()
    expect(page.locator(".review-mine")).to_contain_text("the camera waits")


def test_a_suspended_member_reads_and_does_not_write(open_page: OpenPage, film: Title) -> None:
    page = open_page(make_member("sam", suspended_at="2026-01-01T00:00:00Z"))
    page.goto(film.get_absolute_url())
    expect(page.locator("main")).to_contain_text("Your account is suspended")
    expect(page.get_by_label("Your text")).to_have_count(0)
