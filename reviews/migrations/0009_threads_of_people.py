"""Threads of people: a review or draft is about a title or about a person, and the totals follow.

The triggers of reviews are those of 0002, made anew to count a title's messages in the totals of titles and a person's
in those of people. Locks are taken in the order titles, totals of titles, totals of people, totals of members. A
person's row is made with the first message: rows that are missing are put in first, in order, then all are locked in
order, and only then is anything counted, so that two statements never wait for each other. A deletion makes no row,
for it may come from a person who is being deleted and whose row has gone already.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


totals = import_module("reviews.migrations.0002_totals")

MAKE_ROWS = """
        INSERT INTO films_persontotals (person_id)
        SELECT person_id FROM ({people}) AS change WHERE messages > 0 ORDER BY person_id
        ON CONFLICT (person_id) DO NOTHING;
"""


def review_trigger(event: str) -> migrations.RunSQL:
    changed = totals.changed_rows(event, "title_id, person_id, author_id, created_at", "state = 'published'")
    # An edit of the text changes none of this and stops at the HAVING.
    by_title, people = (
        f"""
        SELECT {column}, sum(sign) AS messages FROM ({changed}) AS changed WHERE {column} IS NOT NULL GROUP BY {column}
        HAVING sum(sign) <> 0
            OR max(created_at) FILTER (WHERE sign = 1) IS DISTINCT FROM max(created_at) FILTER (WHERE sign = -1)
        """
        for column in ("title_id", "person_id")
    )
    members = f"""
        SELECT author_id, sum(sign) AS messages FROM ({changed}) AS changed GROUP BY author_id HAVING sum(sign) <> 0
    """
    new = totals.trigger(
        "reviews_review",
        event,
        f"""
        {totals.lock_titles(event, changed)}
        PERFORM FROM films_titletotals JOIN films_title ON films_title.id = title_id
        WHERE title_id IN (SELECT title_id FROM ({by_title}) AS change)
        ORDER BY kind = 'show', title_id FOR UPDATE OF films_titletotals;

        UPDATE films_titletotals AS totals
        SET message_count = message_count + change.messages,
            last_message_at = (
                SELECT max(created_at) FROM reviews_review
                WHERE reviews_review.title_id = totals.title_id AND state = 'published'
            )
        FROM ({by_title}) AS change WHERE totals.title_id = change.title_id;

        {"" if event == "delete" else MAKE_ROWS.format(people=people)}
        PERFORM FROM films_persontotals
        WHERE person_id IN (SELECT person_id FROM ({people}) AS change)
        ORDER BY person_id FOR UPDATE;

        UPDATE films_persontotals AS totals
        SET message_count = message_count + change.messages,
            last_message_at = (
                SELECT max(created_at) FROM reviews_review
                WHERE reviews_review.person_id = totals.person_id AND state = 'published'
            )
        FROM ({people}) AS change WHERE totals.person_id = change.person_id;

        PERFORM FROM accounts_membertotals
        WHERE member_id IN (SELECT author_id FROM ({members}) AS change)
        ORDER BY member_id FOR UPDATE;

        UPDATE accounts_membertotals AS totals
        SET message_count = message_count + change.messages
        FROM ({members}) AS change WHERE totals.member_id = change.author_id;
        """,
    )
    old = totals.review_trigger(event)
    return migrations.RunSQL(f"{old.reverse_sql} {new.sql}", f"{new.reverse_sql} {old.sql}")


class Migration(migrations.Migration):

    dependencies = [
        ('films', '0003_facts_and_editing'),
        ('reviews', '0008_lists_mentions_merges'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='draft',
            name='draft_one_per_place',
        ),
        migrations.AddField(
            model_name='draft',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='films.person'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='source_person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='films.person'),
        ),
        migrations.AddField(
            model_name='logentry',
            name='person_number',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='review',
            name='person',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='films.person', verbose_name='person'),
        ),
        migrations.AlterField(
            model_name='draft',
            name='title',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='films.title'),
        ),
        migrations.AlterField(
            model_name='review',
            name='title',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='films.title', verbose_name='title'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('person__isnull', False)), fields=['person', '-created_at', '-id'], name='review_thread_of_person'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('member', 'title', 'person', 'parent', 'review'), name='draft_one_per_place', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', True), ('title__isnull', False)), models.Q(('person__isnull', False), ('title__isnull', True)), _connector='OR'), name='draft_of_title_or_person'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', True), ('title__isnull', False)), models.Q(('person__isnull', False), ('title__isnull', True)), _connector='OR'), name='review_of_title_or_person'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('person__isnull', True), ('verdict__isnull', True), _connector='OR'), name='review_of_person_without_verdict'),
        ),
        *[review_trigger(event) for event in totals.TRANSITION],
    ]
