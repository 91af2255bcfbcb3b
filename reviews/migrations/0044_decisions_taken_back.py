from django.db import migrations, models

KINDS = [
    ("reply", "somebody answers my message"),
    ("mention", "somebody names me in a message"),
    ("follow", "somebody follows me, or asks to"),
    ("accepted", "somebody accepts me as a follower"),
    ("thread", "a new message about a title or person that I follow"),
    ("opinion", "a member whom I follow writes an opinion"),
    ("transfer", "my import or export is ready"),
    ("account", "something about my account"),
    ("wording", "a better translation of my text, or what became of one that I suggested"),
    ("report", "what became of my report"),
]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0043_keep_the_log")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="undone_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="taken back"),
        ),
        migrations.AlterField(
            model_name="notification", name="kind", field=models.CharField(choices=KINDS, max_length=8)
        ),
        migrations.AlterField(
            model_name="notificationsetting", name="kind", field=models.CharField(choices=KINDS, max_length=8)
        ),
    ]
