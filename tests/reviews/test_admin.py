"""The admin of texts: found by id, name and title; looked at, never changed."""

import html
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from films.services.search_names import refresh_search_names
from reviews.models import (
    Announcement,
    BadTranslation,
    Correction,
    DelayedFlagging,
    DelayedScreening,
    EngineDay,
    EngineOffer,
    EngineState,
    GlossaryTerm,
    ImportFile,
    ImportRow,
    ListEntry,
    MemberImport,
    Notification,
    NotificationSetting,
    Priority,
    Review,
    Segment,
    SubjectFollow,
    TitleList,
    Translation,
    TranslationStatus,
    UsedSentences,
    Viewing,
    Vote,
)
from reviews.services.backfilling import feed_backfills
from tests.asserts import assert_flat_queries
from tests.factories import make_list, make_member, make_review, make_title, make_viewing, make_vote

pytestmark = pytest.mark.django_db


# What a member is told, follows and has sent is theirs: staff see of it what stands in the job or the public log.
OWN_AFFAIRS = {Announcement, ImportFile, ImportRow, Notification, NotificationSetting, SubjectFollow}
# Numbers of rows that wait and keys of the memory, in which nobody can read.
FOR_MACHINES = {DelayedFlagging, DelayedScreening, UsedSentences}


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
    for model in set(apps.get_app_config("reviews").get_models()) - OWN_AFFAIRS - FOR_MACHINES:
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


# --- Translations and engines -----------------------------------------------------------------------------


def test_translations_of_every_kind_of_text_are_found_by_author_title_and_kind(staff: Client):
    alice, title = make_member("alice", about="Iets over mij."), make_title("Zwartboek", plot="Een verhaal.")
    of_review = make_translation(make_review(title, alice))
    due = {
        "source_hash": "0" * 64,
        "source_language": "nl",
        "target": "en",
        "next_attempt_at": timezone.now(),
    }
    of_list = Translation.objects.create(list=make_list(alice, title), **due)
    of_plot = Translation.objects.create(title=title, **due)
    of_member = Translation.objects.create(member=alice, **due)
    make_translation(make_review())
    refresh_search_names(title_ids=[title.pk])

    def found(**query: str) -> set[Translation]:
        return set(staff.get(url(Translation), query).context["cl"].result_list)

    assert found(q="ALICE") == {of_review, of_list, of_member}
    assert found(q="zwartboek") == {of_review, of_plot}
    assert found(kind="title") == {of_plot}
    assert found(q=str(of_list.pk)) >= {of_list}
    Translation.objects.filter(pk=of_plot.pk).update(doubted_at=timezone.now(), priority=Priority.BACKFILL)
    assert found(doubted_at__isempty="0") == {of_plot}
    assert found(priority__exact="2") == {of_plot}


def test_the_list_of_translations_says_of_which_text_each_is_and_why_it_waits(staff: Client, alice: Member):
    review = make_review(make_title("Perfect Days"), alice, language="nl")
    make_translation(review, status=TranslationStatus.QUEUED, reason="engine_paused")
    page = html.unescape(staff.get(url(Translation)).content.decode())
    assert "messages and opinions: Perfect Days" in page
    assert "· alice" in page
    assert "the engine is paused" in page
    assert "engine_paused" not in page


def test_the_lists_of_translation_ask_the_same_for_any_number(staff: Client, alice: Member):
    def more() -> None:
        row = make_translation(make_review())
        BadTranslation.objects.create(translation=row, member=make_member(), made_at=timezone.now())
        Correction.objects.create(
            review=row.review, by=make_member(), decided_by=alice, sentence="a", text="b", target="en",
            source_language="nl", made_at=timezone.now(),
        )  # fmt: skip
        EngineState.objects.create(engine=f"engine {row.pk}", source="nl", target="en")
        EngineDay.objects.create(engine=f"engine {row.pk}", source="nl", target="en", day=timezone.now())
        EngineOffer.objects.create(engine=f"engine {row.pk}", pairs=[["nl", "en"]])
        GlossaryTerm.objects.create(source="nl", target="en", term=f"term {row.pk}")

    for model in (Translation, Correction, BadTranslation, EngineState, EngineDay, EngineOffer, GlossaryTerm):
        assert_flat_queries(staff, more, url(model), at_most=14)


def test_staff_pause_an_engine_and_the_log_says_who(staff: Client, sofie: Member):
    state = EngineState.objects.create(engine="fx", source="pt", target="en")
    for action, is_paused in (("pause", True), ("resume", False)):
        staff.post(url(EngineState), {"action": action, "_selected_action": [state.pk]})
        state.refresh_from_db()
        assert (state.paused_at is not None) == is_paused
    assert list(LogEntry.objects.values_list("user", "change_message").order_by("pk")) == [
        (sofie.pk, "pause"),
        (sofie.pk, "resume"),
    ]


TERM = {"source": "nl", "target": "en", "term": "cultfilm", "rendering": "cult film", "note": ""}


def test_a_glossary_term_is_kept_as_people_mean_it(staff: Client):
    staff.post(url(GlossaryTerm, "add"), {**TERM, "term": "  cult\u200b  film\x07 "})
    assert GlossaryTerm.objects.get().term.split() == ["cult\u200b", "film"]
    page = staff.get(url(GlossaryTerm, "add")).content.decode()
    assert "Translations that there are change when they are made anew" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "xx"},
        {"target": "qqq"},
        {"target": "nl"},
        {"term": " — "},
        {"term": ""},
        {"term": "x" * 101},
    ],
    ids=str,
)
def test_a_glossary_term_that_cannot_be_is_refused(staff: Client, wrong: dict[str, str]):
    answer = staff.post(url(GlossaryTerm, "add"), {**TERM, **wrong})
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not GlossaryTerm.objects.exists()


def test_what_holds_a_term_is_made_anew_behind_all_else(staff: Client, settings):
    settings.FILMSITE_TRANSLATION_ENGINES = ["dummy"]
    holding = make_review(body="Een echte Cultfilm.", language="nl")
    other = make_review(body="Een mooie film.", language="nl")
    for review in (holding, other):
        make_translation(review, source_language="nl", status=TranslationStatus.DONE)
    term = GlossaryTerm.objects.create(source="nl", target="en", term="cultfilm", rendering="cult film")
    page = staff.post(url(GlossaryTerm), {"action": "make_anew", "_selected_action": [term.pk]}, follow=True)
    assert "Up to 1 text is translated anew" in page.content.decode()
    assert feed_backfills() == 1
    assert Translation.objects.get(review=holding).priority == Priority.BACKFILL
    assert Translation.objects.get(review=other).status == TranslationStatus.DONE
