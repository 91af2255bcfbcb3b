"""Words that were left in their author's language say so in the HTML of a translation, and nothing else may."""

import re

import pytest

from filmsite.lib.text import render_review, render_translation

LATIN = "I cried. "
PERSIAN = "فیلم خیلی زیبایی بود."


def left(source: str, *words: str) -> list[tuple[int, int]]:
    return [(source.index(word), source.index(word) + len(word)) for word in words]


def rendered(source: str, *words: str, language: str = "fa", target: str = "en") -> str:
    return render_translation(source, target=target, language=language, left=left(source, *words))


def test_a_sentence_among_others_carries_its_own_language_and_direction() -> None:
    assert rendered(f"{LATIN}{PERSIAN} Again.", PERSIAN) == (
        f'<p>I cried. <span lang="fa" dir="rtl">{PERSIAN}</span> Again.</p>'
    )


def test_a_paragraph_that_stayed_as_a_whole_carries_it_itself() -> None:
    source = f"{LATIN}\n\n{PERSIAN}\n\n## {PERSIAN}!"
    html = render_translation(
        source,
        target="en",
        language="fa",
        left=[*left(source, PERSIAN), (len(source) - 1 - len(PERSIAN), len(source))],
        headings=True,
    )
    assert html.splitlines()[1:] == [
        f'<p lang="fa" dir="rtl">{PERSIAN}</p>',
        f'<h3 lang="fa" dir="rtl">{PERSIAN}!</h3>',
    ]


def test_marks_and_names_within_a_sentence_that_stayed_are_drawn() -> None:
    assert rendered('She wept. *"Que lindo"*, @bob.', '*"Que lindo"*, @bob.', language="pt") == (
        '<p>She wept. <span lang="pt" dir="ltr"><em>"Que lindo"</em>, '
        '<a href="/members/bob/" class="mention" rel="ugc nofollow noopener">@bob</a>.</span></p>'
    )


def test_a_point_of_a_list_and_each_side_of_a_spoiler_carry_it_apart() -> None:
    assert rendered("- One.\n- Dois.", "Dois.", language="pt") == (
        '<ul>\n<li>One.</li>\n<li><span lang="pt" dir="ltr">Dois.</span></li>\n</ul>'
    )
    html = rendered("O fim ||é triste.||", "O fim", "é triste.", language="pt")
    assert html == (
        '<div class="para"><span lang="pt" dir="ltr">O fim</span> <details class="spoiler"><summary>Spoiler</summary>'
        '<span lang="pt" dir="ltr">é triste.</span></details></div>'
    )


def test_a_quotation_says_the_language_that_it_looks_like() -> None:
    dutch = "> Dit vind ik een van de mooiste films die ik ooit heb gezien.\n\nYes."
    assert rendered(dutch).startswith('<blockquote lang="nl" dir="ltr">')
    assert rendered(dutch, target="nl").startswith("<blockquote>")
    assert rendered(f"> {PERSIAN} این را همه باید ببینند.\n\nYes.").startswith(
        '<blockquote lang="fa" dir="rtl">'
    )
    assert rendered("> Mwah.\n> > Ja.\n\nYes.").count("lang=") == 1
    assert rendered("> Mwah.\n\nYes.").startswith('<blockquote lang="" dir="auto">')


def test_nobody_can_write_what_stands_for_it() -> None:
    hostile = (
        '<span lang="fa" dir="rtl">x</span> \ue004y\ue005 <p dir="rtl" onclick="x">'
        '{lang=fa} [z](/a "q" lang=fa)'
    )
    for html in (
        render_review(hostile),
        rendered(hostile),
        rendered(f"{hostile} Left.", "Left.", language='"><b>'),
    ):
        tags = re.findall(r"<[a-z][^>]*>", html)
        assert all("onclick" not in tag and "rtl" not in tag for tag in tags), tags
        assert "<b>" not in html
    assert "lang=" not in "".join(re.findall(r"<[a-z][^>]*>", render_review(hostile)))


@pytest.mark.parametrize(
    "stretch",
    [(3, 12), (0, 30), (12, 27), (9, 9), (2, 9), (17, 24)],
    ids=["into a spoiler", "over it", "over a paragraph's end", "in its bar", "to its bar", "from its bar"],
)
def test_a_stretch_that_crosses_a_border_is_drawn_as_if_it_were_translated(stretch: tuple[int, int]) -> None:
    source = "The end ||is sad||. Yes.\n\nNext one."
    assert render_translation(source, target="en", language="pt", left=[stretch]) == render_review(source)
