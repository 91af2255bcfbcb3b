"""Notices by rights-holders, from the form to the last word to whoever sent it.

A notice waits until the link in its receipt was followed; then every address that it names becomes a case, or joins the
one that is open. What is decided is noted at each address in the transaction of the decision (`news_at`) and mailed to the
sender afterwards; a sweep finds what was missed.
"""

from django.db.models import Q, QuerySet
from django.utils import timezone

from filmsite.lib.waking import wake_on_commit
from reviews.models import Case, Decision, NoticeItem
from reviews.tasks import mail_notice_news


def notices_of(case: Case) -> QuerySet[NoticeItem]:
    """The addresses in confirmed notices that a case is about, each with its notice, the oldest first."""
    return (
        NoticeItem.objects.filter(
            Q(case=case) | Q(case__merged_into=case), notice__confirmed_at__isnull=False
        )
        .select_related("notice")
        .order_by("id")
    )


def tell_holders(*, decision: Decision) -> int:
    """Note in this transaction that rights-holders are to hear of a decision; a mail follows. Returns how many addresses.

    Of an appeal it is those of the case that was appealed.
    """
    case = decision.case
    first = case.appeal.decision.case if hasattr(case, "appeal") else case
    items = notices_of(first)
    told = items.update(news_at=timezone.now())
    for pk in set(items.values_list("notice_id", flat=True)):
        wake_on_commit(mail_notice_news, pk)
    return told
