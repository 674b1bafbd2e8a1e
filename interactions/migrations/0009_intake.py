import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("interactions", "0008_updated_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Intake",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.IntegerField(help_text="How many touchpoints.")),
                (
                    "customer_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "team_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(null=True), size=None
                    ),
                ),
                (
                    "type_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), size=None),
                ),
                (
                    "occurred_at",
                    django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), size=None),
                ),
                (
                    "is_via",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BooleanField(), size=None),
                ),
                (
                    "marked_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        # It lives for a fifth of a second; compressing it would cost more than writing it.
        migrations.RunSQL(
            "".join(
                f"ALTER TABLE interactions_intake ALTER {column} SET STORAGE EXTERNAL;"
                for column in ("customer_ids", "team_ids", "type_ids", "occurred_at", "is_via")
            ),
            migrations.RunSQL.noop,
        ),
    ]
