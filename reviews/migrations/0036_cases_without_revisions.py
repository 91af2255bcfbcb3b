import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0035_what_cases_said_before'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='case',
            name='revision',
        ),
        migrations.RemoveField(
            model_name='evidence',
            name='reporter',
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'waiting']), models.Q(('kind', 'appeal'), _negated=True)), fields=('kind', 'matter', 'review', 'title', 'person', 'trivia', 'translation', 'list', 'member'), name='case_one_open_per_cause', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('review', None), ('matter', 'review'), _connector='OR'), models.Q(('title', None), ('matter__in', ['plot', 'votes']), _connector='OR'), models.Q(('person', None), ('matter', 'biography'), _connector='OR'), models.Q(('trivia', None), ('matter', 'trivia'), _connector='OR'), models.Q(('translation', None), ('matter', 'translation'), _connector='OR'), models.Q(('list', None), ('matter', 'list'), _connector='OR'), models.Q(('member', None), ('matter__in', ['about', 'picture', 'name']), _connector='OR')), name='case_about_its_matter'),
        ),
        migrations.AlterField(
            model_name='appeal',
            name='statement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='reviews.statement'),
        ),
    ]
