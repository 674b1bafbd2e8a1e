"""A version of whom identities mean, counted by the database itself: it sees raw SQL too."""

from django.db import migrations, models

COUNT = """
CREATE FUNCTION relationships_roster_changed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE relationships_rosterversion SET version = version + 1
    WHERE id = (
        SELECT id FROM relationships_rosterversion ORDER BY id LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED
    );
    IF NOT FOUND THEN
        INSERT INTO relationships_rosterversion (version)
        VALUES ((random() * 2 ^ 52)::bigint);
    END IF;
END $$
"""

ALWAYS = """
CREATE FUNCTION relationships_count_always() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM relationships_roster_changed();
    RETURN NULL;
END $$
"""

IF_ANY = """
CREATE FUNCTION relationships_count_if_any() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed) THEN
        PERFORM relationships_roster_changed();
    END IF;
    RETURN NULL;
END $$
"""

IF_MOVED = """
CREATE FUNCTION relationships_count_if_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- No join: how many rows changed is not known to the planner, and with a plan for few it
    -- compared each with each.
    IF EXISTS (
        SELECT id, team_id, merged_into_id FROM after
        EXCEPT SELECT id, team_id, merged_into_id FROM before
    ) THEN
        PERFORM relationships_roster_changed();
    END IF;
    RETURN NULL;
END $$
"""


def function(name, definition):
    """Return the operation that makes a function."""
    return migrations.RunSQL(definition, f"DROP FUNCTION {name}()")


# Using a key, and signing in, changes nothing that a request depends on.
OF_A_KEY = (
    "person_id, digest, scopes, requests_per_minute, origins, expires_at, revoked_at, replaces_id"
)
OF_A_PERSON = "email, name, role, team_id, time_zone, is_active, is_demo"


def counting(table, event, what, rows=""):
    """Return the operation that counts what happens to a table."""
    name = f"roster_{event.split()[0].lower()}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} {rows and 'REFERENCING ' + rows} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION relationships_count_{what}()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):

    dependencies = [
        ("relationships", "0009_answered_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="RosterVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.BigIntegerField()),
            ],
        ),
        function("relationships_roster_changed", COUNT),
        function("relationships_count_always", ALWAYS),
        function("relationships_count_if_any", IF_ANY),
        function("relationships_count_if_moved", IF_MOVED),
        counting("relationships_identity", "UPDATE", "if_any", "NEW TABLE AS changed"),
        counting("relationships_identity", "DELETE", "if_any", "OLD TABLE AS changed"),
        counting("relationships_identity", "TRUNCATE", "always"),
        counting(
            "relationships_customer",
            "UPDATE",
            "if_moved",
            "OLD TABLE AS before NEW TABLE AS after",
        ),
        counting("relationships_customer", "TRUNCATE", "always"),
        counting("relationships_accesskey", f"UPDATE OF {OF_A_KEY}", "always"),
        counting("relationships_accesskey", "DELETE", "always"),
        counting("relationships_person", f"UPDATE OF {OF_A_PERSON}", "always"),
        counting("relationships_person", "DELETE", "always"),
        counting("relationships_team", "UPDATE", "always"),
        counting("relationships_team", "DELETE", "always"),
    ]
