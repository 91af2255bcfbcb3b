"""Seal the lines that the log has: each with the hash of itself and of the seal before it, in the order of their numbers.

`reviews_logentry_seal` says once what a seal is; `reviews.moderation.seals` says it a second time, in another language, and
so notices when either is changed.
"""

from django.db import migrations

DEFINE = """
CREATE FUNCTION reviews_logentry_seal(line reviews_logentry) RETURNS bytea LANGUAGE sql STABLE AS $body$
    SELECT sha256(
        line.prev_hash || convert_to(jsonb_build_array(
            line.id, to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), line.verb, line.section,
            line.kind, line.matter, line.found_by, line.measure, line.rule, line.reason, line.case_number,
            line.review_number, line.title_number, line.person_number, line.moderator_number
        )::text, 'UTF8')
    )
$body$;
"""
FORGET = "DROP FUNCTION reviews_logentry_seal(reviews_logentry);"
FILL = """
DO $body$
DECLARE
    line reviews_logentry;
    before bytea := decode(repeat('00', 32), 'hex');
BEGIN
    FOR line IN SELECT * FROM reviews_logentry ORDER BY id LOOP
        line.prev_hash := before;
        before := reviews_logentry_seal(line);
        UPDATE reviews_logentry SET prev_hash = line.prev_hash, hash = before WHERE id = line.id;
    END LOOP;
END $body$;
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0041_seals_of_the_log")]

    operations = [migrations.RunSQL(DEFINE, FORGET), migrations.RunSQL(FILL, migrations.RunSQL.noop)]
