from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# Where a customer is counted stands on the state, so whoever is counted has one. Most are current
# customers, and the column begins with that: to write all rows anew would take longer than to count.
STATES = """
    UPDATE insights_customerstate AS state SET stage = customer.stage
    FROM relationships_customer AS customer
    WHERE customer.id = state.customer_id AND customer.stage <> state.stage;
    INSERT INTO insights_customerstate (customer_id, policy_version, numbers, segment_id, stage)
    SELECT id, 0, '', coalesce(segment_id, 0), stage FROM relationships_customer AS customer
    WHERE NOT EXISTS (SELECT FROM insights_customerstate WHERE customer_id = customer.id)
      AND EXISTS (SELECT FROM interactions_touchpoint WHERE customer_id = customer.id)
"""
# A table of its own, because that is filled by several processes. What waits to be counted is
# counted by whoever takes it, so it is left out here.
TOUCHED = """
    CREATE TEMP TABLE touched ON COMMIT DROP AS
    SELECT coalesce(state.segment_id, 0) AS segment_id, coalesce(state.stage, '') AS stage,
           date_trunc('month', occurred_at AT TIME ZONE %(zone)s)::date AS month,
           coalesce(team_id, 0) AS team_id, type_id, via <> '' AS is_via, is_template,
           count(*) AS number
    FROM interactions_touchpoint
    LEFT JOIN insights_customerstate AS state USING (customer_id)
    WHERE deleted_at IS NULL GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
WAITING = """
    INSERT INTO touched
    SELECT coalesce(state.segment_id, 0), coalesce(state.stage, ''), month, coalesce(team_id, 0),
           type_id, is_via, is_template, -number
    FROM (
        SELECT customer_id, month, team_id, type_id, is_via, is_template, count AS number
        FROM interactions_touchpointchange WHERE count <> 0
        UNION ALL
        SELECT waiting.customer_id,
               date_trunc('month', waiting.occurred_at AT TIME ZONE %(zone)s)::date,
               waiting.team_id, waiting.type_id, waiting.is_via, false, 1
        FROM interactions_intake AS intake,
             unnest(customer_ids, team_ids, type_ids, intake.occurred_at, intake.is_via)
                 AS waiting (customer_id, team_id, type_id, occurred_at, is_via)
    ) AS waiting
    LEFT JOIN insights_customerstate AS state USING (customer_id)
"""
# Loops are few: all of them are counted, and nobody changes one until that is done.
LOOPED = """
    LOCK interactions_loopchange IN EXCLUSIVE MODE;
    DELETE FROM interactions_loopchange;
    CREATE TEMP TABLE looped ON COMMIT DROP AS
    SELECT coalesce(state.segment_id, 0) AS segment_id, coalesce(state.stage, '') AS stage,
           date_trunc('month', opened_at AT TIME ZONE %(zone)s)::date AS month,
           coalesce(team_id, 0) AS team_id, kind,
           width_bucket(extract(epoch FROM closed_at - opened_at)::float8 / 3600,
                        %(edges)s::float8[]) AS step,
           coalesce(closed_at <= due_at, false) AS is_in_time,
           CASE WHEN closed_at IS NULL AND kind = 4
                THEN (due_at AT TIME ZONE %(zone)s)::date END AS due_on,
           count(*) AS number
    FROM interactions_loop
    LEFT JOIN insights_customerstate AS state USING (customer_id)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
IN_ALL = """
    CROSS JOIN LATERAL (VALUES
        (cell.segment_id, cell.team_id), (-1, cell.team_id), (cell.segment_id, -1), (-1, -1)
    ) AS counted_in (segment_id, team_id)
"""
MONTHS = f"""
    INSERT INTO insights_monthlytouchpoints
        (segment_id, month, team_id, stage, type_id, is_via, is_template, count)
    SELECT counted_in.segment_id, month, counted_in.team_id, stage, type_id, is_via, is_template,
           sum(number)
    FROM touched AS cell {IN_ALL}
    GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(number) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7
"""
COUNTED = {
    "said": "type.is_said_care AND type.mode <> 'none'",
    "shown": "type.nature = 'care' AND type.mode <> 'none'",
    "noise": (
        "(type.nature = 'broadcast' AND type.direction = 1 OR is_template) AND type.mode <> 'none'"
    ),
    "via": "is_via AND type.mode <> 'none'",
    "asked": "type.key IN ('asked.again', 'story.repeated')",
    "heard": "type.direction = 0 AND type.mode <> 'none'",
    "everything": "type.mode <> 'none'",
}
LOOPS = {
    f"{kind}{what}": f"kind = {number}{holds}"
    for number, kind in enumerate(("questions", "complaints", "failures", "promises"), start=1)
    for what, holds in (
        ("", ""), ("_closed", " AND step IS NOT NULL"), ("_in_time", " AND is_in_time"),
    )
}


def sums(counted):
    return ", ".join(
        f"coalesce(sum(number) FILTER (WHERE {holds}), 0) AS {name}"
        for name, holds in counted.items()
    )


CARE = f"""
    WITH cell AS (
        SELECT segment_id, stage, month, team_id, {sums(COUNTED)},
               {", ".join(f"0 AS {name}" for name in LOOPS)}
        FROM touched JOIN interactions_touchpointtype AS type ON type.id = type_id
        GROUP BY 1, 2, 3, 4
        UNION ALL
        SELECT segment_id, stage, month, team_id, {", ".join("0" for _ in COUNTED)}, {sums(LOOPS)}
        FROM looped GROUP BY 1, 2, 3, 4
    )
    INSERT INTO insights_monthlycare
        (segment_id, month, team_id, stage, {", ".join([*COUNTED, *LOOPS])})
    SELECT counted_in.segment_id, month, counted_in.team_id, stage,
           {", ".join(f"sum({name})" for name in [*COUNTED, *LOOPS])}
    FROM cell {IN_ALL}
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
HOURS = f"""
    INSERT INTO insights_monthlyhours (segment_id, month, team_id, stage, kind, hours)
    SELECT counted_in.segment_id, month, counted_in.team_id, stage, kind,
           ARRAY[{", ".join(
               f"coalesce(sum(number) FILTER (WHERE step = {step}), 0)" for step in range(58)
           )}]::int[]
    FROM looped AS cell {IN_ALL}
    WHERE step IS NOT NULL AND kind <> 4
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
PROMISES = f"""
    INSERT INTO insights_monthlypromises (segment_id, month, due_on, team_id, stage, open)
    SELECT counted_in.segment_id, month, due_on, counted_in.team_id, stage, sum(number)
    FROM looped AS cell {IN_ALL}
    WHERE due_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
CATALOGUE = """
    INSERT INTO insights_carecatalogue (type_id, counted_by)
    SELECT id, concat_ws(' ', key, mode, nature, direction, is_said_care)
    FROM interactions_touchpointtype
"""
EDGES = [0.25 * 2 ** (step / 4) for step in range(57)]


def count(apps, schema_editor):
    """Count what happened before there was anybody to count it."""
    given = {"zone": settings.TIME_ZONE, "edges": EDGES}
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(STATES)
        for statement in (TOUCHED, WAITING, MONTHS, CATALOGUE, LOOPED, CARE, HOURS, PROMISES):
            cursor.execute(statement, given)
        cursor.execute(
            "ANALYZE insights_monthlytouchpoints, insights_monthlycare, insights_monthlyhours,"
            " insights_monthlypromises"
        )


def of_customers():
    """Return the columns that say whose touchpoints of which month are counted."""
    return [
        ('segment_id', models.BigIntegerField(default=-1)),
        ('month', models.DateField()),
        ('team_id', models.BigIntegerField(default=0)),
        ('stage', models.CharField(default='current', max_length=10)),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('insights', '0018_days_met_by_stage'),
        ('interactions', '0024_loop_changes_by_customer'),
    ]

    operations = [
        migrations.AddField(
            model_name='customerstate',
            name='stage',
            field=models.CharField(db_default='current', default='current', help_text='In which their touchpoints and loops are counted, as in the segment.', max_length=10),
        ),
        migrations.DeleteModel(
            name='MonthlyLoops',
        ),
        migrations.DeleteModel(
            name='SegmentMonth',
        ),
        migrations.DeleteModel(
            name='MonthlyTouchpoints',
        ),
        migrations.CreateModel(
            name='MonthlyTouchpoints',
            fields=[
                ('pk', models.CompositePrimaryKey('segment_id', 'month', 'team_id', 'stage', 'type_id', 'is_via', 'is_template', blank=True, editable=False, primary_key=True, serialize=False)),
                *of_customers(),
                ('type_id', models.SmallIntegerField()),
                ('is_via', models.BooleanField()),
                ('is_template', models.BooleanField(default=False)),
                ('count', models.BigIntegerField()),
            ],
            options={
                'verbose_name_plural': 'monthly touchpoints',
            },
        ),
        migrations.CreateModel(
            name='MonthlyCare',
            fields=[
                ('pk', models.CompositePrimaryKey('segment_id', 'month', 'team_id', 'stage', blank=True, editable=False, primary_key=True, serialize=False)),
                *of_customers(),
                *((name, models.IntegerField(default=0)) for name in [*COUNTED, *LOOPS]),
            ],
            options={
                'verbose_name_plural': 'monthly care',
            },
        ),
        migrations.CreateModel(
            name='MonthlyHours',
            fields=[
                ('pk', models.CompositePrimaryKey('segment_id', 'month', 'team_id', 'stage', 'kind', blank=True, editable=False, primary_key=True, serialize=False)),
                *of_customers(),
                ('kind', models.SmallIntegerField()),
                ('hours', ArrayField(base_field=models.IntegerField(), size=None)),
            ],
            options={
                'verbose_name_plural': 'monthly hours',
            },
        ),
        migrations.CreateModel(
            name='MonthlyPromises',
            fields=[
                ('pk', models.CompositePrimaryKey('segment_id', 'month', 'due_on', 'team_id', 'stage', blank=True, editable=False, primary_key=True, serialize=False)),
                *of_customers(),
                ('due_on', models.DateField()),
                ('open', models.BigIntegerField()),
            ],
            options={
                'verbose_name_plural': 'monthly promises',
            },
        ),
        migrations.CreateModel(
            name='CareCatalogue',
            fields=[
                ('type_id', models.SmallIntegerField(primary_key=True, serialize=False)),
                ('counted_by', models.CharField(max_length=250)),
            ],
            options={},
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
