"""Fill the catalogue with the default touchpoint types."""

from dataclasses import asdict

from django.db import migrations

from interactions.catalogue import DEFAULT_TYPES


def add_default_types(apps, schema_editor):
    """Create each default type that is not there yet."""
    touchpoint_type = apps.get_model("interactions", "TouchpointType")
    touchpoint_type.objects.bulk_create(
        (touchpoint_type(**asdict(entry)) for entry in DEFAULT_TYPES), ignore_conflicts=True
    )


class Migration(migrations.Migration):
    """The catalogue is data that Hearth cannot work without."""

    dependencies = [("interactions", "0001_initial")]
    operations = [migrations.RunPython(add_default_types, migrations.RunPython.noop)]
