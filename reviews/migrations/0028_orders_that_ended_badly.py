from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0027_words_of_messages"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="translation",
            index=models.Index(
                condition=models.Q(("status__in", ["failed", "unsupported"])),
                fields=["status", "source_language", "target", "reason"],
                name="translation_ended_badly",
            ),
        ),
    ]
