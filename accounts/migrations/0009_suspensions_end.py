from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_consent_in_plain_words")]

    operations = [
        migrations.AddField(
            model_name="member",
            name="slowed_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="slowed down until"),
        ),
        migrations.AddField(
            model_name="member",
            name="suspended_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="suspended until"),
        ),
    ]
