"""Writing what an import says, after the member has looked at it: votes, diary, watchlist, texts, lists."""

from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from filmsite.lib.waking import wake_on_commit
from reviews import tasks
from reviews.counting import counts
from reviews.models import Conflicts, ImportRow, ImportState, MemberImport
from reviews.services.bringing_in.batches import write_by_title
from reviews.services.bringing_in.leasing import LONG_LEASE, Claim, carry_out, tell
from reviews.services.bringing_in.lists import write_lists
from reviews.services.bringing_in.texts import TEXTS, link_viewings, write_texts, write_texts_about_people

Kind = ImportRow.Kind

_MOMENT = "least((row.data ->> '{}')::timestamptz, %(now)s)"

# Of one title the newest row speaks; what the member voted here gives way as they chose, and to a row without a date
# only where the file's word stands. One statement writes the votes and what an undo needs: the rows before and after.
_VOTES = f"""
    WITH incoming AS MATERIALIZED (
        SELECT DISTINCT ON (row.title_id) row.id, row.title_id, (row.data ->> 'value')::smallint AS value,
            coalesce({_MOMENT.format("at")}, %(now)s) AS at, row.data ->> 'at' IS NULL AS is_undated,
            coalesce({_MOMENT.format("cast_at")}, {_MOMENT.format("at")}, %(now)s) AS cast_at
        FROM reviews_importrow AS row
        JOIN films_title AS title ON title.id = row.title_id AND title.kind <> 'show' AND title.merged_into_id IS NULL
        WHERE row.of_id = %(of)s AND row.kind = 'vote' AND row.outcome = '' AND row.title_id = ANY (%(titles)s)
        ORDER BY row.title_id, row.data ->> 'at' DESC NULLS LAST, row.number DESC
    ), standing AS MATERIALIZED (
        SELECT * FROM reviews_vote WHERE member_id = %(member)s AND title_id = ANY (%(titles)s)
    ), decided AS MATERIALIZED (
        SELECT incoming.*, CASE
            WHEN standing.id IS NULL THEN 'created'
            WHEN standing.value = incoming.value THEN 'same'
            WHEN %(conflicts)s = 'mine' THEN 'mine'
            WHEN %(conflicts)s = 'newer' AND incoming.is_undated THEN 'undated'
            WHEN %(conflicts)s = 'newer' AND incoming.at <= standing.changed_at THEN 'older'
            ELSE 'changed'
        END AS verdict
        FROM incoming LEFT JOIN standing USING (title_id)
    ), written AS (
        INSERT INTO reviews_vote AS vote (member_id, title_id, value, counted, cast_at, changed_at)
        SELECT member.id, title.id, decided.value, {counts(member="member", title="title")},
            least(decided.cast_at, decided.at), decided.at
        FROM decided
        JOIN films_title AS title ON title.id = decided.title_id
        JOIN accounts_member AS member ON member.id = %(member)s
        WHERE decided.verdict IN ('created', 'changed')
        ORDER BY title.id
        ON CONFLICT (member_id, title_id) DO UPDATE SET
            value = excluded.value,
            counted = excluded.counted,
            cast_at = least(vote.cast_at, excluded.cast_at),
            changed_at = CASE WHEN excluded.changed_at > vote.changed_at THEN excluded.changed_at ELSE %(now)s END
        RETURNING *
    )
    UPDATE reviews_importrow AS row
    SET outcome = CASE WHEN decided.verdict IN ('mine', 'older', 'undated') THEN 'refused' ELSE decided.verdict END,
        reason = CASE WHEN decided.verdict IN ('mine', 'older', 'undated') THEN decided.verdict ELSE '' END,
        made = written.id,
        before = CASE WHEN written.id IS NOT NULL
            THEN jsonb_build_object('was', to_jsonb(standing), 'now', to_jsonb(written)) END
    FROM decided LEFT JOIN standing USING (title_id) LEFT JOIN written USING (title_id)
    WHERE row.id = decided.id
"""  # noqa: S608  (only SQL of our own)

_PAST_VOTES = """
    WITH incoming AS MATERIALIZED (
        SELECT DISTINCT ON (row.title_id, row.data) row.id, row.title_id, (row.data ->> 'value')::smallint AS value,
            least((row.data ->> 'given_at')::timestamptz, %(now)s) AS given_at,
            least((row.data ->> 'ended_at')::timestamptz, %(now)s) AS ended_at,
            (row.data ->> 'withdrawn')::boolean AS withdrawn
        FROM reviews_importrow AS row
        JOIN films_title AS title ON title.id = row.title_id AND title.kind <> 'show' AND title.merged_into_id IS NULL
        WHERE row.of_id = %(of)s AND row.kind = 'past_vote' AND row.outcome = '' AND row.title_id = ANY (%(titles)s)
        ORDER BY row.title_id, row.data, row.number
    ), decided AS MATERIALIZED (
        SELECT incoming.*, CASE WHEN past.id IS NULL
            THEN nextval(pg_get_serial_sequence('reviews_pastvote', 'id')) END AS new_id
        FROM incoming LEFT JOIN LATERAL (
            SELECT id FROM reviews_pastvote AS known
            WHERE known.member_id = %(member)s AND known.title_id = incoming.title_id
                AND known.value = incoming.value AND known.given_at = incoming.given_at
                AND known.ended_at = incoming.ended_at AND known.withdrawn = incoming.withdrawn
            LIMIT 1
        ) AS past ON true
    ), written AS (
        INSERT INTO reviews_pastvote (id, member_id, title_id, value, given_at, ended_at, withdrawn)
        SELECT new_id, %(member)s, title_id, value, given_at, ended_at, withdrawn
        FROM decided WHERE new_id IS NOT NULL
        RETURNING *
    )
    UPDATE reviews_importrow AS row
    SET outcome = CASE WHEN new_id IS NULL THEN 'same' ELSE 'created' END, made = new_id,
        before = CASE WHEN new_id IS NOT NULL THEN jsonb_build_object('was', NULL, 'now', to_jsonb(written)) END
    FROM decided LEFT JOIN written ON written.id = new_id
    WHERE row.id = decided.id
"""

_WATCHLIST = """
    WITH incoming AS MATERIALIZED (
        SELECT DISTINCT ON (row.title_id) row.id, row.title_id,
            coalesce(least((row.data ->> 'at')::timestamptz, %(now)s), %(now)s) AS at
        FROM reviews_importrow AS row
        JOIN films_title AS title ON title.id = row.title_id AND title.merged_into_id IS NULL
        WHERE row.of_id = %(of)s AND row.kind = 'watchlist' AND row.outcome = '' AND row.title_id = ANY (%(titles)s)
        ORDER BY row.title_id, row.number
    ), written AS (
        INSERT INTO reviews_watchlistentry (member_id, title_id, added_at)
        SELECT %(member)s, title_id, at FROM incoming ORDER BY title_id
        ON CONFLICT (member_id, title_id) DO NOTHING
        RETURNING *
    )
    UPDATE reviews_importrow AS row
    SET outcome = CASE WHEN written.id IS NULL THEN 'same' ELSE 'created' END, made = written.id,
        before = CASE WHEN written.id IS NOT NULL THEN jsonb_build_object('was', NULL, 'now', to_jsonb(written)) END
    FROM incoming LEFT JOIN written USING (title_id)
    WHERE row.id = incoming.id
"""

# One may see a film twice a day: of equal days in the file as many are new as there are more of them than here. What was
# only marked as seen adds nothing where a viewing or a vote says so already.
_VIEWINGS = """
    WITH incoming AS MATERIALIZED (
        SELECT row.id, row.number, row.title_id, row.data, (row.data ->> 'seen_on')::date AS seen_on,
            coalesce((row.data ->> 'if_unseen')::boolean, false) AS if_unseen,
            row_number() OVER (PARTITION BY row.title_id, row.data ->> 'seen_on' ORDER BY row.number) AS nth
        FROM reviews_importrow AS row
        JOIN films_title AS title ON title.id = row.title_id AND title.kind <> 'show' AND title.merged_into_id IS NULL
        WHERE row.of_id = %(of)s AND row.kind = 'viewing' AND row.outcome = '' AND row.title_id = ANY (%(titles)s)
    ), known AS MATERIALIZED (
        SELECT title_id, seen_on, count(*) AS number FROM reviews_viewing
        WHERE member_id = %(member)s AND title_id = ANY (%(titles)s) GROUP BY title_id, seen_on
    ), decided AS MATERIALIZED (
        SELECT incoming.*,
            CASE WHEN incoming.nth > coalesce(known.number, 0) AND NOT (incoming.if_unseen AND (
                    EXISTS (SELECT FROM known AS any_known WHERE any_known.title_id = incoming.title_id)
                    OR EXISTS (SELECT FROM incoming AS other WHERE other.title_id = incoming.title_id
                        AND other.seen_on IS NOT NULL)
                    OR EXISTS (SELECT FROM reviews_vote AS vote WHERE vote.member_id = %(member)s
                        AND vote.title_id = incoming.title_id)
                ))
                THEN nextval(pg_get_serial_sequence('reviews_viewing', 'id'))
            END AS new_id
        FROM incoming LEFT JOIN known
            ON known.title_id = incoming.title_id AND known.seen_on IS NOT DISTINCT FROM incoming.seen_on
    ), written AS (
        INSERT INTO reviews_viewing
            (id, member_id, title_id, seen_on, is_rewatch, value, place, tags, note, logged_at)
        SELECT new_id, %(member)s, title_id, seen_on, coalesce((data ->> 'is_rewatch')::boolean, false),
            (data ->> 'value')::smallint, coalesce(data ->> 'place', ''),
            ARRAY (SELECT jsonb_array_elements_text(coalesce(data -> 'tags', '[]'))), coalesce(data ->> 'note', ''),
            coalesce(least((data ->> 'at')::timestamptz, %(now)s), %(now)s)
        FROM decided WHERE new_id IS NOT NULL ORDER BY title_id, number
        RETURNING *
    )
    UPDATE reviews_importrow AS row
    SET outcome = CASE WHEN new_id IS NULL THEN 'same' ELSE 'created' END, made = new_id,
        before = CASE WHEN new_id IS NOT NULL THEN jsonb_build_object('was', NULL, 'now', to_jsonb(written)) END
    FROM decided LEFT JOIN written ON written.id = new_id
    WHERE row.id = decided.id
"""

# What was not found, not chosen or left out is not taken over, and neither is a judgement of a whole show.
_SETTLE = """
    UPDATE reviews_importrow SET outcome = 'refused', reason = match
    WHERE of_id = %(of)s AND outcome = '' AND match IN ('missing', 'unsure', 'skipped');

    UPDATE reviews_importrow AS row SET outcome = 'refused', reason = 'show'
    FROM films_title AS title
    WHERE row.of_id = %(of)s AND row.outcome = '' AND row.kind IN ('vote', 'past_vote', 'viewing')
        AND title.id = row.title_id AND title.kind = 'show';

    UPDATE reviews_importrow SET outcome = 'refused', reason = 'gone'
    WHERE of_id = %(of)s AND outcome = '' AND title_id IS NULL AND data -> 'person' IS NULL;
"""
_TO_WRITE = "SELECT count(*) FROM (SELECT DISTINCT kind, title_id FROM reviews_importrow WHERE of_id = %s AND outcome = '') AS titles"
_OUTCOMES = "SELECT kind, outcome, count(*) FROM reviews_importrow WHERE of_id = %s GROUP BY kind, outcome"

_BY_TITLE: Final = (
    (Kind.VOTE, _VOTES),
    (Kind.PAST_VOTE, _PAST_VOTES),
    (Kind.WATCHLIST, _WATCHLIST),
    (Kind.VIEWING, _VIEWINGS),
)


def order_commit(row: MemberImport, *, conflicts: Conflicts = Conflicts.NEWER) -> bool:
    """Order that an import is taken over, or that one that stopped half-way goes on; whether it could be."""
    with transaction.atomic():
        ready = MemberImport.objects.filter(pk=row.pk, state=ImportState.PREVIEW)
        stopped = MemberImport.objects.filter(pk=row.pk, state=ImportState.FAILED, committed_at__isnull=False)
        ordered = ready.update(state=ImportState.ORDERED, conflicts=conflicts) or stopped.update(
            state=ImportState.ORDERED, error=""
        )
        if ordered:
            wake_on_commit(tasks.commit_import, row.pk)
    return bool(ordered)


def commit_import(pk: int) -> None:
    """Write what an import says. Called by a worker, any number of times; goes on behind the last batch.

    Does nothing to an import that was not ordered: a delivery may come late.
    """
    carry_out(pk, [ImportState.ORDERED], ImportState.WRITING, work=_write, give_up=_stop)


def _stop(claimed: Claim, why: str) -> None:
    """What was written stays, and the member may go on or undo it."""
    with transaction.atomic():
        claimed.finish(state=ImportState.FAILED, error=why)
        tell(claimed)


def _write(claimed: Claim) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"of": claimed.pk})
        cursor.execute(_TO_WRITE, [claimed.pk])
        claimed.extend(
            committed_at=claimed.row.committed_at or timezone.now(), done=0, total=cursor.fetchone()[0]
        )
    for kind, statement in _BY_TITLE:
        write_by_title(claimed, kind, _run(statement))
    write_by_title(claimed, Kind.REVIEW, write_texts, titles=TEXTS, lease=LONG_LEASE)
    write_texts_about_people(claimed)
    link_viewings(claimed)
    write_lists(claimed)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, [claimed.pk])
        written: dict[str, dict[str, int]] = {}
        for kind, outcome, number in cursor.fetchall():
            written.setdefault(kind, {})[outcome] = number
        claimed.finish(state=ImportState.DONE, counts={**claimed.row.counts, "written": written})
        tell(claimed)


def _run(statement: str) -> Any:
    def write(cursor: CursorWrapper, params: dict[str, Any]) -> None:
        cursor.execute(statement, params)

    return write
