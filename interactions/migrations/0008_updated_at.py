"""When each thing last changed, kept by the database itself: it sees bulk writes and raw SQL."""

import django.db.models.functions.datetime
from django.db import migrations, models

CHANGED = "WHEN (OLD.* IS DISTINCT FROM NEW.*)"


def stamped(table, event="UPDATE", condition=CHANGED):
    """Return the operation that makes a table keep `updated_at`."""
    return migrations.RunSQL(
        f"CREATE TRIGGER stamp BEFORE {event} ON {table} FOR EACH ROW {condition} "
        "EXECUTE FUNCTION hearth_stamp()",
        f"DROP TRIGGER stamp ON {table}",
    )


def updated_at(model):
    """Return the operation that adds the column."""
    return migrations.AddField(
        model,
        "updated_at",
        models.DateTimeField(
            db_default=django.db.models.functions.datetime.Now(),
            editable=False,
            help_text="When it last changed; the database keeps it.",
        ),
    )


class Migration(migrations.Migration):

    dependencies = [
        ("interactions", "0007_segment"),
        ("relationships", "0006_updated_at"),
    ]

    operations = [
        *(updated_at(model) for model in ("loop", "source", "touchpointtype")),
        migrations.AddField(
            "touchpoint",
            "updated_at",
            models.DateTimeField(
                null=True,
                editable=False,
                help_text="When it was last corrected, moved, deleted or brought back; empty "
                "until then. The database keeps it.",
            ),
        ),
        migrations.AddIndex(
            model_name="touchpoint",
            index=models.Index(
                fields=["updated_at"],
                condition=models.Q(("updated_at__isnull", False)),
                name="touchpoint_by_update",
            ),
        ),
        migrations.AddIndex(
            model_name="loop",
            index=models.Index(fields=["updated_at", "id"], name="loop_by_update"),
        ),
        migrations.AddIndex(
            model_name="loop",
            index=models.Index(fields=["due_at", "id"], name="loop_by_due"),
        ),
        stamped("interactions_loop"),
        stamped("interactions_source"),
        stamped("interactions_touchpointtype"),
        # To be found to be a template is no change: it happens to what was just recorded.
        stamped("interactions_touchpoint", "UPDATE OF customer_id, edited_at, deleted_at", ""),
    ]
