import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('relationships', '0011_duplicates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('home_id', models.BigIntegerField(editable=False, help_text='Of whom it is known beneath a merge; empty when that is `customer`.', null=True)),
                ('label', models.CharField(max_length=60)),
                ('value', models.CharField(max_length=300)),
                ('holds_until', models.DateField(help_text='The last day on which it holds, if any.', null=True)),
                ('written_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(help_text='When somebody last said that it is so.')),
                ('version', models.IntegerField(default=1, help_text='Rises with each change: who saves an older one is told.')),
                ('deleted_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contact', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='relationships.contact')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='relationships.customer')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', False)), fields=['deleted_at'], name='fact_deleted')],
                'constraints': [models.CheckConstraint(condition=models.Q(('label__regex', '\\S')), name='fact_has_a_label'), models.CheckConstraint(condition=models.Q(('value__regex', '\\S')), name='fact_has_a_value'), models.CheckConstraint(condition=models.Q(('label__contains', ':'), _negated=True), name='fact_label_has_no_colon'), models.CheckConstraint(condition=models.Q(('confirmed_at__gte', models.F('written_at'))), name='fact_is_confirmed_once_written'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='fact_version_counts_from_1')],
            },
        ),
    ]
