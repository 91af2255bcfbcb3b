"""How it stands with each address that a rights-holder named, for the page that follows a notice and for its mails."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reviews.models import Case, CaseState, Decision, Notice, NoticeItem, Verdict
from reviews.moderation import rules
from reviews.moderation.matters import are_about_the_same


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


# What `stories_of` and `judged_in` need of the cases of an address.
CASES: Final = ("case__merged_into", "part__merged_into")


def judged_in(item: NoticeItem) -> Case | None:
    """The case in which it is to be decided, or was, what becomes of an address; None where there never was one."""
    opened = item.part or item.case
    if opened is None or opened.state != CaseState.MERGED:
        return opened
    return opened.merged_into or opened


def stories_of(notice: Notice, items: Iterable[NoticeItem]) -> list[Story]:
    """The stories of a notice's addresses, which come with their `CASES`; one query more."""
    items = list(items)
    cases = {item.pk: _told_by(item) for item in items}
    decisions = _decisions_of({case.pk for case in cases.values() if case})
    return [
        _story_of(notice, item, case, decisions) for item, case in zip(items, cases.values(), strict=True)
    ]


def _told_by(item: NoticeItem) -> Case | None:
    """The case whose decisions are about the very thing at an address: of what is judged along with something else its own."""
    opened, judged = item.part or item.case, judged_in(item)
    if opened is None or judged is None or not are_about_the_same(opened, judged):
        return opened
    return judged


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


def _story_of(
    notice: Notice, item: NoticeItem, case: Case | None, decided: Mapping[int, list[Decision]]
) -> Story:
    decisions = decided.get(case.pk, []) if case else []
    standing = _standing_of(notice, item, case, decisions)
    return Story(item, standing, decisions[-1] if standing in _WITH_A_DECISION else None)


def _standing_of(notice: Notice, item: NoticeItem, case: Case | None, decisions: list[Decision]) -> Standing:
    if not decisions:
        if notice.withdrawn_at:
            return Standing.WITHDRAWN
        if notice.confirmed_at is None:
            return Standing.UNCONFIRMED
        is_over = item.news_at is not None if case is None else case.state == CaseState.CLOSED
        return Standing.GONE if is_over else Standing.WAITING
    if case is not None and case.state == CaseState.APPEALED:
        return Standing.OBJECTED
    if case is not None and case.state in (CaseState.OPEN, CaseState.MERGED):
        return Standing.WAITING
    about_content = [row.verdict for row in decisions if row.verdict in _OF_VERDICT]
    return _OF_VERDICT[about_content[-1]] if about_content else Standing.WAITING
