from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0054_parts_of_cases")]

    operations = [
        migrations.AddField(
            model_name="translation",
            name="left_sentences",
            field=models.PositiveIntegerField(
                db_default=0, default=0, verbose_name="sentences left as they were"
            ),
        ),
    ]
