"""Looks up what is asked to be written refers to: a query for each kind of thing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Model, Q, QuerySet
from msgspec import UnsetType

from relationships import access
from relationships.models import Customer, Identity, Person
from relationships.numbers import LARGEST_ID
from relationships.selectors import IdentityRef, directory
from relationships.services.merges import keep_customers
from relationships.services.profiles.asked import CustomerWrite
from relationships.services.profiles.claims import (
    Claim,
    TakenMeanwhileError,
    claims_of,
    named_refs,
)
from relationships.services.profiles.refusals import identity_flaw, text_flaw

LONGEST = 254
"""Characters of whatever a thing may be named by."""

Named = int | str | UnsetType | None


@dataclass(frozen=True, slots=True)
class Known:
    """What some writes refer to, as far as it is there and the account may use it.

    `customers` are held until the transaction ends; `own` has the identities that mean each as a
    whole, with their ids. `visible` are customers of others that the account may at least name.
    """

    claims: Mapping[IdentityRef, Claim]
    customers: Mapping[int, Customer]
    own: Mapping[int, Mapping[IdentityRef, int]]
    visible: Collection[int]
    segments: Mapping[int | str, int] = field(default_factory=dict)
    teams: Mapping[int | str, int] = field(default_factory=dict)
    people: Mapping[int | str, int] = field(default_factory=dict)


def known_to(items: Sequence[CustomerWrite], by: Person) -> Known:
    """Look up what these writes refer to, and hold the customers they are about.

    Nobody is merged, parted or deleted from here to the end. Raises `TakenMeanwhileError` when
    an identity came to mean somebody else while we waited for a customer.
    """
    keep_customers()
    addresses = {
        item.identity for item in items if item.identity and not identity_flaw(item.identity)
    }
    refs = addresses | named_refs(items)
    by_id = {item.id for item in items if item.id is not None}
    targets = by_id | _meant(addresses, claims_of(refs))
    customers = held_customers(targets, by)
    claims = claims_of(refs)
    if by_id | _meant(addresses, claims) != targets:
        raise TakenMeanwhileError
    others = {claim.customer_id for claim in claims.values()} - customers.keys()
    return Known(
        claims=claims,
        customers=customers,
        own=_own_identities(customers),
        visible=visible_among(others, by),
        segments=_named(directory.segments(by), "name", (item.segment for item in items)),
        teams=_named(directory.teams(by), "name", (item.team for item in items)),
        people=_named(access.people_visible_to(by), "email", (item.owner for item in items)),
    )


def held_customers(ids: Iterable[int], by: Person) -> dict[int, Customer]:
    """Return those of these customers that `by` may change, and hold them until the end.

    In one order, so that two requests cannot wait for each other in a ring.
    """
    wanted = storable(ids)
    if not wanted:
        return {}
    visible = access.customers_visible_to(by).filter(pk__in=wanted).order_by("pk")
    return {row.pk: row for row in visible.select_for_update(of=("self",), no_key=True)}


def visible_among(ids: Collection[int], by: Person) -> set[int]:
    """Return those of these customers that `by` may see."""
    if not ids:
        return set()
    return set(access.customers_visible_to(by).filter(pk__in=ids).values_list("pk", flat=True))


def storable(ids: Iterable[int]) -> list[int]:
    """Leave out numbers that no bigint column can hold."""
    return sorted(number for number in ids if 0 < number <= LARGEST_ID)


def _meant(addresses: Iterable[IdentityRef], claims: Mapping[IdentityRef, Claim]) -> set[int]:
    return {claims[ref].customer_id for ref in addresses if ref in claims}


def _own_identities(customers: Collection[int]) -> Mapping[int, Mapping[IdentityRef, int]]:
    own: dict[int, dict[IdentityRef, int]] = defaultdict(dict)
    if customers:
        for row in Identity.objects.filter(customer__in=customers, contact=None):
            own[row.customer_id][IdentityRef(row.kind, row.value, row.namespace)] = row.pk
    return own


def _named(things: QuerySet[Model], path: str, names: Iterable[Named]) -> dict[int | str, int]:
    """Return the ids of the things that are named, by id or by what `path` says, as named."""
    wanted = set(names)
    ids = storable(name for name in wanted if isinstance(name, int))
    texts = [name for name in wanted if isinstance(name, str) and not text_flaw(name, LONGEST)]
    if not (ids or texts):
        return {}
    found: dict[int | str, int] = {}
    rows = things.filter(Q(pk__in=ids) | Q(**{f"{path}__in": texts})).order_by()
    for pk, text in rows.values_list("pk", path):
        found |= {pk: pk, text: pk}
    return found
