"""Copied words on the page of a case in the language of the moderator: marked by sentence, in both texts."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import Case, Evidence, KnownKind, KnownText, Review, Translation
from reviews.moderation.evidence import compare
from reviews.moderation.marked_wordings import mark_wording
from reviews.services.opening import open_copied_case
from tests.asserts import count_queries
from tests.factories import make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

FIRST = "Duas crianças partilham um par de sapatos gastos."
SECOND = "Ninguém em casa pode saber disto."
THIRD = "No fim há uma corrida pela cidade toda."
OWN = "Gostei muito deste filme."
LAST = "Quero ver outra vez."
ANSWERS = {
    FIRST: "Two children share a pair of worn shoes.",
    SECOND: "Nobody at home may know of this.",
    THIRD: "In the end there is a race through all of the city.",
    OWN: "I liked this film very much.",
    LAST: "I want to see it again.",
}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def source(bob: Member) -> Review:
    body = f"{LAST} {FIRST} {SECOND} {THIRD} {LAST} {OWN}"
    return make_review(make_title("Two Shoes"), bob, body, language="pt")


@pytest.fixture
def review(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, f"{OWN}\n\n{FIRST} {SECOND}\n\n{LAST}", language="pt")


def make_case(review: Review, source: Review, *passages: str) -> Case:
    """A case about a message with these passages, which stand in the source as well."""
    known, _ = KnownText.objects.get_or_create(
        kind=KnownKind.REVIEW,
        review=source,
        defaults={"source_hash": source.source_hash, "written_at": source.created_at},
    )
    evidence = [
        Evidence(
            kind=Evidence.Kind.OVERLAP,
            start=review.body.index(passage),
            end=review.body.index(passage) + len(passage),
            words=len(passage.split()),
            source=known,
            source_review=source,
            source_excerpt=source.body,
            excerpt_start=source.body.index(passage),
            excerpt_end=source.body.index(passage) + len(passage),
        )
        for passage in passages
    ]
    return open_copied_case(review=review, revision=review.revisions.get(), evidence=evidence)


def shown(client: Client, case: Case) -> str:
    return client.get(case.get_absolute_url()).content.decode()


def marked_in(html: str) -> list[tuple[list[str], str]]:
    """The marked sentences with the numbers before them, in the moderator's language."""
    found = []
    for inside in re.findall(
        r'<mark class="span-\d">((?:<b class="span-number">\d+</b>)+[^<]*)</mark>', html
    ):
        found.append((re.findall(r">(\d+)<", inside), re.sub(r"<b.*</b>", "", inside)))
    return found


def test_in_both_texts_the_sentences_with_the_copied_words_are_marked_with_the_same_number(
    client: Client, mona: Member, review: Review, source: Review
) -> None:
    make_translation(review, answers=ANSWERS)
    make_translation(source, answers=ANSWERS)
    case = make_case(review, source, f"{FIRST} {SECOND}")
    client.force_login(mona)
    html = shown(client, case)
    both = f"{ANSWERS[FIRST]} {ANSWERS[SECOND]}"
    assert marked_in(html) == [(["1"], both), (["1"], both)]
    assert "which of their words are the same, only the original shows" in html
    assert "The sentences with these words, by a translation that can be wrong." in html
    assert f"… {ANSWERS[LAST]}" not in html, "the excerpt begins where the translation does"
    assert f"{ANSWERS[THIRD]} …" in html, "one sentence behind the passage, and no more"


def test_a_passage_that_begins_and_ends_within_sentences_marks_them_whole(
    client: Client, mona: Member, review: Review, source: Review
) -> None:
    make_translation(review, answers=ANSWERS)
    case = make_case(review, source, "par de sapatos gastos. Ninguém em casa")
    client.force_login(mona)
    assert marked_in(shown(client, case)) == [(["1"], f"{ANSWERS[FIRST]} {ANSWERS[SECOND]}")]


def test_a_sentence_with_words_of_two_passages_has_both_numbers(
    client: Client, mona: Member, review: Review, source: Review
) -> None:
    make_translation(review, answers=ANSWERS)
    case = make_case(review, source, "Duas crianças partilham", "sapatos gastos. Ninguém em casa")
    client.force_login(mona)
    assert marked_in(shown(client, case)) == [(["1", "2"], ANSWERS[FIRST]), (["2"], ANSWERS[SECOND])]


def test_each_paragraph_of_a_passage_is_marked_and_the_blank_line_between_is_not(
    client: Client, mona: Member, source: Review, alice: Member
) -> None:
    review = make_review(make_title(), alice, f"{FIRST}\n\n{SECOND}", language="pt")
    make_translation(review, answers=ANSWERS)
    source.body = review.body
    source.save()
    client.force_login(mona)
    html = shown(client, make_case(review, source, review.body))
    assert not re.search(r"<mark[^>]*>\s*</mark>", html)
    assert marked_in(html) == [(["1"], ANSWERS[FIRST]), (["1"], ANSWERS[SECOND])]
    assert html.count('id="span-1"') == 1


def test_a_moderator_who_reads_the_language_is_shown_the_originals_alone(
    client: Client, mona: Member, review: Review, source: Review
) -> None:
    make_translation(review, answers=ANSWERS)
    make_translation(source, answers=ANSWERS)
    case = make_case(review, source, FIRST)
    Member.objects.filter(pk=mona.pk).update(reads=["pt"])
    client.force_login(mona)
    assert ANSWERS[FIRST] not in shown(client, case)


def test_a_translation_of_other_words_is_shown_without_marks(
    client: Client, mona: Member, review: Review, source: Review
) -> None:
    row = make_translation(review, answers=ANSWERS)
    case = make_case(review, source, FIRST)
    Translation.objects.filter(pk=row.pk).update(
        sentences=[{**pair, "source": "Algo bem diferente."} for pair in row.sentences]
    )
    client.force_login(mona)
    html = shown(client, case)
    assert marked_in(html) == []
    assert ANSWERS[FIRST] in html
    assert "The passages marked above are those of the original." in html


def test_the_plot_of_a_title_is_shown_in_the_language_of_the_moderator(
    client: Client, mona: Member, review: Review, source: Review
) -> None:
    film = make_title("Two Shoes", plot=f"{FIRST} {SECOND}", plot_language="pt")
    case = make_case(review, source, FIRST)
    Evidence.objects.update(source_review=None, source_title=film, source_excerpt=film.plot)
    Evidence.objects.update(excerpt_start=0, excerpt_end=len(FIRST))
    row = make_translation(source, answers=ANSWERS)
    Translation.objects.filter(pk=row.pk).update(review=None, title=film)
    client.force_login(mona)
    assert marked_in(shown(client, case)) == [(["1"], ANSWERS[FIRST])]


def test_the_number_of_a_list_between_sentences_hides_no_sentence(alice: Member, source: Review) -> None:
    review = make_review(make_title(), alice, f"1. {FIRST}\n2. {SECOND}\n3. {LAST}", language="pt")
    row = make_translation(review, answers=ANSWERS)
    passage = f"{FIRST}\n2. {SECOND}"
    item = Evidence(kind=Evidence.Kind.OVERLAP, start=3, end=3 + len(passage), words=15)
    pieces = mark_wording(row, review.body, compare(review.body, [item], matter="review").passages)
    assert [piece.text for piece in pieces if piece.number] == [ANSWERS[FIRST], ANSWERS[SECOND]]


def test_links_round_names_that_only_the_translation_has_are_left_out(
    client: Client, mona: Member, review: Review, source: Review
) -> None:
    make_translation(review, answers=ANSWERS | {FIRST: "Two children share [Heat](/films/1-heat/)."})
    client.force_login(mona)
    assert marked_in(shown(client, make_case(review, source, FIRST))) == [(["1"], "Two children share Heat.")]


def test_what_engines_and_people_wrote_is_text_and_never_markup(
    client: Client, mona: Member, review: Review, source: Review
) -> None:
    make_translation(review, answers=ANSWERS)
    Translation.objects.update(body="<script>x</script>", sentences=_one(FIRST, "<script>x</script>"))
    case = make_case(review, source, FIRST)
    client.force_login(mona)
    html = shown(client, case)
    assert "&lt;script&gt;x&lt;/script&gt;</mark>" in html
    assert "<script>x" not in html


def test_passages_cost_no_query_each(client: Client, mona: Member, review: Review, source: Review) -> None:
    make_translation(review, answers=ANSWERS)
    make_translation(source, answers=ANSWERS)
    one = make_case(review, source, "Duas crianças partilham")
    client.force_login(mona)
    client.get(one.get_absolute_url())
    few = count_queries(client, one.get_absolute_url())
    many = make_case(review, source, "Duas crianças partilham", "sapatos gastos", "Ninguém em casa")
    assert many == one
    # One less, even: beside so few words of the author's own no first paragraph is offered, and nothing asked for it.
    assert len(count_queries(client, one.get_absolute_url())) <= len(few)


def _one(source: str, text: str) -> list[dict[str, Any]]:
    return [{"place": 0, "source": source, "text": text, "by": "engine"}]
