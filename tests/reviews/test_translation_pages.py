"""The page of one translation, the forms for its sentences, and the lists of suggestions."""

import re

import pytest
from django.test import Client

from accounts.models import Audience, Member
from reviews.correcting.side_by_side import sentences_of
from reviews.models import BadTranslation, Correction, Review, ReviewState, Translation, TranslationStatus
from reviews.services.publishing import edit_review
from reviews.sources import source_of
from tests.asserts import assert_flat_queries
from tests.factories import (
    make_correction,
    make_list,
    make_member,
    make_review,
    make_title,
    make_translation,
)

pytestmark = pytest.mark.django_db

PORTUGUESE = "Um filme muito bonito sobre duas crianças. Chorei no final.\n\nQuero ver outra vez."
BETTER = "I cried at the end."


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def review(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, PORTUGUESE, language="pt")


@pytest.fixture
def translation(review: Review) -> Translation:
    return make_translation(review)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def address(translation: Translation, rest: str = "") -> str:
    return f"/translations/{translation.pk}/{rest}"


def sentence(translation: Translation, number: int = 1) -> dict[str, str]:
    """What the form of a sentence sends besides the words."""
    translation.refresh_from_db()
    found = sentences_of(translation.sentences)[number]
    return {"seen": found.seen, "original": found.source}


# --- Side by side ----------------------------------------------------------------------------------------


def test_paragraphs_stand_beside_their_translation_in_their_own_language(
    client: Client, translation: Translation
):
    text = page(client, address(translation))
    sides = re.findall(r'<div class="text" lang="(\w+)" dir="(\w+)">(.*?)</div>', text, re.DOTALL)
    assert [(lang, way) for lang, way, _html in sides] == [("pt", "ltr"), ("en", "ltr")] * 2
    assert "Quero ver outra vez." in sides[2][2]
    assert "(en) Quero ver outra vez." in sides[3][2]


def test_a_language_from_right_to_left_says_so(client: Client, alice: Member):
    review = make_review(make_title(), alice, "فیلم خیلی زیبایی بود.", language="fa")
    text = page(client, address(make_translation(review, source_language="fa")))
    assert '<div class="text" lang="fa" dir="rtl">' in text


def test_a_visitor_reads_it_without_any_cookie_and_machines_do_not_index_it(
    client: Client, translation: Translation
):
    answer = client.get(address(translation))
    assert not answer.cookies
    text = answer.content.decode()
    assert "csrf" not in text.lower()
    assert '<meta name="robots" content="noindex">' in text
    assert "Suggest a better translation" in text
    assert client.get(address(translation, "sentences/1/"))["Location"].startswith("/accounts/login/")


def test_the_page_costs_the_same_however_many_sentences_and_corrections(
    client: Client, alice: Member, bob: Member
):
    review = make_review(make_title(), alice, " ".join(f"Frase número {n}." for n in range(9)), language="pt")
    row = make_translation(review)
    numbers = iter(range(9))

    def correct_one() -> None:
        number = next(numbers)
        make_correction(row, make_member(), number, state="accepted")
        row.sentences[number]["by"] = "person"
        row.save()

    client.force_login(bob)
    assert_flat_queries(client, correct_one, address(row), at_most=9)


def test_who_made_it_and_how_is_said(client: Client, bob: Member, review: Review):
    row = make_translation(review, via="en", corrected_by=bob)
    text = page(client, address(row))
    assert "a machine of this site" in text
    assert "by way of English" in text
    assert "corrected by bob" in text


def test_what_is_partly_translated_doubted_or_made_anew_says_so(client: Client, review: Review):
    row = make_translation(review, status=TranslationStatus.PARTIAL, left_sentences=1)
    assert "could not be translated well" in page(client, address(row))
    Translation.objects.update(status=TranslationStatus.QUEUED)
    assert "being translated anew" in page(client, address(row))
    Translation.objects.update(content_hash="1" * 64)
    assert "The author has changed the text" in page(client, address(row))
    Translation.objects.update(doubted_at=row.finished_at)
    assert "Readers doubt this translation" in page(client, address(row))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (TranslationStatus.QUEUED, "is on its way"),
        (TranslationStatus.FAILED, "did not succeed"),
        (TranslationStatus.UNSUPPORTED, "No engine of this site translates"),
    ],
)
def test_without_words_the_original_stands_alone(client: Client, review: Review, status: str, words: str):
    row = make_translation(review)
    Translation.objects.update(status=status, body="", html="", sentences=[])
    text = page(client, address(row))
    assert words in text
    assert text.count('<div class="text"') == 2
    assert "This translation is bad" not in text


def test_an_earlier_order_leads_to_the_one_that_took_its_place(
    client: Client, alice: Member, review: Review, translation: Translation
):
    edited = edit_review(review=review, editor=alice, version=1, body=PORTUGUESE + " Sim.", language="pt")
    newer = Translation.objects.get(review=review, target="en", source_hash=edited.source_hash)
    assert client.get(address(translation))["Location"] == address(newer)


@pytest.mark.parametrize("state", ["withdrawn", "removed"])
def test_a_text_that_is_gone_is_gone_in_every_language(
    client: Client, alice: Member, bob: Member, mona: Member, review: Review, translation: Translation, state
):
    Review.objects.filter(pk=review.pk).update(state=state)
    page(client, address(translation), 404)
    client.force_login(bob)
    for rest in ("", "sentences/1/", "report/"):
        page(client, address(translation, rest), 404)
    client.force_login(alice)
    page(client, address(translation))
    client.force_login(mona)
    page(client, address(translation), 200 if state == "removed" else 404)


def test_what_its_author_wants_read_as_it_is_has_no_translation(
    client: Client, alice: Member, translation: Translation
):
    Review.objects.update(may_translate=False)
    words = page(client, address(translation), 404)
    assert "The author prefers the original" in words
    assert f'href="{translation.review.get_absolute_url()}"' in words
    # Whose words are hidden is not spoken of.
    Review.objects.update(state=ReviewState.REMOVED)
    assert "prefers the original" not in page(client, address(translation), 404)


def test_a_list_kept_to_oneself_shows_its_translation_to_nobody_else(client: Client, alice: Member):
    made = make_list(alice, description="Filmes de que gosto muito, um por um.")
    source = source_of(made)
    assert source is not None
    row = Translation.objects.create(
        list=made,
        source_hash=source.source_hash,
        source_language="pt",
        target="en",
        html="<p>Films that I like.</p>",
        body="Films that I like.",
        status="done",
        next_attempt_at=made.created_at,
    )
    assert "Films that I like." in page(client, address(row))
    made.audience = Audience.ME
    made.save()
    page(client, address(row), 404)
    client.force_login(alice)
    page(client, address(row))


# --- Spoilers --------------------------------------------------------------------------------------------


def hidden(text: str, words: str) -> bool:
    """Whether each place of the words lies within a box that is closed."""
    places = [match.start() for match in re.finditer(re.escape(words), text)]
    assert places
    depth = [text[:place].count("<details") - text[:place].count("</details>") for place in places]
    opened = "<details open" in text
    # The menu of the page's head is closed before its content begins.
    return all(found > 0 for found in depth) and not opened


@pytest.mark.parametrize(
    "body",
    [
        "Começa bem. ||O pai morre.||\n\nE acaba.",
        "Começa bem.\n\n||O pai morre.\n\nE a mãe também.||\n\nE acaba.",
        "Começa bem.\n\n||Um fim triste.\n\nO pai morre.",
        "- Um\n- ||dois\n\nO pai morre.||\n\nE acaba.",
        "> ||Citado.\n\nO pai morre.|| E acaba.",
        "Um ||dois|| três ||quatro.\n\nO pai morre.||",
    ],
)
def test_a_spoiler_stays_closed_on_both_sides(client: Client, alice: Member, body: str):
    row = make_translation(make_review(make_title(), alice, body, language="pt"))
    text = page(client, address(row))
    main = text[text.index('<main id="main"') :]
    assert hidden(main, "O pai morre.")


def test_a_text_that_gives_away_the_plot_is_closed_as_a_whole(client: Client, alice: Member):
    row = make_translation(make_review(make_title(), alice, "O pai morre.", language="pt", is_spoiler=True))
    text = page(client, address(row))
    assert hidden(text[text.index('<main id="main"') :], "O pai morre.")


def test_a_single_sentence_of_a_text_with_spoilers_is_closed_too(client: Client, alice: Member, bob: Member):
    row = make_translation(make_review(make_title(), alice, "Bom. ||O pai morre.||", language="pt"))
    client.force_login(bob)
    text = page(client, address(row, "sentences/1/"))
    assert hidden(text[text.index('<main id="main"') :], "O pai morre.")


def test_paragraphs_that_do_not_answer_each_other_stand_as_wholes(client: Client, review: Review):
    row = make_translation(review)
    Translation.objects.update(body="One.\n\nTwo.\n\nThree.")
    text = page(client, address(row))
    assert text.count('<div class="text"') == 2
    assert "do not answer each other" in text


# --- A sentence ------------------------------------------------------------------------------------------


def test_better_words_are_suggested_without_script(client: Client, bob: Member, translation: Translation):
    client.force_login(bob)
    form = page(client, address(translation, "sentences/1/"))
    assert "(en) Chorei no final." in form
    assert "reads your words before they stand there" in form
    answer = client.post(
        address(translation, "sentences/1/"), {**sentence(translation), "text": BETTER}, follow=True
    )
    assert answer.redirect_chain == [(f"{address(translation)}?sentence=1#sentence-1", 302)]
    assert "Once somebody has accepted it" in answer.content.decode()
    assert Correction.objects.get().text == BETTER


def test_who_suggested_words_finds_them_beside_the_sentence_and_takes_them_back_there(
    client: Client, bob: Member, translation: Translation
):
    made = make_correction(translation, bob, 1, text=BETTER)
    assert BETTER not in page(client, address(translation))
    client.force_login(bob)
    text = page(client, address(translation))
    assert BETTER in text
    assert '<p class="small muted">Suggested by you</p>' in text
    assert f'name="take_back" value="{made.pk}"' in text
    form = page(client, address(translation, "sentences/1/"))
    assert BETTER in form[form.index("<textarea") : form.index("</textarea>")]
    answer = client.post(address(translation, "sentences/1/"), {"take_back": made.pk}, follow=True)
    assert answer.redirect_chain == [(f"{address(translation)}?sentence=1#sentence-1", 302)]
    assert "Your suggestion is taken back." in answer.content.decode()
    made.refresh_from_db()
    assert made.state == Correction.State.WITHDRAWN
    assert BETTER not in page(client, address(translation))


@pytest.mark.parametrize("number", ["", "x", "0", "99999999999999999999"])
def test_no_words_of_others_are_taken_back(
    client: Client, bob: Member, translation: Translation, number: str
):
    made = make_correction(translation, make_member(), 1, text=BETTER)
    client.force_login(bob)
    for pk in (number, str(made.pk)):
        answer = client.post(
            address(translation, "sentences/1/"), {"take_back": pk}, headers={"HX-Request": "true"}
        )
        assert "decided about or taken back meanwhile" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == Correction.State.PROPOSED


def test_the_authors_words_show_on_the_next_view_with_their_name(
    client: Client, alice: Member, translation: Translation
):
    client.force_login(alice)
    answer = client.post(
        address(translation, "sentences/1/"), {**sentence(translation), "text": BETTER}, follow=True
    )
    text = answer.content.decode()
    assert "Your words stand there now." in text
    assert "in the words of alice" in text
    assert BETTER in text


def test_htmx_gets_the_sentence_alone_in_its_place(client: Client, bob: Member, translation: Translation):
    client.force_login(bob)
    place = address(translation, "sentences/1/")
    form = client.get(place, headers={"HX-Request": "true"}).content.decode()
    assert form.lstrip().startswith("<li")
    assert "<html" not in form
    done = client.post(place, {**sentence(translation), "text": BETTER}, headers={"HX-Request": "true"})
    assert "Once somebody has accepted it" in done.content.decode()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", "This field is required"),
        ("(en) Chorei no final.", "stand there already"),
        ("The ||father|| dies.", "Leave spoiler marks out"),
        ("I cried. https://spam.example/", "links to nothing that the author did not"),
        ("I [cried](https://spam.example/).", "links to nothing that the author did not"),
        ("I [cried](mailto:me@spam.example).", "links to nothing that the author did not"),
        ("here](mailto:me@spam.example)", "links to nothing that the author did not"),
        ("I cried, @sam.", "links to nothing that the author did not"),
        ("long " * 200, "much longer than the sentence"),
    ],
)
def test_what_cannot_be_a_translation_is_refused_and_nothing_typed_is_lost(
    client: Client, bob: Member, translation: Translation, words: str, complaint: str
):
    client.force_login(bob)
    answer = client.post(address(translation, "sentences/1/"), {**sentence(translation), "text": words})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert complaint in text
    assert words.strip() in text
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        "# I cried",
        "- I cried",
        "1. I cried",
        "> I cried",
        "I\n\ncried",
        "<script>alert(1)</script>",
        "cried\\",
    ],
)
def test_no_words_leave_the_paragraph_that_they_stand_in(
    client: Client, alice: Member, translation: Translation, words: str
):
    client.force_login(alice)
    client.post(address(translation, "sentences/0/"), {**sentence(translation, 0), "text": words})
    translation.refresh_from_db()
    assert translation.html.count("<p>") == 2
    assert not re.search("<(h|ul|ol|blockquote|script)", translation.html)
    assert translation.sentences[0]["by"] == "person"


def test_a_page_that_is_out_of_date_says_so_and_keeps_the_words(
    client: Client, alice: Member, bob: Member, translation: Translation
):
    stale = sentence(translation)
    client.force_login(alice)
    client.post(address(translation, "sentences/1/"), {**stale, "text": BETTER})
    client.force_login(bob)
    answer = client.post(address(translation, "sentences/1/"), {**stale, "text": "I wept at the end."})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "changed while you were writing" in text
    assert "I wept at the end." in text
    again = sentence(translation)
    assert again["seen"] in text
    client.post(address(translation, "sentences/1/"), {**again, "text": "I wept at the end."})
    assert Correction.objects.filter(by=bob).exists()


def test_words_for_a_sentence_that_is_gone_come_back(
    client: Client, alice: Member, bob: Member, review: Review, translation: Translation
):
    stale = sentence(translation)
    edit_review(review=review, editor=alice, version=1, body="Gostei. Nada mais a dizer.", language="pt")
    client.force_login(bob)
    answer = client.post(address(translation, "sentences/1/"), {**stale, "text": BETTER})
    assert answer.status_code == 409
    assert BETTER in answer.content.decode()


@pytest.mark.parametrize("number", ["99", "99999999999999999999"])
def test_a_sentence_that_never_was_is_not_found(
    client: Client, bob: Member, translation: Translation, number: str
):
    client.force_login(bob)
    assert client.get(address(translation, f"sentences/{number}/")).status_code in (400, 404)


@pytest.mark.parametrize("who", ["sam", "closing"])
def test_who_may_not_write_suggests_nothing(client: Client, sam: Member, translation: Translation, who: str):
    member = sam if who == "sam" else make_member(closing_at=translation.created_at)
    client.force_login(member)
    page(client, address(translation, "sentences/1/"), 404)
    page(client, address(translation, "report/"), 404)


def test_suggestions_are_limited(client: Client, bob: Member, translation: Translation, settings):
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "correction": "1/hour"}
    client.force_login(bob)
    values = {**sentence(translation), "text": BETTER}
    assert client.post(address(translation, "sentences/1/"), values).status_code == 302
    assert client.post(address(translation, "sentences/1/"), values).status_code == 429


# --- The whole is bad ------------------------------------------------------------------------------------


def test_a_bad_translation_is_reported_changed_and_taken_back(
    client: Client, bob: Member, translation: Translation
):
    client.force_login(bob)
    place = address(translation, "report/")
    assert client.post(place, {}).status_code == 422
    answer = client.post(place, {"reason": "meaning", "note": "Upside down."}, follow=True)
    assert "Moderators see your report." in answer.content.decode()
    assert "Upside down." in page(client, place)
    client.post(place, {"reason": "names"})
    assert BadTranslation.objects.get().reason == "names"
    client.post(place, {"take_back": "1"})
    assert not BadTranslation.objects.exists()


def test_a_moderator_settles_a_doubt_on_the_page(client: Client, mona: Member, bob: Member, review: Review):
    row = make_translation(review, doubted_at=review.created_at)
    client.force_login(bob)
    assert "It can stand" not in page(client, address(row))
    assert client.post(address(row, "settle/")).status_code == 404
    client.force_login(mona)
    assert "It can stand" in page(client, address(row))
    client.post(address(row, "settle/"))
    row.refresh_from_db()
    assert row.doubted_at is None


def test_who_has_a_say_reads_why_readers_doubt_it_and_nobody_else_does(
    client: Client, mona: Member, bob: Member, review: Review
):
    row = make_translation(review, doubted_at=review.created_at)
    said = {"engine": row.engine, "content_hash": row.content_hash, "made_at": review.created_at}
    BadTranslation.objects.create(translation=row, member=bob, reason="names", note="Who is Calor?", **said)
    client.force_login(bob)
    assert "Who is Calor?" not in page(client, address(row))
    client.force_login(mona)
    assert "Who is Calor?" in page(client, address(row))
    assert "Names or titles are wrong" in page(client, "/moderation/corrections/?show=doubted")


def test_moderators_find_what_one_reader_reported(
    client: Client, mona: Member, bob: Member, translation: Translation
):
    client.force_login(bob)
    client.post(address(translation, "report/"), {"reason": "meaning", "note": "Upside down."})
    client.force_login(mona)
    assert "It says something else" in page(client, "/moderation/corrections/?show=doubted")
    assert "Upside down." in page(client, address(translation))
    client.post(address(translation, "settle/"))
    assert "It says something else" not in page(client, "/moderation/corrections/?show=doubted")


def test_moderators_read_in_the_list_what_a_reader_wrote(
    client: Client, mona: Member, bob: Member, translation: Translation
):
    client.force_login(bob)
    values = {"reason": "names", "note": "He is called <Ali>, not Alley."}
    client.post(address(translation, "report/"), values)
    client.force_login(mona)
    text = page(client, "/moderation/corrections/?show=doubted")
    assert "He is called &lt;Ali&gt;, not Alley." in text


def test_a_sentence_that_waits_is_marked_in_its_language(client: Client, review: Review):
    row = make_translation(review, status=TranslationStatus.PARTIAL, left_sentences=1)
    row.sentences[1] |= {"by": "author", "text": row.sentences[1]["source"]}
    row.sentences[2] |= {"by": "same", "text": row.sentences[2]["source"]}
    row.save()
    text = page(client, address(row))
    assert text.count("Still in Portuguese:") == 1
    assert "nothing to translate in it" in text
    assert re.search(r'Still in Portuguese:</span> <span lang="pt" dir="ltr">Chorei no final.<', text)


def test_the_page_of_a_sentence_leads_back_to_it_among_the_others(
    client: Client, bob: Member, translation: Translation
):
    client.force_login(bob)
    alone = page(client, address(translation, "sentences/1/"))
    assert '<form class="form wording-form"' in alone
    assert not re.search(r"wording-form[^>]*hx-post", alone)
    answer = client.post(
        address(translation, "sentences/1/"), {**sentence(translation), "text": BETTER}, follow=True
    )
    assert answer.redirect_chain[-1][0] == address(translation, "?sentence=1#sentence-1")
    assert '<details class="sentences" open>' in answer.content.decode()


def test_the_list_of_doubts_takes_a_constant_number_of_queries(client: Client, mona: Member):
    def doubt() -> None:
        review = make_review(body=PORTUGUESE, language="pt")
        row = make_translation(review, doubted_at=review.created_at)
        BadTranslation.objects.create(
            translation=row, member=make_member(), reason="names", made_at=review.created_at
        )

    client.force_login(mona)
    assert_flat_queries(client, doubt, "/moderation/corrections/?show=doubted", at_most=14)


# --- Lists -----------------------------------------------------------------------------------------------

WAITING, MINE = "/moderation/corrections/", "/corrections/"


def test_the_list_is_for_moderators_and_trusted_members_alone(
    client: Client, bob: Member, mona: Member, translation: Translation, settings
):
    assert client.get(WAITING).status_code == 302
    client.force_login(bob)
    page(client, WAITING, 404)
    make_correction(translation, make_member())
    client.force_login(mona)
    assert "Chorei" not in page(client, WAITING)
    assert "Um filme muito bonito" in page(client, WAITING)
    settings.FILMSITE_STAFF_NEEDS_MFA = True
    assert client.get(WAITING).status_code == 302


def test_a_trusted_member_finds_what_waits_in_their_languages(
    client: Client, bob: Member, alice: Member, mona: Member, translation: Translation, settings
):
    settings.FILMSITE_TRUSTED_CORRECTIONS = 2
    for decider in (alice, mona):
        fields = {"state": "accepted", "decided_by": decider, "decided_at": translation.created_at}
        made = make_translation(make_review(body=PORTUGUESE, language="pt"))
        make_correction(made, bob, **fields)
    make_correction(translation, make_member(), text="Into English.")
    dutch = make_translation(make_review(body=PORTUGUESE, language="pt"), "nl")
    make_correction(dutch, make_member(), text="Naar het Nederlands.")
    client.force_login(bob)
    text = page(client, WAITING)
    assert "Into English." in text
    assert "Naar het Nederlands." not in text


def test_the_lists_take_a_constant_number_of_queries(client: Client, mona: Member, bob: Member):
    def suggest() -> None:
        review = make_review(make_title(), mona, PORTUGUESE, language="pt")
        make_correction(make_translation(review), bob)
        other = make_review(make_title(), body=PORTUGUESE, language="pt")
        make_correction(make_translation(other), make_member())

    client.force_login(mona)
    assert_flat_queries(client, suggest, WAITING, at_most=16)
    assert_flat_queries(client, suggest, MINE, at_most=14)
    client.force_login(bob)
    assert_flat_queries(client, suggest, MINE, at_most=14)


def test_the_list_is_filtered_by_language(client: Client, mona: Member):
    for target in ("en", "nl"):
        made = make_translation(make_review(body=PORTUGUESE, language="pt"), target)
        make_correction(made, make_member(), text=f"Words into {target}.")
    client.force_login(mona)
    text = page(client, f"{WAITING}?language=nl")
    assert "Words into nl." in text
    assert "Words into en." not in text
    assert "Words into en." in page(client, f"{WAITING}?language=xx")


def test_a_suggestion_is_accepted_and_undone_without_script(
    client: Client, mona: Member, bob: Member, translation: Translation
):
    made = make_correction(translation, bob, 1, text=BETTER)
    client.force_login(mona)
    values = {"act": "accept", "back": "reviews:corrections"}
    answer = client.post(f"/corrections/{made.pk}/", values, follow=True)
    assert answer.redirect_chain == [(WAITING, 302)]
    assert "Decided by you just now" in answer.content.decode()
    translation.refresh_from_db()
    assert BETTER in translation.body
    client.post(f"/corrections/{made.pk}/", {"act": "undo", "back": "reviews:corrections"})
    translation.refresh_from_db()
    assert BETTER not in translation.body


def test_who_declines_says_why(client: Client, alice: Member, bob: Member, translation: Translation):
    made = make_correction(translation, bob)
    client.force_login(alice)
    answer = client.post(f"/corrections/{made.pk}/", {"act": "decline"})
    assert answer.status_code == 422
    assert "they took the trouble" in answer.content.decode()
    client.post(f"/corrections/{made.pk}/", {"act": "decline", "reason": "It says more than I did."})
    client.force_login(bob)
    assert "It says more than I did." in page(client, MINE)
    assert "It says more than I did." in page(client, "/notifications/")


def test_htmx_gets_the_decided_suggestion_with_a_way_back(
    client: Client, alice: Member, bob: Member, translation: Translation
):
    made = make_correction(translation, bob)
    client.force_login(alice)
    answer = client.post(f"/corrections/{made.pk}/", {"act": "accept"}, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.lstrip().startswith("<article")
    assert 'value="undo"' in text


def test_the_tab_counts_what_still_waits_after_each_decision_without_a_new_page(
    client: Client, mona: Member, bob: Member, translation: Translation
):
    made = make_correction(translation, bob)
    make_correction(make_translation(make_review(body=PORTUGUESE, language="pt"), "nl"), bob)
    client.force_login(mona)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{WAITING}?language=nl"}

    def tabs(act: str) -> str:
        values = {"act": act, "back": "reviews:corrections"}
        answer = client.post(f"/corrections/{made.pk}/", values, headers=headers).content.decode()
        return answer[answer.index('<div id="waiting-tabs" hx-swap-oob="true">') :]

    assert 'Suggestions <span class="count">1</span>' in tabs("accept")
    again = tabs("undo")
    assert 'Suggestions <span class="count">2</span>' in again
    assert 'href="?language=nl" aria-current="true"' in again
    headers["HX-Current-URL"] = "http://["
    assert 'Suggestions <span class="count">1</span>' in tabs("accept")


def test_what_was_decided_meanwhile_is_told_and_not_overwritten(
    client: Client, alice: Member, mona: Member, bob: Member, translation: Translation
):
    made = make_correction(translation, bob)
    client.force_login(alice)
    client.post(f"/corrections/{made.pk}/", {"act": "accept"})
    client.force_login(mona)
    answer = client.post(f"/corrections/{made.pk}/", {"act": "accept"})
    assert answer.status_code == 409
    assert "decided about or taken back meanwhile" in answer.content.decode()


def test_a_stranger_does_not_see_who_suggested_what(client: Client, bob: Member, translation: Translation):
    made = make_correction(translation, bob)
    client.force_login(make_member())
    page(client, f"/corrections/{made.pk}/", 404)
    assert client.post(f"/corrections/{made.pk}/", {"act": "withdraw"}).status_code == 404
    client.force_login(bob)
    client.post(f"/corrections/{made.pk}/", {"act": "withdraw", "back": "reviews:my-corrections"})
    made.refresh_from_db()
    assert made.state == Correction.State.WITHDRAWN


def test_a_form_leads_back_to_none_but_the_two_lists(
    client: Client, alice: Member, bob: Member, translation: Translation
):
    made = make_correction(translation, bob)
    client.force_login(alice)
    values = {"act": "accept", "back": "https://elsewhere.example/"}
    assert client.post(f"/corrections/{made.pk}/", values)["Location"] == f"/corrections/{made.pk}/"


def test_the_news_of_a_suggestion_leads_the_author_to_it(
    client: Client, alice: Member, bob: Member, translation: Translation
):
    client.force_login(bob)
    client.post(address(translation, "sentences/1/"), {**sentence(translation), "text": BETTER})
    client.force_login(alice)
    news = page(client, "/notifications/")
    assert "Better words are suggested for a translation of what you wrote about Heat" in news
    found = re.search(r'<a class="news-words" href="([^"]+)"', news)
    assert found is not None
    assert BETTER in client.get(found[1], follow=True).content.decode()


def test_the_author_puts_back_what_a_moderator_changed(
    client: Client, alice: Member, mona: Member, translation: Translation
):
    before = translation.body
    client.force_login(mona)
    client.post(address(translation, "sentences/1/"), {"text": BETTER, **sentence(translation)})
    client.force_login(alice)
    news = page(client, "/notifications/")
    assert "mona bettered a translation of what you wrote about Heat" in news
    assert 'href="/corrections/"' in news
    own = page(client, "/corrections/")
    assert "Words of others in translations of your texts" in own
    assert BETTER in own
    assert "Put the earlier words back" in own
    made = Correction.objects.get()
    client.post(f"/corrections/{made.pk}/", {"act": "decline", "reason": "I did not cry."})
    translation.refresh_from_db()
    assert translation.body == before


@pytest.mark.parametrize("act", ["", "destroy", "accept\x00"])
def test_odd_acts_are_refused(client: Client, alice: Member, bob: Member, translation: Translation, act: str):
    made = make_correction(translation, bob)
    client.force_login(alice)
    assert client.post(f"/corrections/{made.pk}/", {"act": act}).status_code in (400, 422)
    made.refresh_from_db()
    assert made.state == Correction.State.PROPOSED
