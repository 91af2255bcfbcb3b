"""Spoilers as a reader meets them: hidden until asked for, and part of their sentence when they are."""

import pytest
from playwright.sync_api import Locator, expect

from accounts.models import Member
from tests.e2e.conftest import OpenPage, press
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db(transaction=True)


def lines(paragraph: Locator) -> list[str]:
    """The lines of a paragraph as they are drawn: what begins at the same height, from left to right."""
    return paragraph.evaluate(
        """(paragraph) => {
            const lines = [], range = document.createRange();
            const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                // Measuring a text brings it into being, so what a closed spoiler hides is left out before.
                if (walker.currentNode.parentElement.closest("details:not([open]) > :not(summary)")) continue;
                if (walker.currentNode.parentElement.matches("details:not([open])")) continue;
                for (const word of walker.currentNode.data.matchAll(/\\S+/g)) {
                    range.setStart(walker.currentNode, word.index);
                    range.setEnd(walker.currentNode, word.index + word[0].length);
                    const box = range.getBoundingClientRect();
                    if (!box.width) continue;
                    const middle = box.top + box.height / 2;
                    const line = lines.find((line) => Math.abs(line.middle - middle) < box.height / 2);
                    if (line) line.words.push(word[0]); else lines.push({ middle, words: [word[0]] });
                }
            }
            return lines.map((line) => line.words.join(" "));
        }"""
    )


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("is_opinion", [True, False])
def test_a_spoiler_within_a_sentence_opens_within_it(
    open_page: OpenPage, alice: Member, javascript: bool, is_opinion: bool
) -> None:
    opinion = {"is_opinion": True, "headline": "Shoes", "verdict": 8} if is_opinion else {}
    review = make_review(
        make_title(), alice, "In the end ||*he* wins||. And so on.\n\n||All of this||", **opinion
    )
    page = open_page(java_script_enabled=javascript, viewport={"width": 1280, "height": 800})
    page.goto(review.get_absolute_url())
    sentence, paragraph = page.locator(".para").all()
    assert lines(sentence) == ["In the end Spoiler . And so on."]

    expect(sentence.locator("em")).to_be_hidden()
    sentence.locator("summary").focus()
    press(page, "Enter")
    assert lines(sentence) == ["In the end Spoiler he wins . And so on."]
    press(page, "Enter")
    assert lines(sentence) == ["In the end Spoiler . And so on."]

    paragraph.locator("summary").click()
    assert lines(paragraph) == ["Spoiler", "All of this"]
