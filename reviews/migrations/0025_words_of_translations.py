from django.db import migrations, models
from django.db.models.functions import Coalesce


def say_what_words_are_of(apps, schema_editor):
    """Words that stand were made of the text that their row names."""
    Translation = apps.get_model("reviews", "Translation")
    rows = Translation.objects.using(schema_editor.connection.alias)
    rows.exclude(html="").update(content_hash=models.F("source_hash"))
    rows.update(queued_at=Coalesce("queued_at", "created_at"))


class Migration(migrations.Migration):
    dependencies = [("reviews", "0024_one_conversation_in_many_languages")]

    operations = [migrations.RunPython(say_what_words_are_of, migrations.RunPython.noop)]
