from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("films", "0010_what_people_are_known_for")]

    operations = [
        migrations.RemoveIndex(model_name="titlelisting", name="listing_kind_weighted"),
        migrations.AddIndex(
            model_name="titlelisting",
            index=models.Index(
                fields=["kind", "-weighted", "-title"],
                name="listing_kind_weighted",
                include=["genres", "countries", "languages", "year", "vote_count", "minutes", "mean"],
            ),
        ),
    ]
