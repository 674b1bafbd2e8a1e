"""How Django talks to PostgreSQL here: as it always does, but for what it asks of the server."""
