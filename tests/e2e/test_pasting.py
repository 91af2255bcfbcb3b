"""What an author meets when they paste: help where words stand elsewhere, and silence everywhere else."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import Member
from films.models import Title
from reviews.models import Case, Draft, KnownText, PasteNoticeDay, Review
from reviews.services.indexing import index_portion, note_text
from tests.e2e.conftest import OpenPage, press
from tests.e2e.test_look import NARROW, grave_violations, widest
from tests.factories import make_list, make_review, make_title

pytestmark = pytest.mark.django_db(transaction=True)

PLOT = (
    "Two children share one pair of worn shoes and a secret that grows heavier each day. He runs home from school so "
    "that she can run to hers, and the alleys between them become the longest race in the city. When a real race is "
    "announced, with new shoes as its third prize, he decides that he must not win, must not lose, but come in third."
)
REVIEW = (
    "What stays with me is how little anybody raises their voice in this house. The father mends what others throw "
    "away, the mother counts the sugar, and a boy learns that a promise weighs more than a pair of shoes ever could. "
    "I have seen grand tragedies that asked for fewer tears, and I walked home past three shoe shops without looking."
)
OTHER = (
    "The camera stoops to the height of a nine year old and never once straightens its back again. Gutters become "
    "rivers, a teacher at the gate becomes the law itself, and the goldfish in the courtyard know everything before "
    "we do. Whoever calls that sentimental has forgotten how high a kitchen table once was and how far the next street."
)
OWN = (
    "I brought my nephew, who has opinions about everything that runs, and he did not say one word until the lights "
    "went on again. Then he asked whether the girl ever got new shoes, and I had to admit that I did not remember, "
    "which he thought was a poor way of watching a film that is about nothing else from its first minute to its last."
)
WORD_HTML = '<p class="MsoNormal" style="mso-margin-top-alt:auto">{}</p>'

# A word in eight is another one.
EDITED = (
    "Two siblings share one pair of worn shoes and a secret that grows bigger each day. He runs home from class so "
    "that she can run to hers, and the streets between them become the longest race in the city. When a proper race is "
    "announced, with new shoes as its third prize, he knows that he must not win, must not lose, but come in third."
)


def known(row: Review | Title) -> None:
    """Let the copy detector know the words of a row that was written past the services, a day ago."""
    note_text(row)
    index_portion()
    KnownText.objects.update(written_at=timezone.now() - timedelta(days=1))


@pytest.fixture
def film(transactional_db: None) -> Title:
    film = make_title("Children of Heaven", year=1997, plot=PLOT)
    known(film)
    return film


@pytest.fixture
def by_bob(film: Title, bob: Member) -> Review:
    review = make_review(film, bob, REVIEW)
    known(review)
    return review


@pytest.fixture
def writing(open_page: OpenPage, film: Title, alice: Member) -> Page:
    page = open_page(alice)
    page.goto(film.get_absolute_url())
    return page


def field(page: Page) -> Locator:
    return page.get_by_label("Your text")


def notice(page: Page) -> Locator:
    return page.get_by_role("region", name="Some of these words also stand elsewhere.")


def paste(page: Page, text: str, html: str = "", *, into: Locator | None = None) -> None:
    """Put it on the clipboard as a program would that writes both forms, and press the keys in the field, a composer's
    unless told otherwise.
    """
    (into or field(page)).focus()
    page.evaluate(
        """([text, html]) => document.addEventListener("copy", (event) => {
            event.clipboardData.setData("text/plain", text);
            if (html) event.clipboardData.setData("text/html", html);
            event.preventDefault();
        }, { once: true })""",
        [text, html],
    )
    press(page, "Control+C")
    press(page, "Control+V")


def checked(page: Page) -> None:
    """Wait until the server has looked at what was just pasted."""
    page.wait_for_timeout(1500)
    expect(page.locator(".htmx-request")).to_have_count(0)


def counted() -> tuple[int, int, int, int]:
    day = PasteNoticeDay.objects.get(kind="source")
    return day.shown, day.changed, day.declared, day.posted


def test_who_pastes_their_own_earlier_words_is_never_troubled(
    writing: Page, film: Title, alice: Member
) -> None:
    known(make_review(make_title("Another film"), alice, OWN))
    paste(writing, OWN)
    checked(writing)
    expect(writing.locator(".paste-notice")).to_be_empty()
    writing.get_by_role("button", name="Publish").click()
    expect(writing.locator(".messages")).to_contain_text("Your text stands below.")
    assert not PasteNoticeDay.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.parametrize("words", ["earlier words of theirs", "words that they said are theirs"])
def test_an_honest_author_is_troubled_once_at_most_on_other_titles_and_after_edits_as_well(
    writing: Page, by_bob: Review, alice: Member, words: str
) -> None:
    if words == "earlier words of theirs":
        mine, troubles = OWN, 0
        known(make_review(make_title("Another film"), alice, OWN))
        paste(writing, mine)
        checked(writing)
    else:
        mine, troubles = REVIEW, 1
        paste(writing, mine)
        notice(writing).get_by_label("These are my own words").check()
    writing.get_by_role("button", name="Publish").click()
    expect(writing.locator(".messages")).to_contain_text("Your text stands below.")
    cases = Case.objects.count()

    writing.goto(make_title("A third film").get_absolute_url())
    paste(writing, mine)
    checked(writing)
    expect(writing.locator(".paste-notice")).to_be_empty()
    writing.get_by_role("button", name="Publish").click()
    expect(writing.locator(".messages")).to_contain_text("Your text stands below.")

    newest = Review.objects.filter(author=alice).latest("pk")
    writing.goto(f"/reviews/{newest.pk}/edit/")
    field(writing).press("Control+End")
    field(writing).press_sequentially(" And once more: ")
    paste(writing, mine)
    checked(writing)
    expect(writing.locator(".paste-notice")).to_be_empty()
    writing.get_by_role("button", name="Save the change").click()
    expect(writing.locator(".review .text").first).to_contain_text("And once more:")
    newest.refresh_from_db()
    assert newest.body.count(mine) == 2
    assert sum(PasteNoticeDay.objects.values_list("shown", flat=True)) == troubles
    assert Case.objects.count() == cases == troubles


def test_words_from_a_word_processor_that_stand_nowhere_else_raise_no_question(writing: Page) -> None:
    paste(writing, OWN, WORD_HTML.format(OWN))
    checked(writing)
    expect(writing.locator(".paste-notice")).to_be_empty()


def test_typed_words_ask_the_server_nothing(writing: Page) -> None:
    asked: list[str] = []
    writing.on("request", lambda request: asked.append(request.url))
    field(writing).press_sequentially("Two children share one pair of worn shoes and a secret.")
    field(writing).evaluate(
        """(area, text) => {
            area.dispatchEvent(new CompositionEvent("compositionstart"));
            area.setRangeText(text);
            area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertCompositionText", data: text }));
            area.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: text }));
        }""",
        PLOT,
    )
    writing.wait_for_timeout(2500)
    assert not [url for url in asked if "/compose/check/" in url]


def test_a_passage_of_anothers_review_is_shown_where_it_stands_and_made_a_quote(
    writing: Page, by_bob: Review
) -> None:
    field(writing).press_sequentially("I agree with every word here. ")
    paste(writing, REVIEW)
    source = notice(writing).get_by_role("listitem").filter(has_text="a message by bob").first
    expect(source.get_by_role("link", name="a message by bob")).to_have_attribute(
        "href", by_bob.get_absolute_url()
    )
    expect(source).to_contain_text("What stays with me is how little")
    source.get_by_role("button", name="Show it in my text").click()
    assert "how little anybody raises" in writing.evaluate("getSelection().toString()")

    source.get_by_role("button", name="Make it a quote with a link").click()
    expect(writing.locator(".paste-done")).to_contain_text("It is a quotation now")
    expect(field(writing)).to_be_focused()
    expect(notice(writing)).to_be_hidden()
    assert "\n> " in field(writing).input_value()
    assert "grand tragedies" in writing.get_by_label("Only you see this").input_value()
    writing.get_by_role("button", name="Publish").click()
    expect(writing.locator(".review .text blockquote")).to_contain_text("What stays with me")
    assert counted() == (1, 1, 0, 0)
    assert not Case.objects.exists()


def test_a_change_is_undone_with_the_keys_of_undo_and_the_words_are_back(
    writing: Page, by_bob: Review
) -> None:
    paste(writing, f"Look. {REVIEW}")
    notice(writing).get_by_role("button", name="Take it out").click()
    expect(field(writing)).not_to_have_value(f"Look. {REVIEW}")
    expect(notice(writing)).to_be_hidden()
    press(writing, "Control+Z")
    expect(field(writing)).to_have_value(f"Look. {REVIEW}")
    expect(writing.locator(".paste-cut")).to_be_hidden()
    expect(notice(writing)).to_be_visible()


def test_what_was_cut_is_thrown_away_at_a_word_and_for_good(writing: Page, by_bob: Review) -> None:
    paste(writing, f"Look. {REVIEW}")
    notice(writing).get_by_role("button", name="Take it out").click()
    kept = writing.get_by_label("Only you see this")
    expect(kept).to_have_value(re.compile("grand tragedies"))
    expect(writing.locator(".draft-state")).to_contain_text("Draft saved")
    writing.get_by_role("button", name="Throw it away").click()
    expect(writing.locator(".paste-cut")).to_be_hidden()
    expect(field(writing)).to_have_value("Look.")
    # A second after the click the draft knows it too.
    writing.wait_for_timeout(1500)
    assert Draft.objects.get().fields["cut"] == ""


def test_a_plot_is_known_and_so_is_one_that_was_lightly_edited(writing: Page, film: Title) -> None:
    paste(writing, EDITED)
    expect(notice(writing)).to_contain_text("the plot of Children of Heaven (1997)")
    expect(notice(writing)).to_contain_text("share one pair of worn shoes and a secret that grows bigger")


def test_a_text_put_together_from_three_others_names_each(writing: Page, by_bob: Review, film: Title) -> None:
    known(make_review(film, None, OTHER))
    paste(writing, f"{PLOT} {REVIEW} {OTHER}")
    expect(notice(writing).locator(".paste-source")).to_have_count(3)
    expect(notice(writing)).to_contain_text("the plot of Children of Heaven (1997)")
    for left in (2, 1):
        notice(writing).get_by_role("button", name="Take it out").first.click()
        expect(notice(writing).locator(".paste-source")).to_have_count(left)


def test_who_says_that_the_words_are_their_own_is_not_asked_again(
    writing: Page, by_bob: Review, film: Title
) -> None:
    paste(writing, REVIEW)
    notice(writing).get_by_label("These are my own words").check()
    expect(writing.locator(".paste-fine")).to_contain_text("Noted: these are your own words")
    writing.get_by_label("Where you published them before").fill("example.org/my-blog")
    expect(writing.locator(".draft-state")).to_contain_text("Draft saved")
    writing.reload()
    expect(writing.get_by_label("Where you published them before")).to_have_value("example.org/my-blog")
    writing.get_by_role("button", name="Publish").click()
    expect(writing.locator(".messages")).to_contain_text("Your text stands below.")
    assert counted() == (1, 0, 1, 0)

    paste(writing, f"Once more: {REVIEW}")
    checked(writing)
    expect(writing.locator(".paste-notice")).to_be_empty()


def test_going_on_folds_the_notice_and_posting_it_anyway_works(writing: Page, by_bob: Review) -> None:
    paste(writing, REVIEW)
    notice(writing).get_by_role("button", name="Go on writing").click()
    expect(field(writing)).to_be_focused()
    writing.keyboard.type(" And so on.")
    checked(writing)
    expect(notice(writing).get_by_role("button", name="Take it out")).to_be_hidden()
    notice(writing).get_by_role("button", name="Show where").click()
    expect(notice(writing).get_by_role("button", name="Take it out")).to_be_visible()
    writing.get_by_role("button", name="Post it as it is").click()
    expect(writing.locator(".messages")).to_contain_text("A moderator may have a look")
    assert counted() == (1, 0, 0, 1)


def test_a_newcomer_is_asked_one_thing_about_a_page_and_can_wave_it_away(writing: Page) -> None:
    paste(writing, OWN, f"<main><h1>Somewhere</h1><p>{OWN}</p></main>")
    question = writing.locator(".paste-question")
    expect(question).to_contain_text("Pasted from a website?")
    expect(writing.locator("[data-paste-summary]")).to_contain_text("Pasted from a website?")
    question.get_by_role("button", name="Not now").click()
    expect(question).to_be_hidden()
    writing.keyboard.type(" And so on.")
    checked(writing)
    expect(question).to_be_hidden()
    writing.get_by_role("button", name="Publish").click()
    expect(writing.locator(".messages")).to_contain_text("Your text stands below.")


def test_everything_works_with_keys_alone_and_is_said_aloud(writing: Page, by_bob: Review) -> None:
    paste(writing, f"Look. {REVIEW}")
    status = writing.locator("[data-paste-summary]")
    expect(status).to_contain_text("What you can do about it follows your text.")
    expect(field(writing)).to_be_focused()
    for _ in range(20):
        press(writing, "Tab")
        if writing.evaluate("document.activeElement.textContent").strip() == "Why do we ask?":
            break
    press(writing, "Enter")
    expect(notice(writing)).to_contain_text("Texts from other sites do not belong here")
    for _ in range(20):
        press(writing, "Shift+Tab")
        if writing.evaluate("document.activeElement.textContent").strip() == "Take it out":
            break
    press(writing, "Enter")
    expect(field(writing)).to_have_value(re.compile(r"^Look\.\s*$"))
    expect(field(writing)).to_be_focused()
    expect(writing.locator(".paste-done")).to_contain_text("The passage is out of your text.")


def test_without_script_the_server_asks_once_mends_and_loses_nothing(
    open_page: OpenPage, film: Title, alice: Member, by_bob: Review
) -> None:
    page = open_page(alice, java_script_enabled=False)
    page.goto(film.get_absolute_url())
    body = f"Look at this.\n\n{REVIEW}\n\n{PLOT}"
    field(page).fill(body)
    page.get_by_role("button", name="Publish").click()
    expect(notice(page).locator(".paste-source")).to_have_count(2)
    expect(field(page)).to_have_value(body)
    notice(page).get_by_text("Why do we ask?").click()
    expect(notice(page)).to_contain_text("Texts from other sites do not belong here")

    notice(page).get_by_role("button", name="Take it out").first.click()
    expect(page.locator(".paste-done")).to_contain_text("The passage is out of your text.")
    expect(notice(page).locator(".paste-source")).to_have_count(1)
    assert "grand tragedies" in page.get_by_label("Only you see this").input_value()
    assert "grand tragedies" not in field(page).input_value()
    assert "grand tragedies" in Draft.objects.get().fields["cut"]

    page.get_by_role("button", name="Post it as it is").last.click()
    expect(page.locator(".messages")).to_contain_text("A moderator may have a look")
    assert counted() == (1, 0, 0, 1)
    assert PLOT in Review.objects.get(author=alice).body


def test_a_note_in_a_list_is_asked_about_while_it_is_written_and_put_right_with_keys_alone(
    open_page: OpenPage, film: Title, alice: Member, by_bob: Review
) -> None:
    made = make_list(alice, film, make_title("Ran"), name="Mine")
    page = open_page(alice, viewport={"width": NARROW, "height": 740})
    page.goto(made.get_arrange_url())
    page.get_by_text("Add a note").first.click()
    note = page.get_by_label("Note on Children of Heaven")
    paste(page, f"Look. {REVIEW}", into=note)
    form = page.locator("form").filter(has=note)
    status = form.locator("[data-paste-summary]")
    expect(status).to_contain_text("What you can do about it follows your text.")
    expect(note).to_be_focused()
    expect(form.get_by_role("button", name="Save it as it is")).to_be_visible()
    assert grave_violations(page) == []
    assert widest(page) == ""
    notice(page).get_by_role("button", name="Make it a quote").focus()
    press(page, "Enter")
    expect(note).to_have_value(re.compile(r"^Look\. “What stays with me.*…” \(bob\)$"))
    expect(note).to_be_focused()
    expect(notice(page)).to_be_hidden()
    expect(form.get_by_label("Only you see this")).to_have_value(re.compile("grand tragedies"))
    press(page, "Control+Z")
    expect(note).to_have_value(f"Look. {REVIEW}")

    notice(page).get_by_label("These are my own words").check()
    expect(form.locator(".paste-fine")).to_contain_text("Noted: these are your own words")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".desk-said")).to_contain_text("Your note on Children of Heaven is saved.")
    assert made.entries.get(title=film).note == f"Look. {REVIEW}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_notice_shuts_nobody_out_on_a_phone(
    open_page: OpenPage, film: Title, alice: Member, by_bob: Review, scheme: str
) -> None:
    page = open_page(alice, color_scheme=scheme, viewport={"width": NARROW, "height": 740})
    page.goto(film.get_absolute_url())
    paste(page, f"{REVIEW} {PLOT}")
    expect(notice(page)).to_be_visible()
    assert grave_violations(page) == []
    assert widest(page) == ""
    notice(page).get_by_role("button", name="Take it out").first.click()
    expect(page.locator(".paste-cut")).to_be_visible()
    page.get_by_label("These are my own words").check()
    expect(page.locator(".paste-fine")).to_be_visible()
    assert grave_violations(page) == []
    assert widest(page) == ""
