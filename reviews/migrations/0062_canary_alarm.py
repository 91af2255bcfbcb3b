import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0061_counting_what_waits"),
    ]

    operations = [
        migrations.CreateModel(
            name="CanaryAlarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("misses", models.PositiveIntegerField()),
                ("over_at", models.DateTimeField(blank=True, null=True)),
                (
                    "told",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="alarm mailed",
                    ),
                ),
                (
                    "told_over",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
            ],
        ),
        migrations.RemoveField(
            model_name="canarytrial",
            name="told_at",
        ),
    ]
