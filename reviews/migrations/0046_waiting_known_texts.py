from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0045_late_appeals")]

    operations = [
        migrations.AddConstraint(
            model_name="knowntext",
            constraint=models.UniqueConstraint(
                fields=["source_hash", "kind"],
                name="knowntext_registered_once",
                condition=models.Q(kind__in=["registered", "formula"]),
            ),
        ),
        migrations.AddIndex(
            model_name="knowntext",
            index=models.Index(fields=["id"], name="knowntext_waiting", condition=models.Q(algorithm=0)),
        ),
    ]
