"""The copy detector is tried every hour with a text that it must find; two misses on end are an alarm, and mending it ends it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from structlog.testing import capture_logs

from accounts.models import Member
from reviews.copy_index import IndexTooSlow
from reviews.models import CanaryTrial, Case, KnownKind, KnownText, Review
from reviews.services.canary import silence_of_detector, try_detector
from reviews.services.index_upkeep import start_indexing, work_on_index
from reviews.tasks import try_copy_detector
from tests.factories import make_title

pytestmark = pytest.mark.django_db

ALARM = "Copied words are not found just now"


@pytest.fixture(autouse=True)
def _a_site(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    settings.FILMSITE_ALARM_ADDRESSES = ["ops@example.org", "night@example.org"]
    make_title("Heat")


def empty_the_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reviews_fingerprint")


def mend_the_index() -> None:
    start_indexing(anew=True)
    work_on_index(seconds=20)


def try_it() -> tuple[bool, bool]:
    trial = try_detector()
    assert trial is not None
    return trial.while_writing, trial.when_stored


def test_it_is_found_both_ways_and_leaves_nothing_but_its_line() -> None:
    assert try_it() == (True, True)
    assert try_it() == (True, True)
    assert CanaryTrial.objects.count() == 2
    assert (Review.objects.count(), Case.objects.count()) == (0, 0)
    assert KnownText.objects.filter(kind=KnownKind.CANARY).count() == 1
    assert silence_of_detector() is None
    assert mail.outbox == []


def test_an_emptied_index_is_a_miss_two_are_an_alarm_and_mended_it_is_over(
    mona: Member, client: Client
) -> None:
    client.force_login(mona)
    try_it()
    empty_the_index()
    assert try_it() == (False, False)
    assert silence_of_detector() is None, "one miss can be a busy minute"
    assert ALARM not in client.get("/moderation/").text
    with capture_logs() as logged:
        assert try_it() == (False, False)
    assert [line["log_level"] for line in logged if "does not find" in line["event"]] == ["error"]
    silence = silence_of_detector()
    assert silence is not None
    assert (silence.misses, silence.since) == (2, CanaryTrial.objects.order_by("pk")[1].at)
    assert ALARM in client.get("/moderation/").text
    assert [message.to for message in mail.outbox] == [["ops@example.org"], ["night@example.org"]]
    assert "copied words are not found any more" in mail.outbox[0].subject
    assert "missed 2 times on end" in mail.outbox[0].body
    try_it()
    assert len(mail.outbox) == 2, "once is enough"
    mend_the_index()
    assert try_it() == (True, True)
    assert silence_of_detector() is None
    assert ALARM not in client.get("/moderation/").text
    assert "copied words are found again" in mail.outbox[2].subject
    assert len(mail.outbox) == 4
    try_it()
    assert len(mail.outbox) == 4


def test_an_index_that_is_too_slow_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    try_it()

    def hang(*_words: object, **_more: object) -> Any:
        raise IndexTooSlow("150 ms")

    monkeypatch.setattr("reviews.copy_index.candidates_for", hang)
    assert try_it() == (False, False)


def test_a_hit_between_two_misses_is_no_alarm() -> None:
    for is_hit in (False, True, False):
        CanaryTrial.objects.create(while_writing=is_hit, when_stored=True)
    assert silence_of_detector() is None
    CanaryTrial.objects.create(while_writing=True, when_stored=False)
    assert silence_of_detector() is not None


def test_a_mail_server_that_fails_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    try_it()
    empty_the_index()
    try_it()

    def refuse(*_mail: object, **_more: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("reviews.services.canary.send_in", refuse)
        try_it()
    assert CanaryTrial.objects.filter(told_at__isnull=False).count() == 0
    try_it()
    assert len(mail.outbox) == 2


def test_what_is_older_than_thirty_days_is_forgotten() -> None:
    CanaryTrial.objects.create(at=timezone.now() - timedelta(days=31), while_writing=True, when_stored=True)
    try_copy_detector()
    assert CanaryTrial.objects.get().at > timezone.now() - timedelta(minutes=1)


def test_without_titles_there_is_nothing_to_try() -> None:
    make_title().__class__.objects.all().delete()
    assert try_detector() is None


def test_its_text_is_in_no_list(sofie: Member, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    try_it()
    client.force_login(sofie)
    row = KnownText.objects.get(kind=KnownKind.CANARY)
    assert f"/knowntext/{row.pk}/" not in client.get("/admin/reviews/knowntext/").text
    call_command("known_texts", "list")
    assert "canary" not in capsys.readouterr().out
    assert client.get("/admin/reviews/canarytrial/").status_code == 200
