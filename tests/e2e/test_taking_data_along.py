"""Bringing a life of films in, taking it out, and leaving: in a browser, with the real worker."""

import csv
import json
from io import StringIO
from zipfile import ZipFile

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Member
from films.models import Title
from films.services.search_names import refresh_search_names
from reviews.models import Viewing, Vote
from tests.e2e.conftest import OpenPage, Worker
from tests.factories import make_member, make_review, make_title, make_viewing, make_vote
from tests.reviews.bringing_files import DIARY, RATINGS, packed, table

pytestmark = pytest.mark.django_db(transaction=True)

# How long the worker may take to start and do its work, in milliseconds.
WORKER_PATIENCE = 60_000
PASSWORD = "two-pairs-of-shoes-97"


@pytest.fixture
def zahra(transactional_db: None) -> Member:
    """Somebody with a password, who can show that it is them."""
    return make_member("zahra", password=PASSWORD)


@pytest.fixture
def heaven(transactional_db: None) -> Title:
    return make_title("Children of Heaven", year=1997)


LETTERBOXD = packed(
    {
        "ratings.csv": table(
            RATINGS,
            ["2024-03-09", "Children of Heaven", "1997", "https://boxd.it/a", "4.5"],
            ["2024-03-10", "L.A. Bank Job", "1995", "https://boxd.it/b", "4"],
        ),
        "diary.csv": table(
            DIARY,
            ["2024-03-09", "Children of Heaven", "1997", "https://boxd.it/a", "4.5", "", "", "2024-03-08"],
        ),
    }
)


def await_work(page: Page, sign: Locator, *, script: bool) -> None:
    """Wait until the worker has done its part: the page asks again by itself, or its reader does."""
    if not script:
        for _ in range(WORKER_PATIENCE // 500):
            if sign.count():
                break
            page.wait_for_timeout(500)
            page.reload()
    expect(sign).to_be_visible(timeout=WORKER_PATIENCE)


def send(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def show_that_it_is_me(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Confirm").click()


def test_everything_is_taken_along_in_one_file(
    open_page: OpenPage, worker: Worker, zahra: Member, heaven: Title
) -> None:
    make_vote(heaven, zahra, 9)
    make_viewing(zahra, heaven, note="Held my breath.")
    make_review(heaven, zahra, "The shoes are the whole film.")
    page = open_page(zahra, java_script_enabled=False)
    page.goto("/settings/data/")
    send(page, "Order my export")
    show_that_it_is_me(page)
    link = page.get_by_role("link", name="Download the export")
    await_work(page, link, script=False)
    with page.expect_download() as begun:
        link.click()
    file = ZipFile(begun.value.path())
    assert file.testzip() is None
    names = file.namelist()
    everything = next(json.loads(file.read(name)) for name in names if name.endswith(".json"))
    assert "Children of Heaven" in json.dumps(everything, ensure_ascii=False)
    pages = "".join(file.read(name).decode() for name in names if name.endswith(".html"))
    for words in ("Held my breath.", "The shoes are the whole film."):
        assert words in pages
    rows = [
        list(csv.reader(StringIO(file.read(name).decode("utf-8-sig"))))
        for name in names
        if name.endswith(".csv")
    ]
    assert any("Children of Heaven" in row for sheet in rows for row in sheet)


def test_an_account_is_closed_and_taken_back(
    open_page: OpenPage, worker: Worker, zahra: Member, heaven: Title
) -> None:
    make_review(heaven, zahra, "The shoes are the whole film.")
    page = open_page(zahra, java_script_enabled=False)
    page.goto("/settings/data/")
    page.get_by_role("link", name="Close my account").click()
    page.get_by_label("Leave my texts, as those of a former member").check()
    send(page, "Close my account")
    show_that_it_is_me(page)
    expect(page.locator("main")).to_contain_text("Until then nobody sees your page")
    zahra.refresh_from_db()
    assert zahra.closing_at is not None

    stranger = open_page()
    stranger.goto(heaven.get_absolute_url())
    expect(stranger.locator("main")).to_contain_text("The shoes are the whole film.")
    expect(stranger.locator("main")).not_to_contain_text("zahra")

    send(page, "Keep my account")
    expect(page.locator("main")).to_contain_text("Welcome back.")
    stranger.goto(heaven.get_absolute_url())
    expect(stranger.locator("main")).to_contain_text("zahra")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_import_is_looked_at_put_right_taken_over_and_undone(
    open_page: OpenPage, worker: Worker, zahra: Member, heaven: Title, script: bool
) -> None:
    heat = make_title("Heat", year=1995)
    refresh_search_names(title_ids=[heaven.pk, heat.pk])
    page = open_page(zahra, java_script_enabled=script)
    page.goto("/imports/")
    page.locator("input[type=file]").set_input_files(
        {"name": "letterboxd-zahra.zip", "mimeType": "application/zip", "buffer": LETTERBOXD}
    )
    send(page, "Send and look")
    await_work(page, page.get_by_role("button", name="Take it over"), script=script)
    assert not Vote.objects.filter(member=zahra).exists()
    assert not Viewing.objects.filter(member=zahra).exists()

    page.get_by_role("link", name="Look for it · L.A. Bank Job").first.click()
    page.get_by_label("Look for a title").fill("heat")
    send(page, "Search")
    page.get_by_role("button", name="This one · Heat").first.click()
    expect(page.get_by_role("button", name="Take it over")).to_be_enabled()
    send(page, "Take it over")
    await_work(page, page.get_by_role("heading", name="What was taken over"), script=script)
    votes = dict(Vote.objects.filter(member=zahra).values_list("title__name", "value"))
    assert votes == {"Children of Heaven": 9, "Heat": 8}
    assert Viewing.objects.get(member=zahra).title == heaven
    page.goto("/members/zahra/diary/")
    expect(page.locator(".diary-row")).to_contain_text("Children of Heaven")

    page.go_back()
    page.reload()
    send(page, "Undo this import")
    await_work(page, page.get_by_role("heading", name="What the undo did"), script=script)
    assert not Vote.objects.filter(member=zahra).exists()
    assert not Viewing.objects.filter(member=zahra).exists()
