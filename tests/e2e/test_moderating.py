"""Moderators at their desk, in their browsers: by keyboard alone, two at once, and one whose rights end meanwhile."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import Member
from reviews.models import Case, CaseState, Decision, Review
from reviews.services.deciding import decide_case
from tests.e2e.conftest import OpenPage, Watch
from tests.factories import make_member
from tests.reviews.casework import make_copied_case, make_known_text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moderator(transactional_db: None) -> Member:
    return make_member("mona", sections=["films"])


@pytest.fixture
def colleague(transactional_db: None) -> Member:
    return make_member("marc", sections=["films"])


@pytest.fixture
def cases(transactional_db: None) -> list[Case]:
    """Three cases of one writer and one source, the gravest first."""
    author, known = make_member("alice"), make_known_text()
    return [make_copied_case(author, known=known, severity=severity) for severity in (90, 70, 50)]


def was_refused(watch: Watch, status: int, times: int) -> None:
    """So many answers had that status, which a browser notes; nothing else went wrong."""
    assert [problem for problem in watch.problems if f"status of {status}" not in problem] == []
    assert len(watch.problems) == times
    watch.problems.clear()


def assert_accessible(page: Page) -> None:
    result = Axe().run(page)
    found = [f"{one['id']}: {one['help']} {one['nodes'][0]['html']}" for one in result.response["violations"]]
    assert not found, "\n".join(found)


def press(page: Page, key: str) -> None:
    """As somebody does who has seen the page: in its first half second it takes no keys."""
    page.wait_for_timeout(600)
    page.keyboard.press(key)


def test_cases_are_decided_by_keyboard_alone(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    """Two keys a case once it is open: the verdict, and Enter; the next one opens by itself, taken already."""
    page = open_page(moderator)
    page.goto("/moderation/")
    press(page, "j")
    press(page, "j")
    expect(page.locator(".case-main a").nth(1)).to_be_focused()
    press(page, "k")
    press(page, "c")
    expect(page).to_have_url(f"{page.url.split('/moderation')[0]}{cases[0].get_absolute_url()}")
    expect(page.get_by_text("Yours", exact=True)).to_be_visible()

    pressed = 0
    for key, of in (("r", cases[0]), ("n", cases[1])):
        press(page, key)
        expect(page.get_by_label("Reason")).not_to_have_value("")
        press(page, "Enter")
        pressed += 2
        expect(page.locator(".last-decision")).to_contain_text(f"Case {of.pk}")
    assert pressed / 2 <= 2
    expect(page).to_have_url(f"{page.url.split('/moderation')[0]}{cases[2].get_absolute_url()}")
    assert [(one.verdict, one.rule) for one in Decision.objects.order_by("pk")] == [
        ("remove", "copied-text"),
        ("keep", ""),
    ]

    press(page, "u")
    expect(page.get_by_text("Taken back: everything")).to_be_visible()
    assert Decision.objects.latest("pk").undone_at is not None
    press(page, "q")
    press(page, "e")
    press(page, "Control+A")
    page.keyboard.type("A line of it is enough.")
    press(page, "Control+Enter")
    expect(page.locator(".last-decision")).to_contain_text("made a quotation")
    assert Decision.objects.latest("pk").reason == "A line of it is enough."
    assert "> " in Review.objects.get(pk=cases[1].review_id).body


def test_the_keys_are_listed_and_a_measure_is_taken_back_by_the_same_key(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    page = open_page(moderator)
    page.goto(cases[0].get_absolute_url())
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press(page, "Escape")
    press(page, "w")
    expect(page.get_by_role("radio", name="A warning")).to_be_checked()
    press(page, "w")
    expect(page.get_by_role("radio", name="Nothing more")).to_be_checked()
    press(page, "t")
    expect(page.locator(".outcome-trim")).to_contain_text("I saw it as a child")


def test_the_second_of_two_moderators_sees_who_has_the_case_and_overwrites_nothing(
    open_page: OpenPage, watch: Watch, moderator: Member, colleague: Member, cases: list[Case]
) -> None:
    mine, theirs = open_page(moderator), open_page(colleague)
    theirs.goto(cases[0].get_absolute_url())
    mine.goto("/moderation/")
    press(mine, "g")
    expect(mine.get_by_role("button", name="Let it go")).to_be_visible()
    press(theirs, "n")
    press(theirs, "Enter")
    expect(theirs.get_by_text("Another moderator is working on this case right now.")).to_be_visible()
    expect(theirs.get_by_text("mona is on it")).to_be_visible()

    theirs.get_by_label("Reason").fill("My careful words.")
    press(mine, "r")
    press(mine, "Enter")
    expect(mine.locator(".last-decision")).to_contain_text("removed")
    theirs.get_by_role("button", name="Decide", exact=True).click()
    expect(theirs.get_by_role("heading", name="What happened meanwhile")).to_be_visible()
    expect(theirs.locator(".case-news")).to_contain_text("mona")
    expect(theirs.get_by_label("Reason")).to_have_value("My careful words.")
    assert Decision.objects.count() == 1
    was_refused(watch, 409, 2)


def test_rights_that_ended_between_page_and_decision_decide_nothing(
    open_page: OpenPage, watch: Watch, moderator: Member, cases: list[Case]
) -> None:
    page = open_page(moderator)
    page.goto(cases[0].get_absolute_url())
    Member.objects.filter(pk=moderator.pk).update(sections=["shows"])
    press(page, "r")
    press(page, "Enter")
    page.wait_for_url("**/decide/")
    assert not Decision.objects.exists()
    assert Review.objects.get(pk=cases[0].review_id).is_published
    was_refused(watch, 403, 1)


def test_the_desk_works_without_scripts(open_page: OpenPage, moderator: Member, cases: list[Case]) -> None:
    page = open_page(moderator, java_script_enabled=False)
    page.goto("/moderation/")
    page.get_by_role("button", name="Take the next case").click()
    page.get_by_role("radio", name="Remove it").check()
    page.get_by_role("button", name="Decide", exact=True).click()
    expect(page.locator(".last-decision")).to_contain_text("removed")
    assert "30 words here also stand elsewhere" in Decision.objects.get().reason
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: everything")).to_be_visible()


def test_cases_of_one_writer_are_decided_together(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    page = open_page(moderator)
    page.goto(f"/moderation/?author={cases[0].author_id}")
    page.get_by_role("button", name="Tick all").click()
    page.get_by_role("button", name="Decide the ticked ones together").click()
    expect(page.get_by_text("3 cases. Nothing has happened yet.")).to_be_visible()
    press(page, "h")
    press(page, "Enter")
    expect(page.get_by_text("3 cases decided.")).to_be_visible()
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.WAITING}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_desk_shuts_nobody_out(
    open_page: OpenPage, moderator: Member, colleague: Member, cases: list[Case], width: int, mode: str
) -> None:
    decide_case(case=cases[2], moderator=colleague, verdict="remove", rule="copied-text", reason="Elsewhere.")
    page = open_page(moderator, viewport={"width": width, "height": 800}, color_scheme=mode)
    both = "&".join(f"case={case.pk}" for case in cases[:2])
    addresses = (
        "/moderation/",
        cases[0].get_absolute_url(),
        cases[2].get_absolute_url(),
        "/moderation/members/alice/",
        f"/moderation/together/?{both}",
    )
    for address in addresses:
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
