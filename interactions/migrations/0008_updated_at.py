from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("interactions", "0007_segment"),
    ]

    operations = []
