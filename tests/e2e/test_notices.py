"""A rights-holder's notice in the browser: from the form to the answer of the author, and back."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import DemoMail, Member
from films.models import Title
from reviews.models import Case, Notice, Review, Statement
from tests.e2e.conftest import OpenPage, Watch, Worker
from tests.factories import make_member, make_review, make_title

pytestmark = pytest.mark.django_db(transaction=True)

GRAVE = {"serious", "critical"}
ADDRESS = "rita@holder.example"
WORDS = "The camera waits at the window until the street has emptied, and then it waits a little longer."
WORKER_PATIENCE = 30_000
WITH_AND_WITHOUT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


@pytest.fixture
def film(transactional_db: None) -> Title:
    return make_title("Children of Heaven", year=1997)


@pytest.fixture
def message(film: Title, alice: Member) -> Review:
    return make_review(film, alice, body=WORDS)


@pytest.fixture
def otto(transactional_db: None) -> Member:
    return make_member("otto", sections=["films"])


def accessible(page: Page) -> None:
    violations = [row for row in Axe().run(page).response["violations"] if row["impact"] in GRAVE]
    assert violations == [], [row["help"] for row in violations]


def send(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def mail_to(page: Page, address: str, words: str) -> str:
    """The text of the mail to this address that has these words, as soon as the worker has sent it."""
    for _ in range(WORKER_PATIENCE // 500):
        for found in DemoMail.objects.filter(recipients=address).order_by("-pk"):
            if words in found.body:
                return found.body
        page.wait_for_timeout(500)
    pytest.fail(f"no mail to {address} says {words!r}")


def fill_in(page: Page, url: str) -> None:
    page.goto("/notice/")
    page.get_by_label("Your name").fill("Rita Holder")
    page.get_by_label("Your e-mail address").fill(ADDRESS)
    page.get_by_label("Your work").fill(f"Waiting, of 12 March: {WORDS}")
    page.get_by_label("Where it was published").fill("https://paper.example/waiting")
    page.get_by_role("textbox", name="Where it stands here").fill(f"{url}\n/reviews/999999/")
    page.get_by_label("Why it may not stand here").fill("It stands there whole, and we never allowed it.")
    page.get_by_label("I state in good faith").check()


def decide(page: Page, case: Case, verdict: str, reason: str) -> None:
    page.goto(case.get_absolute_url())
    page.get_by_role("radio", name=verdict).check()
    page.get_by_label("Reason").fill(reason)
    send(page, "Decide")
    page.wait_for_load_state()


@WITH_AND_WITHOUT
def test_a_notice_is_decided_and_its_author_answers_and_both_sides_hear_of_it(
    open_page: OpenPage,
    worker: Worker,
    message: Review,
    alice: Member,
    mona: Member,
    otto: Member,
    watch: Watch,
    script: bool,
) -> None:
    holder = open_page(java_script_enabled=script)
    fill_in(holder, message.get_absolute_url())
    send(holder, "Send the notice")
    expect(
        holder.get_by_text("Nothing that a member wrote or made stands at /reviews/999999/.")
    ).to_be_visible()
    # The form came back, which a browser notes as an answer of status 422.
    assert "status of 422" in watch.problems.pop()
    if script:
        accessible(holder)
    holder.get_by_role("textbox", name="Where it stands here").fill(message.get_absolute_url())
    holder.wait_for_timeout(3000)  # nobody fills in the form faster
    send(holder, "Send the notice")
    expect(holder.get_by_text("One step is left")).to_be_visible()
    assert not holder.context.cookies()
    assert not Case.objects.exists()

    receipt = mail_to(holder, ADDRESS, "Only then a moderator sees it")
    link = re.search(r"/notice/\S+/confirm/\S+", receipt)
    assert link
    holder.goto(link[0])
    send(holder, "Yes, this is my notice")
    expect(holder.get_by_text("With the moderators.")).to_be_visible()
    if script:
        accessible(holder)

    case = Case.objects.get()
    decide(open_page(mona, java_script_enabled=script), case, "Remove", "Word for word that column.")
    told = mail_to(holder, ADDRESS, "It was removed.")
    assert "No copied texts" in told
    # What a moderator says to the author is for the author.
    assert "Word for word that column." not in told
    assert "alice" not in told
    mail_to(holder, "alice@example.org", "Word for word that column.")
    holder.reload()
    expect(holder.get_by_text("It was removed.")).to_be_visible()

    author = open_page(alice, java_script_enabled=script)
    author.goto(Statement.objects.get(recipient=alice).get_absolute_url())
    expect(author.get_by_text("Waiting, of 12 March")).to_be_visible()
    expect(author.get_by_text("Rita Holder")).to_have_count(0)
    if script:
        accessible(author)
    author.get_by_label("Why may you publish it?").fill("I am Rita's co-author.")
    author.get_by_label("I state in good faith").check()
    send(author, "Send the counter-notice")
    expect(author.get_by_role("heading", name="Your counter-notice")).to_be_visible()
    holder.reload()
    expect(holder.get_by_text("its author objects")).to_be_visible()

    appeal = Case.objects.get(kind="appeal").appeal
    assert appeal.is_counter_notice
    decide(open_page(otto, java_script_enabled=script), appeal.case, "Put it back", "Both wrote it.")
    mail_to(holder, ADDRESS, "It stands again.")
    mail_to(holder, "alice@example.org", "Both wrote it.")
    holder.reload()
    expect(holder.get_by_text("It stands again.")).to_be_visible()
    holder.goto(message.get_absolute_url())
    expect(holder.get_by_text(WORDS)).to_be_visible()
    holder.goto("/moderation/log/")
    expect(holder.locator(".log > li").last).to_contain_text("appealed: overturned")


def test_a_notice_is_taken_back(open_page: OpenPage, worker: Worker, message: Review) -> None:
    holder = open_page()
    fill_in(holder, message.get_absolute_url())
    holder.get_by_role("textbox", name="Where it stands here").fill(message.get_absolute_url())
    holder.wait_for_timeout(3000)
    send(holder, "Send the notice")
    holder.get_by_text("Take the notice back").click()
    send(holder, "Take it back")
    expect(holder.get_by_text("You took this notice back on")).to_be_visible()
    assert Notice.objects.get().withdrawn_at
    mail_to(holder, ADDRESS, "Only then a moderator sees it")
