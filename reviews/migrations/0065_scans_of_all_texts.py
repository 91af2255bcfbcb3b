"""Scans of an author name texts of every kind from now on. Those of before name messages by another word: lists to look at,
which a moderator has made anew by one button.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_scans(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("accounts", "Job").objects.filter(kind="moderation.scan-author").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_former_names_of_members"),
        ("reviews", "0064_automatic_flags"),
    ]

    operations = [migrations.RunPython(forget_scans, migrations.RunPython.noop)]
