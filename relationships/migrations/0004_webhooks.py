from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("relationships", "0003_merged_customers"),
    ]

    operations = []
