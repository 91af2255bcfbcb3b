"""Rows of totals for every title, and the counters of the statistics banner, kept by the database itself.

Counters live in sixteen slots a name, chosen by the connection, so that writers do not queue for one row. Slots are
made when first needed: nothing relies on seeded rows, and emptying the tables breaks nothing.
"""

from django.db import migrations

# One statement for the two events and both tables: what came (+1) and what went (-1), by the counter it belongs to.
COUNT = """
    INSERT INTO films_sitecounter (name, slot, value)
    SELECT name, pg_backend_pid() % 16, sum(change)
    FROM ({changes}) AS changed (name, change)
    GROUP BY name HAVING sum(change) <> 0
    ORDER BY name
    ON CONFLICT (name, slot) DO UPDATE SET value = films_sitecounter.value + excluded.value;
"""
KIND = "kind || 's'"
TITLE_CAME, TITLE_WENT = f"SELECT {KIND}, 1 FROM added", f"SELECT {KIND}, -1 FROM removed"
PERSON_CAME, PERSON_WENT = "SELECT 'people', 1 FROM added", "SELECT 'people', -1 FROM removed"

# A season that moves to another show takes its votes along. The rows are locked before they are read, the season's
# before the shows', so a vote that is being cast meanwhile lands on the one or the other side of the move.
MOVE_SEASONS = """
    IF EXISTS (
        SELECT FROM added JOIN removed USING (id) WHERE added.parent_id IS DISTINCT FROM removed.parent_id
    ) THEN
        PERFORM FROM films_titletotals
        WHERE title_id IN (
            SELECT id FROM added JOIN removed USING (id) WHERE added.parent_id IS DISTINCT FROM removed.parent_id
        )
        ORDER BY title_id FOR UPDATE;

        PERFORM FROM films_titletotals
        WHERE title_id IN (
            SELECT unnest(ARRAY[added.parent_id, removed.parent_id])
            FROM added JOIN removed USING (id) WHERE added.parent_id IS DISTINCT FROM removed.parent_id
        )
        ORDER BY title_id FOR UPDATE;

        UPDATE films_titletotals AS totals
        SET vote_count = totals.vote_count + moved.vote_count,
            vote_sum = totals.vote_sum + moved.vote_sum,
            {add_histogram}
        FROM (
            SELECT show_id, sum(sign * vote_count) AS vote_count, sum(sign * vote_sum) AS vote_sum,
                {sum_histogram}
            FROM added JOIN removed USING (id)
            JOIN films_titletotals ON title_id = id
            CROSS JOIN LATERAL (VALUES (added.parent_id, 1), (removed.parent_id, -1)) AS side (show_id, sign)
            WHERE added.parent_id IS DISTINCT FROM removed.parent_id AND show_id IS NOT NULL
            GROUP BY show_id
        ) AS moved
        WHERE totals.title_id = moved.show_id;
    END IF;
""".format(
    add_histogram=", ".join(f"h{n} = totals.h{n} + moved.h{n}" for n in range(1, 11)),
    sum_histogram=", ".join(f"sum(sign * h{n}) AS h{n}" for n in range(1, 11)),
)

ADD_TOTALS = """
    INSERT INTO films_titletotals (title_id)
    SELECT id FROM added ORDER BY id
    ON CONFLICT (title_id) DO NOTHING;
"""

TRANSITION = {
    "insert": "NEW TABLE AS added",
    "delete": "OLD TABLE AS removed",
    "update": "NEW TABLE AS added OLD TABLE AS removed",
}


def trigger(table: str, event: str, body: str) -> migrations.RunSQL:
    name = f"{table}_{event}_totals"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN {body} RETURN NULL; END $body$;
        CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {TRANSITION[event]}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


class Migration(migrations.Migration):
    dependencies = [("films", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE films_titletotals SET (fillfactor = 70); ALTER TABLE films_sitecounter SET (fillfactor = 50);",
            "ALTER TABLE films_titletotals RESET (fillfactor); ALTER TABLE films_sitecounter RESET (fillfactor);",
        ),
        trigger("films_title", "insert", ADD_TOTALS + COUNT.format(changes=TITLE_CAME)),
        trigger("films_title", "delete", COUNT.format(changes=TITLE_WENT)),
        trigger(
            "films_title",
            "update",
            MOVE_SEASONS + COUNT.format(changes=f"{TITLE_CAME} UNION ALL {TITLE_WENT}"),
        ),
        trigger("films_person", "insert", COUNT.format(changes=PERSON_CAME)),
        trigger("films_person", "delete", COUNT.format(changes=PERSON_WENT)),
    ]
