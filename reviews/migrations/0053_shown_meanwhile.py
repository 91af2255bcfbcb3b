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
    ("shown", "shown again until the appeal is answered"),
]
STEPS = [
    ("opened", "opened"),
    ("reported", "reported"),
    ("signal", "new evidence"),
    ("edited", "the author changed the text"),
    ("withdrawn", "the author took the text back"),
    ("note", "note"),
    ("message", "message to the author"),
    ("answer", "answer of the author"),
    ("moved", "moved to another section"),
    ("assigned", "given to a colleague"),
    ("merged", "merged"),
    ("decided", "decided"),
    ("undone", "decision taken back"),
    ("reopened", "opened again"),
    ("appealed", "appealed"),
    ("overdue", "no answer in time"),
    ("shown", "shown again until the appeal is answered"),
    ("closed", "closed"),
]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0052_screenings_of_other_texts")]

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
        migrations.AlterField(
            model_name="caseevent", name="kind", field=models.CharField(choices=STEPS, max_length=10)
        ),
    ]
