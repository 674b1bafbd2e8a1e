"""Keep the months in which somebody met customers as bits of a row a year."""

from django.db import migrations, models

YEARS = """
    INSERT INTO insights_personyear (year, person_id, months, last_on)
    SELECT extract(year FROM month)::int, person_id,
           bit_or(1 << extract(month FROM month)::int - 1), max(last_on)
    FROM insights_personmonth WHERE touchpoints > 0 GROUP BY 1, 2
"""
MONTHS = """
    INSERT INTO insights_personmonth (month, person_id, touchpoints, last_on)
    SELECT date_trunc('month', day)::date, person_id, sum(touchpoints), max(day)
    FROM insights_daymet WHERE person_id <> 0 GROUP BY 1, 2
"""


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0023_moves_at_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonYear',
            fields=[
                (
                    'pk',
                    models.CompositePrimaryKey(
                        'year', 'person_id', blank=True, editable=False, primary_key=True,
                        serialize=False,
                    ),
                ),
                ('year', models.SmallIntegerField()),
                ('person_id', models.BigIntegerField()),
                (
                    'months',
                    models.SmallIntegerField(
                        help_text='A bit each: 1 for January, 2048 for December.'
                    ),
                ),
                (
                    'last_on',
                    models.DateField(help_text='Empty when there was none, after all.', null=True),
                ),
            ],
        ),
        migrations.RunSQL(YEARS, MONTHS),
        migrations.DeleteModel(name='PersonMonth'),
    ]
