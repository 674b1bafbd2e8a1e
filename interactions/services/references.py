"""Looks up all that the touchpoints of a batch refer to: a query for each kind of thing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from interactions.models import Loop, TouchpointType
from interactions.services.columns import Columns, given, take
from interactions.services.flaws import identity_flaw
from relationships import access
from relationships.models import Contact, Customer, Identity, Person
from relationships.numbers import LARGEST_ID
from relationships.selectors import IdentityRef, Roster, Whom, survivors_of
from relationships.services import make_customers
from relationships.services.introductions import Newcomer, introduce

Name = int | IdentityRef
"""How touchpoints name somebody: by our own id, or by an identity."""


class AtCustomer(NamedTuple):
    """A contact, or nobody in particular, and whose they are: now, and beneath all merges."""

    contact_id: int | None
    customer_id: int
    home_id: int


class Kind(NamedTuple):
    """What recording asks of a touchpoint type."""

    id: int
    direction: int
    points: float
    opens: int | None
    expected_hours: float | None


@dataclass(frozen=True, slots=True)
class References:
    """What the touchpoints of a batch refer to, as far as it exists and may be used.

    The first two are columns beside those of the touchpoints, with None for what does not exist.
    """

    kinds: Sequence[Kind | None]
    whose: Sequence[Whom | None]
    types: Mapping[str, Kind]
    contacts: Mapping[Name, AtCustomer]
    people: Mapping[int | str, int]  # by id and by e-mail address
    openers: Mapping[int, tuple[int, int, str]]  # customer, source and external id that opened it

    def take(self, places: Sequence[int]) -> "References":
        """Return those of the touchpoints at these places."""
        return References(
            take(self.kinds, places),
            take(self.whose, places),
            self.types,
            self.contacts,
            self.people,
            self.openers,
        )


_TYPES = f"SELECT key, {', '.join(Kind._fields)} FROM {TouchpointType._meta.db_table}"
_CONTACTS = f"""
    SELECT kind, value, namespace, contact_id, customer_id, coalesce(home_id, customer_id)
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (kind, value, namespace)
    JOIN {Identity._meta.db_table} USING (kind, value, namespace)
"""
_TEAMS = f"""
    SELECT id, team_id FROM unnest(%s::bigint[]) AS wanted (id)
    JOIN {Customer._meta.db_table} USING (id) WHERE merged_into_id IS NULL
"""


def references(
    columns: Columns,
    *,
    roster: Roster,
    by: Person,
    may_create_customers: bool,
    new_customers_team_id: int | None = None,
) -> References:
    """Look up what these touchpoints refer to; make who is unknown if allowed.

    `roster` is what `keep_customers` returned, so that nobody is merged or deleted between this
    and the end.
    """
    types = roster.fact("types", _types)
    whose = _whose(
        columns.customer,
        roster,
        by,
        team_of_new=(new_customers_team_id or by.team_id,) if may_create_customers else None,
    )
    return References(
        kinds=list(map(types.get, columns.type)),
        whose=whose,
        types=types,
        contacts=_contacts(set(given(columns.contact_id)))
        | _named_contacts(columns, whose, may_create=may_create_customers),
        people=_people(set(given(columns.person_id))) | _named_people(set(columns.person) - {""}),
        openers=_openers(set(given(columns.closes_loop))),
    )


def storable(ids: Iterable[int]) -> list[int]:
    """Leave out numbers that no bigint column can hold."""
    return sorted(number for number in ids if 0 < number <= LARGEST_ID)


def _whose(
    names: Sequence[Name], roster: Roster, by: Person, *, team_of_new: tuple[int | None] | None
) -> Sequence[Whom | None]:
    """Return whom each name means, None for those that `by` may not write to.

    Unknown identities become customers of the team given, if one is.
    """
    whose: list[Whom | None] = list(map(roster.known.get, names))  # type: ignore[arg-type]
    if None in whose:
        unknown = {name for name, whom in zip(names, whose, strict=True) if whom is None}
        found = _look_up(unknown, roster, team_of_new)
        whose = [whom or found.get(name) for name, whom in zip(names, whose, strict=True)]
    if access.sees_every_customer(by):
        return whose
    return [whom if whom and access.sees_customers_of(by, whom.team_id) else None for whom in whose]


def _look_up(
    names: Collection[Name], roster: Roster, team_of_new: tuple[int | None] | None
) -> dict[Name, Whom]:
    refs = _storable_refs(name for name in names if isinstance(name, IdentityRef))
    found: dict[Name, Whom] = dict(roster.look_up(refs).items())
    if team_of_new and (new := [ref for ref in refs if ref not in found]):
        make_customers(refs=new, team_id=team_of_new[0])
        found.update(roster.look_up(new).items())
    return found | _by_id({name for name in names if isinstance(name, int)})


def _storable_refs(refs: Iterable[IdentityRef]) -> list[IdentityRef]:
    """Leave out identities that nobody can have."""
    return sorted(ref for ref in refs if identity_flaw(ref) is None)


def _by_id(ids: set[int]) -> dict[Name, Whom]:
    """Return who these customers are now: themselves, or whom they were merged into."""
    if not ids:
        return {}
    teams = _teams(ids)
    known: dict[Name, Whom] = {pk: Whom(pk, pk, team_id) for pk, team_id in teams.items()}
    if missing := ids - teams.keys():
        survivors = survivors_of(storable(missing))
        teams = _teams(set(survivors.values()) - missing)
        for pk, survivor in survivors.items():
            if survivor in teams:
                known[pk] = Whom(survivor, pk, teams[survivor])
    return known


def _teams(ids: Iterable[int]) -> dict[int, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(_TEAMS, [storable(ids)])
        return dict(cursor.fetchall())


def _types() -> dict[str, Kind]:
    with connection.cursor() as cursor:
        cursor.execute(_TYPES)
        return {key: Kind(*fields) for key, *fields in cursor.fetchall()}


def _contacts(contact_ids: set[int]) -> dict[Name, AtCustomer]:
    if not contact_ids:
        return {}
    rows = Contact.objects.filter(pk__in=storable(contact_ids))
    return {
        pk: AtCustomer(pk, customer_id, home_id or customer_id)
        for pk, customer_id, home_id in rows.values_list("pk", "customer_id", "home_id")
    }


def _named_contacts(
    columns: Columns, whose: Sequence[Whom | None], *, may_create: bool
) -> dict[Name, AtCustomer]:
    """Return whom identities of contacts mean; make contacts of the unknown ones if allowed."""
    if not given(columns.contact):
        return {}
    # Of those with the same contact, the first says where an unknown one is.
    pairs = zip(reversed(columns.contact), reversed(whose), strict=True)
    at = {contact: whom for contact, whom in pairs if contact is not None}
    refs = _storable_refs(at)
    known = _contacts_by_identity(refs)
    if may_create and (unknown := [ref for ref in refs if ref not in known]):
        newcomers = [
            Newcomer(ref, "", at=whom.home_id, contact_name=ref.value)
            for ref in unknown
            if (whom := at[ref])
        ]
        introduce(newcomers=newcomers, team_id=None)
        known |= _contacts_by_identity(unknown)
    return known


def _contacts_by_identity(refs: Sequence[IdentityRef]) -> dict[Name, AtCustomer]:
    if not refs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, [list(column) for column in zip(*refs, strict=True)])
        return {IdentityRef(*row[:3]): AtCustomer(*row[3:]) for row in cursor.fetchall()}


def _people(person_ids: set[int]) -> dict[int | str, int]:
    if not person_ids:
        return {}
    people = Person.objects.filter(pk__in=storable(person_ids))
    return {pk: pk for pk in people.values_list("pk", flat=True)}


def _named_people(emails: set[str]) -> dict[int | str, int]:
    if not emails:
        return {}
    return dict(Person.objects.filter(email__in=emails).values_list("email", "pk"))


def _openers(loop_ids: set[int]) -> dict[int, tuple[int, int, str]]:
    if not loop_ids:
        return {}
    rows = Loop.objects.filter(pk__in=storable(loop_ids)).values_list(
        "pk", "customer_id", "opened_by__source_id", "opened_by__external_id"
    )
    return {pk: (customer_id, source, external) for pk, customer_id, source, external in rows}
