import json

import pytest
from django.test import Client

from accounts.models import Member
from films.models import Title
from reviews.models import Case, Evidence, Review
from reviews.services.publishing import edit_review, publish_review
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db

# Sixty words of our own, long enough to be recognised.
PASSAGE = (
    "Two children share one pair of worn shoes and a secret that grows heavier each day. He runs home from school so "
    "that she can run to hers, and the alleys between them become the longest race in the city. When a real race is "
    "announced, with new shoes as its third prize, he decides that he must not win, must not lose, but come in third."
)
LONG = "This text goes on about nothing in particular, sentence after sentence, as people do. " * 25


@pytest.fixture
def film() -> Title:
    return make_title("Two Shoes", plot=PASSAGE)


def write(client: Client, film: Title, body: str, **fields: str):
    return client.post(f"/titles/{film.pk}/write/", {"body": body, "language": "en", **fields})


def pasted(origin: str, characters: int = len(LONG)) -> str:
    return json.dumps({"characters": characters, "origin": origin, "pastes": 1})


def test_words_of_the_plot_are_pointed_out_before_posting_and_nothing_is_lost(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    body = f"I loved it. {PASSAGE} And so on."
    answer = write(client, film, body)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "words here also stand in" in page
    assert body in page.replace("&#x27;", "'")
    assert not Review.objects.exists()


def test_posting_anyway_publishes_the_text_and_opens_a_case_with_its_source(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    assert write(client, film, PASSAGE, notice_seen="1", own_words="1").status_code == 303
    case = Case.objects.get()
    evidence = case.evidence.get()
    assert Review.objects.get().is_published
    assert (case.section, evidence.source_title, evidence.detail["declared_own"]) == ("films", film, True)
    assert evidence.words >= 40
    assert evidence.source_excerpt in PASSAGE


def test_a_season_has_its_case_in_the_section_of_shows(alice: Member) -> None:
    show = make_title("Two Streets", kind="show")
    season = make_title("Two Streets", kind="season", parent=show, season_number=1, plot=PASSAGE)
    publish_review(author=alice, title=season, body=PASSAGE, language="en")
    assert Case.objects.get().section == "shows"


def test_another_members_words_are_a_source_and_ones_own_never(alice: Member, bob: Member) -> None:
    film = make_title()
    make_review(film, bob, PASSAGE)
    publish_review(author=bob, title=film, body=f"Once more: {PASSAGE}", language="en")
    assert not Case.objects.exists()
    publish_review(author=alice, title=film, body=f"Indeed. {PASSAGE}", language="en")
    assert Case.objects.get().evidence.get().source_review.author == bob


def test_the_older_text_is_the_source_when_one_is_edited_later(alice: Member, bob: Member) -> None:
    film = make_title()
    first = make_review(film, alice, PASSAGE)
    make_review(film, bob, PASSAGE)
    edit_review(review=first, editor=alice, version=1, body=f"{PASSAGE} Corrected.", language="en")
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("origin", "expected"), [("web", 1), ("plain", 1), ("office", 0), ("gdocs", 0), ("libreoffice", 0)]
)
def test_a_long_paste_is_a_case_unless_it_comes_from_a_word_processor(
    alice: Member, origin: str, expected: int
) -> None:
    signal = json.loads(pasted(origin))
    publish_review(author=alice, title=make_title(), body=LONG, language="en", paste=signal)
    assert Case.objects.count() == expected
    if expected:
        evidence = Evidence.objects.get()
        assert (evidence.kind, evidence.detail["origin"]) == ("long_paste", origin)


@pytest.mark.parametrize(
    "signal",
    ["", "{", "[]", '{"characters": "many"}', '{"characters": -1}', "9" * 3000, '{"characters": 1e400}'],
)
def test_nonsense_from_the_browser_is_no_paste(client: Client, alice: Member, signal: str) -> None:
    client.force_login(alice)
    assert write(client, make_title(), LONG, paste_signal=signal).status_code == 303
    assert not Case.objects.exists()


def test_a_short_quotation_is_welcome(alice: Member, film: Title) -> None:
    quoted = " ".join(PASSAGE.split()[:30])
    publish_review(author=alice, title=film, body=f"> {quoted}\n\nThat is the whole film.", language="en")
    assert not Case.objects.exists()


def test_the_composer_asks_while_writing_and_says_nothing_about_honest_text(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    url = f"/compose/check/{film.pk}/"
    assert client.post(url, {"body": "I ran home after it."}).content == b""
    page = client.post(url, {"body": PASSAGE}).content.decode()
    assert 'name="notice_seen"' in page
    assert "Make it a quote with a link" in page
    page = client.post(url, {"body": LONG, "paste_signal": pasted("web")}).content.decode()
    assert "in one go" in page


def test_the_check_is_for_members(client: Client, film: Title) -> None:
    assert client.post(f"/compose/check/{film.pk}/", {"body": PASSAGE}).status_code == 401


def test_an_edit_that_adds_copied_words_renews_the_case(alice: Member, film: Title) -> None:
    review = publish_review(author=alice, title=film, body="I liked it well enough.", language="en")
    edit_review(review=review, editor=alice, version=1, body=PASSAGE, language="en")
    case = Case.objects.get()
    assert case.revision.number == 2
    edit_review(review=review, editor=alice, version=2, body=f"{PASSAGE} {PASSAGE}", language="en")
    assert Case.objects.get().revision.number == 3
