"""The index of the copy detector: which known texts hold which runs of words. Plain tables, written and read by SQL.

No foreign key and no row of its own for a fingerprint: at a hundred million rows each would cost as much as the rows.
`reviews_commonrun` lists the runs that so many texts hold that they tell nothing.
"""

from django.db import migrations

CREATE = """
CREATE TABLE reviews_fingerprint (hash bigint NOT NULL, known_id integer NOT NULL)
    WITH (autovacuum_vacuum_insert_scale_factor = 0.02);
CREATE INDEX reviews_fingerprint_hash ON reviews_fingerprint (hash) INCLUDE (known_id);
CREATE TABLE reviews_commonrun (hash bigint PRIMARY KEY, texts integer NOT NULL);
"""
DROP = "DROP TABLE reviews_commonrun; DROP TABLE reviews_fingerprint;"

# Nothing of a step may change afterwards but that its words are blanked and that its actor leaves.
KEEP_EVENTS = """
CREATE FUNCTION reviews_caseevent_keep() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF NEW.id = OLD.id AND NEW.case_id = OLD.case_id AND NEW.kind = OLD.kind AND NEW.at = OLD.at
        AND (NEW.text = OLD.text OR NEW.text = '') AND (NEW.detail = OLD.detail OR NEW.detail = '{}'::jsonb)
        AND (NEW.actor_id IS NULL OR NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a step of a case is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $body$;
CREATE TRIGGER reviews_caseevent_kept BEFORE UPDATE ON reviews_caseevent
    FOR EACH ROW EXECUTE FUNCTION reviews_caseevent_keep();
"""
LOSE_EVENTS = "DROP TRIGGER reviews_caseevent_kept ON reviews_caseevent; DROP FUNCTION reviews_caseevent_keep();"


class Migration(migrations.Migration):
    dependencies = [("reviews", "0036_cases_without_revisions")]

    operations = [migrations.RunSQL(CREATE, DROP), migrations.RunSQL(KEEP_EVENTS, LOSE_EVENTS)]
