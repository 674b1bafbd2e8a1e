"""Looks up all that the touchpoints of a batch refer to: a query for each kind of thing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from interactions.models import Loop, TouchpointType
from interactions.services.copying import array
from interactions.services.validate import (
    AtCustomer,
    Kind,
    NewTouchpoint,
    References,
    Whom,
    identity_flaw,
)
from relationships import access
from relationships.models import Contact, Identity, Person
from relationships.selectors import IdentityRef, survivors_of
from relationships.services import customers_for
from relationships.services.introductions import Newcomer, introduce

_BY_IDENTITY = f"""
    SELECT identity.value, customer.id, coalesce(identity.home_id, customer.id), customer.team_id,
           identity.contact_id
    FROM unnest(%s::text[]) AS wanted (value)
    JOIN {Identity._meta.db_table} AS identity
      ON identity.kind = %s AND identity.namespace = %s AND identity.value = wanted.value
    JOIN ({{visible}}) AS customer ON customer.id = identity.customer_id
"""
_TYPES = f"SELECT key, {', '.join(Kind._fields)} FROM {TouchpointType._meta.db_table}"
_CONTACTS = f"""
    SELECT kind, value, namespace, contact_id, customer_id, coalesce(home_id, customer_id)
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (kind, value, namespace)
    JOIN {Identity._meta.db_table} USING (kind, value, namespace)
"""
_BY_ID = """
    SELECT customer.id, customer.team_id
    FROM unnest(%s::bigint[]) AS wanted (id) JOIN ({visible}) AS customer USING (id)
"""


def references(
    items: Sequence[NewTouchpoint],
    *,
    by: Person,
    may_create_customers: bool,
    new_customers_team_id: int | None = None,
) -> References:
    """Look up what these touchpoints refer to; make who is unknown if allowed.

    Call `keep_customers` first, so that nobody is merged or deleted between this and the end.
    """
    named = {item.customer for item in items}
    refs = _storable_refs(who for who in named if isinstance(who, IdentityRef))
    customers = _by_identity(refs, by) | _by_id({who for who in named if isinstance(who, int)}, by)
    if may_create_customers and (unknown := [ref for ref in refs if ref not in customers]):
        customers_for(refs=unknown, team_id=new_customers_team_id or by.team_id)
        customers |= _by_identity(unknown, by)
    return References(
        types=_types(),
        customers=customers,
        contacts=_contacts(_given(item.contact_id for item in items))
        | _named_contacts(items, customers, may_create=may_create_customers),
        people=_people(_given(item.person_id for item in items))
        | _named_people({item.person for item in items if item.person}),
        openers=_openers(_given(item.closes_loop for item in items)),
    )


def storable(ids: Iterable[int]) -> list[int]:
    """Leave out numbers that no bigint column can hold."""
    return sorted(number for number in ids if 0 < number < 2**63)


def _given(ids: Iterable[int | None]) -> set[int]:
    return {number for number in ids if number is not None}


def _storable_refs(refs: Iterable[IdentityRef]) -> list[IdentityRef]:
    """Leave out identities that no customer can have; put neighbours in the index side by side."""
    return sorted(ref for ref in refs if identity_flaw(ref) is None)


def _by_identity(refs: Sequence[IdentityRef], by: Person) -> dict[int | IdentityRef, Whom]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for kind, value, namespace in refs:
        groups[kind, namespace].append(value)
    return {
        IdentityRef(kind, value, namespace): Whom(*found)
        for (kind, namespace), values in groups.items()
        for value, *found in _of_visible(_BY_IDENTITY, [array(values), kind, namespace], by)
    }


def _by_id(ids: Collection[int], by: Person) -> dict[int | IdentityRef, Whom]:
    """Return who these customers are now: themselves, or whom they were merged into."""
    if not ids:
        return {}
    teams = _teams(ids, by)
    known = {pk: Whom(pk, pk, team_id) for pk, team_id in teams.items()}
    if missing := ids - known.keys():
        survivors = survivors_of(storable(missing))
        teams = _teams(set(survivors.values()) - missing, by)
        for pk, survivor in survivors.items():
            if survivor in teams:
                known[pk] = Whom(survivor, pk, teams[survivor])
    return known  # type: ignore[return-value]


def _teams(ids: Iterable[int], by: Person) -> dict[int, int | None]:
    return dict(_of_visible(_BY_ID, [storable(ids)], by))


def _of_visible(sql: str, params: list[Any], by: Person) -> list[tuple[Any, ...]]:
    """Run a query whose `{visible}` are the customers that `by` may write to."""
    customers = access.customers_visible_to(by).order_by().values_list("id", "team_id")
    try:
        visible, scope = customers.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.format(visible=visible), [*params, *scope])
        return cursor.fetchall()


def _types() -> dict[str, Kind]:
    with connection.cursor() as cursor:
        cursor.execute(_TYPES)
        return {key: Kind(*fields) for key, *fields in cursor.fetchall()}


def _contacts(contact_ids: set[int]) -> dict[int | IdentityRef, AtCustomer]:
    if not contact_ids:
        return {}
    rows = Contact.objects.filter(pk__in=storable(contact_ids))
    return {
        pk: AtCustomer(pk, customer_id, home_id or customer_id)
        for pk, customer_id, home_id in rows.values_list("pk", "customer_id", "home_id")
    }


def _named_contacts(
    items: Sequence[NewTouchpoint],
    customers: Mapping[int | IdentityRef, Whom],
    *,
    may_create: bool,
) -> dict[int | IdentityRef, AtCustomer]:
    """Return whom identities of contacts mean; make contacts of the unknown ones if allowed."""
    named = {item.contact: item.customer for item in reversed(items) if item.contact is not None}
    refs = _storable_refs(named)
    known = _contacts_by_identity(refs)
    if may_create and (unknown := [ref for ref in refs if ref not in known]):
        newcomers = [
            Newcomer(ref, "", at=customers[named[ref]].home_id, contact_name=ref.value)
            for ref in unknown
            if named[ref] in customers
        ]
        introduce(newcomers=newcomers, team_id=None)
        known |= _contacts_by_identity(unknown)
    return known


def _contacts_by_identity(refs: Sequence[IdentityRef]) -> dict[int | IdentityRef, AtCustomer]:
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
