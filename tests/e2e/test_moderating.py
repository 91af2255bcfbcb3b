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


def test_cases_are_decided_by_keyboard_alone(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    """Two keys a case once it is open: the verdict, and Enter; the next one opens by itself, taken already."""
    page = open_page(moderator)
    page.goto("/moderation/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".case-main a").nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("c")
    expect(page).to_have_url(f"{page.url.split('/moderation')[0]}{cases[0].get_absolute_url()}")
    expect(page.get_by_text("Yours", exact=True)).to_be_visible()

    pressed = 0
    for key, of in (("r", cases[0]), ("n", cases[1])):
        page.keyboard.press(key)
        expect(page.get_by_label("Reason")).not_to_have_value("")
        page.keyboard.press("Enter")
        pressed += 2
        expect(page.locator(".last-decision")).to_contain_text(f"Case {of.pk}")
    assert pressed / 2 <= 2
    expect(page).to_have_url(f"{page.url.split('/moderation')[0]}{cases[2].get_absolute_url()}")
    assert [(one.verdict, one.rule) for one in Decision.objects.order_by("pk")] == [
        ("remove", "copied-text"),
        ("keep", "copied-text"),
    ]

    page.keyboard.press("u")
    expect(page.get_by_text("Taken back: everything")).to_be_visible()
    assert Decision.objects.latest("pk").undone_at is not None
    page.keyboard.press("q")
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.type("A line of it is enough.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".last-decision")).to_contain_text("made a quotation")
    assert Decision.objects.latest("pk").reason == "A line of it is enough."
    assert "> " in Review.objects.get(pk=cases[1].review_id).body


def test_the_keys_are_listed_and_a_measure_is_taken_back_by_the_same_key(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    page = open_page(moderator)
    page.goto(cases[0].get_absolute_url())
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(page.get_by_role("radio", name="A warning")).to_be_checked()
    page.keyboard.press("w")
    expect(page.get_by_role("radio", name="Nothing more")).to_be_checked()
    page.keyboard.press("t")
    expect(page.locator(".outcome-trim")).to_contain_text("I saw it as a child")


def test_the_second_of_two_moderators_sees_who_has_the_case_and_overwrites_nothing(
    open_page: OpenPage, watch: Watch, moderator: Member, colleague: Member, cases: list[Case]
) -> None:
    mine, theirs = open_page(moderator), open_page(colleague)
    theirs.goto(cases[0].get_absolute_url())
    mine.goto("/moderation/")
    mine.keyboard.press("n")
    expect(mine.get_by_role("button", name="Let it go")).to_be_visible()
    theirs.keyboard.press("n")
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_text("Another moderator is working on this case right now.")).to_be_visible()
    expect(theirs.get_by_text("mona is on it")).to_be_visible()

    theirs.get_by_label("Reason").fill("My careful words.")
    mine.keyboard.press("r")
    mine.keyboard.press("Enter")
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
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.locator(".oops-code")).to_have_text("404")
    assert not Decision.objects.exists()
    assert Review.objects.get(pk=cases[0].review_id).is_published
    was_refused(watch, 404, 1)


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
    page.keyboard.press("h")
    page.keyboard.press("Enter")
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
