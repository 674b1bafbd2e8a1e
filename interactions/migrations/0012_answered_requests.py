from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("interactions", "0011_unflagged"),
        ("relationships", "0009_answered_requests"),
    ]

    # Every API answers requests with an `Idempotency-Key`, so that relationships keeps them now.
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE interactions_answeredrequest RENAME TO relationships_answeredrequest",
                    "ALTER TABLE relationships_answeredrequest RENAME TO interactions_answeredrequest",
                ),
            ],
            state_operations=[migrations.DeleteModel("AnsweredRequest")],
        ),
    ]
