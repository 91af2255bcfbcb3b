"""Whoever is waited for has a time to answer in: of decisions that were taken back before there was a sweep, none was kept."""

from datetime import timedelta

from django.conf import settings
from django.db import migrations
from django.utils import timezone


def give_time(apps, schema_editor):
    until = timezone.now() + timedelta(days=settings.FILMSITE_ANSWER_DAYS)
    apps.get_model("reviews", "Case").objects.filter(state="waiting", answer_until=None).update(
        answer_until=until
    )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0057_canary")]

    operations = [migrations.RunPython(give_time, migrations.RunPython.noop)]
