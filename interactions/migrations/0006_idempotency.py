from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("interactions", "0005_merged_customers"),
    ]

    operations = []
