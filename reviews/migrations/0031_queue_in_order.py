from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0030_notes_in_many_languages"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="translation",
            name="translation_queue",
        ),
        migrations.AddIndex(
            model_name="translation",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["priority", "next_attempt_at", "id"],
                name="translation_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="translation",
            index=models.Index(
                condition=models.Q(("status", "queued")),
                fields=["source_language", "target", "priority", "next_attempt_at", "id"],
                name="translation_queue_of_pair",
            ),
        ),
    ]
