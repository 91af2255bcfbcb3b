"""Whoever was suspended before there were measures has one: it ends when somebody lifts it, as it would have."""

from django.db import migrations

GIVE = """
    INSERT INTO reviews_measure (member_id, kind, rule, reason, starts_at, is_annulled)
    SELECT member.id, 'suspension', '', coalesce((
        SELECT job.parameters ->> 'reason' FROM accounts_job AS job
        WHERE job.kind = 'members.suspend' AND job.parameters ->> 'member' = member.id::text
        ORDER BY job.id DESC LIMIT 1
    ), ''), member.suspended_at, false
    FROM accounts_member AS member
    WHERE member.suspended_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM reviews_measure AS measure WHERE measure.member_id = member.id AND measure.kind = 'suspension'
    )
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_suspensions_end"),
        ("reviews", "0047_delayed_screenings"),
    ]

    operations = [migrations.RunSQL(GIVE, migrations.RunSQL.noop)]
