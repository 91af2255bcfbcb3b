import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing in the database changes: a title or person with votes or messages is not deleted by a cascade."""

    dependencies = [
        ("films", "0004_merges_with_parts"),
        ("reviews", "0009_threads_of_people"),
    ]

    operations = [
        migrations.AlterField(
            model_name="vote",
            name="title",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="votes",
                to="films.title",
                verbose_name="title",
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="title",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="films.title",
                verbose_name="title",
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="person",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="films.person",
                verbose_name="person",
            ),
        ),
    ]
