from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0025_words_of_translations"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="translation",
            index=models.Index(
                condition=models.Q(("doubted_at__isnull", False)),
                fields=["doubted_at"],
                name="translation_doubted",
            ),
        ),
    ]
