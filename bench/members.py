"""A member's pages: their numbers against plain SQL of the same, and the pages with nothing kept and with numbers kept.

The plain statements know nothing of seasons that have their genres from their show, nor of people with two parts in a
film: they are what somebody would type to see the same numbers. Milliseconds; the note has p95 and, of a page, its
queries.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from statistics import median

from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from accounts.models import Member
from bench.addresses import Address
from bench.data import store
from bench.harness import Options, Result, compare, percentile, take_turns
from bench.walk import visit
from films.models import Title, TitleKind
from filmsite.management.commands.prepare import collect_static_files
from reviews.models import Viewing, Vote
from reviews.statistics.activity import activity_of
from reviews.statistics.matching import side_by_side
from reviews.statistics.votes import fresh_people_means, fresh_statistics
from reviews.statistics.years import year_of

SERVER = "one process, no web server"
# The heaviest member of the full-scale site, and one whom nobody should be able to slow a page down by being.
VOTES = (7_677, 20_000)
# Of the full size: a catalogue that the second can vote on.
SCALE = 0.14
RUNS = 10
# From docs/performance.md: p95 in milliseconds of the statistics of the first, and what they may take against plain SQL.
BUDGET_MS, BUDGET_RATIO = 100, 1.3
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_GROUPED = "SELECT {what}, count(*), sum(value) FROM reviews_vote AS vote {joins} WHERE member_id = %s AND counted{more} GROUP BY {what}"
_PLAIN_STATISTICS = [
    _GROUPED.format(what=what, joins=joins, more=more)
    for what, joins, more in (
        ("value", "", ""),
        (
            "genre.slug",
            "JOIN films_titlegenre AS has ON has.title_id = vote.title_id JOIN films_genre AS genre ON genre.id = has.genre_id",
            "",
        ),
        ("has.country_id", "JOIN films_title_countries AS has ON has.title_id = vote.title_id", ""),
        ("title.year / 10", "JOIN films_title AS title ON title.id = vote.title_id", ""),
        ("title.original_language", "JOIN films_title AS title ON title.id = vote.title_id", ""),
    )
] + [
    """
    SELECT title_id, value, value - (vote_sum - value)::float8 / (vote_count - 1) AS gap
    FROM reviews_vote JOIN films_titletotals USING (title_id)
    WHERE member_id = %s AND counted AND vote_count > 5 ORDER BY gap
    """
]
_PLAIN_PEOPLE = [
    _GROUPED.format(
        what="credit.role, person.id, person.name",
        joins="JOIN films_credit AS credit ON credit.title_id = vote.title_id "
        "JOIN films_person AS person ON person.id = credit.person_id",
        more=" AND credit.role IN ('director', 'actor')",
    )
    + " HAVING count(*) >= 5"
]
_PLAIN_ACTIVITY = [
    "SELECT date_trunc('month', changed_at), count(*) FROM reviews_vote WHERE member_id = %s GROUP BY 1",
    "SELECT changed_at::date, count(*) FROM reviews_vote WHERE member_id = %s AND changed_at > now() - interval '1 year' GROUP BY 1",
]


def run(options: Options) -> list[Result]:
    if not options.full:
        call_command("generate_catalogue", scale=SCALE * options.scale, stdout=StringIO())
    collect_static_files()
    members = [ensure_member(options.scaled(votes)) for votes in VOTES]
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reviews_vote")
    results = []
    for member, other in zip(members, reversed(members), strict=True):
        results += list(_numbers(member, other, options))
        results += list(_pages(member, other, options))
    return results


def ensure_member(votes: int) -> Member:
    """A member with so many votes over ten years, a third of them in a diary; made once a site."""
    name = f"bench-{votes}"
    if (known := Member.objects.filter(username=name).first()) is not None:
        return known
    member = Member.objects.create_user(name, f"{name}@members.example")
    chance = random.Random(votes)
    films = Title.objects.filter(kind=TitleKind.FILM)
    known_first = list(films.order_by("-totals__vote_count", "pk").values_list("pk", flat=True)[: 2 * votes])
    titles = sorted(chance.sample(known_first, min(votes, len(known_first))))
    moments = [NOW - timedelta(minutes=chance.randrange(10 * 365 * 24 * 60)) for _ in titles]
    store(
        Vote,
        ["member_id", "title_id", "value", "cast_at", "changed_at"],
        (
            (member.pk, title, chance.randint(1, 10), moment, moment)
            for title, moment in zip(titles, moments, strict=True)
        ),
    )
    store(
        Viewing,
        ["member_id", "title_id", "seen_on", "logged_at"],
        (
            (member.pk, title, moment.date(), moment)
            for title, moment in list(zip(titles, moments, strict=True))[::3]
        ),
    )
    return member


def _numbers(member: Member, other: Member, options: Options) -> Iterator[Result]:
    """What each set of numbers takes, against the plain statements."""
    votes = member.votes.count()
    year = NOW.year - 1
    kinds: list[tuple[str, Callable[[], object], Callable[[], object] | None, float | None]] = [
        (
            "statistics",
            lambda: fresh_statistics(member.pk),
            partial(_plain, _PLAIN_STATISTICS, member),
            -BUDGET_RATIO,
        ),
        (
            "people",
            lambda: fresh_people_means(member.pk),
            partial(_plain, _PLAIN_PEOPLE, member),
            -BUDGET_RATIO,
        ),
        (
            "activity",
            lambda: activity_of(member, votes=True, viewings=True),
            partial(_plain, _PLAIN_ACTIVITY, member),
            None,
        ),
        ("year in review", lambda: year_of(member, year, votes=True, viewings=True), None, None),
        ("taste match", lambda: side_by_side(other, member), None, None),
    ]
    for name, ours, plain, budget in kinds:
        took: list[float] = []
        turns = take_turns(
            {"site": partial(_turn, ours, took), "plain": partial(_turn, plain or ours, [])}, options.rounds
        )
        slow = percentile(took, 0.95)
        note = f"p95 {slow:.1f}"
        if name == "statistics" and votes <= VOTES[0]:
            note += f", ≤ {BUDGET_MS} {'holds' if slow <= BUDGET_MS else 'MISSED'}"
        yield compare(
            f"{votes:,} votes: {name}",
            turns["site"],
            turns["plain"],
            against="plain SQL" if plain else "itself",
            unit="ms",
            budget=budget,
            note=note,
        )


def _pages(member: Member, other: Member, options: Options) -> Iterator[Result]:
    """Whole pages: with an empty cache, against those with the numbers kept until the next vote."""
    votes = member.votes.count()
    visitor, reader = Client(SERVER_NAME="localhost"), Client(SERVER_NAME="localhost")
    reader.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    home = f"/members/{member.username}/"
    pages = {
        "overview": (visitor, home),
        "overview, signed in": (reader, home),
        "statistics": (visitor, f"{home}statistics/"),
        "statistics, people asked for": (visitor, f"{home}statistics/?people=1"),
        "statistics, actors by mean": (visitor, f"{home}statistics/?table=actor&sort=mean"),
        "votes, a genre": (visitor, f"{home}votes/?genre=drama"),
        "year in review": (visitor, f"{home}year/{NOW.year - 1}/"),
        "taste match": (reader, f"{home}match/"),
    }
    with override_settings(FILMSITE_KEPT_SECONDS=0):
        for name, (client, path) in pages.items():
            cold: list[float] = []
            kept: list[float] = []
            turns = take_turns(
                {
                    "cold": partial(_turn, partial(_visit, client, path, empty=True), cold),
                    "kept": partial(_turn, partial(_visit, client, path, empty=False), kept),
                },
                options.rounds,
            )
            queries = len(visit(client, Address(name, path)).statements)
            yield compare(
                f"{votes:,} votes: page, {name}",
                turns["cold"],
                turns["kept"],
                against="the same page with its numbers kept",
                unit="ms",
                note=f"p95 {percentile(cold, 0.95):.0f} cold, {percentile(kept, 0.95):.0f} kept; {queries} queries kept",
            )


def _visit(client: Client, path: str, *, empty: bool) -> None:
    if empty:
        cache.clear()
    if client.get(path).status_code != 200:
        raise SystemExit(f"{path} is not there.")


def _turn(do: Callable[[], object], took: list[float]) -> float:
    """The median of some runs, in milliseconds; each is noted."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        do()
        times.append((time.perf_counter() - start) * 1000)
    took += times
    return median(times)


def _plain(statements: list[str], member: Member) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, [member.pk])
            cursor.fetchall()
