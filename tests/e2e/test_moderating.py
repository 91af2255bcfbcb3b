"""Moderators at their desk, in their browsers: by keyboard alone, two at once, and one whose rights end meanwhile."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import Member
from reviews.models import Case, CaseState, Decision, Review
from reviews.services.deciding import decide_case
from tests.e2e.conftest import OpenPage, Watch, press
from tests.factories import make_correction, make_member, make_review, make_title, make_translation
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


# Counts in the browser, across pages, what a person pressed: keys that a script makes up are none.
COUNTS_KEYS = """
addEventListener("keydown", (event) => {
  if (event.isTrusted) sessionStorage.setItem("keys", Number(sessionStorage.getItem("keys")) + 1);
}, { capture: true });
"""


def keys_pressed(page: Page) -> int:
    return page.evaluate("Number(sessionStorage.getItem('keys'))")


def is_focus_visible(page: Page) -> bool:
    """Whether what has the focus is drawn so: itself, or the choice that it stands in."""
    return page.evaluate(
        "[document.activeElement, document.activeElement.closest('label, li')]"
        ".some((one) => one && getComputedStyle(one).outlineStyle !== 'none')"
    )


def test_cases_are_decided_by_keyboard_alone(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    """Two keys a case once it is open: the verdict, and Enter; the next one opens by itself, taken already."""
    page = open_page(moderator)
    page.add_init_script(COUNTS_KEYS)
    page.goto("/moderation/")
    press(page, "j")
    press(page, "j")
    expect(page.locator(".case-main a").nth(1)).to_be_focused()
    assert is_focus_visible(page)
    press(page, "k")
    press(page, "c")
    expect(page).to_have_url(f"{page.url.split('/moderation')[0]}{cases[0].get_absolute_url()}")
    expect(page.get_by_text("Yours", exact=True)).to_be_visible()

    for key, of in (("r", cases[0]), ("n", cases[1])):
        before = keys_pressed(page)
        press(page, key)
        expect(page.get_by_label("Reason")).not_to_have_value("")
        press(page, "Enter")
        expect(page.locator(".last-decision")).to_contain_text(f"Case {of.pk}")
        assert keys_pressed(page) - before <= 2, "so many keys a clear case"
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


def test_closing_the_page_of_a_case_lets_it_go_and_following_its_links_does_not(
    open_page: OpenPage, moderator: Member, colleague: Member, cases: list[Case]
) -> None:
    mine, theirs = open_page(moderator), open_page(colleague)
    mine.goto("/moderation/")
    press(mine, "g")
    expect(mine.get_by_role("button", name="Let it go")).to_be_visible()
    mine.get_by_role("link", name="where it stands").click()
    mine.wait_for_load_state()
    theirs.goto("/moderation/")
    expect(theirs.get_by_text("mona is on it")).to_be_visible()
    mine.goto(cases[0].get_absolute_url())
    expect(mine.get_by_role("button", name="Let it go")).to_be_visible()
    mine.get_by_role("link", name="Passage 1 at its source").click()
    mine.close()
    for _try in range(20):
        theirs.goto("/moderation/")
        if not theirs.get_by_text("mona is on it").count():
            break
        theirs.wait_for_timeout(250)
    expect(theirs.get_by_text("mona is on it")).to_have_count(0)
    assert Case.objects.get(pk=cases[0].pk).claimed_by is None


def test_a_case_is_walked_to_and_decided_with_the_tabulator_and_the_focus_is_always_seen(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    page = open_page(moderator)
    page.goto(cases[0].get_absolute_url())
    seen = []
    for _stop in range(60):
        press(page, "Tab")
        assert is_focus_visible(page), page.evaluate("document.activeElement.outerHTML")
        seen.append(page.evaluate("document.activeElement.name || ''"))
        if seen[-1] == "verdict":
            break
    assert "verdict" in seen
    press(page, "Space")
    page.get_by_role("button", name="Decide", exact=True).focus()
    press(page, "Enter")
    expect(page.locator(".last-decision")).to_contain_text(f"Case {cases[0].pk}")


def test_unlike_cases_cannot_be_ticked_beside_each_other(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    stranger = make_copied_case(make_member("bob"))
    page = open_page(moderator)
    page.goto("/moderation/")
    page.get_by_role("checkbox", name=f"Tick case {cases[0].pk}").check()
    expect(page.get_by_role("checkbox", name=f"Tick case {cases[1].pk}")).to_be_enabled()
    expect(page.get_by_role("checkbox", name=f"Tick case {stranger.pk}")).to_be_disabled()
    page.get_by_role("checkbox", name=f"Tick case {cases[0].pk}").uncheck()
    expect(page.get_by_role("checkbox", name=f"Tick case {stranger.pk}")).to_be_enabled()


def test_without_scripts_unlike_cases_are_refused_with_their_ticks_kept(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    stranger = make_copied_case(make_member("bob"))
    page = open_page(moderator, java_script_enabled=False)
    page.goto("/moderation/?kind=copied-text")
    for case in (cases[0], stranger):
        page.get_by_role("checkbox", name=f"Tick case {case.pk}").check()
    page.get_by_role("button", name="Decide the ticked ones together").click()
    expect(page.get_by_text("too little in common")).to_be_visible()
    expect(page.get_by_label("Why")).to_have_value("copied-text")
    expect(page.get_by_role("checkbox", name=f"Tick case {cases[0].pk}")).to_be_checked()
    expect(page.get_by_role("checkbox", name=f"Tick case {stranger.pk}")).to_be_checked()
    expect(page.get_by_role("checkbox", name=f"Tick case {cases[1].pk}")).not_to_be_checked()


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
    press(page, "t")
    expect(page.locator(".outcome-trim .outcome-text")).to_have_count(3)
    expect(page.locator(".outcome-trim .outcome-text").first).to_be_visible()
    expect(page.locator(".outcome-trim .outcome-text").first).to_contain_text("I saw it as a child")
    press(page, "h")
    expect(page.locator(".outcome-trim").first).to_be_hidden()
    expect(page.get_by_text("Readers see nothing of it until alice has answered.").first).to_be_visible()
    press(page, "Enter")
    expect(page.get_by_text("3 cases decided.")).to_be_visible()
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.WAITING}
    expect(page.get_by_role("button", name="Take all 3 back")).to_be_visible()
    press(page, "u")
    expect(page.get_by_text("3 decisions taken back")).to_be_visible()
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.OPEN}


def test_a_key_decides_about_the_suggestion_in_hand_alone(open_page: OpenPage, moderator: Member) -> None:
    review = make_review(
        make_title("Heat"), make_member("joao"), "Um filme. Sobre o trabalho.", language="pt"
    )
    translation = make_translation(review)
    both = [
        make_correction(translation, make_member(name), number)
        for number, name in enumerate(("bob", "carol"))
    ]
    page = open_page(moderator)
    page.goto(reverse("reviews:corrections"))
    shown = page.locator(".correction")
    expect(shown).to_have_count(2)
    press(page, "j")
    press(page, "j")
    in_hand = page.evaluate("document.activeElement.id").removeprefix("correction-")
    press(page, "a")
    expect(shown.last.locator(".badge-ok")).to_be_visible()
    states = {str(row.pk): type(row).objects.get(pk=row.pk).state for row in both}
    assert states.pop(in_hand) == "accepted"
    assert list(states.values()) == ["proposed"]


def test_where_nothing_points_finely_no_key_is_named(
    open_page: OpenPage, moderator: Member, cases: list[Case]
) -> None:
    page = open_page(moderator, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    for address in ("/moderation/", cases[0].get_absolute_url()):
        page.goto(address)
        assert page.locator("main kbd:visible").count() == 0, address
    page.get_by_role("link", name="To the decision").click()
    expect(page.get_by_role("heading", name="Your decision")).to_be_in_viewport()


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
