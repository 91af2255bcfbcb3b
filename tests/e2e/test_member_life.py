"""A member's life on the site as they live it: votes, a diary, a top ten, others, a picture, and what is nobody's business.

Moving titles about in a list has its own file (`test_keeping.py`).
"""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts.models import Audience, Member
from films.models import Title
from films.services.search_names import refresh_search_names
from reviews.models import PastVote, Review, TitleList, Viewing, Vote
from reviews.services.making_lists import add_to_list, begin_top_ten
from tests.e2e.conftest import OpenPage, Watch
from tests.factories import make_follow, make_review, make_title, make_viewing, make_vote
from tests.lib.pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)

GRAVE = {"serious", "critical"}
WITH_AND_WITHOUT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])


@pytest.fixture
def film(transactional_db: None) -> Title:
    found = make_title("Children of Heaven", year=1997, genres=["Drama"], countries=["IR"])
    refresh_search_names(title_ids=[found.pk])
    return found


def send(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name).click()


def was_refused(watch: Watch) -> None:
    """The form came back, which a browser notes as an answer of status 422; nothing else went wrong."""
    assert [problem for problem in watch.problems if "status of 422" not in problem] == []
    assert watch.problems.pop()


def vote(page: Page, stars: str, *, script: bool) -> None:
    """Click a half star; without script it is sent by its button."""
    radio = page.get_by_role("radio", name=f"{stars} of 5", exact=True)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator(".half").filter(has=radio).click()
        if not script:
            page.locator("#rate-send").click()


# --- Votes ------------------------------------------------------------------------------------------------------------


@WITH_AND_WITHOUT
def test_a_vote_is_cast_changed_taken_back_and_put_back(
    open_page: OpenPage, film: Title, bob: Member, script: bool
) -> None:
    page = open_page(bob, java_script_enabled=script)
    page.goto(film.get_absolute_url())
    for stars, value in (("4", 8), ("3½", 7)):
        vote(page, stars, script=script)
        expect(page.get_by_role("radio", name=f"{stars} of 5", exact=True)).to_be_checked()
        expect(page.locator("#rating").get_by_role("link", name="1 vote")).to_be_visible()
        assert Vote.objects.get(member=bob).value == value
    send(page, "Take it back")
    expect(page.locator("#rating").get_by_text("No votes yet")).to_be_visible()
    send(page, "Undo")
    expect(page.get_by_role("radio", name="3½ of 5", exact=True)).to_be_checked()
    assert Vote.objects.get(member=bob).value == 7

    page.get_by_role("link", name="You first voted 4").click()
    expect(page.get_by_role("img", name="3½ of 5 stars")).to_be_visible()
    assert PastVote.objects.filter(member=bob).order_by("pk").values_list("value", flat=True)[0] == 8


# --- What one keeps ----------------------------------------------------------------------------------------------------


@WITH_AND_WITHOUT
def test_a_film_seen_stands_in_the_diary_with_its_stars_as_the_vote(
    open_page: OpenPage, film: Title, bob: Member, script: bool
) -> None:
    page = open_page(bob, java_script_enabled=script)
    page.goto(film.get_absolute_url())
    page.get_by_role("link", name="I saw this").click()
    page.get_by_label("Seen on").fill("2024-03-09")
    page.get_by_label("Stars that day").select_option("9")
    page.get_by_label("Make these stars my vote").check()
    page.get_by_label("Where").fill("on the couch")
    page.get_by_label("Tags").fill("with Anna, rain")
    page.get_by_label("Note").fill("Held my breath for a third place.")
    send(page, "Put it in my diary")

    expect(page.get_by_role("link", name="Seen on")).to_be_visible()
    page.goto("/members/bob/diary/")
    row = page.locator(".diary-row")
    expect(row).to_have_count(1)
    for words in ("Children of Heaven", "on the couch", "Held my breath"):
        expect(row).to_contain_text(words)
    line = Viewing.objects.get(member=bob)
    assert (line.value, line.tags) == (9, ["with anna", "rain"])
    assert Vote.objects.get(member=bob, title=film).value == 9


def test_a_wrong_day_is_said_and_nothing_typed_is_lost(
    open_page: OpenPage, watch: Watch, film: Title, bob: Member
) -> None:
    page = open_page(bob, java_script_enabled=False)
    page.goto(f"/titles/{film.pk}/diary/")
    page.get_by_label("Seen on").fill("1600-01-01")
    page.get_by_label("Note").fill("Long ago.")
    send(page, "Put it in my diary")
    expect(page.locator(".field-error")).to_contain_text("no films yet")
    was_refused(watch)
    expect(page.get_by_label("Note")).to_have_value("Long ago.")


def test_a_top_ten_is_begun_filled_and_shown(
    open_page: OpenPage, film: Title, bob: Member, alice: Member
) -> None:
    page = open_page(bob)
    page.goto("/lists/top-10/")
    send(page, "Begin")
    page.get_by_label("A film, show or season to put in").press_sequentially("children of heav", delay=10)
    page.get_by_role("button", name="Add Children of Heaven").click()
    expect(page.locator(".entries .rank")).to_have_text(["1"])
    assert TitleList.objects.get(owner=bob, kind="top").entries.get().title == film

    reader = open_page(alice)
    reader.goto("/members/bob/")
    expect(reader.locator("main")).to_contain_text("Top 10")
    expect(reader.locator("main").get_by_role("link", name="Children of Heaven").first).to_be_visible()


# --- Others ----------------------------------------------------------------------------------------------------------


@WITH_AND_WITHOUT
def test_who_follows_a_member_reads_of_them_in_the_feed(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, script: bool
) -> None:
    make_review(film, alice, "The shoes are the whole film.", is_opinion=True, headline="Shoes", verdict=9)
    page = open_page(bob, java_script_enabled=script)
    page.goto(alice.get_absolute_url())
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="You follow")).to_be_visible()
    page.goto("/feed/")
    expect(page.locator(".act")).to_contain_text(["alice"])
    expect(page.locator(".feed")).to_contain_text("Children of Heaven")


def test_an_answer_is_told_once_and_read_with_a_click(
    open_page: OpenPage, film: Title, alice: Member, bob: Member
) -> None:
    review = make_review(film, alice, "The shoes are the whole film.")
    writer = open_page(bob)
    writer.goto(film.get_absolute_url())
    card = writer.locator(f"#review-{review.pk}")
    card.get_by_role("link", name="Reply").click()
    card.get_by_label("Your answer to alice").fill("And the race?")
    card.get_by_role("button", name="Send the answer").click()
    expect(writer.locator(".replies .review")).to_contain_text("And the race?")

    page = open_page(alice)
    page.goto("/notifications/")
    expect(page.locator(".news-unread")).to_have_count(1)
    page.locator(".news-words").click()
    expect(page.locator("main")).to_contain_text("And the race?")
    assert Review.objects.get(parent=review).get_absolute_url().split("#")[0] in page.url
    page.goto("/notifications/")
    expect(page.locator(".news-unread")).to_have_count(0)


# --- What others see --------------------------------------------------------------------------------------------------


@WITH_AND_WITHOUT
def test_a_picture_is_chosen_shown_taken_off_and_put_back(
    open_page: OpenPage, watch: Watch, alice: Member, settings: Settings, tmp_path: Path, script: bool
) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    file = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(300, 200)).getvalue()}
    page = open_page(alice, java_script_enabled=script)
    page.goto("/settings/picture/")
    page.get_by_label("Picture file").set_input_files({**file, "buffer": b"<script>alert(1)</script>"})
    send(page, "Use this picture")
    expect(page.locator(".field-error")).to_contain_text("This is not a JPEG")
    was_refused(watch)
    page.get_by_label("Picture file").set_input_files(file)
    if script:
        expect(page.get_by_text("This is how it will be cut.")).to_be_visible()
    send(page, "Use this picture")
    shown = page.locator(".picture-now img.avatar").first
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(page.locator(".masthead img.avatar")).to_have_count(1)

    send(page, "Remove this picture")
    expect(page.locator("img.avatar:visible")).to_have_count(0)
    send(page, "Put it back")
    expect(page.locator(".picture-now img.avatar").first).to_be_visible()


@WITH_AND_WITHOUT
def test_votes_that_are_for_oneself_are_seen_by_nobody_else(
    open_page: OpenPage, film: Title, alice: Member, script: bool
) -> None:
    make_vote(film, alice, 9)
    make_vote(film, value=4)
    stranger = open_page()
    stranger.goto(f"/titles/{film.pk}/votes/")
    expect(stranger.locator("main")).to_contain_text("alice")

    page = open_page(alice, java_script_enabled=script)
    page.goto("/settings/privacy/")
    votes = page.get_by_role("group", name="My votes", exact=True)
    hint = page.get_by_text("Anybody may follow you without asking")
    expect(hint).to_be_hidden()
    votes.get_by_label("my followers").check()
    expect(hint).to_be_visible()
    page.get_by_label("Ask me before somebody follows me").check()
    expect(hint).to_be_hidden()
    votes.get_by_label("only me").check()
    send(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    alice.refresh_from_db()
    assert (alice.votes_for, alice.approves_followers) == (Audience.ME, True)

    stranger.goto(f"/titles/{film.pk}/votes/")
    expect(stranger.locator("main")).not_to_contain_text("alice")
    expect(stranger.locator("main")).to_contain_text("2 votes")
    with stranger.expect_response(lambda answer: answer.url.endswith("/members/alice/")):
        stranger.goto("/members/alice/")
    expect(stranger.locator("main").get_by_role("link", name="Votes", exact=True)).to_have_count(0)


# --- For everybody ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_a_members_life_shuts_anybody_out(
    open_page: OpenPage, film: Title, alice: Member, bob: Member, scheme: str
) -> None:
    for value, name in enumerate(("Heat", "Ran", "Alien", "Fargo", "Ida"), 4):
        title = make_title(name, genres=["Drama"], countries=["IR"])
        make_vote(title, alice, value)
        make_vote(title, bob, 9)
        make_viewing(alice, title)
        add_to_list(to=begin_top_ten(owner=alice), title=title)
    make_review(film, bob, "The shoes are the whole film.", is_opinion=True, headline="Shoes", verdict=9)
    make_follow(alice, bob)
    page = open_page(alice, color_scheme=scheme, viewport={"width": 360, "height": 740})
    found = {}
    for address in (
        "/members/alice/",
        "/members/alice/statistics/",
        "/members/alice/votes/",
        "/members/alice/follows/",
        "/members/bob/match/",
        f"/titles/{film.pk}/vote/history/",
        f"/titles/{film.pk}/votes/",
        "/feed/",
        "/notifications/",
        "/settings/picture/",
        "/settings/privacy/",
        "/settings/notifications/",
        "/settings/data/",
        "/settings/close/",
        "/imports/",
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        violations = Axe().run(page).response["violations"]
        problems = [
            f"{one['id']}: {one['nodes'][0]['target']}" for one in violations if one["impact"] in GRAVE
        ]
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            problems.append("wider than the screen")
        if problems:
            found[address] = problems
    assert found == {}
