"""What moderation holds of a member who leaves; part of the transaction of `reviews.services.erasing`.

What was decided stays, and so do its line in the log and the figures: without the member's words, without anybody's words
to them or about them, and without the way that leads to them. What they did as a moderator stays without them.
"""

from collections.abc import Collection
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import Job, Member
from accounts.services.pictures import delete_files
from reviews.models import (
    Appeal,
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    FlagRule,
    KnownKind,
    KnownText,
    Measure,
    OwnWords,
    Report,
    Snapshot,
    Statement,
)
from reviews.moderation.matters import UNDECIDED
from reviews.services.looking_again import KIND as LOOK_AGAIN
from reviews.services.parting import WAITS_AS_PART, let_go
from reviews.services.scanning import KIND as SCAN
from reviews.services.scanning import candidates_in


def forget_in_moderation(*, member: Member, going: Collection[int]) -> None:
    """`going` are the member's messages that do not stay. What waits about one that stays is judged still."""
    _forget_what_they_did(member)
    _forget_what_they_said(member)
    about = Q(author=member) | Q(member=member) | Q(review__author=member)
    own = Case.objects.filter(pk__in=list(Case.objects.filter(about).values_list("pk", flat=True)))
    undecided = Q(state__in=UNDECIDED) | WAITS_AS_PART
    of_staying = Q(review__isnull=False) & ~Q(review__in=going) & ~Q(kind=CaseKind.APPEAL)
    waiting = own.filter(undecided, of_staying).order_by("pk")
    waiting_pks = list(waiting.values_list("pk", flat=True))
    ending = own.exclude(pk__in=waiting_pks)
    # What is judged still does not go with a case that ends, and what was said of one that ends does not stay with it.
    stays = Q(pk__in=waiting_pks)
    parted = stays & Q(merged_into__in=ending) | ~stays & Q(merged_into__in=waiting_pks)
    for part in own.filter(parted, state=CaseState.MERGED).order_by("pk"):
        let_go(part)
    _forget_words_in(ending)
    CaseEvent.objects.filter(case__in=own).exclude(text="").update(text="")
    _end(ending)
    own.update(author=None, member=None)
    _forget_scans(member)
    KnownText.objects.filter(review__in=going).delete()
    KnownText.objects.filter(author=member).update(author=None)


def blank_snapshots(snapshots: QuerySet[Snapshot]) -> int:
    """Take the words and the picture out of snapshots; what they were taken of, and when, stays."""
    held = ~Q(text="") | ~Q(headline="") | ~Q(picture="")
    return _blank(list(snapshots.filter(held).values_list("pk", flat=True)))


def _blank(pks: list[int], **more: str) -> int:
    blanked = Snapshot.objects.filter(pk__in=pks)
    for name in blanked.exclude(picture="").values_list("picture", flat=True):
        # Files that the store does not delete now are nobody's, and a sweep finds them.
        transaction.on_commit(partial(delete_files, name))
    return blanked.update(text="", headline="", picture="", **more)


def _forget_what_they_did(member: Member) -> None:
    """As a moderator."""
    Case.objects.filter(claimed_by=member).update(claimed_by=None, claimed_until=None)
    Case.objects.filter(assigned_to=member).update(assigned_to=None)
    Decision.objects.filter(moderator=member).update(moderator=None)
    CaseEvent.objects.filter(actor=member).update(actor=None)
    Measure.objects.filter(imposed_by=member).update(imposed_by=None)
    Measure.objects.filter(lifted_by=member).update(lifted_by=None)
    KnownText.objects.filter(registered_by=member).update(registered_by=None)
    FlagRule.objects.filter(made_by=member).update(made_by=None)


def _forget_what_they_said(member: Member) -> None:
    """Reports stay for what they are about; an appeal and what it is against stay for who reads the figures."""
    Report.objects.filter(reporter=member).update(reporter=None, text="", source_url="")
    OwnWords.objects.filter(author=member).delete()
    Appeal.objects.filter(author=member).update(text="")
    statements = Statement.objects.filter(recipient=member)
    statements.filter(appeal=None).delete()
    statements.update(text="")
    Measure.objects.filter(member=member).delete()


def _forget_words_in(cases: QuerySet[Case]) -> None:
    """Of what was judged, reported and put beside it."""
    snapshots = Snapshot.objects.filter(
        Q(cases__in=cases) | Q(reports__case__in=cases) | Q(decisions__case__in=cases)
    )
    # Of a name even the hash would give it away.
    _blank(list(snapshots.values_list("pk", flat=True)), digest="")
    Report.objects.filter(case__in=cases).update(text="", source_url="")
    Evidence.objects.filter(Q(case__in=cases) | Q(decision__case__in=cases)).update(
        detail={}, source_excerpt=""
    )
    Decision.objects.filter(case__in=cases).update(undo={})


def _end(cases: QuerySet[Case]) -> None:
    """Nobody waits for an answer any more. What was never decided goes, and what was is closed."""
    appealed = Case.objects.filter(appeal__isnull=False, pk=OuterRef("pk"))
    decided = Decision.objects.filter(case=OuterRef("pk"))
    merged = Case.objects.filter(merged_into=OuterRef("pk"))
    cases.filter(~Exists(decided), ~Exists(appealed), ~Exists(merged)).exclude(kind=CaseKind.VOTES).delete()
    cases.filter(state__in=[*UNDECIDED, CaseState.APPEALED]).update(
        state=CaseState.CLOSED, claimed_by=None, claimed_until=None, version=F("version") + 1
    )


def _forget_scans(member: Member) -> None:
    """Lists of what was found in somebody's texts: theirs, and those in which they are named as where words come from."""
    Job.objects.filter(kind__in=[SCAN, LOOK_AGAIN], parameters__author=member.pk).delete()
    scans = Job.objects.filter(kind=SCAN)
    # Texts of theirs that went before are known by the name alone.
    theirs = set(KnownText.objects.filter(author=member).values_list("pk", flat=True))
    naming = [
        scan.pk
        for scan in scans.iterator(chunk_size=50)
        if any(
            source["known_text"] in theirs
            or (source["kind"] == KnownKind.REVIEW and source["label"] == member.username)
            for candidate in candidates_in(scan)
            for source in candidate["sources"]
        )
    ]
    scans.filter(pk__in=naming).delete()
