"""What a rule of the staff finds in a text: pure words, without a database."""

import pytest

from reviews.moderation.flagging import MOST_PLACES, MOST_WORDS, Matcher, Sought, phrase_of, site_of


def words(*phrases: str) -> Matcher:
    return Matcher(Sought(number, False, phrase) for number, phrase in enumerate(phrases, 1))


def site(domain: str) -> Matcher:
    return Matcher([Sought(1, True, domain)])


def found(matcher: Matcher, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in matcher.hits(text)]


@pytest.mark.parametrize(
    "written",
    [
        "GRATIS CASINO",
        "grátis   casino",
        "gra\u200btis ca\u00adsino",
        "gratis\n\ncasino",
        "grаtis cаsіno",
        "ｇｒａｔｉｓ casino",
        "gratis&#32;c&#97;sino",
        "gratis, **casino**",
    ],
)
def test_words_are_found_however_they_are_dressed_up_and_marked_as_they_were_written(written: str) -> None:
    assert found(words("Gratis casino"), f"Come to {written}!") == [written.removesuffix("**")]


@pytest.mark.parametrize(
    "written",
    [
        "gratis casino's",
        "gratis’s CASINO‘S",
        "gratis casino&#39;s",
        "gratis ca**si**no",
        "gra*tis* ca***si***no",
        "gratis cа**sі**no’s",
    ],
)
def test_emphasis_inside_a_word_and_an_s_that_belongs_make_no_other_word(written: str) -> None:
    assert found(words("gratis casino"), f"This {written} here") == [written]


@pytest.mark.parametrize("other", ["gratis casinos", "casino gratis", "gratis", "gratis and casino", ""])
def test_only_the_whole_phrase_is_found(other: str) -> None:
    assert found(words("gratis casino"), other) == []


def test_words_of_a_script_without_spaces_are_found_within_a_line() -> None:
    assert found(words("免费赌场"), "快来免费赌场看看") == ["免费赌场"]


@pytest.mark.parametrize(
    "written",
    [
        "https://casino.example/play?x=1",
        "http://CASINO.example",
        "www.casino.example.",
        "deep.down.casino.example",
        "[click](https://casino.example)",
        "https://cas%69no.example/",
        "https://casino%2Eexample/",
        "https://casino%E3%80%82example%2e/",
        "casino\\.example",
        "casino。example",
        "c\u200basino.example",
        "c&#97;sino.example",
        "https://me@casino.example:8080/",
    ],
)
def test_a_site_is_found_linked_or_named_and_whatever_is_below_it(written: str) -> None:
    assert site("casino.example").hits(f"Look: {written} now")


@pytest.mark.parametrize(
    "other", ["notcasino.example", "casino.example.org", "casino example", "casino-example", "x@casino"]
)
def test_another_site_is_another_site(other: str) -> None:
    assert site("casino.example").hits(other) == []


@pytest.mark.parametrize("written", ["https://bücher.example/", "xn--bcher-kva.example", "BÜCHER.EXAMPLE"])
def test_a_site_in_another_script_is_the_same_in_both_ways_to_write_it(written: str) -> None:
    domain = site_of("https://www.Bücher.example/shop")
    assert domain == "xn--bcher-kva.example"
    assert len(site(domain).hits(written)) == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Casino.Example", "casino.example"),
        ("https://me@casino.example:80/x#y", "casino.example"),
        ("casino", None),
        ("co", None),
        (".example", None),
        ("a..example", None),
        ("casino.e", None),
        ("*.example", None),
        ("1.2.3.44", None),
        ("http://[::1]/", None),
        ("a" * 64 + ".example", None),
        ("a\0b.example", None),
        ("\ud800.example", None),
        ("", None),
    ],
)
def test_a_domain_is_one_or_it_is_none(typed: str, meant: str | None) -> None:
    assert site_of(typed) == meant


@pytest.mark.parametrize("sought", ["", "a b", "..", "\u200b\u200b\u200b", "a " * (MOST_WORDS + 1), "-- —"])
def test_a_phrase_of_too_little_or_too_much_is_none(sought: str) -> None:
    assert phrase_of(sought) == ()
    assert words(sought).hits("a b a b " * 20) == []


def test_several_rules_are_found_at_once_even_where_one_begins_within_another() -> None:
    text = "gratis casino bonus"
    hits = words("gratis casino", "casino bonus", "gratis", "gratis casino bonus").hits(text)
    assert {hit.rule for hit in hits} == {1, 2, 3, 4}


class Counted(dict):
    """A tree of phrases that counts how often it is asked."""

    asked = 0

    def get(self, *args: object) -> object:
        Counted.asked += 1
        return super().get(*args)


def test_a_thousand_rules_ask_of_a_text_no_more_than_one_does() -> None:
    text = "this is a long message about casino films " * 20

    def questions(*phrases: str) -> int:
        matcher = words(*phrases)
        matcher._phrases = Counted(matcher._phrases)
        Counted.asked = 0
        matcher.hits(text)
        return Counted.asked

    assert questions("casino royale") == questions(
        *(f"phrase{n} number" for n in range(1000)), "casino royale"
    )


@pytest.mark.parametrize(
    "text",
    [
        "gratis " * 3000,
        "a." * 10_000,
        "a" * 20_000,
        "%" * 20_000,
        "\\." * 10_000,
        "\u0301" * 20_000,
        "…" * 20_000,
    ],
)
def test_a_hostile_text_has_no_more_places_than_are_looked_at(text: str) -> None:
    matcher = Matcher(
        [Sought(1, False, "gratis"), Sought(2, False, "gratis gratis"), Sought(3, True, "a.aa")]
    )
    assert len(matcher.hits(text)) <= 2 * MOST_PLACES


def test_what_is_judged_with_the_words_changes_with_what_is_near_and_not_with_what_is_far() -> None:
    before = "One two three four five six gratis seven eight nine ten eleven twelve."
    (first,) = words("gratis").hits(before)
    assert before[first.first : first.last] == "two three four five six gratis seven eight nine ten eleven"
    (far,) = words("gratis").hits(
        before.replace("One", "Many other words at the beginning").replace("twelve", "?")
    )
    (near,) = words("gratis").hits(before.replace("six", "buy"))
    assert first.part == far.part
    assert first.part != near.part
