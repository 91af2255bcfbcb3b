from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0065_scans_of_all_texts"),
    ]

    operations = [
        migrations.AddField(
            model_name="knowntext",
            name="looked_back_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
