"""How anybody who remembers whom identities mean learns that it is not so any more."""

from django.db import models


class RosterVersion(models.Model):
    """Counts how often it changed whom an identity means, or what else requests depend on.

    That is whose a customer is, keys, people, teams, sources and touchpoint types. The sum over
    all rows is the version; each transaction that changes something counts in a row that no other
    one holds, so that nobody waits. New identities count nothing: what was known before stays
    true. The database keeps it, and starts a row at random: a table that was emptied never comes
    back to a version it had.
    """

    version = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.pk}: {self.version}"
