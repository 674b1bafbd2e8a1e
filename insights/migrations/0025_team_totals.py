"""Keep what each team has at risk in a row, and how much of a month had a person in it."""

from django.db import migrations, models

TEAMS = """
    INSERT INTO insights_teamtotal
        (team_id, stage, currency, customers, known, far, at_risk)
    SELECT team_id, stage, currency, sum(customers),
           coalesce(sum(customers) FILTER (WHERE band <> 0), 0),
           coalesce(sum(customers) FILTER (WHERE band >= 4), 0), sum(at_risk)
    FROM insights_bandtotal WHERE on_date = '9999-12-31' AND team_id >= 0 GROUP BY 1, 2, 3
"""
HUMAN = """
    UPDATE insights_monthlycare AS care SET human = counted.number
    FROM (
        SELECT segment_id, month, team_id, stage, sum(count) AS number
        FROM insights_monthlytouchpoints
        JOIN interactions_touchpointtype AS type ON type.id = type_id AND type.mode = 'human'
        GROUP BY 1, 2, 3, 4
    ) AS counted
    WHERE (care.segment_id, care.month, care.team_id, care.stage)
        = (counted.segment_id, counted.month, counted.team_id, counted.stage)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0024_person_years'),
        ('interactions', '0027_loop_closed_by_opening'),
    ]

    operations = [
        migrations.CreateModel(
            name='TeamTotal',
            fields=[
                (
                    'pk',
                    models.CompositePrimaryKey(
                        'team_id', 'stage', 'currency', blank=True, editable=False,
                        primary_key=True, serialize=False,
                    ),
                ),
                ('team_id', models.BigIntegerField(help_text='0 when the customer has no team.')),
                ('stage', models.CharField(max_length=10)),
                ('currency', models.CharField(max_length=3)),
                ('customers', models.IntegerField()),
                (
                    'known',
                    models.IntegerField(help_text='Of them, those heard from at least once.'),
                ),
                ('far', models.IntegerField(help_text='Of them, drifting or gone.')),
                ('at_risk', models.DecimalField(decimal_places=2, max_digits=18)),
            ],
        ),
        migrations.RunSQL(TEAMS, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='monthlycare',
            name='human',
            field=models.IntegerField(db_default=0),
        ),
        migrations.RunSQL(HUMAN, migrations.RunSQL.noop),
    ]
