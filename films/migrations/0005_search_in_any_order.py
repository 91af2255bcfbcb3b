"""Search names know their kind, year and spelling, and are found by any of their words.

The table is derived: it is emptied here and filled again by the sweep that keeps it (`films.services.search_names`).
"""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models

import films.models.listing


class Migration(migrations.Migration):
    dependencies = [
        ("films", "0004_merges_with_parts"),
    ]

    operations = [
        migrations.RunSQL("TRUNCATE films_searchname", migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name="searchname",
            name="searchname_prefix",
        ),
        migrations.RemoveIndex(
            model_name="searchname",
            name="searchname_trigram",
        ),
        migrations.AddField(
            model_name="searchname",
            name="is_core",
            field=models.BooleanField(default=None),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="searchname",
            name="kind",
            field=models.CharField(default=None, max_length=6),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="searchname",
            name="language",
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name="searchname",
            name="other_name",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="searchname",
            name="year",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="searchname",
            name="popularity",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=models.Index(
                condition=models.Q(("title__isnull", False)),
                fields=["norm"],
                name="search_title_prefix",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=models.Index(
                django.db.models.functions.text.Left("norm", 1),
                models.OrderBy(models.F("popularity"), descending=True),
                condition=models.Q(("title__isnull", False)),
                name="search_title_head1",
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=models.Index(
                django.db.models.functions.text.Left("norm", 2),
                models.OrderBy(models.F("popularity"), descending=True),
                condition=models.Q(("title__isnull", False)),
                name="search_title_head2",
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("norm", "gin_trgm_ops"),
                condition=models.Q(("title__isnull", False), ("is_core", True)),
                name="search_title_trigram",
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=django.contrib.postgres.indexes.GinIndex(
                films.models.listing.SearchWords("norm", "year"),
                condition=models.Q(("title__isnull", False), ("is_core", True)),
                name="search_title_words",
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=models.Index(
                condition=models.Q(("person__isnull", False)),
                fields=["norm"],
                name="search_person_prefix",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=models.Index(
                django.db.models.functions.text.Left("norm", 1),
                models.OrderBy(models.F("popularity"), descending=True),
                condition=models.Q(("person__isnull", False)),
                name="search_person_head1",
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=models.Index(
                django.db.models.functions.text.Left("norm", 2),
                models.OrderBy(models.F("popularity"), descending=True),
                condition=models.Q(("person__isnull", False)),
                name="search_person_head2",
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("norm", "gin_trgm_ops"),
                condition=models.Q(("person__isnull", False), ("is_core", True)),
                name="search_person_trigram",
            ),
        ),
        migrations.AddIndex(
            model_name="searchname",
            index=django.contrib.postgres.indexes.GinIndex(
                films.models.listing.SearchWords("norm", "year"),
                condition=models.Q(("person__isnull", False), ("is_core", True)),
                name="search_person_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="searchname",
            constraint=models.CheckConstraint(
                condition=models.Q(("norm", ""), _negated=True), name="searchname_has_letters"
            ),
        ),
    ]
