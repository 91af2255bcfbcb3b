"""How much a member may do within a day: little while they are new, less while they are slowed down.

Counted in the database, not in a cache. Imports of a member's own history have bounds of their own and are not counted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Member
from reviews.models import ImportRow, MemberImport, Review, Vote

Act = Literal["message", "opinion", "link", "vote"]

ACTS: Final[tuple[Act, ...]] = ("message", "opinion", "link", "vote")
_DAY: Final = timedelta(days=1)
# With the host of the address, and its port.
_LINK: Final = re.compile(r"\bhttps?://([^\s/?#]+)", re.IGNORECASE)
_AFTER_A_LINK: Final = ".,;:!?)]>\"'*_"


class TooMuchToday(Exception):
    """The member has reached a limit of theirs; nothing was stored. From `until` on they can go on."""

    def __init__(self, act: Act, limit: int, until: datetime, *, is_slowed: bool) -> None:
        super().__init__(f"{act}: {limit} a day, until {until:%Y-%m-%d %H:%M}")
        self.act, self.limit, self.until, self.is_slowed = act, limit, until, is_slowed


def is_new(member: Member) -> bool:
    """Whether the member has joined so lately that the limits of new members hold."""
    days: int = settings.FILMSITE_NEW_MEMBER_DAYS
    return days > 0 and member.date_joined > timezone.now() - timedelta(days=days)


def is_slowed(member: Member) -> bool:
    """Whether a moderator's measure slows the member down now."""
    return member.slowed_until is not None and member.slowed_until > timezone.now()


def limit_of(member: Member, act: Act) -> int | None:
    """How often the member may do this within a day; None without a limit."""
    if is_slowed(member):
        return getattr(settings, f"FILMSITE_SLOW_{act.upper()}S_A_DAY")
    return getattr(settings, f"FILMSITE_NEW_MEMBER_{act.upper()}S_A_DAY") if is_new(member) else None


def limits_end(member: Member) -> datetime:
    """Until when the limits that hold for the member now do so."""
    if is_slowed(member) and member.slowed_until is not None:
        return member.slowed_until
    return member.date_joined + timedelta(days=settings.FILMSITE_NEW_MEMBER_DAYS)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often something may be done within a day by somebody new, and by somebody who was slowed down."""

    act: Act
    new: int
    slowed: int


def paces() -> list[Pace]:
    """The limits as the settings have them, for the page of the rules."""
    return [
        Pace(
            act,
            getattr(settings, f"FILMSITE_NEW_MEMBER_{act.upper()}S_A_DAY"),
            getattr(settings, f"FILMSITE_SLOW_{act.upper()}S_A_DAY"),
        )
        for act in ACTS
    ]


def check_pace(member: Member, act: Act, number: int = 1) -> None:
    """Raise TooMuchToday when doing so many more of this is above the member's limit of the last 24 hours.

    Asks nothing about who has been here for long and is not slowed down, one query about others. Of two
    requests at once both may pass, unless the member is held.
    """
    limit = limit_of(member, act)
    if limit is None or number <= 0:
        return
    done = _done_since(member, act, timezone.now() - _DAY)
    if len(done) + number <= limit:
        return
    # When so many of them are a day old that there is room again; more than the limit at once never has.
    last_in_the_way = min(len(done) + number - limit, len(done)) - 1
    until = done[last_in_the_way] + _DAY if done else timezone.now() + _DAY
    raise TooMuchToday(act, limit, until, is_slowed=is_slowed(member))


def links_in(body: str) -> int:
    """How many links to other sites a text has."""
    here = urlsplit(settings.FILMSITE_URL).netloc.casefold()
    return sum(host.rstrip(_AFTER_A_LINK).casefold() != here for host in _LINK.findall(body))


def _done_since(member: Member, act: Act, since: datetime) -> Sequence[datetime]:
    """When the member did this by hand, the oldest first."""
    if act == "vote":
        votes = Vote.objects.filter(member=member, changed_at__gt=since, cast_at__gt=since)
        by_hand = votes.exclude(_is_imported(member, ImportRow.Kind.VOTE, since))
        return list(by_hand.order_by("cast_at").values_list("cast_at", flat=True))
    texts = Review.objects.filter(author=member, created_at__gt=since).order_by("created_at")
    texts = texts.exclude(_is_imported(member, ImportRow.Kind.REVIEW, since))
    if act == "link":
        written = texts.values_list("created_at", "body")
        return [moment for moment, body in written for _link in range(links_in(body))]
    if act == "opinion":
        texts = texts.filter(is_opinion=True)
    return list(texts.values_list("created_at", flat=True))


def _is_imported(member: Member, kind: str, since: datetime) -> Exists:
    """Whether the row came with an import, which writes the time of its own where a file names none."""
    imports = MemberImport.objects.filter(member=member, committed_at__gt=since - _DAY)
    return Exists(ImportRow.objects.filter(of__in=imports, kind=kind, title=OuterRef("title")))
