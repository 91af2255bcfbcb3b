"""How it stands with each address that a rights-holder named, for the page that follows a notice and for its mails."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.models import CaseState, Decision, Notice, NoticeItem, Verdict
from reviews.moderation import rules


class Standing(Enum):
    """What has become of one address. The value is also the name of its colour on the page."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    GONE = "gone"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    CHANGED = "changed"
    HIDDEN = "hidden"
    REMOVED = "removed"
    OBJECTED = "objected"
    RESTORED = "restored"


SAID: Final[dict[Standing, str | Promise]] = {
    Standing.UNCONFIRMED: _("Not with the moderators yet: follow the link in the receipt."),
    Standing.WAITING: _("With the moderators. A person compares it with your work."),
    Standing.GONE: _("It no longer stands there, so there was nothing to decide."),
    Standing.WITHDRAWN: _("You took the notice back before anything was decided."),
    Standing.KEPT: _(
        "A moderator has compared it with your work: it may stay. What may be quoted stands in the rules; with more of "
        "your work to compare you can send another notice."
    ),
    Standing.CHANGED: _("It was shortened to what may be quoted, with its source."),
    Standing.HIDDEN: _("It is hidden until its author has answered."),
    Standing.REMOVED: _("It was removed."),
    Standing.OBJECTED: _(
        "It was taken away, and its author objects. A moderator who had no part in the decision looks at it."
    ),
    Standing.RESTORED: _("It stands again."),
}
_OF_VERDICT: Final[dict[str, Standing]] = {
    Verdict.KEEP: Standing.KEPT,
    Verdict.TRIM: Standing.CHANGED,
    Verdict.QUOTE: Standing.CHANGED,
    Verdict.HIDE: Standing.HIDDEN,
    Verdict.REMOVE: Standing.REMOVED,
    Verdict.RESTORE: Standing.RESTORED,
}
_WITH_A_DECISION: Final = frozenset(
    {*_OF_VERDICT.values(), Standing.OBJECTED},
)


@dataclass(frozen=True)
class Story:
    """One address: how it stands, and the decision behind that, if there is one. Its reason is for the author."""

    item: NoticeItem
    standing: Standing
    decision: Decision | None

    @property
    def words(self) -> str | Promise:
        return SAID[self.standing]

    @property
    def is_upheld(self) -> bool:
        """Whether its author objected without success."""
        return self.decision is not None and self.decision.verdict == Verdict.UPHOLD

    @property
    def rule(self) -> rules.Rule | None:
        return rules.BY_SLUG.get(self.decision.rule) if self.decision else None

    @property
    def url(self) -> str:
        return settings.FILMSITE_URL + self.item.url if self.item.url.startswith("/") else self.item.url


def stories_of(notice: Notice, items: Iterable[NoticeItem]) -> list[Story]:
    """The stories of a notice's addresses, each with its case and the one that that was merged into; one query more."""
    items = list(items)
    cases = {item.pk: (item.case.merged_into_id or item.case_id) if item.case else None for item in items}
    decisions = _decisions_of({pk for pk in cases.values() if pk})
    return [_story_of(notice, item, decisions.get(cases[item.pk] or 0, [])) for item in items]


def _decisions_of(case_pks: set[int]) -> dict[int, list[Decision]]:
    """Those that stand about each case, the answers to appeals among them, in order."""
    about = Q(case__in=case_pks) | Q(case__appeal__decision__case__in=case_pks)
    rows = Decision.objects.filter(about, undone_at=None).annotate(
        about=Coalesce("case__appeal__decision__case_id", "case_id")
    )
    found: dict[int, list[Decision]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.about, []).append(row)
    return found


def _story_of(notice: Notice, item: NoticeItem, decisions: list[Decision]) -> Story:
    standing = _standing_of(notice, item, decisions)
    return Story(item, standing, decisions[-1] if standing in _WITH_A_DECISION else None)


def _standing_of(notice: Notice, item: NoticeItem, decisions: list[Decision]) -> Standing:
    case = item.case and (item.case.merged_into or item.case)
    if not decisions:
        if notice.withdrawn_at:
            return Standing.WITHDRAWN
        if notice.confirmed_at is None:
            return Standing.UNCONFIRMED
        is_over = item.news_at is not None if case is None else case.state == CaseState.CLOSED
        return Standing.GONE if is_over else Standing.WAITING
    if case is not None and case.state == CaseState.APPEALED:
        return Standing.OBJECTED
    if case is not None and case.state == CaseState.OPEN:
        return Standing.WAITING
    about_content = [row.verdict for row in decisions if row.verdict in _OF_VERDICT]
    return _OF_VERDICT[about_content[-1]] if about_content else Standing.WAITING
