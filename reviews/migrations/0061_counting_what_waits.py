from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0060_evidence_of_decisions")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "waiting"])),
                fields=["section", "state", "kind", "matter", "opened_at"],
                include=("flags",),
                name="case_counted",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(
                    models.Q(
                        ("claimed_by__isnull", False),
                        ("assigned_to__isnull", False),
                        models.Q(("flags", []), _negated=True),
                        _connector="OR",
                    ),
                    ("state", "open"),
                ),
                fields=["section", "kind"],
                include=("flags", "claimed_by", "claimed_until", "assigned_to"),
                name="case_marked",
            ),
        ),
    ]
