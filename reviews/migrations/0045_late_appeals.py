import django.contrib.postgres.fields
from django.db import migrations, models

FLAGS = [
    ("flood", "many reports within an hour"),
    ("declared-own", "the author says these are their own words"),
    ("repeat", "decided against this member before"),
    ("new-member", "new member"),
    ("notice", "notice by a rights-holder"),
    ("answered", "the author has answered"),
    ("overdue", "the author has not answered in time"),
    ("late", "nobody has answered the appeal in time"),
]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0044_decisions_taken_back")]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="flags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=FLAGS, max_length=12),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
    ]
