"""Votes that no longer stand are kept for their members, and those that a moderator set aside count nowhere.

Past votes are written by row triggers: their WHEN makes them free for a vote that is cast and never changed. Whoever
moves votes about without their members' doing says SET LOCAL filmsite.history = 'off'.
"""

from django.db import migrations

KEEP_PAST = """
ALTER TABLE reviews_pastvote
    ADD CONSTRAINT reviews_pastvote_member_id_fk FOREIGN KEY (member_id)
        REFERENCES accounts_member (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT reviews_pastvote_title_id_fk FOREIGN KEY (title_id)
        REFERENCES films_title (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION reviews_vote_keep_past() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO reviews_pastvote (member_id, title_id, value, given_at, ended_at, withdrawn)
    SELECT OLD.member_id, OLD.title_id, OLD.value, OLD.changed_at,
        CASE TG_OP WHEN 'UPDATE' THEN NEW.changed_at ELSE now() END, TG_OP = 'DELETE'
    -- A row may be deleted because it leads nowhere.
    WHERE EXISTS (SELECT FROM accounts_member WHERE id = OLD.member_id)
        AND EXISTS (SELECT FROM films_title WHERE id = OLD.title_id);
    RETURN NULL;
END $body$;

CREATE TRIGGER reviews_vote_changed AFTER UPDATE ON reviews_vote FOR EACH ROW
    WHEN (OLD.value <> NEW.value AND current_setting('filmsite.history', true) IS DISTINCT FROM 'off')
    EXECUTE FUNCTION reviews_vote_keep_past();
CREATE TRIGGER reviews_vote_withdrawn AFTER DELETE ON reviews_vote FOR EACH ROW
    WHEN (current_setting('filmsite.history', true) IS DISTINCT FROM 'off')
    EXECUTE FUNCTION reviews_vote_keep_past();
"""
LOSE_PAST = """
DROP TRIGGER reviews_vote_changed ON reviews_vote;
DROP TRIGGER reviews_vote_withdrawn ON reviews_vote;
DROP FUNCTION reviews_vote_keep_past();
ALTER TABLE reviews_pastvote
    DROP CONSTRAINT reviews_pastvote_member_id_fk, DROP CONSTRAINT reviews_pastvote_title_id_fk;
"""

# What must be true of `counted`, for a change that `concerned` describes by joins to added and removed rows.
_COUNTS = """(
    accounts_member.suspended_at IS NULL
    AND coalesce(films_title.released_on, '-infinity') <= (now() AT TIME ZONE 'UTC')::date
    AND NOT EXISTS (
        SELECT FROM reviews_setasidevote AS aside
        WHERE aside.title_id = reviews_vote.title_id AND aside.member_id = reviews_vote.member_id
    )
)"""


def follow(name: str, concerned: str, condition: str) -> str:
    """A trigger function that lets `counted` follow; what it says of members and titles is read after the change."""
    return f"""
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        UPDATE reviews_vote SET counted = NOT counted
        FROM {concerned}, accounts_member, films_title
        WHERE {condition} AND accounts_member.id = reviews_vote.member_id
            AND films_title.id = reviews_vote.title_id AND counted <> {_COUNTS};
        RETURN NULL;
    END $body$;
    """


FOLLOW_MEMBER = follow(
    "reviews_vote_follows_accounts_member",
    "added JOIN removed USING (id)",
    "(added.suspended_at IS NULL) <> (removed.suspended_at IS NULL) AND reviews_vote.member_id = added.id",
)
FOLLOW_TITLE = follow(
    "reviews_vote_follows_films_title",
    "added JOIN removed USING (id)",
    "added.released_on IS DISTINCT FROM removed.released_on AND reviews_vote.title_id = added.id",
)
_SAME_VOTE = "reviews_vote.member_id = concerned.member_id AND reviews_vote.title_id = concerned.title_id"
FOLLOW_DECISION = {
    "insert": ("NEW TABLE AS added", "SELECT member_id, title_id FROM added"),
    "delete": ("OLD TABLE AS removed", "SELECT member_id, title_id FROM removed"),
    "update": (
        "NEW TABLE AS added OLD TABLE AS removed",
        "SELECT member_id, title_id FROM added UNION SELECT member_id, title_id FROM removed",
    ),
}


def follow_decision(event: str) -> migrations.RunSQL:
    transition, concerned = FOLLOW_DECISION[event]
    name = f"reviews_vote_follows_decision_{event}"
    return migrations.RunSQL(
        f"""
        {follow(name, f"({concerned}) AS concerned", _SAME_VOTE)}
        CREATE TRIGGER {name} AFTER {event} ON reviews_setasidevote REFERENCING {transition}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON reviews_setasidevote; DROP FUNCTION {name}();",
    )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0012_members_life")]

    operations = [
        migrations.RunSQL(KEEP_PAST, LOSE_PAST),
        # The way back leaves these as they are: without votes set aside they say what they said before.
        migrations.RunSQL(FOLLOW_MEMBER, migrations.RunSQL.noop),
        migrations.RunSQL(FOLLOW_TITLE, migrations.RunSQL.noop),
        *[follow_decision(event) for event in FOLLOW_DECISION],
    ]
