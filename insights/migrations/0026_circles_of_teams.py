"""Keep of each team who knows its customers, beside what it has at risk."""

from django.db import migrations, models

CIRCLES = ('one', 'nobody', 'lost', 'unmet')
KNOWN = """
    UPDATE insights_teamtotal AS total
    SET (one, nobody, lost, unmet, one_at_risk, nobody_at_risk, lost_at_risk, unmet_at_risk)
        = (counted.one, counted.nobody, counted.lost, counted.unmet, counted.one_at_risk,
           counted.nobody_at_risk, counted.lost_at_risk, counted.unmet_at_risk)
    FROM (
        SELECT team_id, stage, currency,
               coalesce(sum(customers) FILTER (WHERE known_by = 1), 0) AS one,
               coalesce(sum(customers) FILTER (WHERE known_by = 0), 0) AS nobody,
               coalesce(sum(customers) FILTER (WHERE has_lost_person), 0) AS lost,
               coalesce(sum(customers) FILTER (WHERE NOT is_met_lately), 0) AS unmet,
               coalesce(sum(at_risk) FILTER (WHERE known_by = 1), 0) AS one_at_risk,
               coalesce(sum(at_risk) FILTER (WHERE known_by = 0), 0) AS nobody_at_risk,
               coalesce(sum(at_risk) FILTER (WHERE has_lost_person), 0) AS lost_at_risk,
               coalesce(sum(at_risk) FILTER (WHERE NOT is_met_lately), 0) AS unmet_at_risk
        FROM insights_knowntotal GROUP BY 1, 2, 3
    ) AS counted
    WHERE (total.team_id, total.stage, total.currency)
        = (counted.team_id, counted.stage, counted.currency)
"""
HELP = {
    'one': 'Of them, known to one of us only.',
    'nobody': 'Of them, known to none of us.',
    'lost': 'Of them, those whose person left.',
    'unmet': 'Of them, those nobody met lately.',
}


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0025_team_totals'),
    ]

    operations = [
        *(
            migrations.AddField('teamtotal', name, models.IntegerField(db_default=0, help_text=HELP[name]))
            for name in CIRCLES
        ),
        *(
            migrations.AddField(
                'teamtotal',
                f'{name}_at_risk',
                models.DecimalField(decimal_places=2, db_default=0, max_digits=18),
            )
            for name in CIRCLES
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
