import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reviews", "0017_order_of_import_rows")]

    operations = [
        migrations.AddIndex(
            model_name="vote",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["changed_at"], name="vote_newest", pages_per_range=32
            ),
        ),
    ]
