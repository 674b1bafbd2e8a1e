"""Keep sums of all teams together beside those of teams, and long lists' filters in their indexes."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

BANDS = """
    INSERT INTO insights_bandtotal
        (on_date, team_id, segment_id, stage, currency, band, customers, yearly_value, at_risk)
    SELECT on_date, -1, segment_id, stage, currency, band,
           sum(customers), sum(yearly_value), sum(at_risk)
    FROM insights_bandtotal GROUP BY on_date, segment_id, stage, currency, band
    HAVING sum(customers) <> 0
"""
TEAMS = """
    INSERT INTO insights_distancetotal
        (on_date, by, part, team_id, segment_id, stage, customers, far, distance)
    SELECT on_date, 3, 0, team_id, -1, stage, sum(customers), sum(far), sum(distance)
    FROM insights_distancetotal WHERE by = 1 GROUP BY on_date, team_id, stage
    HAVING sum(customers) <> 0
"""
DISTANCES = """
    INSERT INTO insights_distancetotal
        (on_date, by, part, team_id, segment_id, stage, customers, far, distance)
    SELECT on_date, by, part, -1, segment_id, stage, sum(customers), sum(far), sum(distance)
    FROM insights_distancetotal GROUP BY on_date, by, part, segment_id, stage
    HAVING sum(customers) <> 0
"""
FLOWS = """
    INSERT INTO insights_bandflow (on_date, team_id, segment_id, stage, was, band, customers)
    SELECT on_date, -1, segment_id, stage, was, band, sum(customers)
    FROM insights_bandflow GROUP BY on_date, segment_id, stage, was, band
    HAVING sum(customers) <> 0
"""
KNOWN = """
    INSERT INTO insights_knowntotal
        (team_id, stage, currency, known_by, has_lost_person, is_met_lately,
         customers, yearly_value, at_risk)
    SELECT -1, stage, currency, known_by, has_lost_person, is_met_lately,
           sum(customers), sum(yearly_value), sum(at_risk)
    FROM insights_knowntotal
    GROUP BY stage, currency, known_by, has_lost_person, is_met_lately
    HAVING sum(customers) <> 0
"""
ATTENTION = """
    INSERT INTO insights_attention (is_month, since, team_id, stage, touchpoints, timed, minutes)
    SELECT is_month, since, -1, stage, sum(touchpoints), sum(timed), sum(minutes)
    FROM insights_attention GROUP BY is_month, since, stage
    HAVING sum(touchpoints) <> 0
"""
FORGET = """
    DELETE FROM insights_distancetotal WHERE by = 3;
    DELETE FROM insights_distancetotal WHERE team_id = -1;
    DELETE FROM insights_bandtotal WHERE team_id = -1;
    DELETE FROM insights_bandflow WHERE team_id = -1;
    DELETE FROM insights_knowntotal WHERE team_id = -1;
    DELETE FROM insights_attention WHERE team_id = -1;
"""


FILTERED_BY = (
    'stage', 'band', 'team', 'owner', 'segment', 'value_class', 'size_class', 'known_by',
    'has_lost_person', 'is_met_lately', 'moves',
)


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0019_months_of_everybody'),
        ('relationships', '0016_functions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='distancetotal',
            name='by',
            field=models.SmallIntegerField(choices=[(1, 'Value class'), (2, 'Size'), (3, 'Team')]),
        ),
        migrations.AlterField(
            model_name='distancetotal',
            name='part',
            field=models.SmallIntegerField(help_text='A `ValueClass` or a `SizeClass`; 0 for all.'),
        ),
        migrations.RunSQL([BANDS, TEAMS, DISTANCES, FLOWS, KNOWN, ATTENTION], FORGET),
        migrations.AddIndex(
            model_name='distancetotal',
            index=models.Index(
                fields=['by', 'team_id', 'stage', 'segment_id', 'on_date'], name='distance_total_by_team'
            ),
        ),
        migrations.RemoveIndex(model_name='reading', name='reading_by_risk'),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(
                fields=['-at_risk', 'customer'], include=FILTERED_BY, name='reading_by_risk'
            ),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(
                fields=['stage', '-at_risk', 'customer'], include=FILTERED_BY[1:],
                condition=~Q(stage='current'), name='reading_not_current',
            ),
        ),
    ]
