from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("interactions", "0006_idempotency"),
    ]

    operations = []
