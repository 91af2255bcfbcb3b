"""Sentences that could not be translated, of translations that were made before these were counted."""

import re

from django.db import migrations
from django.db.models import F, Q

AT_ONCE = 500
WORD = re.compile(r"[^\W\d_]")


def count(apps, schema_editor):
    translation = apps.get_model("reviews", "Translation")
    mixed = translation.objects.filter(Q(status="partial") | ~Q(content_hash__in=["", F("source_hash")]))
    counted = []
    for row in mixed.only("sentences").iterator(chunk_size=AT_ONCE):
        # What has no words was never one of them; what stood in the target language already is not told apart.
        row.left_sentences = sum(
            sentence["by"] == "author" and bool(WORD.search(sentence["source"])) for sentence in row.sentences
        )
        counted.append(row)
        if len(counted) == AT_ONCE:
            translation.objects.bulk_update(counted, ["left_sentences"])
            counted = []
    translation.objects.bulk_update(counted, ["left_sentences"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0055_sentences_left")]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
