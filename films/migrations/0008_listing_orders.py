from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("films", "0007_similar_at")]

    operations = [
        migrations.AddIndex(
            model_name="titlelisting",
            index=models.Index(fields=["kind", "-title"], name="listing_kind_added"),
        ),
        migrations.AddIndex(
            model_name="titlelisting",
            index=models.Index(
                condition=models.Q(("vote_count__gte", 5)),
                fields=["kind", "-deviation", "-title"],
                name="listing_kind_divisive",
            ),
        ),
    ]
