"""Contacts know the team of their customer: of a name that many have, a team's are found at once.

The database keeps it, for it sees bulk writes and raw SQL.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations, models

FILL = """
UPDATE relationships_contact AS contact SET team_id = customer.team_id
FROM relationships_customer AS customer
WHERE customer.id = contact.customer_id AND customer.team_id IS NOT NULL
"""

TAKE = """
CREATE FUNCTION relationships_take_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT team_id INTO NEW.team_id FROM relationships_customer WHERE id = NEW.customer_id;
    RETURN NEW;
END $$
"""

PASS_ON = """
CREATE FUNCTION relationships_pass_team_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE relationships_contact SET team_id = NEW.team_id WHERE customer_id = NEW.id;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ("relationships", "0018_person_by_name"),
    ]

    operations = [
        BtreeGinExtension(),
        migrations.RemoveIndex(model_name="contact", name="contact_search"),
        migrations.AddField(
            model_name="contact",
            name="team",
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, help_text="The team of its customer, to search by; the database keeps it.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="relationships.team"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(TAKE, "DROP FUNCTION relationships_take_team()"),
        migrations.RunSQL(
            "CREATE TRIGGER take_team BEFORE INSERT OR UPDATE OF customer_id, team_id "
            "ON relationships_contact FOR EACH ROW EXECUTE FUNCTION relationships_take_team()",
            "DROP TRIGGER take_team ON relationships_contact",
        ),
        migrations.RunSQL(PASS_ON, "DROP FUNCTION relationships_pass_team_on()"),
        migrations.RunSQL(
            "CREATE TRIGGER pass_team_on AFTER UPDATE OF team_id ON relationships_customer "
            "FOR EACH ROW WHEN (OLD.team_id IS DISTINCT FROM NEW.team_id) "
            "EXECUTE FUNCTION relationships_pass_team_on()",
            "DROP TRIGGER pass_team_on ON relationships_customer",
        ),
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(fields=["team", "search_name"], name="contact_search", opclasses=("int8_ops", "gin_trgm_ops")),
        ),
    ]
