"""What recording remembers of sources and types is counted when it changes, as whose a customer is."""

from django.db import migrations


def counting(table, event):
    """Return the operation that counts what happens to a table."""
    name = f"roster_{event.lower()}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION relationships_count_always()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):

    dependencies = [
        ("interactions", "0012_answered_requests"),
        ("relationships", "0010_roster"),
    ]

    operations = [
        counting("interactions_source", "UPDATE"),
        counting("interactions_source", "DELETE"),
        counting("interactions_touchpointtype", "INSERT"),
        counting("interactions_touchpointtype", "UPDATE"),
        counting("interactions_touchpointtype", "DELETE"),
    ]
