"""Every member has a row of totals from the statement that creates the member, whatever path creates it."""

from django.db import migrations

CREATE = """
-- Counters change all the time and no index covers them: room in each page keeps the updates cheap (HOT).
ALTER TABLE accounts_membertotals SET (fillfactor = 70);

CREATE FUNCTION accounts_member_added() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO accounts_membertotals (member_id)
    SELECT id FROM added ORDER BY id
    ON CONFLICT (member_id) DO NOTHING;
    RETURN NULL;
END $body$;

CREATE TRIGGER accounts_member_added AFTER INSERT ON accounts_member
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_member_added();
"""

DROP = """
DROP TRIGGER accounts_member_added ON accounts_member;
DROP FUNCTION accounts_member_added();
ALTER TABLE accounts_membertotals RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
