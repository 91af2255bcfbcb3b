from django.db import migrations, models


def prefixes(of, **options):
    index = models.Index(
        fields=["norm"],
        name=f"search_{of}_prefix",
        opclasses=["varchar_pattern_ops"],
        condition=models.Q((f"{of}__isnull", False)),
        **options,
    )
    return [
        migrations.RemoveIndex(model_name="searchname", name=index.name),
        migrations.AddIndex(model_name="searchname", index=index),
    ]


class Migration(migrations.Migration):
    dependencies = [("films", "0008_listing_orders")]

    operations = [
        operation
        for of in ("title", "person")
        for operation in prefixes(of, include=["id", "popularity"])
    ]
