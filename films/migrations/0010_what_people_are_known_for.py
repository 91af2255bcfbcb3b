from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("films", "0009_prefixes_from_the_index")]

    operations = [
        # Emptied to be filled again, as in 0005.
        migrations.RunSQL("TRUNCATE films_searchname", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="searchname", name="known_for", field=models.BigIntegerField(null=True)
        ),
    ]
