"""Who is closing their account casts no vote, as `accounts.permissions.can_post` says, and holds no row in trying.

A vote that met the erasure of its member stayed behind with nobody, or each waited for what the other held.
"""

from importlib import import_module

from django.db import migrations

CAST = import_module("reviews.migrations.0020_votes_wait_for_decisions").CAST
HELD = "AND is_active AND suspended_at IS NULL FOR SHARE"
CAST_BY_WHO_STAYS = CAST.replace(
    HELD, "AND is_active AND suspended_at IS NULL AND closing_at IS NULL FOR SHARE"
)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0022_own_tables")]

    operations = [migrations.RunSQL(CAST_BY_WHO_STAYS, CAST)]
