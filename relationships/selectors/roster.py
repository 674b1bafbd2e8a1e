"""Whom identities mean, remembered from one request to the next.

To find a customer by an identity costs about as much as to store a touchpoint. So each process
remembers whom it found, as long as the version of the roster says that nobody moved meanwhile.
"""

from collections.abc import Collection, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from django.db import connection, transaction

from relationships.models import Customer, Identity
from relationships.selectors.customers import IdentityRef

MOST_REMEMBERED = 250_000
"""Identities in one process; about 50 MB."""

FORGOTTEN_AT_ONCE = MOST_REMEMBERED // 10


class Whom(NamedTuple):
    """Whom an identity means: the customer now, and beneath all merges; its team; a contact."""

    customer_id: int
    home_id: int
    team_id: int | None
    contact_id: int | None = None


class Roster:
    """Whom identities mean at one version; asked for many at once, so it is a plain mapping."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.known: dict[IdentityRef, Whom] = {}

    def look_up(self, refs: Collection[IdentityRef]) -> Mapping[IdentityRef, Whom]:
        """Ask the database whom these mean, and remember it once the transaction is through.

        Not before: what the transaction itself wrote may be rolled back.
        """
        found = _found(refs)
        if found:
            transaction.on_commit(partial(self._remember, found))
        return found

    def _remember(self, found: Mapping[IdentityRef, Whom]) -> None:
        if len(self.known) + len(found) > MOST_REMEMBERED:
            for ref in list(islice(self.known, max(FORGOTTEN_AT_ONCE, len(found)))):
                self.known.pop(ref, None)
        self.known.update(found)


def roster(version: int) -> Roster:
    """Return what is remembered at this version, which the transaction itself has read."""
    global _latest
    latest = _latest
    if version == latest.version:
        return latest
    fresh = Roster(version)
    if version > latest.version:
        _latest = fresh
    return fresh


_latest = Roster(-1)

_FIND = f"""
    SELECT identity.kind, identity.value, identity.namespace,
           customer.id, coalesce(identity.home_id, customer.id), customer.team_id,
           identity.contact_id
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (kind, value, namespace)
    JOIN {Identity._meta.db_table} AS identity USING (kind, value, namespace)
    JOIN {Customer._meta.db_table} AS customer ON customer.id = identity.customer_id
"""


def _found(refs: Collection[IdentityRef]) -> dict[IdentityRef, Whom]:
    if not refs:
        return {}
    # Neighbours in the index side by side.
    columns = [list(column) for column in zip(*sorted(refs), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_FIND, columns)
        return {IdentityRef(*row[:3]): Whom(*row[3:]) for row in cursor.fetchall()}
