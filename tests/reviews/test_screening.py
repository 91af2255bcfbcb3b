import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from filmsite.lib.text import render_review
from reviews.copydetect.paste_signal import parse_signal
from reviews.models import Case, Evidence, Review
from reviews.services import screening
from reviews.services.publishing import edit_review, publish_review
from tests.factories import make_review, make_season, make_title

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
    publish_review(author=alice, subject=season, body=PASSAGE, language="en")
    assert Case.objects.get().section == "shows"


def test_another_members_words_are_a_source_and_ones_own_never(alice: Member, bob: Member) -> None:
    film = make_title()
    make_review(film, bob, PASSAGE)
    publish_review(author=bob, subject=film, body=f"Once more: {PASSAGE}", language="en")
    assert not Case.objects.exists()
    publish_review(author=alice, subject=film, body=f"Indeed. {PASSAGE}", language="en")
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
    signal = parse_signal(pasted(origin))
    publish_review(author=alice, subject=make_title(), body=LONG, language="en", paste=signal)
    assert Case.objects.count() == expected
    if expected:
        evidence = Evidence.objects.get()
        assert (evidence.kind, evidence.detail["origin"]) == ("long_paste", origin)


@pytest.mark.parametrize(
    "signal",
    [
        "",
        "{",
        "[]",
        "[" * 2000,
        '{"characters": "many"}',
        '{"characters": -1}',
        "9" * 3000,
        '{"characters": 1e400}',
    ],
)
def test_nonsense_from_the_browser_is_no_paste(client: Client, alice: Member, signal: str) -> None:
    client.force_login(alice)
    assert write(client, make_title(), LONG, paste_signal=signal).status_code == 303
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "forged", ['"x": "\\u0000"', '"\\ud800": 1', '"x": NaN', '"declared_own": true', '"origin": "\\ud800"']
)
def test_of_a_forged_signal_only_what_is_asked_for_is_kept(
    client: Client, alice: Member, forged: str
) -> None:
    client.force_login(alice)
    signal = f'{{"characters": 2000, "pastes": 3, {forged}}}'
    answer = write(client, make_title(), LONG, paste_signal=signal, notice_seen="1")
    assert answer.status_code == 303
    assert Evidence.objects.get().detail == {"characters": 2000, "origin": "unknown", "count": 3}


def test_what_the_author_declares_stands_beside_a_paste(client: Client, alice: Member) -> None:
    client.force_login(alice)
    write(client, make_title(), LONG, paste_signal=pasted("web"), notice_seen="1", own_words="1")
    assert Evidence.objects.get().detail["declared_own"] is True


def test_a_short_quotation_is_welcome(alice: Member, film: Title) -> None:
    quoted = " ".join(PASSAGE.split()[:30])
    publish_review(author=alice, subject=film, body=f"> {quoted}\n\nThat is the whole film.", language="en")
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


def test_a_source_is_named_once_however_often_it_was_pasted(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    body = f"{PASSAGE} And then I thought of something else entirely, as one does. {PASSAGE}"
    page = client.post(f"/compose/check/{film.pk}/", {"body": body}).content.decode()
    assert page.count("words here also stand in") == 1


def test_the_check_is_for_members(client: Client, film: Title) -> None:
    assert client.post(f"/compose/check/{film.pk}/", {"body": PASSAGE}).status_code == 401


def test_an_edit_that_adds_copied_words_renews_the_case(alice: Member, film: Title) -> None:
    review = publish_review(author=alice, subject=film, body="I liked it well enough.", language="en")
    edit_review(review=review, editor=alice, version=1, body=PASSAGE, language="en")
    case = Case.objects.get()
    assert case.snapshot.revision.number == 2
    edit_review(review=review, editor=alice, version=2, body=f"{PASSAGE} {PASSAGE}", language="en")
    assert Case.objects.get().revision.number == 3


def test_the_check_of_an_older_text_does_not_take_an_answer_for_its_source(
    client: Client, alice: Member, bob: Member
) -> None:
    client.force_login(alice)
    film = make_title()
    # She took the words out since, and bob quoted them before.
    mine = make_review(film, alice, "I liked it.", created_at=timezone.now() - timedelta(hours=1))
    make_review(film, bob, f"She wrote: {PASSAGE}")
    url = f"/compose/check/{film.pk}/"
    assert client.post(url, {"body": PASSAGE, "review": mine.pk}).content == b""
    assert b"also stand in" in client.post(url, {"body": PASSAGE}).content


def test_the_check_is_about_ones_own_text_and_this_title(client: Client, alice: Member, bob: Member) -> None:
    client.force_login(alice)
    film = make_title()
    theirs, elsewhere = make_review(film, bob), make_review(make_title(), alice)
    for review in (theirs, elsewhere):
        answer = client.post(f"/compose/check/{film.pk}/", {"body": PASSAGE, "review": review.pk})
        assert answer.status_code == 404


def test_the_plot_of_the_show_is_known_at_a_season_and_a_seasons_at_the_show(alice: Member) -> None:
    show = make_title("Two Streets", kind="show", plot=PASSAGE)
    season = make_season(show, plot=LONG_PLOT)
    publish_review(author=alice, subject=season, body=f"At last. {PASSAGE}", language="en")
    publish_review(author=alice, subject=show, body=f"In short: {LONG_PLOT}", language="en")
    sources = Evidence.objects.order_by("id").values_list("source_title", flat=True)
    assert list(sources) == [show.pk, season.pk]


LONG_PLOT = (
    "A baker moves to the harbour with nothing but a crate of yeast and a debt to a man nobody has met. While winter "
    "closes the port, her neighbours trade bread for gossip, and every loaf brings her nearer to the name she fears."
)


# --- The quotation that replaces a passage ----------------------------------------------------------------------


def quotation(title: Title, author: Member, body: str) -> str:
    """The text as it would stand after the button was pressed at its first passage."""
    notice = screening.notice_for(subject=title, author=author, body=body, paste=None)
    assert notice is not None
    change = json.loads(notice.passages[0].replacement)
    return body[: change["start"]] + change["text"] + body[change["end"] :]


@pytest.mark.parametrize("name", ["[Rec]", "Up] (or down", "*batteries*", "||x||", "@bob"])
def test_the_quotation_names_and_links_any_title(alice: Member, name: str) -> None:
    film = make_title(name, plot=PASSAGE)
    html = render_review(quotation(film, alice, f"I loved it. {PASSAGE} And so on."))
    link = f'<a href="{film.get_absolute_url()}" rel="ugc nofollow noopener">{name} (1997)</a>'
    assert html.count("<a ") == 1
    assert link in html
    assert "<blockquote>" in html
    assert html.endswith("<p>And so on.</p>")


def test_the_quotation_is_so_short_that_it_is_welcome(alice: Member, film: Title) -> None:
    body = quotation(film, alice, f"I loved it. {PASSAGE} And so on.")
    assert screening.notice_for(subject=film, author=alice, body=body, paste=None) is None


def test_a_quotation_without_spaces_is_as_short(alice: Member) -> None:
    plot = "".join(chr(0x4E00 + n * 37 % 3000) for n in range(200))
    body = quotation(make_title(plot=plot), alice, plot)
    assert plot[:25] in body
    assert plot[:26] not in body


@pytest.mark.parametrize(
    "body",
    [
        f"Open. ||Hidden {PASSAGE} hidden|| open.",
        f"Open. {PASSAGE.replace('When', 'When ||hidden|| then')} open.",
        f"Open. {PASSAGE.replace('grows', 'grows ||hidden')} hidden|| open.",
        f"Open. ||Hidden {PASSAGE.replace('longest', 'longest|| open')} open.",
        f"Open. ||Hidden {PASSAGE.replace('grows', '|| open ||')} hidden|| open.",
    ],
)
def test_the_quotation_keeps_what_was_hidden_hidden_and_nothing_more(
    alice: Member, film: Title, body: str
) -> None:
    html = render_review(quotation(film, alice, body))
    shown = "".join(part.rpartition("</details>")[2] for part in html.split("<details"))
    assert "idden" not in shown
    assert "Open." in shown
    assert shown.count("open.") == 1


# --- Cost ---------------------------------------------------------------------------------------------------------


def test_known_texts_take_two_queries_and_only_what_is_compared(
    alice: Member, film: Title, django_assert_num_queries
) -> None:
    for _ in range(3):
        make_review(film)
    with django_assert_num_queries(2) as queries:
        screening.notice_for(subject=film, author=alice, body=PASSAGE, paste=None)
    assert not any('"html"' in query["sql"] for query in queries)


def test_a_text_that_takes_too_long_is_posted_and_what_was_not_compared_is_logged(
    alice: Member, film: Title, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("reviews.copydetect.rules.CHOOSING_SECONDS", 0)
    publish_review(author=alice, subject=film, body=PASSAGE, language="en")
    assert not Case.objects.exists()
    assert "screening ran out of time" in caplog.text
