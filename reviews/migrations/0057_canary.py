import django.utils.timezone
from django.db import migrations, models

KINDS = [
    ("review", "message"),
    ("plot", "plot"),
    ("biography", "biography"),
    ("registered", "registered text"),
    ("formula", "free formula"),
    ("canary", "trial text"),
]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0056_sentences_left_before")]

    operations = [
        migrations.CreateModel(
            name="CanaryTrial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="tried")),
                ("while_writing", models.BooleanField(verbose_name="found while it is written")),
                ("when_stored", models.BooleanField(verbose_name="found when it is stored")),
                ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="alarm mailed")),
            ],
            options={
                "verbose_name": "trial of the copy detector",
                "verbose_name_plural": "trials of the copy detector",
            },
        ),
        migrations.RemoveConstraint(model_name="knowntext", name="knowntext_of_one_text"),
        migrations.AlterField(
            model_name="knowntext",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=10, verbose_name="kind"),
        ),
        migrations.AddConstraint(
            model_name="knowntext",
            constraint=models.CheckConstraint(
                condition=models.Q(kind="review", review__isnull=False, title=None, person=None)
                | models.Q(kind="plot", title__isnull=False, review=None, person=None)
                | models.Q(kind="biography", person__isnull=False, review=None, title=None)
                | models.Q(
                    kind__in=["registered", "formula", "canary"], review=None, title=None, person=None
                ),
                name="knowntext_of_one_text",
            ),
        ),
    ]
