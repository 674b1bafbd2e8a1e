"""Whom identities mean and what else each request asks for, remembered from one to the next.

To find a customer by an identity costs about as much as to store a touchpoint. So each process
remembers what it found, as long as the version of the roster says that nothing changed meanwhile.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction

from relationships.models import Customer, Identity, RosterVersion
from relationships.selectors.customers import IdentityRef

T = TypeVar("T")

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
    """What is remembered at one version.

    `known` are identities; many are asked for at once, so it is a plain mapping.
    """

    def __init__(self, version: int) -> None:
        self.version = version
        self.known: dict[IdentityRef, Whom] = {}
        self._facts: dict[Hashable, Any] = {}

    def fact(self, name: Hashable, find: Callable[[], T]) -> T:
        """Return what `find` finds, or found before; nothing found is not remembered.

        Only for what a trigger counts when it changes (migrations called `roster`).
        """
        found: T | None = self._facts.get(name)
        if found is None:
            found = find()
            if found is not None:
                transaction.on_commit(partial(self._facts.__setitem__, name, found))
        return found

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


def current_roster() -> Roster:
    """Return what is remembered of how everything is now."""
    with connection.cursor() as cursor:
        cursor.execute(ROSTER_VERSION)
        (version,) = cursor.fetchone()
    return roster_at(version)


def remembered_roster() -> Roster:
    """Return what is remembered, without asking whether it is still so.

    Only for whoever asks in the very statement that writes what is made of it.
    """
    return _latest


ROSTER_VERSION = f"SELECT coalesce(sum(version), 0)::bigint FROM {RosterVersion._meta.db_table}"


def roster_at(version: int) -> Roster:
    """Return what is remembered at this version, which the transaction itself has read.

    Others get it once the transaction is through. It may have made that version itself, and until
    then what others find out is of the version before.
    """
    latest = _latest
    if version == latest.version:
        return latest
    roster = Roster(version)
    transaction.on_commit(partial(_remember_latest, roster))
    return roster


def _remember_latest(roster: Roster) -> None:
    global _latest
    _latest = roster


_latest = Roster(-1)

# Asked for each kind by itself: joined with a list of all, it takes three times as long to plan
# as to answer for one.
_FIND = f"""
    SELECT value, customer_id, coalesce(home_id, customer_id),
           (SELECT team_id FROM {Customer._meta.db_table} WHERE id = customer_id), contact_id
    FROM {Identity._meta.db_table}
    WHERE kind = %s AND namespace = %s AND value = ANY(%s)
"""


def _found(refs: Collection[IdentityRef]) -> dict[IdentityRef, Whom]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, value, namespace in refs:
        groups[kind, namespace].append(value)
    found = {}
    with connection.cursor() as cursor:
        for (kind, namespace), values in groups.items():
            cursor.execute(_FIND, [kind, namespace, values])
            for value, *whom in cursor.fetchall():
                found[IdentityRef(kind, value, namespace)] = Whom(*whom)
    return found
