from django.db import migrations, models

COUNT = """
    INSERT INTO insights_ownertotal (owner_id, customers)
    SELECT coalesce(owner_id, 0), count(*) FROM insights_reading GROUP BY 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0016_wall_by_segment'),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnerTotal',
            fields=[
                ('owner_id', models.BigIntegerField(help_text='0 for nobody.', primary_key=True, serialize=False)),
                ('customers', models.IntegerField()),
            ],
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
    ]
