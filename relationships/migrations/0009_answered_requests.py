import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The table is there: interactions made it, and gives it its new name (interactions 0012).
TAKEN_OVER = [
    migrations.CreateModel(
        name="AnsweredRequest",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("key", models.CharField(max_length=255)),
            (
                "fingerprint",
                models.BinaryField(help_text="Of the method, the address and the body."),
            ),
            ("status", models.SmallIntegerField()),
            ("content", models.BinaryField()),
            ("answered_at", models.DateTimeField(db_index=True)),
            (
                "account",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("account", "key"), name="request_is_answered_once"),
                models.CheckConstraint(
                    condition=models.Q(("key", ""), _negated=True), name="request_has_a_key"
                ),
            ],
        },
    ),
]


class Migration(migrations.Migration):

    dependencies = [
        ("relationships", "0008_compared_by_bytes"),
    ]

    operations = [migrations.SeparateDatabaseAndState(state_operations=TAKEN_OVER)]
