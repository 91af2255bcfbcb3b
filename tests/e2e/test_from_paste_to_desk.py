"""The whole way of copied words: pasted, shown to their author, posted all the same, and before a moderator with their sources."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Member
from films.models import Title
from reviews.models import Case, Decision, KnownText, Review, Statement
from tests.e2e.conftest import OpenPage, Worker, press
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
        (f"{first_words(OWN, 20)}. {REVIEW}", 1),
        (f"{PLOT} {first_words(OWN, 20)}", 1),
        (f"{EDITED} {first_words(OWN, 12)}", 1),
    ],
    ids=[
        "of three sources, each too short to count alone",
        "of a member's review",
        "of a plot",
        "lightly edited",
    ],
)
def test_copied_words_reach_a_moderator_with_their_sources(
    open_page: OpenPage, film: Title, alice: Member, text: str, sources: int
) -> None:
    page: Page = open_page(alice)
    page.goto(film.get_absolute_url())
    paste(page, text)
    checked(page)
    expect(notice(page)).to_be_visible()
    page.get_by_role("button", name="Post it as it is").click()
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
    press(desk, "r")
    expect(desk.get_by_label("Reason")).not_to_have_value("")
    press(desk, "Enter")
    expect(desk.locator(".last-decision")).to_contain_text(f"Case {case.pk}")
    assert Decision.objects.get(case=case).verdict == "remove"
    page.reload()
    expect(page.get_by_text("A moderator has removed this text").first).to_be_visible()


def learnt_by_the_worker(page: Page, review: Review) -> None:
    """Wait until the worker has written what the text is known by, and let it be of yesterday."""
    mine = KnownText.objects.filter(review=review)
    for _ in range(60):
        if mine.filter(algorithm__gt=0).exists():
            break
        page.wait_for_timeout(500)
    assert mine.update(written_at=timezone.now() - timedelta(days=1)) == 1
    assert mine.filter(algorithm__gt=0).exists(), "the worker never read it"


def publish(page: Page, film: Title, text: str) -> Review:
    page.goto(film.get_absolute_url())
    paste(page, text)
    checked(page)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".messages")).to_be_visible()
    return Review.objects.latest("pk")


def decide_by_keys(page: Page, case: Case, verdict: str) -> None:
    page.goto(case.get_absolute_url())
    press(page, verdict)
    expect(page.get_by_label("Reason")).to_be_visible()


def test_what_a_worker_learnt_of_one_member_is_found_with_another_judged_appealed_and_restored(
    open_page: OpenPage, worker: Worker, alice: Member, bob: Member
) -> None:
    film = make_title("Children of Heaven", year=1997)
    first, reader = open_page(bob), open_page()
    original = publish(first, film, REVIEW)
    learnt_by_the_worker(first, original)

    author = open_page(alice)
    author.goto(film.get_absolute_url())
    paste(author, REVIEW)
    expect(notice(author)).to_contain_text("a message by bob")
    author.get_by_role("button", name="Post it as it is").click()
    expect(author.locator(".messages")).to_contain_text("A moderator may have a look")
    copied = Review.objects.get(author=alice)
    case = Case.objects.get(review=copied)

    mona, marc = (make_member(name, sections=["films"]) for name in ("mona", "marc"))
    desk = open_page(mona)
    decide_by_keys(desk, case, "r")
    expect(desk.get_by_label("Reason")).not_to_have_value("")
    press(desk, "Enter")
    expect(desk.locator(".last-decision")).to_contain_text(f"Case {case.pk}")
    reader.goto(film.get_absolute_url())
    expect(reader.locator(".review .text")).to_have_count(1)

    author.goto(Statement.objects.get(recipient=alice).get_absolute_url())
    expect(author.get_by_text("grand tragedies").first).to_be_visible()
    author.get_by_label("What should be seen differently?").fill("I lent bob my notebook.")
    author.get_by_role("button", name="Send the appeal").click()
    expect(author.get_by_text("It waits.")).to_be_visible()
    appeal = Case.objects.get(kind="appeal")
    desk.goto(appeal.get_absolute_url())
    expect(desk.get_by_text("This one is for somebody else")).to_be_visible()
    second = open_page(marc)
    decide_by_keys(second, appeal, "b")
    second.get_by_label("Reason").fill("The notebook has it, a year earlier.")
    press(second, "Control+Enter")
    expect(second.locator(".last-decision")).to_contain_text(f"Case {appeal.pk}")
    reader.goto(film.get_absolute_url())
    expect(reader.locator(".review .text").filter(has_text=re.compile("grand tragedies"))).to_have_count(2)

    # They stand here as hers now: nobody asks again.
    author.goto(make_title("Ordet").get_absolute_url())
    paste(author, REVIEW)
    checked(author)
    expect(author.locator(".paste-notice")).to_be_empty()
