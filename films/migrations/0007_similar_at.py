from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("films", "0006_grounds_of_additions")]

    operations = [
        migrations.RemoveField(model_name="similartitle", name="computed_at"),
        migrations.AddField(
            model_name="titlelisting", name="similar_at", field=models.DateTimeField(null=True)
        ),
    ]
