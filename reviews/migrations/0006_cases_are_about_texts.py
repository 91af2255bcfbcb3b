import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0005_vote_covers_counted")]

    operations = [
        migrations.RemoveConstraint(model_name="case", name="case_has_one_target"),
        migrations.RemoveField(model_name="case", name="member"),
        migrations.AlterField(
            model_name="case",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="cases", to="reviews.review"
            ),
        ),
    ]
