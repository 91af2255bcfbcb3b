"""How long moderation keeps what: words, contacts and lists go when nobody needs them any more; what was decided stays.

Run every day. Each piece is found by what is over now, so that a day without a run is made up for by the next one.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Job, JobState
from reviews.models import (
    Case,
    CaseEvent,
    CaseState,
    Decision,
    Evidence,
    Notice,
    NoticeItem,
    Report,
    Snapshot,
    Statement,
    Verdict,
)
from reviews.services.erasing_moderation import blank_snapshots
from reviews.services.scanning import KIND as SCAN

AT_ONCE: Final = 2000
# What a moderator looked for in one person's texts is needed while they look.
SCANS_KEPT: Final = timedelta(days=30)
_MONTH: Final = timedelta(days=30.44)
_UNFINISHED: Final = (CaseState.OPEN, CaseState.WAITING, CaseState.APPEALED)
_BLANK: Final = {"name": "", "on_behalf_of": "", "email": "", "work": "", "work_url": "", "explanation": ""}


def forget_what_is_over() -> Mapping[str, int]:
    """Erase what was kept long enough, some thousand rows of each; gives how many of each were erased."""
    now = timezone.now()
    forgotten = {
        "notices never confirmed": _delete_unconfirmed(now),
        "contacts of rights-holders": _erase_contacts(now),
        "cases that were fine": _blank_cases(_fine(), now - settings.FILMSITE_KEPT_CASE_MONTHS * _MONTH),
        "cases decided": _blank_cases(_settled(now), now - settings.FILMSITE_DECIDED_CASE_MONTHS * _MONTH),
        "pictures in cases": _blank_pictures(now),
        "snapshots of no case": _delete_unused_snapshots(now),
        "scans": Job.objects.filter(
            kind=SCAN, state=JobState.DONE, finished_at__lt=now - SCANS_KEPT
        ).delete()[0],
    }
    return {what: number for what, number in forgotten.items() if number}


def _delete_unconfirmed(now: datetime) -> int:
    before = now - timedelta(days=settings.FILMSITE_NOTICE_CONFIRM_DAYS)
    return Notice.objects.filter(confirmed_at=None, received_at__lt=before).delete()[0]


def _erase_contacts(now: datetime) -> int:
    """Of notices about which nothing is open and nothing was decided for so long, or that were taken back so long ago."""
    before = now - settings.FILMSITE_NOTICE_CONTACT_MONTHS * _MONTH
    unfinished = NoticeItem.objects.filter(
        Q(case__state__in=_UNFINISHED) | Q(case__merged_into__state__in=_UNFINISHED), notice=OuterRef("pk")
    )
    lately = NoticeItem.objects.filter(notice=OuterRef("pk"), news_at__gte=before)
    over = Notice.objects.filter(
        ~Exists(unfinished),
        ~Exists(lately),
        erased_at=None,
        confirmed_at__isnull=False,
        received_at__lt=before,
    ).exclude(withdrawn_at__gte=before)
    pks = list(over.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return Notice.objects.filter(pk__in=pks).update(**_BLANK, erased_at=now)


def _fine() -> QuerySet[Case]:
    """Cases in which nothing was wrong, or that ended without a decision."""
    against = Decision.objects.filter(case=OuterRef("pk"), undone_at=None).exclude(verdict=Verdict.KEEP)
    return Case.objects.filter(~Exists(against), appeal=None)


def _settled(now: datetime) -> QuerySet[Case]:
    """Cases about which nobody can appeal any more, the appeals of which are answered."""
    open_to_appeal = Statement.objects.filter(decision__case=OuterRef("pk"), appeal_until__gte=now)
    appealed = Case.objects.filter(appeal__decision__case=OuterRef("pk"), state__in=_UNFINISHED)
    return Case.objects.filter(~Exists(open_to_appeal), ~Exists(appealed))


@transaction.atomic
def _blank_cases(cases: QuerySet[Case], before: datetime) -> int:
    """Take the words out of so many of these that have been at rest since: judged, reported, found, noted. Some thousand."""
    has_words = (
        Q(
            ~Q(snapshot__text="") | ~Q(snapshot__headline="") | ~Q(snapshot__picture=""),
            snapshot__isnull=False,
        )
        | Exists(Report.objects.filter(case=OuterRef("pk")).exclude(text="", source_url=""))
        | Exists(CaseEvent.objects.filter(case=OuterRef("pk")).exclude(text=""))
    )
    resting = cases.filter(has_words, touched_at__lt=before).exclude(state__in=_UNFINISHED)
    pks = list(resting.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    snapshots = Snapshot.objects.filter(
        Q(cases__in=pks) | Q(reports__case__in=pks) | Q(decisions__case__in=pks)
    )
    Report.objects.filter(case__in=pks).exclude(text="", source_url="").update(text="", source_url="")
    evidence = Evidence.objects.filter(Q(case__in=pks) | Q(decision__case__in=pks))
    evidence.exclude(source_excerpt="").update(source_excerpt="")
    CaseEvent.objects.filter(case__in=pks).exclude(text="").update(text="")
    blank_snapshots(snapshots.exclude(cases__in=Case.objects.filter(state__in=_UNFINISHED)))
    return len(pks)


def _blank_pictures(now: datetime) -> int:
    """Pictures go as soon as nobody can appeal about them any more."""
    settled = _settled(now).exclude(state__in=_UNFINISHED)
    needed = Case.objects.filter(snapshot=OuterRef("pk")).exclude(pk__in=settled.values("pk"))
    with transaction.atomic():
        return blank_snapshots(Snapshot.objects.filter(~Exists(needed)).exclude(picture=""))


def _delete_unused_snapshots(now: datetime) -> int:
    """Those of cases that are gone; a new one is taken a moment before its case."""
    unused = Snapshot.objects.filter(
        cases=None, reports=None, decisions=None, taken_at__lt=now - timedelta(days=1)
    )
    return Snapshot.objects.filter(pk__in=list(unused.values_list("pk", flat=True)[:AT_ONCE])).delete()[0]
