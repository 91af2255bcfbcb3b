"""Exact totals of votes and messages, kept by statement-level triggers, and tables that only grow.

A statement, however many rows it writes, computes its changes once from its transition tables, locks the rows of
totals in one order (films and seasons by id, shows by id, members by id: two statements never wait for each other)
and applies them. No path can go around it: ORM, admin, cascade and COPY all pass here. `reviews.services.recounting` proves it.

Only votes with `counted` and reviews with state 'published' count. A vote on a season counts for its show as well.

UPDATE and DELETE of log lines, and UPDATE of revisions, raise. TRUNCATE is left to the owner of the tables: only the
owner may do it anyway, and emptying a test database needs it.
"""

from django.db import migrations, models

HISTOGRAM = range(1, 11)
TRANSITION = {
    "insert": "NEW TABLE AS added",
    "delete": "OLD TABLE AS removed",
    "update": "NEW TABLE AS added OLD TABLE AS removed",
}


def changed_rows(event: str, columns: str, condition: str) -> str:
    """Rows that count from now on, with sign 1, and rows that did until now, with sign -1."""
    came = f"SELECT {columns}, 1 AS sign FROM added WHERE {condition}"
    went = f"SELECT {columns}, -1 AS sign FROM removed WHERE {condition}"
    return {"insert": came, "delete": went, "update": f"{came} UNION ALL {went}"}[event]


def lock_titles(event: str, changed: str) -> str:
    """The lock that the foreign key takes at commit, taken first: whoever moves a season to another show holds the title
    and wants its totals, so nobody may hold the totals and want the title."""
    if event == "delete":
        return ""
    return f"""
        PERFORM FROM films_title WHERE id IN (SELECT title_id FROM ({changed}) AS changed)
        ORDER BY id FOR KEY SHARE;
    """


def trigger(table: str, event: str, body: str) -> migrations.RunSQL:
    name = f"{table}_{event}_totals"
    # An upsert fires the triggers of both its events, one of them over nothing.
    rows = "removed" if event == "delete" else "added"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF NOT EXISTS (SELECT FROM {rows}) THEN RETURN NULL; END IF;
            {body}
            RETURN NULL;
        END $body$;
        CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {TRANSITION[event]}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


def vote_trigger(event: str) -> migrations.RunSQL:
    changed = changed_rows(event, "title_id, member_id, value", "counted")
    # Locks come in statements of their own: the next one then sees what the transactions it waited for committed. A
    # season before its show: whoever holds the season's row knows that it stays with its show for now.
    return trigger(
        "reviews_vote",
        event,
        f"""
        {lock_titles(event, changed)}
        PERFORM FROM films_titletotals
        WHERE title_id IN (SELECT title_id FROM ({changed}) AS changed)
        ORDER BY title_id FOR UPDATE;

        PERFORM FROM films_titletotals
        WHERE title_id IN (
            SELECT parent_id FROM ({changed}) AS changed JOIN films_title ON films_title.id = title_id
        )
        ORDER BY title_id FOR UPDATE;

        WITH of_title AS (
            SELECT title_id, {", ".join(f"coalesce(sum(sign) FILTER (WHERE value = {n}), 0) AS h{n}" for n in HISTOGRAM)}
            FROM ({changed}) AS changed GROUP BY title_id
        ), of_title_and_show AS (
            SELECT * FROM of_title
            UNION ALL
            SELECT parent_id, {", ".join(f"h{n}" for n in HISTOGRAM)}
            FROM of_title JOIN films_title ON films_title.id = title_id WHERE parent_id IS NOT NULL
        ), change AS (
            SELECT title_id, {", ".join(f"sum(h{n}) AS h{n}" for n in HISTOGRAM)}
            FROM of_title_and_show GROUP BY title_id
            HAVING {" OR ".join(f"sum(h{n}) <> 0" for n in HISTOGRAM)}
        )
        UPDATE films_titletotals AS totals
        SET vote_count = vote_count + {" + ".join(f"change.h{n}" for n in HISTOGRAM)},
            vote_sum = vote_sum + {" + ".join(f"{n} * change.h{n}" for n in HISTOGRAM)},
            {", ".join(f"h{n} = totals.h{n} + change.h{n}" for n in HISTOGRAM)}
        FROM change WHERE totals.title_id = change.title_id;

        PERFORM FROM accounts_membertotals
        WHERE member_id IN (SELECT member_id FROM ({changed}) AS changed)
        ORDER BY member_id FOR UPDATE;

        UPDATE accounts_membertotals AS totals
        SET vote_count = vote_count + change.votes, vote_sum = vote_sum + change.half_stars
        FROM (
            SELECT member_id, sum(sign) AS votes, sum(sign * value) AS half_stars
            FROM ({changed}) AS changed GROUP BY member_id
            HAVING sum(sign) <> 0 OR sum(sign * value) <> 0
        ) AS change
        WHERE totals.member_id = change.member_id;

        INSERT INTO films_sitecounter (name, slot, value)
        SELECT 'votes', pg_backend_pid() % 16, sum(sign)
        FROM ({changed}) AS changed HAVING sum(sign) <> 0
        ON CONFLICT (name, slot) DO UPDATE SET value = films_sitecounter.value + excluded.value;
        """,
    )


def review_trigger(event: str) -> migrations.RunSQL:
    changed = changed_rows(event, "title_id, author_id, created_at", "state = 'published'")
    # An edit of the text changes none of this and stops at the HAVING.
    titles = f"""
        SELECT title_id, sum(sign) AS messages FROM ({changed}) AS changed GROUP BY title_id
        HAVING sum(sign) <> 0
            OR max(created_at) FILTER (WHERE sign = 1) IS DISTINCT FROM max(created_at) FILTER (WHERE sign = -1)
    """
    members = f"""
        SELECT author_id, sum(sign) AS messages FROM ({changed}) AS changed GROUP BY author_id HAVING sum(sign) <> 0
    """
    return trigger(
        "reviews_review",
        event,
        f"""
        {lock_titles(event, changed)}
        PERFORM FROM films_titletotals JOIN films_title ON films_title.id = title_id
        WHERE title_id IN (SELECT title_id FROM ({titles}) AS change)
        ORDER BY kind = 'show', title_id FOR UPDATE OF films_titletotals;

        UPDATE films_titletotals AS totals
        SET message_count = message_count + change.messages,
            last_message_at = (
                SELECT max(created_at) FROM reviews_review
                WHERE reviews_review.title_id = totals.title_id AND state = 'published'
            )
        FROM ({titles}) AS change WHERE totals.title_id = change.title_id;

        PERFORM FROM accounts_membertotals
        WHERE member_id IN (SELECT author_id FROM ({members}) AS change)
        ORDER BY member_id FOR UPDATE;

        UPDATE accounts_membertotals AS totals
        SET message_count = message_count + change.messages
        FROM ({members}) AS change WHERE totals.member_id = change.author_id;
        """,
    )


# Whether a vote counts follows from its member and its title. A change of either reaches the votes at once; only the
# passing of time (a first showing) needs the hourly task.
FOLLOW_MEMBER = """
    UPDATE reviews_vote SET counted = NOT counted
    FROM added JOIN removed USING (id), films_title
    WHERE (added.suspended_at IS NULL) <> (removed.suspended_at IS NULL)
        AND reviews_vote.member_id = added.id AND films_title.id = reviews_vote.title_id
        AND counted <> (
            added.suspended_at IS NULL
            AND coalesce(films_title.released_on, '-infinity') <= (now() AT TIME ZONE 'UTC')::date
        );
"""
FOLLOW_TITLE = """
    UPDATE reviews_vote SET counted = NOT counted
    FROM added JOIN removed USING (id), accounts_member
    WHERE added.released_on IS DISTINCT FROM removed.released_on
        AND reviews_vote.title_id = added.id AND accounts_member.id = reviews_vote.member_id
        AND counted <> (
            accounts_member.suspended_at IS NULL
            AND coalesce(added.released_on, '-infinity') <= (now() AT TIME ZONE 'UTC')::date
        );
"""


def follow(table: str, body: str) -> migrations.RunSQL:
    name = f"reviews_vote_follows_{table}"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN {body} RETURN NULL; END $body$;
        CREATE TRIGGER {name} AFTER UPDATE ON {table} REFERENCING {TRANSITION["update"]}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


APPEND_ONLY = """
CREATE FUNCTION reviews_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $body$;

CREATE TRIGGER reviews_logentry_append_only BEFORE UPDATE OR DELETE ON reviews_logentry
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse_change();
-- A revision may go only together with its review.
CREATE TRIGGER reviews_revision_append_only BEFORE UPDATE ON reviews_revision
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse_change();
"""
CHANGEABLE = """
DROP TRIGGER reviews_logentry_append_only ON reviews_logentry;
DROP TRIGGER reviews_revision_append_only ON reviews_revision;
DROP FUNCTION reviews_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0001_initial"),
        ("films", "0002_title_totals"),
        ("accounts", "0002_member_totals"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="vote",
            index=models.Index(fields=["title"], name="vote_waiting", condition=models.Q(counted=False)),
        ),
        *[vote_trigger(event) for event in TRANSITION],
        *[review_trigger(event) for event in TRANSITION],
        follow("accounts_member", FOLLOW_MEMBER),
        follow("films_title", FOLLOW_TITLE),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
