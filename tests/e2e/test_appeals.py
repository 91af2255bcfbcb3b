"""Decisions explained and undone, in the browser: an appeal, an answer, and what a suspended member can still do."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import Member
from films.models import Title
from reviews.models import Matter, MemberExport, Review, Statement
from reviews.moderation.targets import target_of
from reviews.services.deciding import act_on
from tests.e2e.conftest import OpenPage
from tests.factories import make_member, make_review, make_title, make_vote
from tests.reviews.fairness import decide

pytestmark = pytest.mark.django_db(transaction=True)

GRAVE = {"serious", "critical"}
WITH_AND_WITHOUT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


@pytest.fixture
def film(transactional_db: None) -> Title:
    return make_title("Children of Heaven", year=1997)


@pytest.fixture
def message(film: Title, alice: Member) -> Review:
    make_vote(film, alice, 9)
    return make_review(film, alice, body="Two children, one pair of shoes, and a race for the third prize.")


@pytest.fixture
def otto(transactional_db: None) -> Member:
    return make_member("otto", sections=["films"])


def send(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def accessible(page: Page) -> None:
    violations = [row for row in Axe().run(page).response["violations"] if row["impact"] in GRAVE]
    assert violations == [], [row["help"] for row in violations]


def decide_in_browser(page: Page, case_url: str, verdict: str, reason: str) -> None:
    page.goto(case_url)
    page.get_by_role("radio", name=verdict).check()
    page.get_by_label("Reason").fill(reason)
    send(page, "Decide")
    page.wait_for_load_state()


@WITH_AND_WITHOUT
def test_an_author_appeals_and_another_moderator_brings_everything_back(
    open_page: OpenPage,
    message: Review,
    alice: Member,
    bob: Member,
    mona: Member,
    otto: Member,
    script: bool,
) -> None:
    answer = make_review(message.title, bob, parent=message, body="The goldfish are the best of it.")
    statement = decide(message, mona).statements.get()

    mine = open_page(alice, java_script_enabled=script)
    mine.goto("/moderation/mine/")
    mine.get_by_role("link", name="Your message about Children of Heaven: removed").click()
    expect(mine.get_by_text(message.body)).to_be_visible()
    if script:
        accessible(mine)
    mine.get_by_label("What should be seen differently?").fill("I wrote this for my own weblog.")
    send(mine, "Send the appeal")
    expect(mine.get_by_text("A moderator who had no part in the decision answers it.")).to_be_visible()

    case_url = Statement.objects.get(pk=statement.pk).appeal.case.get_absolute_url()
    first = open_page(mona, java_script_enabled=script)
    first.goto(case_url)
    expect(first.get_by_text("This one is for somebody else")).to_be_visible()
    expect(first.get_by_role("button", name="Decide", exact=True)).to_have_count(0)

    second = open_page(otto, java_script_enabled=script)
    decide_in_browser(second, case_url, "Put it back", "It is the author's own.")

    reader = open_page(bob, java_script_enabled=script)
    reader.goto(message.title.get_absolute_url())
    for text in (message.body, answer.body):
        expect(reader.get_by_text(text)).to_be_visible()
    expect(reader.locator("#rating").get_by_role("link", name="1 vote")).to_be_visible()
    mine.goto(statement.get_absolute_url())
    mine.get_by_role("link", name="It was answered: read how.").click()
    expect(mine.get_by_role("heading", level=1)).to_contain_text("back as it was")
    expect(mine.get_by_text("It is the author's own.")).to_be_visible()


def test_a_hidden_text_is_answered_for_and_shown_again(
    open_page: OpenPage, message: Review, alice: Member, bob: Member, mona: Member
) -> None:
    statement = decide(message, mona, "hide").statements.get()
    reader = open_page(bob)
    reader.goto(message.title.get_absolute_url())
    expect(reader.get_by_text(message.body)).to_have_count(0)

    mine = open_page(alice)
    mine.goto(statement.get_absolute_url())
    mine.get_by_label("Your answer").fill("The magazine is mine.")
    send(mine, "Send the answer")
    expect(mine.get_by_text("Your answer is with the moderators.")).to_be_visible()
    expect(mine.locator(".conversation")).to_contain_text("The magazine is mine.")

    desk = open_page(mona)
    desk.goto(statement.decision.case.get_absolute_url())
    expect(desk.get_by_text("The magazine is mine.")).to_be_visible()
    decide_in_browser(desk, statement.decision.case.get_absolute_url(), "Fine as it is", "It is theirs.")
    reader.goto(message.title.get_absolute_url())
    expect(reader.get_by_text(message.body)).to_be_visible()


def test_a_suspended_member_reads_appeals_and_takes_their_data_along(
    open_page: OpenPage, message: Review, alice: Member, sofie: Member
) -> None:
    act_on(
        target=target_of(Matter.CONDUCT, alice),
        moderator=sofie,
        kind="advertising",
        verdict="keep",
        reason="Ten shops in an hour.",
        rule="advertising",
        measure="suspension",
        measure_days=7,
    )
    alice.refresh_from_db()
    assert alice.is_suspended
    page = open_page(alice)
    page.goto(message.title.get_absolute_url())
    expect(page.get_by_text(message.body)).to_be_visible()
    expect(page.get_by_role("link", name="Correct or add something")).to_have_count(0)
    page.get_by_role("link", name="Why, and what you can do").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your account: suspended until")
    expect(page.get_by_text("Ten shops in an hour.").first).to_be_visible()
    accessible(page)
    page.get_by_label("What should be seen differently?").fill("Somebody else used my computer.")
    send(page, "Send the appeal")
    expect(page.get_by_text("It waits.")).to_be_visible()
    page.goto("/settings/data/")
    page.locator("main").get_by_role("button", name="Order my export").click()
    page.wait_for_load_state()
    assert MemberExport.objects.filter(member=alice).exists()
