import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('relationships', '0010_roster'),
    ]

    operations = [
        migrations.CreateModel(
            name='DuplicatePair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.SmallIntegerField(help_text='How likely they are one, 1 to 100.')),
                ('evidence', models.JSONField()),
                ('found_at', models.DateTimeField(help_text='When it was last found.')),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('dismissed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='relationships.customer')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='relationships.customer')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('dismissed_at', None)), fields=['-score', 'id'], name='duplicate_pair_likeliest')],
                'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='duplicate_pair_is_one_row'), models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='duplicate_pair_smaller_id_first'), models.CheckConstraint(condition=models.Q(('score__range', (1, 100))), name='duplicate_pair_score_is_1_to_100'), models.CheckConstraint(condition=models.Q(('evidence', []), _negated=True), name='duplicate_pair_has_evidence'), models.CheckConstraint(condition=models.Q(('dismissed_by', None), ('dismissed_at__isnull', False), _connector='OR'), name='duplicate_pair_dismissed_by_has_a_moment')],
            },
        ),
    ]
