"""The policy on copied words, with texts that nobody wrote."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reviews.copydetect.allowed import SOURCE_WORDS
from reviews.copydetect.overlap import grams_of
from reviews.copydetect.rules import (
    AT_ONCE,
    Assessment,
    Excuses,
    KnownText,
    Level,
    Limits,
    assess,
)
from tests.reviews.copydetect.texts import piece, prose, words

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
ALICE, BOB = 7, 8

PLOT = prose(300, 1)
OWN = prose(200, 2)
OTHERS = prose(150, 3)
plot = KnownText(1, "plot", PLOT, label="Some film", url="/titles/1/some-film/", written_at=LONG_AGO)
review = KnownText(9, "review", OTHERS, author_id=BOB, url="/reviews/9/", written_at=LONG_AGO)
LEAD = prose(80, 8)
lead = KnownText(
    3,
    "registered",
    f"{LEAD}\n\n{prose(200, 9)}",
    url="https://en.films.example/x",
    first_words=80,
    written_at=LONG_AGO,
)
cited = piece(PLOT, 30, 30)


def judge(text: str, *sources: KnownText, limits: Limits | None = None, **excuses: object) -> Assessment:
    return assess(
        text,
        sources,
        author_id=ALICE,
        written_at=NOW,
        limits=limits or Limits(),
        excuses=Excuses(**excuses),
    )


@pytest.mark.parametrize(
    ("name", "text", "source", "level"),
    [
        ("own words", OWN, plot, Level.NONE),
        ("nothing at all", "", plot, Level.NONE),
        ("39 words of a plot", f"{OWN} {piece(PLOT, 9, 39)} {OWN}", plot, Level.NONE),
        ("40 words of a plot", f"{OWN} {piece(PLOT, 9, 40)} {OWN}", plot, Level.WARN),
        ("59 words of a plot", f"{OWN} {piece(PLOT, 9, 59)} {OWN}", plot, Level.WARN),
        ("60 words of a plot", f"{OWN} {piece(PLOT, 9, 60)} {OWN}", plot, Level.CASE),
        ("40 words that are half of it", f"{prose(40, 5)} {piece(PLOT, 9, 40)}", plot, Level.CASE),
        ("40 words that are less than half", f"{prose(45, 5)} {piece(PLOT, 9, 40)}", plot, Level.WARN),
        ("a whole plot", PLOT, plot, Level.CASE),
        ("another member's review", OTHERS, review, Level.CASE),
        ("own earlier review again", OTHERS, replace(review, author_id=ALICE), Level.NONE),
        ("25 words in quotation marks", f'{OWN} As it says: "{piece(PLOT, 30, 25)}" {OWN}', plot, Level.NONE),
        (
            "two quotations of 30 words, of which one is over the limit",
            f"{OWN} “{cited}” {OWN} “{piece(PLOT, 90, 30)}”",
            plot,
            Level.NONE,
        ),
        (
            "two quotations of 38 and 45 words",
            f"{OWN} “{piece(PLOT, 30, 38)}” {OWN} “{piece(PLOT, 90, 45)}”",
            plot,
            Level.WARN,
        ),
        ("200 words in quotation marks", f'"{piece(PLOT, 5, 200)}"', plot, Level.CASE),
        ("an unclosed quotation mark", f'"{piece(PLOT, 5, 80)}', plot, Level.CASE),
        ("60 words in a block quote", f"> {piece(PLOT, 5, 60)}\n\n{OWN}", plot, Level.CASE),
        ("a quotation that nobody asked for", f"> {OTHERS}\n\nI agree.", review, Level.CASE),
        (
            "first paragraph as a quotation, with its link",
            f"> {LEAD}\n\nhttps://en.films.example/x\n\n{OWN}",
            lead,
            Level.NONE,
        ),
        ("first paragraph with its link", f"{LEAD} (https://en.films.example/x)\n\n{OWN}", lead, Level.NONE),
        ("first paragraph, link to its site", f"{LEAD} https://films.example/ {OWN}", lead, Level.NONE),
        ("first paragraph, another site's link", f"{LEAD} https://e.org {OWN}", lead, Level.CASE),
        ("first paragraph, no link", f"{LEAD}\n\n{OWN}", lead, Level.CASE),
        ("only a first paragraph and a link", f"{LEAD} https://films.example/x", lead, Level.CASE),
        (
            "the middle with attribution and link",
            f"{OWN}\n\nSource: https://en.films.example/x\n{piece(lead.text, 120, 150)}",
            lead,
            Level.CASE,
        ),
    ],
)
def test_the_policy(name: str, text: str, source: KnownText, level: Level) -> None:
    assert judge(text, source).level is level


def test_a_page_of_this_site_is_named_by_its_own_address() -> None:
    source = replace(plot, first_words=80)
    text = f"{piece(PLOT, 0, 78)} {{}}\n\n{OWN}"
    assert judge(text.format("[Some film](/titles/1/some-film/)"), source).level is Level.NONE
    assert judge(text.format("https://filmsite.example/titles/1/some-film"), source).level is Level.NONE
    assert judge(text.format("[Another](/titles/2/another/)"), source).level is Level.CASE


@pytest.mark.parametrize(("chance", "level"), [(SOURCE_WORDS - 1, Level.NONE), (SOURCE_WORDS, Level.CASE)])
def test_a_phrase_of_what_follows_the_first_paragraph_may_be_chance(chance: int, level: Level) -> None:
    link = "https://en.films.example/x"
    phrase = piece(lead.text, 200, chance)
    assert judge(f"{LEAD} {link}\n\n{OWN} {phrase} {prose(60, 11)}", lead).level is level
    assert judge(f"{piece(lead.text, 0, 80 + chance)} {link}\n\n{OWN}", lead).level is level


def test_words_of_several_sources_add_up() -> None:
    sources = [KnownText(n, "review", prose(200, 20 + n), author_id=20 + n) for n in range(3)]
    text = "\n\n".join(
        f"{piece(source.text, 30, 20)} {prose(30, 60 + n)}" for n, source in enumerate(sources)
    )
    assert judge(text, *sources[:1]).level is Level.NONE
    found = judge(text, *sources)
    assert (found.level, found.words, len(found.findings)) == (Level.CASE, 60, 3)
    assert found.share == pytest.approx(60 / 150)


def test_a_phrase_of_each_source_is_not_added_up() -> None:
    sources = [KnownText(n, "review", prose(200, 20 + n), author_id=20 + n) for n in range(8)]
    phrases = [piece(source.text, 30, SOURCE_WORDS - 1) for source in sources]
    text = " ".join(f"{phrase} {prose(20, 90 + n)}" for n, phrase in enumerate(phrases))
    assert judge(text, *sources).findings == ()


def test_every_word_is_held_against_one_source_only_which_is_the_oldest() -> None:
    copies = [
        KnownText(n, "review", OTHERS, author_id=20 + n, written_at=NOW - timedelta(days=n))
        for n in range(1, 6)
    ]
    found = judge(OTHERS, *copies)
    assert {finding.source.id for finding in found.findings} == {5}
    assert found.words == 150


def test_whoever_took_the_words_from_an_older_text_is_not_the_source_of_them() -> None:
    thief = KnownText(
        2, "review", f"{prose(60, 30)} {PLOT}", author_id=BOB, written_at=NOW - timedelta(days=1)
    )
    found = judge(f"{OWN} {piece(PLOT, 0, 100)}", thief, plot)
    assert [finding.source for finding in found.findings] == [plot]
    found = judge(f"{piece(thief.text, 0, 160)} {OWN}", thief, plot)
    assert [finding.source for finding in found.findings] == [thief]


# --- Own words ------------------------------------------------------------------------------------------------------


def test_own_words_are_fine_even_where_another_member_took_them() -> None:
    mine = KnownText(2, "review", OTHERS, author_id=ALICE, written_at=NOW - timedelta(days=1))
    assert judge(OTHERS, mine, review).level is Level.NONE
    assert judge(OTHERS, review, mine).level is Level.NONE
    assert judge(OTHERS, review).level is Level.CASE


def test_a_text_that_nobody_wrote_has_no_own_words() -> None:
    anonymous = replace(review, author_id=None)
    found = assess(OTHERS, [anonymous], author_id=None, written_at=NOW, limits=Limits(), excuses=Excuses())
    assert found.level is Level.CASE


def test_an_own_text_that_is_in_question_itself_excuses_only_what_came_later() -> None:
    mine = KnownText(2, "review", OTHERS, author_id=ALICE, written_at=NOW - timedelta(days=1))
    assert judge(OTHERS, review, mine, doubted={2}).level is Level.CASE
    later = replace(review, written_at=NOW - timedelta(hours=1))
    assert judge(OTHERS, later, mine, doubted={2}).level is Level.NONE


def test_as_against_words_found_copied_an_own_text_excuses_only_what_came_later() -> None:
    mine = KnownText(2, "review", OTHERS, author_id=ALICE, written_at=NOW - timedelta(days=1))
    assert judge(OTHERS, review, mine, copied={9}).level is Level.CASE
    assert judge(OTHERS, review, mine, copied={99}).level is Level.NONE
    later = replace(review, written_at=NOW - timedelta(hours=1))
    assert judge(OTHERS, later, mine, copied={9}).level is Level.NONE


def test_what_the_text_said_before_its_source_was_written_is_its_own() -> None:
    before = KnownText(0, "review", f"{OWN} {OTHERS}", written_at=LONG_AGO - timedelta(days=1))
    assert judge(f"{OTHERS} More.", review, earlier=[before]).level is Level.NONE
    edited_in = replace(before, written_at=NOW - timedelta(hours=1))
    assert judge(f"{OTHERS} More.", review, earlier=[edited_in]).level is Level.CASE


def test_words_that_their_author_spoke_of_as_their_own_are_no_news_wherever_they_stand() -> None:
    elsewhere = replace(review, id=10, author_id=11)
    assert judge(OTHERS, review, elsewhere, own={9}).level is Level.NONE
    assert judge(OTHERS, review, elsewhere, own={99}).level is Level.CASE


def test_an_answer_may_quote_what_it_answers_at_any_length_and_nothing_else() -> None:
    parent = KnownText(0, "review", OTHERS)
    assert judge(f"> {OTHERS}\n\nI agree.", review, answered=[parent]).level is Level.NONE
    assert judge(f"{OTHERS}\n\nI agree.", review, answered=[parent]).level is Level.CASE
    assert judge(f"> {PLOT}\n\nI agree.", plot, answered=[parent]).level is Level.CASE


@pytest.mark.parametrize("free", [{"kind": "formula"}, {"licence": "free"}])
def test_free_words_are_free_whatever_else_holds_them(free: dict[str, str]) -> None:
    formula = replace(KnownText(4, "registered", piece(OTHERS, 20, 70), written_at=NOW), **free)
    text = f"{piece(OTHERS, 20, 70)} {OWN}"
    assert judge(text, review).level is Level.CASE
    assert judge(text, review, formula).findings == ()
    # The formula excuses its own words and not those round it.
    assert judge(f"{OTHERS} {OWN}", review, formula).words == pytest.approx(80, abs=8)


# --- Which came first -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "to_author", "to_moderator"),
    [
        (NOW - AT_ONCE - timedelta(minutes=1), Level.CASE, Level.CASE),
        (NOW - timedelta(minutes=1), Level.NONE, Level.CASE),
        (NOW + timedelta(minutes=1), Level.NONE, Level.CASE),
        (NOW + AT_ONCE + timedelta(minutes=1), Level.NONE, Level.NONE),
        (None, Level.CASE, Level.CASE),
    ],
)
def test_the_older_text_is_the_source_and_within_five_minutes_nobody_is_accused(
    written: datetime | None, to_author: Level, to_moderator: Level
) -> None:
    found = judge(OTHERS, replace(review, written_at=written))
    assert (found.level_to_author, found.level) == (to_author, to_moderator)


def test_a_text_that_was_registered_later_is_for_moderators_to_look_at() -> None:
    found = judge(lead.text, replace(lead, written_at=NOW + timedelta(days=3)))
    assert (found.level_to_author, found.level) == (Level.NONE, Level.CASE)
    assert found.findings[0].at_once


def test_whoever_wrote_the_words_before_they_were_registered_is_not_accused_at_an_edit() -> None:
    registered = replace(lead, written_at=NOW - timedelta(days=3))
    before = KnownText(0, "review", lead.text, written_at=LONG_AGO)
    found = judge(f"{lead.text} More.", registered, earlier=[before])
    assert (found.level_to_author, found.level) == (Level.NONE, Level.CASE)
    assert judge(f"{lead.text} More.", registered).level_to_author is Level.CASE


# --- Findings -------------------------------------------------------------------------------------------------------


def test_a_finding_names_source_words_and_places() -> None:
    copied = piece(PLOT, 100, 60)
    text = f"{OWN} {copied} {prose(40, 5)}"
    [found] = judge(text, plot, review).findings
    assert (found.source, found.words, found.share) == (plot, 60, pytest.approx(0.2))
    assert text[found.start : found.end] == copied
    assert PLOT[found.source_start : found.source_end] == copied


def test_a_source_of_which_no_words_are_kept_is_found_all_the_same() -> None:
    bare = replace(lead, text="", grams=grams_of(words(lead.text)))
    [found] = judge(piece(lead.text, 100, 90), bare).findings
    assert (found.words, found.source_start, found.source_end) == (90, 0, 0)
    kept = f"{LEAD} (https://en.films.example/x)\n\n{OWN}"
    assert judge(kept, bare).level is Level.NONE


def test_the_limits_are_settings() -> None:
    text = f"{OWN} {piece(PLOT, 9, 30)}"
    assert judge(text, plot).level is Level.NONE
    assert judge(text, plot, limits=Limits(warn_words=20)).level is Level.WARN
    assert judge(text, plot, limits=Limits(warn_words=20, case_words=30)).level is Level.CASE
    assert judge(text, plot, limits=Limits(warn_words=20, case_share=0.1)).level is Level.CASE


# --- Cost -----------------------------------------------------------------------------------------------------------

WHOLE = prose(4_000, 50)[:20_000]
UNIT = prose(40, 6) + " "


def test_the_likeliest_source_is_compared_even_when_the_time_is_up() -> None:
    known = [replace(review, id=n, author_id=100 + n) for n in range(3)]
    found = assess(
        OTHERS, known, author_id=ALICE, written_at=NOW, limits=Limits(), excuses=Excuses(), seconds=0
    )
    assert (len(found.findings), found.unread) == (1, 2)


def test_nothing_is_held_against_an_author_while_an_excuse_is_unread() -> None:
    mine = [KnownText(n, "review", prose(50, n), author_id=ALICE) for n in (40, 41)]
    found = assess(
        OTHERS,
        [review, *mine],
        author_id=ALICE,
        written_at=NOW,
        limits=Limits(),
        excuses=Excuses(),
        seconds=0,
    )
    assert (found.findings, found.unread) == ((), 1)


def test_a_chant_before_a_copied_passage_does_not_hide_it() -> None:
    copied = piece(PLOT, 100, 60)
    source = replace(plot, text=f"{'ha ' * 3000}{copied}")
    assert 60 <= judge(f"{'ha ' * 3000} {copied}", source).words < 70


@pytest.mark.parametrize(
    ("query", "known", "seconds"),
    [
        (prose(250, 1), [prose(170, 100 + n) for n in range(12)], 0.03),
        (WHOLE, [f"{n} {WHOLE}" for n in range(12)], 0.3),
        (UNIT * 70, [f"{n} {UNIT * 70}" for n in range(12)], 0.3),
        ("a b c d e f g " * 1_400, [f"{n} {'a b c d e f g ' * 1_400}" for n in range(12)], 0.3),
        ("映画館で見た" * 3_000, [f"{n} {'映画館で見た' * 3_000}" for n in range(12)], 0.3),
        ("„" * 20_000, [PLOT], 0.3),
        ("«a " * 6_000, [PLOT], 0.3),
        ("](/" * 6_000, [PLOT], 0.3),
        (" ".join(["https://a"] * 2_000), [f"{'https a ' * 2_000}"], 0.3),
    ],
    ids=["ordinary", "all equal", "units", "letters", "unspaced", "marks", "words and marks", "links", "addresses"],
)  # fmt: skip
def test_judging_takes_bounded_time(query: str, known: list[str], seconds: float) -> None:
    texts = [KnownText(n, "review", text, author_id=n % 2 or ALICE) for n, text in enumerate(known, 10)]
    started = time.process_time()
    judge(query, *texts)
    # Seconds on a quiet machine; the factor is for a busy one.
    assert time.process_time() - started < 12 * seconds
