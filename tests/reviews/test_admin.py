"""The admin of texts: found by id, name and title; looked at, never changed."""

import html
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from films.services.search_names import refresh_search_names
from reviews.models import (
    Announcement,
    EngineState,
    ImportFile,
    ImportRow,
    ListEntry,
    MemberImport,
    Notification,
    NotificationSetting,
    Review,
    Segment,
    SubjectFollow,
    TitleList,
    Translation,
    TranslationStatus,
    Viewing,
    Vote,
)
from tests.factories import make_list, make_member, make_review, make_title, make_viewing, make_vote

pytestmark = pytest.mark.django_db


# What a member is told, follows and has sent is theirs: staff see of it what stands in the job or the public log.
OWN_AFFAIRS = {Announcement, ImportFile, ImportRow, Notification, NotificationSetting, SubjectFollow}


@pytest.fixture
def staff(client: Client, sofie: Member, settings) -> Client:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    return client


def url(model: type, page: str = "changelist", *args: object) -> str:
    return reverse(f"admin:reviews_{model._meta.model_name}_{page}", args=args)


def make_translation(review: Review, **fields: object) -> Translation:
    values = {
        "source_hash": "0" * 64,
        "source_language": "pt",
        "target": "en",
        "next_attempt_at": timezone.now(),
    }
    return Translation.objects.create(review=review, **{**values, **fields})


def test_every_model_has_a_list_but_what_is_only_a_members_own(staff: Client):
    review = make_review()
    make_vote()
    make_translation(review)
    Segment.objects.create(key=b"k" * 32, text="a sentence")
    EngineState.objects.create(engine="fx", source="pt", target="en")
    for model in set(apps.get_app_config("reviews").get_models()) - OWN_AFFAIRS:
        assert staff.get(url(model)).status_code == 200, model


def test_a_text_is_found_by_id_author_and_title(staff: Client):
    review = make_review(make_title("Zwartboek"), make_member("paulv"))
    for number in range(3):
        make_review(make_title(f"Other {number}"))
    refresh_search_names(title_ids=[review.title_id])
    for term in (str(review.pk), "PAULV", "zwartboek"):
        page = staff.get(url(Review), {"q": term})
        assert [row.pk for row in page.context["cl"].result_list] == [review.pk], term


def test_an_import_leads_to_the_texts_that_it_brought(staff: Client):
    member = make_member()
    first = make_review(author=member)
    # A text that came later, whatever day it claims.
    second = make_review(author=member, created_at=first.created_at - timedelta(days=3000))
    make_review()
    MemberImport.objects.create(
        member=member, file_name="a", file_hash="b", counts={"written": {"review": {"created": 2}}}
    )
    found = re.search(r'<a href="([^"]+)">2</a>', staff.get(url(MemberImport)).content.decode())
    assert found
    texts = staff.get(html.unescape(found[1])).context["cl"].result_list
    assert [row.pk for row in texts] == [second.pk, first.pk]


def test_lists_ask_the_same_for_any_number(staff: Client, django_assert_max_num_queries):
    for _ in range(8):
        make_translation(make_review())
        make_vote()
    for model in (Review, Translation, Vote):
        with django_assert_max_num_queries(12):
            staff.get(url(model))


def test_members_words_cannot_be_changed_here(staff: Client):
    review = make_review(body="Their words.")
    assert "Their words." in staff.get(url(Review, "change", review.pk)).content.decode()
    assert staff.post(url(Review, "change", review.pk), {"body": "Ours."}).status_code == 403
    assert staff.post(url(Review, "delete", review.pk), {"post": "yes"}).status_code == 403
    review.refresh_from_db()
    assert review.body == "Their words."


def test_staff_order_a_translation_again(staff: Client):
    row = make_translation(make_review(), status=TranslationStatus.FAILED, attempts=8)
    staff.post(url(Translation), {"action": "order_again", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert (row.status, row.attempts) == (TranslationStatus.QUEUED, 0)


def test_staff_open_an_engine_that_was_closed(staff: Client):
    state = EngineState.objects.create(
        engine="fx", source="pt", target="en", failures=7, closed_until=timezone.now()
    )
    staff.post(url(EngineState), {"action": "open_again", "_selected_action": [state.pk]})
    state.refresh_from_db()
    assert (state.failures, state.closed_until) == (0, None)


def test_what_members_keep_is_found_by_its_owner_and_its_titles(staff: Client):
    alice, title, sequel = make_member("alice"), make_title("Zwartboek"), make_title("Zwartboek 2")
    made, viewing = make_list(alice, title, sequel), make_viewing(alice, title, note="Not for staff.")
    for number in range(3):
        other = make_title(f"Other {number}")
        make_list(make_member(), other)
        make_viewing(make_member(), other)
    refresh_search_names(title_ids=[title.pk, sequel.pk])
    for model, rows in ((TitleList, [made]), (ListEntry, made.entries.all()), (Viewing, [viewing])):
        for term in ("ALICE", "zwartboek"):
            page = staff.get(url(model), {"q": term})
            found = {row.pk for row in page.context["cl"].result_list}
            assert len(page.context["cl"].result_list) == len(found)
            assert found == {row.pk for row in rows}, (model, term)
    assert "Not for staff." not in staff.get(url(Viewing, "change", viewing.pk)).content.decode()
