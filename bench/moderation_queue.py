"""The moderators' pages with 50,000 open cases: milliseconds of the queue and of a case, against an empty page and plain SQL.

All of them in this process, without a web server, in turns. The cases are made up by SQL beside whatever the site holds.
"""

import time
from collections.abc import Callable

from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client, override_settings

from accounts.models import Member
from bench.data import ensure_community
from bench.harness import Options, Result, compare, percentile, take_turns
from bench.walk import sign_in_readers
from filmsite.lib.paging import cursor_url
from filmsite.management.commands.prepare import collect_static_files
from reviews.models import Case, Evidence, KnownText, Report, Snapshot
from reviews.moderation.queue import CASES_A_PAGE
from reviews.services.claiming import claim_next, release_claim

SERVER = "one process, no web server, nothing kept"
CASES = 50_000
REQUESTS = 20
# What a moderator of the note waits for at most.
GOAL = 200.0

_SNAPSHOTS = """
    INSERT INTO reviews_snapshot (text, headline, language, picture, digest, taken_at)
    SELECT repeat('Words of a message that somebody wrote about a film. ', 20), '', 'en', '', 'bench-' || n, now()
    FROM generate_series(1, %(cases)s) AS n
"""
# One a message and kind: of each the database allows one open case.
_MADE = """
    INSERT INTO reviews_case (kind, section, state, matter, flags, review_id, author_id, snapshot_id, severity,
        opened_at, touched_at, version)
    SELECT kind, CASE WHEN pair.n %% 3 = 0 THEN 'shows' ELSE 'films' END, 'open', 'review',
        CASE WHEN pair.n %% 7 = 0 THEN ARRAY['declared-own'] WHEN pair.n %% 11 = 0 THEN ARRAY['flood'] ELSE '{}' END,
        pair.id, pair.author_id, snapshot.id, (pair.n * 7919) %% 101,
        now() - make_interval(secs => (pair.n * 104729) %% 600000), now(), 1
    FROM (
        SELECT review.id, review.author_id, kind, row_number() OVER () AS n
        FROM (SELECT id, author_id FROM reviews_review WHERE state = 'published' ORDER BY id LIMIT %(cases)s) AS review
            CROSS JOIN unnest(ARRAY['copied-text', 'spoilers', 'personal-attack', 'off-topic', 'other']) AS kind
        LIMIT %(cases)s
    ) AS pair
        JOIN reviews_snapshot AS snapshot ON snapshot.digest = 'bench-' || pair.n
    ON CONFLICT DO NOTHING
"""
_EVIDENCE = """
    INSERT INTO reviews_evidence (case_id, kind, start, "end", words, share, is_quoted, source_id, source_label,
        source_url, source_excerpt, excerpt_start, excerpt_end, detail)
    SELECT made.id, 'overlap', 53 * part, 53 * part + 52, 60, 0.3, false, %(known)s, 'A known text', '',
        repeat('Words of a message that somebody wrote about a film. ', 6), 53, 105, '{}'
    FROM reviews_case AS made CROSS JOIN generate_series(1, 3) AS part
    WHERE made.kind = 'copied-text' AND NOT EXISTS (SELECT FROM reviews_evidence WHERE case_id = made.id)
"""
_REPORTS = """
    INSERT INTO reviews_report (case_id, reporter_id, text, source_url, weight, outcome, made_at)
    SELECT made.id, %(reporter)s, 'Look at this.', '', 100, 'waiting', now()
    FROM reviews_case AS made
    WHERE made.kind <> 'copied-text' AND made.author_id <> %(reporter)s
    ON CONFLICT DO NOTHING
"""
_PLAIN = """
    SELECT id, severity, opened_at FROM reviews_case WHERE state = 'open' AND section = ANY (%s)
    ORDER BY severity * -1, opened_at, id LIMIT %s
"""


def run(options: Options) -> list[Result]:
    ensure_community(options)
    collect_static_files()
    reader = sign_in_readers()["staff"]
    moderator = Member.objects.filter(is_superuser=True).earliest("pk")
    made = fill_queue(options.scaled(CASES))
    print(f"{made:,} open cases.")
    case = (
        Case.objects.filter(state="open", kind="copied-text")
        .exclude(author=moderator)
        .earliest("-severity", "pk")
    )
    pages = {
        "queue, first page": "/moderation/",
        "queue, page far down": f"/moderation/{_far_down(made // 2)}",
        "queue, by kind": "/moderation/?kind=spoilers",
        "queue, said to be own words": "/moderation/?show=own-words",
        "a case": case.get_absolute_url(),
    }
    with override_settings(FILMSITE_KEPT_SECONDS=0, FILMSITE_STAFF_NEEDS_MFA=False):
        sides = {name: _p95(reader, address) for name, address in pages.items()}
        sides["empty"] = _p95(reader, "/bench/empty")
        sides["sql"] = _timed_p95(_plain)
        sides["take the next case"] = _timed_p95(lambda: _take(moderator))
        turns = take_turns(sides, options.rounds)
    results = [
        compare(
            name,
            turns[name],
            turns["empty"],
            against="p95 of an empty page",
            unit="ms",
            note=_note(turns[name]),
        )
        for name in pages
    ]
    results.append(
        compare(
            "take the next case",
            turns["take the next case"],
            turns["sql"],
            against="p95 of the plain SQL of a page",
            unit="ms",
        )
    )
    return results


def fill_queue(number: int) -> int:
    """Let at least so many cases wait, as far as there are messages (five kinds a message); returns how many do."""
    known, _ = KnownText.objects.get_or_create(
        kind="registered",
        label="A known text",
        defaults={"source_hash": "0" * 64, "written_at": "2020-01-01T00:00Z"},
    )
    reporter = Member.objects.filter(is_superuser=False).earliest("pk")
    with transaction.atomic(), connection.cursor() as cursor:
        if Case.objects.filter(state="open").count() < number:
            cursor.execute(_SNAPSHOTS, {"cases": number})
            cursor.execute(_MADE, {"cases": number})
            cursor.execute(_EVIDENCE, {"known": known.pk})
            cursor.execute(_REPORTS, {"reporter": reporter.pk})
    with connection.cursor() as cursor:
        for model in (Case, Evidence, Report, Snapshot):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
    return Case.objects.filter(state="open").count()


def _far_down(place: int) -> str:
    """The query string of the page that begins at a place of the queue."""
    before = Case.objects.filter(state="open").order_by("-severity", "opened_at", "pk")[place]
    return cursor_url(QueryDict(), "after", [-before.severity, before.opened_at, before.pk])


def _p95(reader: Client, address: str) -> Callable[[], float]:
    def ask() -> None:
        answer = reader.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")

    return _timed_p95(ask)


def _timed_p95(do: Callable[[], object]) -> Callable[[], float]:
    def turn() -> float:
        took = []
        for _ in range(REQUESTS):
            start = time.perf_counter()
            do()
            took.append((time.perf_counter() - start) * 1000)
        return percentile(took, 0.95)

    return turn


def _plain() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, [["films", "shows"], CASES_A_PAGE])
        cursor.fetchall()


def _take(moderator: Member) -> None:
    case = claim_next(moderator=moderator, sections=["films", "shows", "members"])
    if case is not None:
        release_claim(case=case, moderator=moderator)


def _note(turns: list[float]) -> str:
    return "within the goal" if max(turns) <= GOAL else f"the goal is {GOAL:.0f} ms"
