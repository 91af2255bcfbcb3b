"""Notices by rights-holders, from the form to the last word to whoever sent it.

A notice waits until the link in its receipt was followed; then every address that it names becomes a case, or joins the
one that is open. What is decided is noted at each address in the transaction of the decision (`news_at`) and mailed to the
sender afterwards; a sweep finds what was missed.
"""

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Member
from filmsite.lib.waking import wake_on_commit
from reviews.models import (
    Case,
    CaseEvent,
    CaseFlag,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    FoundBy,
    KnownText,
    Licence,
    Notice,
    NoticeItem,
)
from reviews.moderation.matters import judged_with, said_about
from reviews.moderation.notice_states import CASES, judged_in
from reviews.moderation.targets import target_at
from reviews.services.opening import hold_what_they_are_about, move_case, open_case, part_about, step
from reviews.services.parting import hold_with_parts, let_go
from reviews.services.registering import register_text
from reviews.services.reporting import reports_about
from reviews.tasks import mail_notice_news, mail_notice_receipt

SWEPT_AT_ONCE: Final = 200
_LONGEST_LABEL: Final = 200


@transaction.atomic
def serve_notice(
    *,
    token: str,
    language: str,
    name: str,
    on_behalf_of: str,
    email: str,
    work: str,
    work_url: str,
    explanation: str,
    addresses: Sequence[str],
) -> Notice:
    """Store a notice, made in good faith, and send its receipt. The same token again gives the first notice."""
    notice, is_new = Notice.objects.get_or_create(
        token=token,
        defaults={
            "language": language,
            "name": name,
            "on_behalf_of": on_behalf_of,
            "email": email,
            "work": work,
            "work_url": work_url,
            "explanation": explanation,
            "good_faith": True,
        },
    )
    if is_new:
        NoticeItem.objects.bulk_create(NoticeItem(notice=notice, url=address) for address in addresses)
        wake_on_commit(mail_notice_receipt, notice.pk)
    return notice


def confirm_notice(*, notice: Notice) -> None:
    """The link in the receipt was followed: bring what the notice names before moderators. Confirming twice changes nothing.

    Each address in a transaction of its own, for each holds what stands there; the sweep goes on with what a crash left.
    """
    confirmed = Notice.objects.filter(pk=notice.pk, confirmed_at=None, withdrawn_at=None)
    if confirmed.update(confirmed_at=timezone.now()):
        for pk in notice.items.values_list("pk", flat=True):
            _bring_in(pk)


@transaction.atomic
def _bring_in(item_pk: int) -> None:
    """Open the case about what stands at an address, or note that nothing stands there any more."""
    item = NoticeItem.objects.select_for_update(of=("self",)).select_related("notice").get(pk=item_pk)
    if item.case_id is not None or item.news_at is not None:
        return
    target = target_at(item.url)
    if target is None or not target.stands:
        item.news_at = timezone.now()
        wake_on_commit(mail_notice_news, item.notice_id)
    else:
        item.case = open_case(
            target=target, kind=CaseKind.COPIED, found_by=FoundBy.NOTICE, flags=[CaseFlag.NOTICE]
        )
        part = part_about(item.case, target, CaseKind.COPIED)
        item.part = part if part != item.case else None
    item.save(update_fields=["case", "part", "news_at"])


@transaction.atomic
def withdraw_notice(*, notice: Notice) -> bool:
    """Take a notice back: what rests on it alone and is not decided is closed. False when it was taken back before.

    What was decided stays as it is; the moderators see in the case that the notice is gone.
    """
    if not Notice.objects.filter(pk=notice.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        return False
    judged = [judged_in(item) for item in notice.items.select_related(*CASES)]
    about_it = Case.objects.filter(pk__in=[case.pk for case in judged if case is not None])
    # As a merge does, which else could bring in a part that is not seen here and that nobody looks at again.
    hold_what_they_are_about(about_it)
    named, parts = hold_with_parts(about_it)
    for case in named:
        step(case, CaseEvent.Kind.SIGNAL, detail={"notice_withdrawn": notice.pk})
        if case.state == CaseState.OPEN:
            _end(case, [part for part in parts if part.merged_into_id == case.pk], notice)
    return True


def _end(case: Case, parts: Sequence[Case], notice: Notice) -> None:
    """Close what rests on a notice alone of a held case and its parts; those that rest on more wait, with it or without."""
    is_over = not _rests_on_more(case)
    ended = [part for part in parts if _rests_on_it_alone(part, notice)]
    for part in parts if is_over else ended:
        let_go(part)
    for over in [case, *ended] if is_over else ended:
        if over.state == CaseState.OPEN:
            move_case(over, CaseState.CLOSED)
            step(over, CaseEvent.Kind.CLOSED, detail={"notice_withdrawn": notice.pk})


def _rests_on_it_alone(case: Case, notice: Notice) -> bool:
    return notices_about(case).filter(notice=notice).exists() and not _rests_on_more(case)


def _rests_on_more(case: Case) -> bool:
    """Whether anything but notices that were taken back speaks for looking at the very thing that a case is about."""
    others = notices_about(case).filter(notice__withdrawn_at=None)
    evidence = Evidence.objects.filter(said_about(case))
    return evidence.exists() or reports_about(case).exists() or case.decisions.exists() or others.exists()


def notices_of(case: Case) -> QuerySet[NoticeItem]:
    """The addresses in confirmed notices that are judged with a case: those that it is about, and those of what became one
    with it and is not decided yet; each with its notice, the oldest first.
    """
    return _confirmed(judged_with(case))


def notices_about(case: Case) -> QuerySet[NoticeItem]:
    """Those of the very thing that a case is about: its author is told of them, and not of what is said of another text."""
    return _confirmed(said_about(case))


def _confirmed(about: Q) -> QuerySet[NoticeItem]:
    found = NoticeItem.objects.filter(about, notice__confirmed_at__isnull=False)
    return found.select_related("notice").order_by("id")


@transaction.atomic
def register_work(*, item: NoticeItem, moderator: Member) -> KnownText:
    """Let the copy detector know the words of a rights-holder's work, so that they are noticed when they come again.

    Once a notice; then it is the text that is known already. Raises `registering.CannotRegister` where the words are too few
    to be found or known from elsewhere.
    """
    notice = (
        Notice.objects.select_for_update(of=("self",)).select_related("known_text").get(pk=item.notice_id)
    )
    if notice.known_text is None:
        found = register_text(
            text=notice.work,
            label=notice.work.splitlines()[0][:_LONGEST_LABEL] if notice.work else "",
            url=notice.work_url,
            holder=notice.on_behalf_of or notice.name,
            licence=Licence.OWNED,
            section=item.case.section if item.case else "",
            registered_by=moderator,
        )
        notice.known_text = found.known
        notice.save(update_fields=["known_text"])
    return notice.known_text


def tell_holders(*, decision: Decision) -> int:
    """Note in this transaction that those who named the very thing are to hear of a decision; a mail follows. Returns how
    many addresses.

    Of an appeal it is those of the case that was appealed. Call it again when a decision is taken back.
    """
    case = decision.case
    if case.kind == CaseKind.APPEAL:
        case = case.appeal.decision.case
    return _note_news(notices_about(case))


def note_what_ended() -> None:
    """Bring in what a crash left, and note of cases that ended without a decision that this is to be told."""
    confirmed = NoticeItem.objects.filter(
        notice__confirmed_at__isnull=False, notice__withdrawn_at=None, news_at=None
    )
    for pk in confirmed.filter(case=None).order_by("pk").values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        _bring_in(pk)
    ended = Case.objects.filter(state=CaseState.CLOSED, decisions=None)
    in_its_case = Q(part=None) | Q(part__state=CaseState.MERGED)
    # What became one with a case and was decided or ended on its own since says itself what became of it.
    is_over = in_its_case & Exists(ended.filter(pk=OuterRef("case"))) | Exists(
        ended.filter(pk=OuterRef("part"))
    )
    _note_news(confirmed.filter(is_over))


@transaction.atomic
def _note_news(items: QuerySet[NoticeItem]) -> int:
    # Held in one order, so that two decisions never wait for each other here.
    held = dict(items.order_by("pk").select_for_update(of=("self",)).values_list("pk", "notice_id"))
    NoticeItem.objects.filter(pk__in=held).update(news_at=timezone.now())
    for notice_pk in sorted(set(held.values())):
        wake_on_commit(mail_notice_news, notice_pk)
    return len(held)


def items_with_news() -> QuerySet[NoticeItem]:
    """Addresses of which the sender has yet to hear the newest."""
    return NoticeItem.objects.filter(
        Q(told_at=None) | Q(told_at__lt=F("news_at")),
        news_at__isnull=False,
        notice__withdrawn_at=None,
        notice__erased_at=None,
    )
