"""Room for the seals of the log, for the news of rights-holders, and for what moderators made known of their works.

The log refuses every change again from 0043 on; until then the next migration seals the lines that are there.
"""

import django.db.models.deletion
from django.db import migrations, models

UNSEAL = "DROP TRIGGER reviews_logentry_append_only ON reviews_logentry"
SEAL = """
CREATE TRIGGER reviews_logentry_append_only BEFORE UPDATE OR DELETE ON reviews_logentry
    FOR EACH ROW EXECUTE FUNCTION reviews_refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("reviews", "0040_queue_of_cases")]

    operations = [
        migrations.RunSQL(UNSEAL, SEAL),
        migrations.AddField(
            model_name="logentry",
            name="prev_hash",
            field=models.BinaryField(editable=False, max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="logentry",
            name="hash",
            field=models.BinaryField(editable=False, max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="known_text",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="notices",
                to="reviews.knowntext",
            ),
        ),
        migrations.AddField(
            model_name="noticeitem",
            name="news_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="noticeitem",
            constraint=models.UniqueConstraint(fields=("notice", "url"), name="noticeitem_once_a_notice"),
        ),
    ]
