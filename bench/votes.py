"""Votes a second through the service, against the same rows written to a table without totals.

Both sides commit to disk. The bare table has the columns, checks and indexes of the real one, but no foreign key and
no trigger, so the ratio is the price of exact totals. Afterwards every total is counted again.
"""

import random
from collections.abc import Callable, Mapping

from django.db import connection, connections
from django.utils import timezone

from accounts.models import Member
from bench.data import Words, store_members, store_titles, store_votes
from bench.harness import Crew, Options, Result, compare, take_turns
from films.models import Title, TitleKind
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote

MEMBERS, TITLES, VOTES = 5_000, 2_000, 50_000
CLIENTS = (1, 8, 32)
HOT = 1
# From docs/performance.md, with 32 clients.
BUDGETS = {("spread", 32): 0.8, ("hot", 32): 0.15}
_BARE = """
    INSERT INTO bench_vote AS vote (member_id, title_id, value, counted, cast_at, changed_at)
    VALUES (%s, %s, %s, true, %s, %s)
    ON CONFLICT (member_id, title_id) DO UPDATE SET
        value = excluded.value, counted = excluded.counted,
        changed_at = CASE WHEN vote.value = excluded.value THEN vote.changed_at ELSE excluded.changed_at END
    RETURNING id, value, counted, cast_at, changed_at
"""


def run(options: Options) -> list[Result]:
    if options.full:
        # Numbered from 1 on, films first. What is voted here stays; the totals stay right.
        members, titles = Member.objects.count(), Title.objects.filter(kind=TitleKind.FILM).count()
    else:
        members, titles = options.scaled(MEMBERS), options.scaled(TITLES)
        store_members(members)
        store_titles(titles, Words(1000))
        store_votes(members=members, titles=titles, number=options.scaled(VOTES))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_vote")
        cursor.execute("CREATE TABLE bench_vote (LIKE reviews_vote INCLUDING ALL)")
        cursor.execute("INSERT INTO bench_vote OVERRIDING SYSTEM VALUE SELECT * FROM reviews_vote")
        cursor.execute("SELECT setval(pg_get_serial_sequence('bench_vote', 'id'), max(id)) FROM bench_vote")
        cursor.execute("ANALYZE")
    connections.close_all()

    def tools(number: int) -> Mapping[str, Callable[[], object]]:
        chance = random.Random(number)
        # A request has these at hand: making them is not what is measured.
        member, film = Member(), Title(kind=TitleKind.FILM)

        def through_the_site(title: int | None) -> None:
            member.pk, film.pk = chance.randint(1, members), title or chance.randint(1, titles)
            cast_vote(member=member, title=film, value=chance.randint(1, 10))

        def bare(title: int | None) -> None:
            now = timezone.now()
            chosen = title or chance.randint(1, titles)
            with connection.cursor() as cursor:
                cursor.execute(_BARE, [chance.randint(1, members), chosen, chance.randint(1, 10), now, now])
                cursor.fetchone()

        return {
            "spread": lambda: through_the_site(None),
            "spread bare": lambda: bare(None),
            "hot": lambda: through_the_site(HOT),
            "hot bare": lambda: bare(HOT),
        }

    results = []
    for clients in CLIENTS:
        with Crew(clients, tools) as crew:
            for where in ("spread", "hot"):
                rates = take_turns(
                    {
                        "site": lambda where=where: crew.turn(where, options.seconds).rate,
                        "bare": lambda where=where: crew.turn(f"{where} bare", options.seconds).rate,
                    },
                    options.rounds,
                )
                results.append(
                    compare(
                        f"{clients} clients, {'one hot title' if where == 'hot' else 'all titles'}",
                        rates["site"],
                        rates["bare"],
                        against="an upsert without totals",
                        unit="votes/s",
                        budget=BUDGETS.get((where, clients)),
                    )
                )
    if differences := find_differences():
        raise SystemExit(f"{len(differences)} totals are wrong, the first: {differences[0]}")
    print("Every total equals its recount.")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_vote")
    return results
