"""Made-up members, votes and reviews."""

from __future__ import annotations

import random
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Final, NamedTuple

from django.db import connection

from accounts.models import Member
from accounts.usernames import skeleton
from filmsite.lib.bulk import copy_rows
from filmsite.synthetic import names, texts
from filmsite.synthetic.catalogue import CHUNK, Day, Fame
from filmsite.synthetic.sheets import Sheets
from filmsite.synthetic.sizes import Sizes
from reviews.models import Case, Evidence, LogEntry, Report, Review, Revision, Vote, WatchlistEntry

MODELS: Final = (Member, Vote, Review, Revision, WatchlistEntry, Case, Evidence, Report)
YEARS: Final = 20
# The votes of the member who has most, whatever the size, unless there are too few titles.
MOST_VOTES: Final = 7_677
# The spread of the number of votes of a member (log-normal), and of one vote around what it should be, in half stars.
ACTIVITY: Final = 1.6
SPREAD: Final = 1.6
# Of a title's worth (2 to 9.5 half stars) and of a member's leniency (-1.5 to 1.5) as many steps are told apart.
_WORTHS, _LENIENCIES, _DRAWS = 31, 7, 256
MINUTES_A_DAY: Final = 1440
REPLIES: Final = 0.28
OPINIONS: Final = 0.03


@dataclass
class Crowd:
    """Who votes how much and how leniently, and since when; indexes are members, from 1 on."""

    votes: array[int]
    leniency: array[int]
    # Days after the site's first day.
    joined: array[int]
    suspended: frozenset[int]
    first_day: date


class Opening(NamedTuple):
    """A message that others may answer."""

    key: int
    root: int
    title: int


def store_members(
    sheets: Sheets, sizes: Sizes, chance: random.Random, day: Day, progress: Callable[[int], None]
) -> Crowd:
    """Members with made-up names, none of whom can sign in. The first is the one with most votes."""
    number = sizes.members
    days = YEARS * 365
    rows = sheets.table(
        Member,
        "id",
        "username",
        "username_skeleton",
        "password",
        "email",
        "date_joined",
        "suspended_at",
        "reads",
    )
    usernames = names.Usernames(chance)
    suspended = frozenset(key for key in range(2, number + 1) if key == 2 or chance.random() < 0.0005)
    first_day = day.today - timedelta(days=days)
    joined = array("i", [0] * (number + 1))
    for key in range(1, number + 1):
        username = usernames.draw()
        joined[key] = int(days * chance.random() ** 0.8 * 0.999)
        rows.append(
            (
                *(key, username, skeleton(username), f"!{key}", f"{username.lower()}@members.example.org"),
                *(
                    f"{first_day + timedelta(days=joined[key])} 08:00+00",
                    day.now if key in suspended else None,
                    ["nl", "en"],
                ),
            )
        )
        if key % CHUNK == 0:
            sheets.flush()
            progress(CHUNK)
    sheets.flush()
    leniency = array(
        "i", [0] + [min(_LENIENCIES - 1, max(0, round(chance.gauss(3, 1.2)))) for _ in range(number)]
    )
    return Crowd(_share_out(sizes, chance), leniency, joined, suspended, first_day)


def _share_out(sizes: Sizes, chance: random.Random) -> array[int]:
    """How many votes each member has: few have many, and all together exactly those asked for.

    On a small site nobody has voted on more than half of the titles, so that drawing without repeating stays easy.
    """
    most = min(MOST_VOTES, (sizes.films + sizes.seasons) // 2)
    most = max(most, -(-sizes.votes // sizes.members) + 1)
    wishes = [chance.lognormvariate(0, ACTIVITY) for _ in range(sizes.members - 1)]
    scale = (sizes.votes - most) / sum(wishes) if wishes else 0
    votes = array("i", [0, most, *(min(most - 1, int(wish * scale)) for wish in wishes)])
    missing = sizes.votes - sum(votes)
    while missing > 0 and sizes.members > 1:
        key = chance.randint(2, sizes.members)
        if votes[key] < most - 1:
            given = min(missing, 1 + votes[key] // 20, most - 1 - votes[key])
            votes[key] += given
            missing -= given
    return votes


def store_votes(
    *,
    sizes: Sizes,
    crowd: Crowd,
    fame: Fame,
    chance: random.Random,
    progress: Callable[[int], None],
) -> array[int]:
    """Store every vote; gives the moments at which a member wrote a review as well, each in one number.

    Such a number is (minute, member, title) in that order of weight: see `_openings`.
    """
    wanted = sizes.reviews - round(sizes.reviews * REPLIES)
    openings = array("Q")

    def rows() -> Iterator[tuple[int, int, int, str, str, str]]:
        for member, title, value, minute in _drawn(sizes, crowd, fame, chance):
            moment = f"{dates[minute // MINUTES_A_DAY]} {minute // 60 % 24}:{minute % 60}+00"
            yield member, title, value, "f" if member in crowd.suspended else "t", moment, moment
            # Every vote has the same chance, and exactly as many as wanted are chosen.
            state[0] -= 1
            if chance.random() * (state[0] + 1) < state[1]:
                state[1] -= 1
                openings.append((minute * (sizes.members + 1) + member) * (sizes.titles + 1) + title)

    state = [sizes.votes, min(wanted, sizes.votes)]
    dates = [(crowd.first_day + timedelta(days=number)).isoformat() for number in range(YEARS * 365 + 1)]
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            Vote._meta.db_table,
            ["member_id", "title_id", "value", "counted", "cast_at", "changed_at"],
            rows(),
            progress=progress,
        )
    return openings


def _drawn(
    sizes: Sizes, crowd: Crowd, fame: Fame, chance: random.Random
) -> Iterator[tuple[int, int, int, int]]:
    """Member, title, half stars and minute of every vote, member by member; nobody votes twice on a title."""
    titles = [key for key in range(1, sizes.titles + 1) if fame.weight[key]]
    weights = list(accumulate(fame.weight[key] for key in titles))
    worth = array("i", [0] * (sizes.titles + 1))
    for key in titles:
        worth[key] = min(_WORTHS - 1, max(0, round((fame.worth[key] - 2) * 4)))
    values = _table_of_values(chance)
    shown = array(
        "i", [0] + [fame.released[key] - crowd.first_day.toordinal() for key in range(1, sizes.titles + 1)]
    )
    days = YEARS * 365
    for member in range(1, sizes.members + 1):
        wanted, joined = crowd.votes[member], crowd.joined[member]
        drawn: set[int] = set()
        while len(drawn) < wanted:
            missing = wanted - len(drawn)
            drawn.update(chance.choices(titles, cum_weights=weights, k=missing + missing // 4))
        chosen = sorted(drawn)
        if len(chosen) > wanted:
            chosen = chance.sample(chosen, wanted)
        of_member = values[crowd.leniency[member]]
        # Some leave after a month, some stay for good.
        left = min(days, joined + 1 + int((days - joined) * chance.random()))
        for title in chosen:
            since = max(joined, min(shown[title], left - 1))
            minute = int((since + (left - since) * chance.random()) * MINUTES_A_DAY)
            yield member, title, of_member[worth[title]][int(chance.random() * _DRAWS)], minute


def _table_of_values(chance: random.Random) -> list[list[bytes]]:
    """By leniency and by worth: so many votes to pick one from, 1 to 10."""
    return [
        [
            bytes(
                min(10, max(1, round(chance.gauss(2 + worth / 4 + (leniency - 3) * 0.5, SPREAD))))
                for _ in range(_DRAWS)
            )
            for worth in range(_WORTHS)
        ]
        for leniency in range(_LENIENCIES)
    ]


def store_reviews(
    *,
    sheets: Sheets,
    sizes: Sizes,
    crowd: Crowd,
    openings: array[int],
    chance: random.Random,
    progress: Callable[[int], None],
) -> None:
    """Store reviews in the order of time: what opens an exchange, and now and then a reply to something recent."""
    reviews = sheets.table(
        Review,
        *(
            "id",
            "title_id",
            "author_id",
            "parent_id",
            "root_id",
            "state",
            "is_opinion",
            "verdict",
            "headline",
        ),
        *("body", "html", "language", "source_hash", "revision_number", "created_at", "edited_at"),
    )
    revisions = sheets.table(
        Revision, "review_id", "number", "headline", "body", "language", "source_hash", "created_at"
    )
    pool, opinions = texts.pool_of_texts(chance), texts.pool_of_texts(chance, texts.POOL // 20, opinions=True)
    weights = list(accumulate(crowd.votes[1:]))
    authors: Iterator[int] = iter(())
    recent: deque[Opening] = deque(maxlen=500)
    opened = iter(sorted(openings))
    minute = 0
    parent: int | None
    root: int | None
    for key in range(1, sizes.reviews + 1):
        packed = None if recent and chance.random() < REPLIES else next(opened, None)
        if packed is None and recent:
            answered = recent[int(len(recent) * chance.random() ** 0.5)]
            author = next(authors, None)
            if author is None:
                authors = iter(chance.choices(range(1, sizes.members + 1), cum_weights=weights, k=1000))
                author = next(authors)
            title, parent, root = answered.title, answered.key, answered.root
            minute += 1
        elif packed is not None:
            rest, title = divmod(packed, sizes.titles + 1)
            written, author = divmod(rest, sizes.members + 1)
            minute = max(minute, written)
            parent = root = None
        else:
            return
        is_opinion = parent is None and chance.random() < OPINIONS
        text = chance.choice(opinions) if is_opinion else chance.choice(pool)
        recent.append(Opening(key, root or key, title))
        moment = f"{crowd.first_day + timedelta(days=minute // MINUTES_A_DAY)} {minute // 60 % 24}:{minute % 60}:{key % 60}+00"
        state = "published" if chance.random() < 0.995 else "withdrawn"
        edited = chance.random() < 0.04
        words = (text.language, text.source_hash)
        reviews.append(
            (
                *(
                    key,
                    title,
                    author,
                    parent,
                    root,
                    state,
                    is_opinion,
                    7 if is_opinion else None,
                    text.headline,
                ),
                *(text.body, text.html, *words, 2 if edited else 1, moment, moment if edited else None),
            )
        )
        for number in range(1, 3 if edited else 2):
            revisions.append((key, number, text.headline, text.body, *words, moment))
        if key % CHUNK == 0:
            sheets.flush()
            progress(CHUNK)
    sheets.flush()


def store_watchlists(sheets: Sheets, sizes: Sizes, fame: Fame, chance: random.Random, day: Day) -> None:
    """What members want to see: the well known."""
    rows = sheets.table(WatchlistEntry, "member_id", "title_id", "added_at")
    titles = [key for key in range(1, sizes.titles + 1) if fame.weight[key]]
    weights = list(accumulate(fame.weight[key] for key in titles))
    mean = sizes.watchlist / sizes.members
    for member in range(1, sizes.members + 1):
        number = int(chance.expovariate(1 / mean))
        for title in dict.fromkeys(chance.choices(titles, cum_weights=weights, k=number)):
            rows.append((member, title, day.now - timedelta(minutes=int(chance.random() * 5_000_000))))
        if member % CHUNK == 0:
            sheets.flush()
    sheets.flush()


def store_moderation(sheets: Sheets, sizes: Sizes, chance: random.Random) -> None:
    """Open cases about reviews, and lines of the public log. Films only: each case goes by a review that is there."""
    cases = sheets.table(
        Case, "id", "kind", "section", "review_id", "author_id", "severity", "opened_at", "touched_at"
    )
    evidence = sheets.table(Evidence, "case_id", "kind", "words", "source_review_id")
    reports = sheets.table(Report, "case_id", "text", "made_at")
    last = Review.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    chosen = chance.sample(range(1, last + 1), min(last, sizes.cases))
    found = (
        Review.objects.filter(pk__in=chosen)
        .order_by("pk")
        .values_list("pk", "author", "title__kind", "created_at")
    )
    for number, (review, author, kind, written) in enumerate(found, start=1):
        section = "films" if kind == "film" else "shows"
        cause = chance.choice(("copied-text", "other"))
        severity = chance.randint(1, 100)
        cases.append((number, cause, section, review, author, severity, written, written))
        if cause == "copied-text":
            evidence.append((number, "overlap", 12, chance.randint(1, last)))
        else:
            reports.append((number, "Look at this.", written))
    log = sheets.table(
        LogEntry, "verb", "section", "rule", "reason", "review_number", "moderator_number", "at"
    )
    moments = Review.objects.order_by("pk").values_list("created_at", flat=True)
    at = moments.first()
    for number in range(sizes.log_lines):
        if at is None:
            break
        verb = chance.choice(("reviews.review.removed", "reviews.case.kept", "reviews.review.restored"))
        log.append((verb, "films", "", "Looked at.", number + 1, 1, at + timedelta(hours=8 * number)))
    sheets.flush()
