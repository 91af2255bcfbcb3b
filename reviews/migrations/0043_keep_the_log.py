"""The log is written by nobody but its trigger, and never changed: not a line, not a seal, not as a whole.

Who writes a line waits here for whoever writes another, until that transaction ends: the lock is the last that anybody takes. A
number is drawn under it, so that the order of the numbers is the order of the chain.

Emptying a database is left to its owner, who switches the last trigger off first; the tests do.
"""

from django.db import migrations, models

KEEP = """
CREATE FUNCTION reviews_logentry_chain() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock(2749306835021332480);
    NEW.id := nextval(pg_get_serial_sequence('reviews_logentry', 'id'));
    SELECT hash INTO NEW.prev_hash FROM reviews_logentry ORDER BY id DESC LIMIT 1;
    NEW.prev_hash := coalesce(NEW.prev_hash, decode(repeat('00', 32), 'hex'));
    NEW.hash := reviews_logentry_seal(NEW);
    RETURN NEW;
END $body$;
CREATE TRIGGER reviews_logentry_chained BEFORE INSERT ON reviews_logentry
    FOR EACH ROW EXECUTE FUNCTION reviews_logentry_chain();
CREATE TRIGGER reviews_logentry_append_only BEFORE UPDATE OR DELETE ON reviews_logentry
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse_change();
CREATE TRIGGER reviews_logentry_never_emptied BEFORE TRUNCATE ON reviews_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION reviews_refuse_change();
"""
LOSE = """
DROP TRIGGER reviews_logentry_never_emptied ON reviews_logentry;
DROP TRIGGER reviews_logentry_append_only ON reviews_logentry;
DROP TRIGGER reviews_logentry_chained ON reviews_logentry;
DROP FUNCTION reviews_logentry_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0042_seal_the_log")]

    operations = [
        migrations.AlterField(
            model_name="logentry",
            name="prev_hash",
            field=models.BinaryField(default=bytes, editable=False, max_length=32, unique=True),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="hash",
            field=models.BinaryField(default=bytes, editable=False, max_length=32),
        ),
        migrations.RunSQL(KEEP, LOSE),
    ]
