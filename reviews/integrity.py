"""The account of a title's votes: which of them make its mean, which do not, and why. Numbers only, no names."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from films.models import Title
from reviews.models import Verdict


class Reason(TextChoices):
    """Why a vote does not count. Where there are several, the first of these is named."""

    SET_ASIDE = "set_aside", _("set aside by a moderator")
    SUSPENDED = "suspended", _("of members who are suspended now")
    EARLY = "early", _("cast before the first public showing")


@dataclass(frozen=True, slots=True)
class Tally:
    """So many votes, and all of them added up, in half stars."""

    vote_count: int
    vote_sum: int

    @property
    def mean(self) -> float | None:
        """In stars; None without votes."""
        return self.vote_sum / self.vote_count / 2 if self.vote_count else None


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Votes that do not count for one reason; `decided_on` is the day on which a moderator set them aside."""

    reason: Reason
    decided_on: date | None
    votes: Tally


@dataclass(frozen=True, slots=True)
class Look:
    """That moderators looked at so many votes that came together within so many minutes, or do so now.

    Of several decisions about them the last is told, with its day; both are None while they are looking.
    """

    votes: int
    minutes: int
    verdict: Verdict | None
    decided_on: date | None

    @property
    def span(self) -> str:
        """In how little time the votes came, in words."""
        if self.minutes < 120:
            return ngettext("%d minute", "%d minutes", self.minutes) % self.minutes
        hours = round(self.minutes / 60)
        return ngettext("%d hour", "%d hours", hours) % hours


@dataclass(frozen=True, slots=True)
class Account:
    """The votes of a title, or of all seasons of a show: those that count, and the others by their reason.

    Beside them what moderators are looking at, and what they decided last.
    """

    counted: Tally
    not_counted: list[NotCounted]
    open_looks: list[Look]
    last_look: Look | None

    @property
    def raw(self) -> Tally:
        """All votes there are, counted or not."""
        tallies = [self.counted, *(part.votes for part in self.not_counted)]
        return Tally(sum(one.vote_count for one in tallies), sum(one.vote_sum for one in tallies))

    @property
    def set_aside(self) -> int:
        """How many votes moderators set aside: the title's page of votes never leaves that unsaid."""
        return sum(part.votes.vote_count for part in self.not_counted if part.reason == Reason.SET_ASIDE)


# The counted votes are in the totals; the few others, and cases, have indexes of their own. One statement, and so one
# moment.
_ACCOUNT: Final = f"""
    SELECT 'votes', totals.vote_count, totals.vote_sum, held.reason, held.decided_on, count(held.value), sum(held.value)
    FROM films_titletotals AS totals
    LEFT JOIN LATERAL (
        SELECT vote.value,
            CASE WHEN aside.id IS NOT NULL THEN '{Reason.SET_ASIDE}'
                WHEN member.suspended_at IS NOT NULL THEN '{Reason.SUSPENDED}'
                ELSE '{Reason.EARLY}' END AS reason,
            (
                SELECT (max(decided_at) AT TIME ZONE %(zone)s)::date FROM reviews_decision AS decision
                WHERE decision.case_id = aside.case_id AND decision.verdict = 'exclude'
            ) AS decided_on
        FROM films_title AS title
        JOIN reviews_vote AS vote ON vote.title_id = title.id AND NOT vote.counted
        JOIN accounts_member AS member ON member.id = vote.member_id
        LEFT JOIN reviews_setasidevote AS aside
            ON aside.title_id = vote.title_id AND aside.member_id = vote.member_id
        WHERE title.id = totals.title_id OR title.parent_id = totals.title_id
    ) AS held ON true
    WHERE totals.title_id = %(title)s
    GROUP BY totals.title_id, held.reason, held.decided_on
    UNION ALL
    SELECT 'look', seen.votes, seen.minutes, last.verdict, last.decided_on, about.id, 0
    FROM films_title AS title
    JOIN reviews_case AS about ON about.title_id = title.id
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT member.id)::int AS votes,
            coalesce(ceil(extract(epoch FROM max(vote.changed_at) - min(vote.changed_at)) / 60), 0)::int AS minutes
        FROM reviews_evidence AS evidence
        CROSS JOIN LATERAL jsonb_array_elements_text(evidence.detail -> 'members') AS member (id)
        LEFT JOIN reviews_vote AS vote
            ON vote.member_id = member.id::bigint AND vote.title_id = title.id
            AND vote.changed_at <= (evidence.detail ->> 'until')::timestamptz
        WHERE evidence.case_id = about.id
    ) AS seen
    LEFT JOIN LATERAL (
        SELECT verdict, (decided_at AT TIME ZONE %(zone)s)::date AS decided_on
        FROM reviews_decision WHERE case_id = about.id ORDER BY id DESC LIMIT 1
    ) AS last ON true
    WHERE (title.id = %(title)s OR title.parent_id = %(title)s) AND seen.votes > 0
"""  # noqa: S608  (only names of our own)


def account_of(title: Title) -> Account:
    """The account of a title's votes at this moment; of a show, those of its seasons. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT, {"title": title.pk, "zone": timezone.get_current_timezone_name()})
        rows = cursor.fetchall()
    of_votes = [row[1:] for row in rows if row[0] == "votes"]
    counted = Tally(*of_votes[0][:2]) if of_votes else Tally(0, 0)
    found = [
        NotCounted(Reason(reason), decided_on, Tally(votes, vote_sum))
        for _votes, _sum, reason, decided_on, votes, vote_sum in of_votes
        if reason is not None
    ]
    order = list(Reason)
    found.sort(key=lambda part: (order.index(part.reason), part.decided_on or date.min))
    looks = [
        (
            decided_on or date.max,
            case,
            Look(votes, minutes, Verdict(verdict) if verdict else None, decided_on),
        )
        for kind, votes, minutes, verdict, decided_on, case, _none in rows
        if kind == "look"
    ]
    looks.sort(key=lambda look: look[:2])
    decided = [look for *_moment, look in looks if look.verdict is not None]
    waiting = [look for *_moment, look in looks if look.verdict is None]
    return Account(counted, found, waiting, decided[-1] if decided else None)
