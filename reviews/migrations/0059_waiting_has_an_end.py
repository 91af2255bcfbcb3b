from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0058_answers_have_an_end")]

    operations = [
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                name="case_waits_until",
                condition=models.Q(("state", "waiting"), _negated=True)
                | models.Q(("answer_until__isnull", False)),
            ),
        ),
    ]
