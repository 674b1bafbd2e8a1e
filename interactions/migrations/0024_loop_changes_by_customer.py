from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interactions', '0022_loop_open_by_due'),
    ]

    operations = [
        # Whatever waits now is counted anew with all loops, by whoever counts by customer.
        migrations.AddField(
            model_name='loopchange',
            name='customer_id',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='loopchange',
            index=models.Index(fields=['customer_id'], name='loop_change_by_customer'),
        ),
    ]
