"""When each thing last changed, kept by the database itself: it sees bulk writes and raw SQL."""

import django.contrib.postgres.indexes
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

STAMP = """
CREATE FUNCTION hearth_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = clock_timestamp();
    RETURN NEW;
END $$
"""

# Signing in changes a person's row, and nothing that anybody is told.
TOLD_OF_A_PERSON = ("email", "name", "role", "team_id", "is_active")
PERSON_CHANGED = "({}) IS DISTINCT FROM ({})".format(
    ", ".join(f"OLD.{column}" for column in TOLD_OF_A_PERSON),
    ", ".join(f"NEW.{column}" for column in TOLD_OF_A_PERSON),
)

# Identities are told with whom they mean, so that one changes with them. Whoever was made or
# changed by the same transaction has its moment already.
TOUCH = """
CREATE FUNCTION relationships_identities_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE relationships_customer SET updated_at = clock_timestamp()
    WHERE id IN (
        SELECT customer.id FROM relationships_customer AS customer
        WHERE customer.id IN (SELECT customer_id FROM changed WHERE contact_id IS NULL)
          AND customer.updated_at < transaction_timestamp()
        ORDER BY customer.id FOR NO KEY UPDATE
    );
    UPDATE relationships_contact SET updated_at = clock_timestamp()
    WHERE id IN (
        SELECT contact.id FROM relationships_contact AS contact
        WHERE contact.id IN (SELECT contact_id FROM changed)
          AND contact.updated_at < transaction_timestamp()
        ORDER BY contact.id FOR NO KEY UPDATE
    );
    RETURN NULL;
END $$
"""


def stamped(table, condition="OLD.* IS DISTINCT FROM NEW.*"):
    """Return the operation that makes a table keep `updated_at`."""
    return migrations.RunSQL(
        f"CREATE TRIGGER stamp BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition}) "
        "EXECUTE FUNCTION hearth_stamp()",
        f"DROP TRIGGER stamp ON {table}",
    )


def touching(event, rows):
    """Return the operation that passes a change of identities on."""
    name = f"touch_{event}_{rows}".lower()
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON relationships_identity "
        f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT "
        "EXECUTE FUNCTION relationships_identities_changed()",
        f"DROP TRIGGER {name} ON relationships_identity",
    )


def updated_at(model):
    """Return the operation that adds the column."""
    return migrations.AddField(
        model,
        "updated_at",
        models.DateTimeField(
            db_default=django.db.models.functions.datetime.Now(),
            editable=False,
            help_text="When it last changed; the database keeps it.",
        ),
    )


class Migration(migrations.Migration):

    dependencies = [
        ("relationships", "0005_keys"),
    ]

    operations = [
        *(updated_at(model) for model in ("contact", "customer", "person", "segment", "team")),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["name", "id"], name="contact_by_name"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["updated_at", "id"], name="contact_by_update"),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                ),
                name="contact_search",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["updated_at", "id"], name="customer_by_update"),
        ),
        migrations.RunSQL(STAMP, "DROP FUNCTION hearth_stamp()"),
        stamped("relationships_contact"),
        stamped("relationships_customer"),
        stamped("relationships_segment"),
        stamped("relationships_team"),
        stamped("relationships_person", PERSON_CHANGED),
        migrations.RunSQL(TOUCH, "DROP FUNCTION relationships_identities_changed()"),
        touching("INSERT", "NEW"),
        touching("UPDATE", "OLD"),
        touching("UPDATE", "NEW"),
        touching("DELETE", "OLD"),
    ]
