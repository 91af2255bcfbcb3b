"""Messages whose words a moderator wrote, before that was noted with them."""

from django.db import migrations


def mark(apps, schema_editor):
    review, decision = apps.get_model("reviews", "Review"), apps.get_model("reviews", "Decision")
    changing = decision.objects.filter(verdict__in=("trim", "quote"), undone_at=None, case__review__isnull=False)
    for about, made in changing.values_list("case__review", "undo__made"):
        review.objects.filter(pk=about, revision_number=made).update(is_shortened=True)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0050_shortened_messages")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
