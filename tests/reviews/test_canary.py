"""The copy detector is tried every hour with a text that it must find; two misses on end are an alarm, and mending it ends it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from structlog.testing import capture_logs

from accounts.models import Member
from reviews.copy_index import IndexTooSlow
from reviews.emails import send_in
from reviews.models import CanaryAlarm, CanaryTrial, Case, KnownKind, KnownText, Review
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


def too_slow(*_words: object, **_more: object) -> Any:
    raise IndexTooSlow("150 ms")


def test_an_index_that_is_too_slow_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    try_it()
    monkeypatch.setattr("reviews.copy_index.candidates_for", too_slow)
    assert try_it() == (False, False)


def test_a_hit_between_two_misses_is_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    try_it()
    for is_hit in (False, True, False):
        with monkeypatch.context() as patched:
            if not is_hit:
                patched.setattr("reviews.copy_index.candidates_for", too_slow)
            assert try_it() == (is_hit, is_hit)
        assert silence_of_detector() is None


@pytest.mark.parametrize("words", [200, 100_000])
def test_a_site_that_warns_of_long_passages_alone_has_no_false_alarm(words: int, settings: Settings) -> None:
    settings.FILMSITE_COPY_WARN_WORDS = {"default": words}
    settings.FILMSITE_COPY_CASE_WORDS = {"default": words}
    assert try_it() == (True, True)


def refusing(*refused: str) -> Callable[..., None]:
    """The mail server, which takes nothing for these addresses."""

    def send(language: str, name: str, context: dict[str, Any], address: str) -> None:
        if address in refused:
            raise ConnectionRefusedError
        send_in(language, name, context, address)

    return send


def told() -> list[str]:
    return [address for message in mail.outbox for address in message.to]


def test_each_address_has_the_alarm_and_the_all_clear_once_however_often_the_mail_server_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    try_it()
    empty_the_index()
    try_it()
    with monkeypatch.context() as broken:
        broken.setattr("reviews.services.canary.send_in", refusing("ops@example.org"))
        try_it()
        try_it()
    assert told() == ["night@example.org"]
    try_it()
    assert told() == ["night@example.org", "ops@example.org"]
    mail.outbox.clear()
    mend_the_index()
    with monkeypatch.context() as broken:
        broken.setattr("reviews.services.canary.send_in", refusing("night@example.org"))
        try_it()
        try_it()
    assert told() == ["ops@example.org"]
    try_it()
    try_it()
    assert told() == ["ops@example.org", "night@example.org"]
    assert all("copied words are found again" in message.subject for message in mail.outbox)


def test_who_never_had_the_alarm_has_no_all_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    try_it()
    empty_the_index()
    try_it()
    with monkeypatch.context() as broken:
        broken.setattr("reviews.services.canary.send_in", refusing("ops@example.org"))
        try_it()
        mend_the_index()
        try_it()
    try_it()
    assert told() == ["night@example.org"] * 2


def test_an_alarm_of_more_than_thirty_days_is_told_once_and_says_since_when() -> None:
    try_it()
    empty_the_index()
    try_it()
    try_it()
    CanaryTrial.objects.update(at=F("at") - timedelta(days=40))
    CanaryAlarm.objects.update(since=F("since") - timedelta(days=40))
    for _hour in range(3):
        try_it()
    silence = silence_of_detector()
    assert silence is not None
    assert silence.misses == 5
    assert silence.since < timezone.now() - timedelta(days=39)
    assert len(mail.outbox) == 2


def test_what_is_older_than_thirty_days_is_forgotten() -> None:
    long_ago = timezone.now() - timedelta(days=31)
    CanaryTrial.objects.create(at=long_ago, while_writing=True, when_stored=True)
    CanaryAlarm.objects.create(since=long_ago, misses=2, over_at=long_ago)
    try_copy_detector()
    assert CanaryAlarm.objects.count() == 0
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
