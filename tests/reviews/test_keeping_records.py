"""How long moderation keeps what."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Job, Member
from reviews.models import (
    Appeal,
    Case,
    CaseEvent,
    Decision,
    Evidence,
    Notice,
    NoticeItem,
    Report,
    Snapshot,
    Statement,
    Verdict,
)
from reviews.services.erasing import erase_member
from reviews.services.indexing import note_text
from reviews.services.keeping_records import forget_what_is_over
from reviews.services.scanning import KIND as SCAN
from tests.factories import make_member, make_review, make_title

pytestmark = pytest.mark.django_db

MONTH = timedelta(days=31)


def ago(months: float) -> datetime:
    return timezone.now() - months * MONTH


def make_case(
    author: Member, *, months: float = 0, state: str = "decided", verdict: str = "", **fields: object
) -> Case:
    """A case with words of every kind, at rest for so many months."""
    snapshot = Snapshot.objects.create(text="Words", headline="Head", digest="d")
    case = Case.objects.create(
        kind="copied-text", section="films", review=make_review(make_title(), author, "Words"),
        author=author, state=state, snapshot=snapshot,
        answer_until=timezone.now() if state == "waiting" else None, **fields,
    )  # fmt: skip
    Report.objects.create(case=case, text="Look", source_url="https://a.example")
    Evidence.objects.create(case=case, kind="overlap", source_excerpt="Their words")
    CaseEvent.objects.create(case=case, kind="note", text="I asked")
    if verdict:
        decision = Decision.objects.create(case=case, verdict=verdict, reason="So.")
        if verdict != Verdict.KEEP:
            Statement.objects.create(
                decision=decision,
                recipient=author,
                text="Words",
                found_by="report",
                appeal_until=ago(months - 6),
            )
    Case.objects.filter(pk=case.pk).update(touched_at=ago(months), opened_at=ago(months))
    return case


def words_left(case: Case) -> list[str]:
    case.refresh_from_db()
    snapshot, report = Snapshot.objects.get(cases=case), case.reports.get()
    left = [snapshot.text, snapshot.headline, report.text, report.source_url]
    return [*left, case.evidence.get().source_excerpt, case.events.get().text]


EVERYTHING = ["Words", "Head", "Look", "https://a.example", "Their words", "I asked"]
NOTHING = [""] * 6


@pytest.mark.parametrize(
    ("verdict", "state", "months", "left"),
    [
        ("keep", "decided", 11, EVERYTHING),
        ("keep", "decided", 13, NOTHING),
        ("", "closed", 13, NOTHING),
        ("", "open", 50, EVERYTHING),
        ("hide", "waiting", 50, EVERYTHING),
        ("remove", "decided", 13, EVERYTHING),
        ("remove", "decided", 23, EVERYTHING),
        ("remove", "decided", 25, NOTHING),
        ("remove", "appealed", 25, EVERYTHING),
    ],
)
def test_words_of_a_case_go_when_nobody_needs_them(
    alice: Member, verdict: str, state: str, months: float, left: list[str]
) -> None:
    case = make_case(alice, verdict=verdict, state=state, months=months)
    forget_what_is_over()
    assert words_left(case) == left
    assert forget_what_is_over() == {}


def test_words_stay_as_long_as_an_appeal_can_be_made_or_waits(alice: Member) -> None:
    late, appealed = (make_case(alice, verdict="remove", months=40) for _ in range(2))
    Statement.objects.filter(decision__case=late).update(appeal_until=timezone.now() + MONTH)
    decision = appealed.decisions.get()
    second = Case.objects.create(kind="appeal", section="films", review=appealed.review)
    Appeal.objects.create(
        statement=decision.statements.get(), decision=decision, case=second, author=alice, text="Mine"
    )
    forget_what_is_over()
    assert words_left(late) == words_left(appealed) == EVERYTHING
    Case.objects.filter(pk=second.pk).update(state="closed")
    forget_what_is_over()
    assert words_left(appealed) == NOTHING


def test_a_snapshot_that_an_open_case_needs_stays(alice: Member) -> None:
    old = make_case(alice, verdict="keep", months=30)
    Case.objects.create(kind="other", section="films", review=old.review, snapshot=old.snapshot)
    forget_what_is_over()
    assert Snapshot.objects.get().text == "Words"
    assert old.reports.get().text == ""


def test_a_picture_goes_with_its_files_once_nobody_can_appeal(
    alice: Member, settings: Settings, tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    case = make_case(alice, verdict="remove", months=5)
    default_storage.save("cases/a-192.webp", ContentFile(b"picture"))
    Snapshot.objects.update(picture="cases/a-192.webp")
    with django_capture_on_commit_callbacks(execute=True):
        forget_what_is_over()
    assert default_storage.exists("cases/a-192.webp")
    Statement.objects.update(appeal_until=ago(0))
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_what_is_over() == {"pictures in cases": 1}
    assert not default_storage.exists("cases/a-192.webp")
    assert Snapshot.objects.get().picture == ""
    case.refresh_from_db()
    assert case.state == "decided"


def make_notice(
    months: float, *, state: str = "decided", told: float | None = None, **fields: object
) -> Notice:
    notice = Notice.objects.create(
        token=f"{months}{state}{told}", name="Rita", on_behalf_of="A paper", email="rita@holder.example",
        work="Hers", work_url="https://a.example", explanation="Ours", **{"confirmed_at": ago(months), **fields},
    )  # fmt: skip
    Notice.objects.filter(pk=notice.pk).update(received_at=ago(months))
    case = Case.objects.create(kind="copied-text", section="films", review=make_review(), state=state)
    NoticeItem.objects.create(
        notice=notice, url="/reviews/1/", case=case, news_at=None if told is None else ago(told)
    )
    return notice


def test_a_year_after_the_last_decision_the_name_and_address_of_a_holder_are_erased() -> None:
    over, open_one, lately, new = (
        make_notice(30, told=13), make_notice(30, state="open"), make_notice(30, told=11), make_notice(1, told=1)
    )  # fmt: skip
    assert forget_what_is_over() == {"contacts of rights-holders": 1}
    for notice in (over, open_one, lately, new):
        notice.refresh_from_db()
    assert (over.name, over.on_behalf_of, over.email, over.work, over.work_url, over.explanation) == ("",) * 6
    assert over.erased_at
    assert {notice.email for notice in (open_one, lately, new)} == {"rita@holder.example"}


def test_a_notice_that_nobody_confirmed_goes_altogether() -> None:
    make_notice(1, confirmed_at=None)
    make_notice(0.2, confirmed_at=None)
    assert forget_what_is_over()["notices never confirmed"] == 2  # the notice and its address
    assert Notice.objects.count() == 1


def test_scans_and_snapshots_of_nothing_go(alice: Member) -> None:
    Job.objects.create(kind=SCAN, state="done", finished_at=ago(2))
    Job.objects.create(kind=SCAN, state="done", finished_at=ago(0.5))
    Job.objects.create(kind="catalogue.export", state="done", finished_at=ago(20))
    for taken in (ago(0), ago(1)):
        snapshot = Snapshot.objects.create(text="Of no case", digest="")
        Snapshot.objects.filter(pk=snapshot.pk).update(taken_at=taken)
    assert forget_what_is_over() == {"snapshots of no case": 1, "scans": 1}
    assert Job.objects.count() == 2


def test_a_scan_of_somebody_else_goes_with_a_member_only_if_it_names_them() -> None:
    leaving = make_member("words")
    known = note_text(make_review(make_title(), leaving, "Words of theirs."))
    sources = [
        {"known_text": 0, "kind": "plot", "label": "words"},
        {"known_text": 0, "kind": "review", "label": "words"},
        {"known_text": known.pk if known else None, "kind": "review", "label": "as they were called before"},
    ]
    scans = [
        Job.objects.create(
            kind=SCAN,
            parameters={"author": 0},
            counts={"candidates": [{"review": 1, "words": 3, "sources": [source]}]},
        )
        for source in sources
    ]
    erase_member(member=leaving, keeps_texts=False)
    assert list(Job.objects.filter(kind=SCAN)) == scans[:1]
