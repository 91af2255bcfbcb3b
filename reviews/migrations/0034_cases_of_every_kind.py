"""Cases are about everything that members make, gather reports of their own, and keep the words that are judged."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('films', '0011_list_pages_from_the_index'),
        ('reviews', '0033_used_sentences'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', 'opened'), ('reported', 'reported'), ('signal', 'new evidence'), ('edited', 'the author changed the text'), ('withdrawn', 'the author took the text back'), ('note', 'note'), ('message', 'message to the author'), ('answer', 'answer of the author'), ('moved', 'moved to another section'), ('assigned', 'given to a colleague'), ('merged', 'merged'), ('decided', 'decided'), ('undone', 'decision taken back'), ('reopened', 'opened again'), ('appealed', 'appealed'), ('overdue', 'no answer in time'), ('closed', 'closed')], max_length=10)),
                ('text', models.TextField(blank=True)),
                ('detail', models.JSONField(blank=True, default=dict)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'step of a case',
                'verbose_name_plural': 'steps of cases',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='KnownText',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('review', 'message'), ('plot', 'plot'), ('biography', 'biography'), ('registered', 'registered text'), ('formula', 'free formula')], max_length=10, verbose_name='kind')),
                ('label', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='address')),
                ('holder', models.CharField(blank=True, max_length=200, verbose_name='rights-holder')),
                ('licence', models.CharField(choices=[('unknown', 'not known'), ('owned', 'all rights reserved'), ('quote', 'quotations only'), ('free', 'free to use')], db_default='unknown', default='unknown', max_length=8, verbose_name='licence')),
                ('section', models.CharField(blank=True, choices=[('films', 'films'), ('shows', 'shows'), ('members', 'members')], max_length=10, verbose_name='section')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('grams', models.BinaryField(blank=True, db_default=b'', default=bytes)),
                ('words', models.PositiveIntegerField(default=0, verbose_name='words')),
                ('first_words', models.PositiveIntegerField(default=0)),
                ('source_hash', models.CharField(max_length=64)),
                ('algorithm', models.PositiveSmallIntegerField(default=1)),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('indexed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'known text',
                'verbose_name_plural': 'known texts',
            },
        ),
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('warning', 'warning'), ('slow', 'slowed down'), ('suspension', 'suspended')], max_length=10, verbose_name='kind')),
                ('rule', models.CharField(blank=True, max_length=40, verbose_name='rule')),
                ('reason', models.TextField(verbose_name='reason')),
                ('starts_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='lifted')),
            ],
            options={
                'verbose_name': 'measure',
                'verbose_name_plural': 'measures',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=43, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('on_behalf_of', models.CharField(blank=True, max_length=200, verbose_name='on behalf of')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('work', models.TextField(verbose_name='your work')),
                ('work_url', models.CharField(blank=True, max_length=500, verbose_name='where it was published')),
                ('explanation', models.TextField(verbose_name='explanation')),
                ('good_faith', models.BooleanField(default=False, verbose_name='stated in good faith')),
                ('language', models.CharField(default='en', max_length=8)),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('mailed_at', models.DateTimeField(blank=True, null=True)),
                ('erased_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='NoticeItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=500, verbose_name='address on this site')),
                ('told_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'address in a notice',
                'verbose_name_plural': 'addresses in notices',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='OwnWords',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='published at')),
                ('state', models.CharField(choices=[('said', 'said by the author'), ('confirmed', 'confirmed'), ('refuted', 'found not to be so')], default='said', max_length=9, verbose_name='state')),
                ('said_at', models.DateTimeField(auto_now_add=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'word about own words',
                'verbose_name_plural': 'words about own words',
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True, verbose_name='what is wrong')),
                ('source_url', models.CharField(blank=True, max_length=500, verbose_name='where it stands')),
                ('weight', models.PositiveSmallIntegerField(db_default=100, default=100, verbose_name='weight')),
                ('outcome', models.CharField(choices=[('waiting', 'not decided yet'), ('right', 'it led to a decision'), ('wrong', 'nothing was wrong'), ('moot', 'nothing left to decide')], default='waiting', max_length=8, verbose_name='outcome')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Snapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True)),
                ('headline', models.CharField(blank=True, max_length=200)),
                ('language', models.CharField(default='und', max_length=8)),
                ('picture', models.CharField(blank=True, max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('taken_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'snapshot',
                'verbose_name_plural': 'snapshots',
            },
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_one_open_per_cause',
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_one_open_per_title',
        ),
        migrations.RemoveConstraint(
            model_name='case',
            name='case_of_review_or_title',
        ),
        migrations.AddField(
            model_name='appeal',
            name='is_counter_notice',
            field=models.BooleanField(db_default=False, default=False, verbose_name='counter-notice'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='statement',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='reviews.statement'),
        ),
        migrations.AddField(
            model_name='case',
            name='answer_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='assigned_to',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='assigned_cases', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='case',
            name='author',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases_of_author', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='case',
            name='flags',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('flood', 'many reports within an hour'), ('declared-own', 'the author says these are their own words'), ('repeat', 'decided against this member before'), ('new-member', 'new member'), ('notice', 'notice by a rights-holder'), ('answered', 'the author has answered'), ('overdue', 'the author has not answered in time')], max_length=12), blank=True, db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='case',
            name='list',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='reviews.titlelist'),
        ),
        migrations.AddField(
            model_name='case',
            name='matter',
            field=models.CharField(choices=[('review', 'message'), ('plot', 'plot'), ('trivia', 'piece of trivia'), ('biography', 'biography'), ('translation', 'translation'), ('list', 'list'), ('about', 'about a member'), ('picture', 'picture of a member'), ('name', 'name of a member'), ('votes', 'votes')], db_default='review', default='review', max_length=12, verbose_name='about'),
        ),
        migrations.AddField(
            model_name='case',
            name='member',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='case',
            name='merged_into',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='merged_cases', to='reviews.case'),
        ),
        migrations.AddField(
            model_name='case',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='films.person'),
        ),
        migrations.AddField(
            model_name='case',
            name='touched_at',
            field=models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now, verbose_name='last news'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='case',
            name='translation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='reviews.translation'),
        ),
        migrations.AddField(
            model_name='case',
            name='trivia',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='films.trivia'),
        ),
        migrations.AddField(
            model_name='decision',
            name='section',
            field=models.CharField(blank=True, choices=[('films', 'films'), ('shows', 'shows'), ('members', 'members')], max_length=10, verbose_name='section'),
        ),
        migrations.AddField(
            model_name='decision',
            name='undo',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='evidence',
            name='excerpt_end',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='evidence',
            name='excerpt_start',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='evidence',
            name='is_quoted',
            field=models.BooleanField(db_default=False, default=False, verbose_name='quoted'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='share',
            field=models.FloatField(db_default=0, default=0, verbose_name='share'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='source_label',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='evidence',
            name='source_url',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='logentry',
            name='found_by',
            field=models.CharField(blank=True, choices=[('machine', 'noticed by the site'), ('report', 'reported by a member'), ('notice', 'notice by a rights-holder'), ('moderator', 'seen by a moderator')], db_default='', max_length=10),
        ),
        migrations.AddField(
            model_name='logentry',
            name='kind',
            field=models.CharField(blank=True, choices=[('copied-text', 'copied text'), ('personal-attack', 'personal attack'), ('spoilers', 'spoilers in the open'), ('advertising', 'advertising'), ('off-topic', 'off topic'), ('unlawful', 'unlawful'), ('other', 'something else'), ('appeal', 'appeal'), ('votes', 'unusual votes')], db_default='', max_length=16),
        ),
        migrations.AddField(
            model_name='logentry',
            name='matter',
            field=models.CharField(blank=True, choices=[('review', 'message'), ('plot', 'plot'), ('trivia', 'piece of trivia'), ('biography', 'biography'), ('translation', 'translation'), ('list', 'list'), ('about', 'about a member'), ('picture', 'picture of a member'), ('name', 'name of a member'), ('votes', 'votes')], db_default='', max_length=12),
        ),
        migrations.AddField(
            model_name='logentry',
            name='measure',
            field=models.CharField(blank=True, choices=[('warning', 'warning'), ('slow', 'slowed down'), ('suspension', 'suspended')], db_default='', max_length=10),
        ),
        migrations.AddField(
            model_name='titlelist',
            name='is_removed',
            field=models.BooleanField(db_default=False, default=False, verbose_name='removed by a moderator'),
        ),
        migrations.AlterField(
            model_name='appeal',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='reviews.decision'),
        ),
        migrations.AlterField(
            model_name='case',
            name='kind',
            field=models.CharField(choices=[('copied-text', 'copied text'), ('personal-attack', 'personal attack'), ('spoilers', 'spoilers in the open'), ('advertising', 'advertising'), ('off-topic', 'off topic'), ('unlawful', 'unlawful'), ('other', 'something else'), ('appeal', 'appeal'), ('votes', 'unusual votes')], max_length=16, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='case',
            name='state',
            field=models.CharField(choices=[('open', 'open'), ('waiting', 'waiting for the author'), ('decided', 'decided'), ('appealed', 'appealed'), ('closed', 'closed'), ('merged', 'merged')], default='open', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='case',
            name='title',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='films.title'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='verdict',
            field=models.CharField(choices=[('keep', 'fine as it is'), ('trim', 'shortened to the first paragraph and a link'), ('quote', 'made a quotation'), ('hide', 'hidden until the author answers'), ('remove', 'removed'), ('restore', 'restored'), ('uphold', 'upheld'), ('exclude', 'votes set aside')], max_length=8, verbose_name='verdict'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='kind',
            field=models.CharField(choices=[('long_paste', 'long paste'), ('overlap', 'same words elsewhere'), ('velocity', 'many votes in a short time'), ('brigade', 'votes of accounts that belong together')], max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='review',
            name='state',
            field=models.CharField(choices=[('published', 'published'), ('withdrawn', 'removed by the author'), ('hidden', 'hidden until its author answers'), ('removed', 'removed by a moderator')], default='published', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statements', to='reviews.decision'),
        ),
        migrations.AlterField(
            model_name='statement',
            name='found_by',
            field=models.CharField(choices=[('machine', 'noticed by the site'), ('report', 'reported by a member'), ('notice', 'notice by a rights-holder'), ('moderator', 'seen by a moderator')], max_length=10),
        ),
        migrations.AlterField(
            model_name='statement',
            name='text',
            field=models.TextField(blank=True),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['moderator', '-id'], name='decision_of_moderator'),
        ),
        migrations.AddField(
            model_name='caseevent',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='caseevent',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='reviews.case'),
        ),
        migrations.AddField(
            model_name='knowntext',
            name='author',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='known_texts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='knowntext',
            name='person',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='known_text', to='films.person'),
        ),
        migrations.AddField(
            model_name='knowntext',
            name='registered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='knowntext',
            name='review',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='known_text', to='reviews.review'),
        ),
        migrations.AddField(
            model_name='knowntext',
            name='title',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='known_text', to='films.title'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='source',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='evidence', to='reviews.knowntext'),
        ),
        migrations.AddField(
            model_name='measure',
            name='decision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='measures', to='reviews.decision'),
        ),
        migrations.AddField(
            model_name='measure',
            name='imposed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='measure',
            name='lifted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='measure',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='measures', to=settings.AUTH_USER_MODEL, verbose_name='member'),
        ),
        migrations.AddField(
            model_name='statement',
            name='measure',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reviews.measure'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('decision', 'recipient'), name='statement_one_each_a_decision'),
        ),
        migrations.AddField(
            model_name='noticeitem',
            name='case',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notices', to='reviews.case'),
        ),
        migrations.AddField(
            model_name='noticeitem',
            name='notice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='reviews.notice'),
        ),
        migrations.AddField(
            model_name='ownwords',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='own_words', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ownwords',
            name='review',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='own_words', to='reviews.review'),
        ),
        migrations.AddField(
            model_name='ownwords',
            name='source',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='claims', to='reviews.knowntext'),
        ),
        migrations.AddField(
            model_name='report',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='reviews.case'),
        ),
        migrations.AddField(
            model_name='report',
            name='reporter',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='snapshot',
            name='revision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='reviews.revision'),
        ),
        migrations.AddField(
            model_name='report',
            name='snapshot',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='reviews.snapshot'),
        ),
        migrations.AddField(
            model_name='case',
            name='snapshot',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='reviews.snapshot'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['author', '-opened_at'], name='case_of_author'),
        ),
        migrations.AddIndex(
            model_name='knowntext',
            index=models.Index(condition=models.Q(('kind__in', ['registered', 'formula'])), fields=['kind', '-id'], name='knowntext_registered'),
        ),
        migrations.AddConstraint(
            model_name='knowntext',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'review'), ('person', None), ('review__isnull', False), ('title', None)), models.Q(('kind', 'plot'), ('person', None), ('review', None), ('title__isnull', False)), models.Q(('kind', 'biography'), ('person__isnull', False), ('review', None), ('title', None)), models.Q(('kind__in', ['registered', 'formula']), ('person', None), ('review', None), ('title', None)), _connector='OR'), name='knowntext_of_one_text'),
        ),
        migrations.AddIndex(
            model_name='measure',
            index=models.Index(fields=['member', '-starts_at'], name='measure_of_member'),
        ),
        migrations.AddConstraint(
            model_name='ownwords',
            constraint=models.UniqueConstraint(condition=models.Q(('source__isnull', False)), fields=('author', 'source'), name='ownwords_once_a_source'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['reporter', 'outcome'], name='report_of_reporter'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('case', 'reporter'), name='report_one_each_a_case'),
        ),
    ]
