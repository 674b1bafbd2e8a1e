from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("interactions", "0009_intake"),
    ]

    operations = [
        migrations.AddField(
            model_name="loop",
            name="overdue_at",
            field=models.DateTimeField(
                help_text="When it was told that it is overdue; empty until then.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="loop",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("overdue_at__isnull", True)),
                fields=["due_at"],
                name="loop_not_yet_overdue",
            ),
        ),
        # What has long been overdue is no news.
        migrations.RunSQL(
            "UPDATE interactions_loop SET overdue_at = now()"
            " WHERE closed_at IS NULL AND due_at <= now()",
            migrations.RunSQL.noop,
        ),
    ]
