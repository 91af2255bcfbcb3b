from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0067_evidence_of_parts'),
    ]

    operations = [
        migrations.AddField(
            model_name='delayedflagging',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
