from django.db import migrations

# See relationships.services.merges: whoever records something holds this lock with others.
FORWARD = """
    CREATE FUNCTION wait_until_nothing_is_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(3, 0);
        RETURN NULL;
    END $$;
    CREATE TRIGGER customers_in_use BEFORE DELETE ON relationships_customer
    FOR EACH STATEMENT EXECUTE FUNCTION wait_until_nothing_is_recorded();
"""
BACKWARD = """
    DROP TRIGGER customers_in_use ON relationships_customer;
    DROP FUNCTION wait_until_nothing_is_recorded();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("relationships", "0006_updated_at"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
