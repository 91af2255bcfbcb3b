"""A vote that meets what decides whether it counts sees it: a decision, a suspension, another first showing.

Who waits for a lock must ask again in a statement of its own: the statement that waited goes on with what it saw before.
So a voter holds the member first, and then asks. Whoever moves the first showing of a title, today or in time to come,
holds it as a merge does (`films.duplicates.merge_lock`): voters share that lock, in which they queue, while on the row of
a title much voted on they would keep everybody else waiting. It is asked for while the title itself is held: who holds
it already wants nothing of the title but what is to be had, except a merge, which gives way. Last, whatever lets
`counted` follow holds the votes before it asks, by id as everybody does.
"""

from importlib import import_module

from django.db import migrations

CAST = """
CREATE OR REPLACE FUNCTION reviews_cast_vote(
    voter bigint, voted bigint, half_stars int, at timestamptz, lock bigint
) RETURNS SETOF reviews_vote LANGUAGE plpgsql AS $body$
BEGIN
    -- Whom these wait for is seen by the next statement: a merge or another first showing, a suspension or a decision.
    PERFORM pg_advisory_xact_lock_shared(lock);
    PERFORM FROM accounts_member WHERE id = voter AND is_active AND suspended_at IS NULL FOR SHARE;
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY
    INSERT INTO reviews_vote AS vote (member_id, title_id, value, counted, cast_at, changed_at)
    SELECT voter, title.id, half_stars,
        coalesce(title.released_on, '-infinity') <= (at AT TIME ZONE 'UTC')::date
            AND NOT EXISTS (
                SELECT FROM reviews_setasidevote AS aside
                WHERE aside.title_id = title.id AND aside.member_id = voter
            ),
        at, at
    FROM films_title AS title
    WHERE title.id = voted AND title.merged_into_id IS NULL
    ON CONFLICT (member_id, title_id) DO UPDATE SET
        value = excluded.value,
        counted = excluded.counted,
        changed_at = CASE WHEN vote.value = excluded.value THEN vote.changed_at ELSE excluded.changed_at END
    RETURNING vote.*;
END $body$;
"""

# `films.duplicates._LOCKS`, as it is now.
LOCKS = 0x4D45 << 47
TODAY = "(now() AT TIME ZONE 'UTC')::date"
COUNTS = import_module("reviews.migrations.0013_past_and_set_aside_votes")._COUNTS


def follow(name: str, concerned: str, hold: str) -> str:
    """A trigger function that lets `counted` follow for the votes `concerned`: a query of ids. `hold` comes before it."""
    return f"""
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
    DECLARE
        votes bigint[];
    BEGIN
        {hold}
        votes := ARRAY(SELECT id FROM reviews_vote WHERE id IN ({concerned}) ORDER BY id FOR UPDATE);
        UPDATE reviews_vote SET counted = NOT counted
        FROM accounts_member, films_title
        WHERE reviews_vote.id = ANY (votes) AND accounts_member.id = reviews_vote.member_id
            AND films_title.id = reviews_vote.title_id AND counted <> {COUNTS};
        RETURN NULL;
    END $body$;
    """  # noqa: S608  (only SQL of our own)


MEMBERS = """
    SELECT vote.id FROM added JOIN removed USING (id) JOIN reviews_vote AS vote ON vote.member_id = added.id
    WHERE (added.suspended_at IS NULL) <> (removed.suspended_at IS NULL)
"""
# Between two days that are over nothing changes, however many votes there are.
_MOVED = f"""
    added JOIN removed USING (id)
    WHERE added.released_on IS DISTINCT FROM removed.released_on
        AND greatest(added.released_on, removed.released_on) >= {TODAY}
"""
TITLES = f"SELECT id FROM reviews_vote WHERE title_id IN (SELECT id FROM {_MOVED})"  # noqa: S608  (only SQL of our own)
HOLD_TITLES = f"""
    IF NOT EXISTS (SELECT FROM {_MOVED}) THEN RETURN NULL; END IF;
    PERFORM pg_advisory_xact_lock({LOCKS} + id) FROM unnest(ARRAY(SELECT id FROM {_MOVED} ORDER BY id)) AS id;
"""  # noqa: S608  (only SQL of our own)
DECISIONS = {
    "insert": "SELECT member_id, title_id FROM added",
    "delete": "SELECT member_id, title_id FROM removed",
    "update": "SELECT member_id, title_id FROM added UNION SELECT member_id, title_id FROM removed",
}


def follow_decision(event: str) -> str:
    concerned = f"""
        SELECT vote.id FROM reviews_vote AS vote JOIN ({DECISIONS[event]}) AS concerned USING (member_id, title_id)
    """  # noqa: S608  (only SQL of our own)
    return follow(f"reviews_vote_follows_decision_{event}", concerned, "")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0019_votes_in_one_call")]

    # The way back leaves these as they are: they say what those before them said, and wait where these did not.
    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop)
        for statement in (
            CAST,
            follow("reviews_vote_follows_accounts_member", MEMBERS, ""),
            follow("reviews_vote_follows_films_title", TITLES, HOLD_TITLES),
            *[follow_decision(event) for event in DECISIONS],
        )
    ]
