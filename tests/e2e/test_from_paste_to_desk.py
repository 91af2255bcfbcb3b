"""The whole way of copied words: pasted, shown to their author, posted all the same, and before a moderator with their sources."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Member
from films.models import Title
from reviews.models import Case, Decision, Review
from tests.e2e.conftest import OpenPage
from tests.e2e.test_pasting import EDITED, OTHER, OWN, PLOT, REVIEW, checked, known, notice, paste
from tests.factories import make_member, make_review, make_title

pytestmark = pytest.mark.django_db(transaction=True)


def first_words(text: str, number: int) -> str:
    return " ".join(text.split()[:number])


@pytest.fixture
def film(transactional_db: None, bob: Member) -> Title:
    film = make_title("Children of Heaven", year=1997, plot=PLOT)
    for row in (film, make_review(film, bob, REVIEW), make_review(make_title("Ordet"), make_member(), OTHER)):
        known(row)
    return film


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        (f"{first_words(PLOT, 24)}. {first_words(REVIEW, 24)}. {first_words(OTHER, 24)}. {OWN}", 3),
        (f"{EDITED} {first_words(OWN, 12)}", 1),
    ],
    ids=["of three sources, each too short to count alone", "lightly edited"],
)
def test_copied_words_reach_a_moderator_with_their_sources(
    open_page: OpenPage, film: Title, alice: Member, text: str, sources: int
) -> None:
    page: Page = open_page(alice)
    page.goto(film.get_absolute_url())
    paste(page, text)
    checked(page)
    expect(notice(page)).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_label("Your text")).to_have_value("")
    review = Review.objects.get(author=alice)
    assert review.is_published, "nothing is held up or removed by a machine"
    case = Case.objects.get(review=review)
    assert len(set(case.evidence.filter(kind="overlap").values_list("source", flat=True))) == sources

    desk = open_page(make_member("mona", sections=["films"]))
    desk.goto("/moderation/")
    desk.get_by_role("link", name="alice about Children of Heaven").click()
    expect(desk.locator("mark").first).to_be_visible()
    assert desk.locator(".source").count() == sources
    # A page takes no key that was meant for the one before.
    desk.wait_for_timeout(700)
    desk.keyboard.press("r")
    expect(desk.get_by_label("Reason")).not_to_have_value("")
    desk.keyboard.press("Enter")
    expect(desk.locator(".last-decision")).to_contain_text(f"Case {case.pk}")
    assert Decision.objects.get(case=case).verdict == "remove"
    page.reload()
    expect(page.get_by_text("A moderator has removed this text").first).to_be_visible()
