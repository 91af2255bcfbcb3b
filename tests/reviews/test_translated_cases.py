"""Moderators see the judged words in their own language, beside those of the author."""

import pytest
from django.test import Client

from accounts.models import Member
from reviews.models import Case, Review
from reviews.services.doubting import report_bad_translation
from reviews.services.publishing import edit_review
from tests.asserts import count_queries
from tests.factories import make_member, make_report, make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

PORTUGUESE = "Um filme muito bonito sobre duas crianças.\n\nQuero ver outra vez."


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def review(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, PORTUGUESE, language="pt")


@pytest.fixture
def case(review: Review, bob: Member) -> Case:
    return make_report(review, bob)


def shown(client: Client, case: Case) -> str:
    return client.get(f"/moderation/cases/{case.pk}/").content.decode()


def test_both_languages_stand_beside_each_other_with_a_warning(
    client: Client, mona: Member, review: Review, case: Case
):
    make_translation(review, via="es")
    client.force_login(mona)
    text = shown(client, case)
    assert "(en) Quero ver outra vez." in text
    assert "by way of Spanish" in text
    assert "what is judged is what the author wrote" in text
    assert text.index('lang="pt"') < text.index('<div class="text" lang="en"')
    assert text.count("Quero ver outra vez.") == 2, "the original once, and the translation once"
    assert "marked above" not in text


def test_without_a_translation_the_page_says_so(client: Client, mona: Member, case: Case):
    client.force_login(mona)
    assert "There is no translation from Portuguese into English" in shown(client, case)


def test_a_moderator_orders_the_translation_that_is_missing(
    client: Client, mona: Member, review: Review, case: Case, django_capture_on_commit_callbacks, settings
):
    settings.FILMSITE_TRANSLATION_ENGINES = ["dummy"]
    client.force_login(mona)
    with django_capture_on_commit_callbacks(execute=True):
        shown(client, case)
    assert [(row.target, row.status) for row in review.translations.all()] == [("en", "queued")]
    assert "It is being translated from Portuguese into English" in shown(client, case)


def test_words_of_reporters_and_appeals_say_their_language(client: Client, mona: Member, review: Review):
    told = make_report(review, text="Dit stuk heb ik al eens ergens gelezen.")
    client.force_login(mona)
    assert ' lang="nl" dir="ltr">Dit stuk heb ik' in shown(client, told)


def test_a_moderator_who_reads_the_language_sees_the_original_alone(
    client: Client, mona: Member, review: Review, case: Case
):
    make_translation(review)
    Member.objects.filter(pk=mona.pk).update(reads=["pt"])
    client.force_login(mona)
    assert "(en)" not in shown(client, case)


def test_the_translation_is_of_the_judged_words_whatever_the_author_edits(
    client: Client, alice: Member, mona: Member, review: Review, case: Case
):
    make_translation(review)
    edit_review(review=review, editor=alice, version=1, body="Outra coisa. Nada de mais.", language="pt")
    client.force_login(mona)
    assert "(en) Quero ver outra vez." in shown(client, case)


def test_reports_of_the_translation_are_told_with_the_case_and_change_nothing(
    client: Client, mona: Member, review: Review, case: Case
):
    row = make_translation(review)
    for _ in range(2):
        report_bad_translation(
            translation=row, member=make_member(), reason="offensive", note="He never said so."
        )
    client.force_login(mona)
    text = shown(client, case)
    assert "2 readers found the translation bad" in text
    assert "He never said so." in text
    assert Case.objects.count() == 1


def test_the_translation_costs_two_queries(client: Client, mona: Member, review: Review, case: Case):
    client.force_login(mona)
    address = f"/moderation/cases/{case.pk}/"
    client.get(address)
    without = count_queries(client, address)
    make_translation(review)
    assert len(count_queries(client, address)) == len(without) + 1
