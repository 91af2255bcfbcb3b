"""A vote is cast by one call whose plans the connection keeps, and a single vote moves its totals by plain updates.

Most votes come one at a time. For these the triggers leave out what many rows need: grouping, and locks taken apart from
the updates. A single row has an order anyway, that of the statements: the title, its totals, those of its show, those of
the member, the counter; and a plain update adds to what it finds when it no longer has to wait. Statements over many rows
go on as migration 0002 says.
"""

from importlib import import_module

from django.db import migrations

CAST = """
CREATE FUNCTION reviews_cast_vote(voter bigint, voted bigint, half_stars int, at timestamptz, lock bigint)
RETURNS SETOF reviews_vote LANGUAGE plpgsql AS $body$
BEGIN
    -- A merge of the title is waited for; the next statement sees what it did.
    PERFORM pg_advisory_xact_lock_shared(lock);
    RETURN QUERY
    INSERT INTO reviews_vote AS vote (member_id, title_id, value, counted, cast_at, changed_at)
    SELECT member.id, title.id, half_stars,
        member.suspended_at IS NULL
            AND coalesce(title.released_on, '-infinity') <= (at AT TIME ZONE 'UTC')::date
            AND NOT EXISTS (
                SELECT FROM reviews_setasidevote AS aside
                WHERE aside.title_id = title.id AND aside.member_id = member.id
            ),
        at, at
    FROM accounts_member AS member, films_title AS title
    WHERE member.id = voter AND member.is_active AND member.suspended_at IS NULL
        AND title.id = voted AND title.merged_into_id IS NULL
    FOR SHARE OF member
    ON CONFLICT (member_id, title_id) DO UPDATE SET
        value = excluded.value,
        counted = excluded.counted,
        changed_at = CASE WHEN vote.value = excluded.value THEN vote.changed_at ELSE excluded.changed_at END
    RETURNING vote.*;
END $body$;
"""

HISTOGRAM = ", ".join(f"h{n} = h{n} + (came = {n})::int - (went = {n})::int" for n in range(1, 11))


def move(title: str) -> str:
    return f"""
    UPDATE films_titletotals
    SET vote_count = vote_count + votes, vote_sum = vote_sum + came - went, {HISTOGRAM}
    WHERE title_id = {title};
    """


# `came` and `went` are the half stars that count from now on, and that did until now; 0 where there are none.
MOVE_ONE = f"""
CREATE FUNCTION reviews_vote_move_one(title bigint, member bigint, came int, went int)
RETURNS void LANGUAGE plpgsql AS $body$
DECLARE
    votes int := (came > 0)::int - (went > 0)::int;
    show bigint;
BEGIN
    {move("title")}
    -- Read while the totals are held: whoever moves a season to another show waits for them.
    SELECT parent_id INTO show FROM films_title WHERE id = title;
    IF show IS NOT NULL THEN {move("show")} END IF;
    UPDATE accounts_membertotals
    SET vote_count = vote_count + votes, vote_sum = vote_sum + came - went
    WHERE member_id = member;
    IF votes <> 0 THEN
        INSERT INTO films_sitecounter (name, slot, value) VALUES ('votes', pg_backend_pid() % 16, votes)
        ON CONFLICT (name, slot) DO UPDATE SET value = films_sitecounter.value + excluded.value;
    END IF;
END $body$;
"""

COUNTED = "CASE WHEN {0}.counted THEN {0}.value ELSE 0 END"
CAME, WENT = COUNTED.format("added"), COUNTED.format("removed")
# The rows of a statement, and its one row: what came and went with it. A vote that moves to another member or title is
# not one of these.
ONE = {
    "insert": ("added", f"SELECT title_id, member_id, {CAME} AS came, 0 AS went INTO one FROM added"),
    "delete": ("removed", f"SELECT title_id, member_id, 0 AS came, {WENT} AS went INTO one FROM removed"),
    "update": (
        "added",
        f"SELECT title_id, member_id, {CAME} AS came, {WENT} AS went INTO one"
        " FROM added JOIN removed USING (id, title_id, member_id)",
    ),
}
LOCK_TITLE = "PERFORM FROM films_title WHERE id = one.title_id FOR KEY SHARE;"


def with_one_apart(event: str) -> migrations.RunSQL:
    """The trigger function of migration 0002, which begins by looking for a single row."""
    of_many = import_module("reviews.migrations.0002_totals").vote_trigger(event).sql
    of_many = of_many.partition("CREATE TRIGGER")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    rows, one = ONE[event]
    begins = f"IF NOT EXISTS (SELECT FROM {rows}) THEN RETURN NULL; END IF;"
    begins_with_one = f"""
            SELECT count(*) INTO number FROM (SELECT FROM {rows} LIMIT 2) AS few;
            IF number = 0 THEN RETURN NULL; END IF;
            IF number = 1 THEN
                {one};
                IF FOUND THEN
                    IF one.came <> one.went THEN
                        {"" if event == "delete" else LOCK_TITLE}
                        PERFORM reviews_vote_move_one(one.title_id, one.member_id, one.came, one.went);
                    END IF;
                    RETURN NULL;
                END IF;
            END IF;
    """
    both = of_many.replace(begins, begins_with_one).replace(
        "AS $body$", "AS $body$ DECLARE number int; one record;"
    )
    return migrations.RunSQL(both, of_many)


# When a vote is taken back late in a long transaction, it stood until then.
KEEP_PAST = """
CREATE OR REPLACE FUNCTION reviews_vote_keep_past() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO reviews_pastvote (member_id, title_id, value, given_at, ended_at, withdrawn)
    SELECT OLD.member_id, OLD.title_id, OLD.value, OLD.changed_at,
        CASE TG_OP WHEN 'UPDATE' THEN NEW.changed_at ELSE {ended} END, TG_OP = 'DELETE'
    -- A row may be deleted because it leads nowhere.
    WHERE EXISTS (SELECT FROM accounts_member WHERE id = OLD.member_id)
        AND EXISTS (SELECT FROM films_title WHERE id = OLD.title_id);
    RETURN NULL;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0018_newest_votes")]

    operations = [
        migrations.RunSQL(CAST, "DROP FUNCTION reviews_cast_vote(bigint, bigint, int, timestamptz, bigint)"),
        migrations.RunSQL(MOVE_ONE, "DROP FUNCTION reviews_vote_move_one(bigint, bigint, int, int)"),
        *[with_one_apart(event) for event in ONE],
        migrations.RunSQL(KEEP_PAST.format(ended="clock_timestamp()"), KEEP_PAST.format(ended="now()")),
    ]
