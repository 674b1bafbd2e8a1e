from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("relationships", "0004_webhooks"),
    ]

    operations = []
