"""Whom identities mean, and how that is changed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db import connection
from msgspec import UNSET, UnsetType

from relationships.models import Identity
from relationships.selectors import IdentityRef
from relationships.services.profiles.asked import MOST_IDENTITIES, IdentityWrite
from relationships.services.profiles.refusals import Refusal, identity_flaw, refusal

BOTH = "Give identities or add_identities, not both."


class TakenMeanwhileError(Exception):
    """Somebody else gave an identity away between our question and our write: begin anew."""


class Claim(NamedTuple):
    """Whom an identity means: a customer as it is now, and a contact there if it is one's.

    `home_id` is the customer beneath a merge, as the row has it.
    """

    identity_id: int
    customer_id: int
    contact_id: int | None
    home_id: int | None


class Belongings(NamedTuple):
    """Identities that shall mean somebody, and the ids of those that shall no more."""

    added: Sequence[IdentityRef] = ()
    removed: Sequence[int] = ()


class Addition(NamedTuple):
    """An identity that shall mean a customer, or a contact there."""

    ref: IdentityRef
    customer_id: int
    contact_id: int | None = None
    home_id: int | None = None


_CLAIMS = f"""
    SELECT kind, value, namespace, id, customer_id, contact_id, home_id
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (kind, value, namespace)
    JOIN {Identity._meta.db_table} USING (kind, value, namespace)
"""
_ADD = f"""
    INSERT INTO {Identity._meta.db_table}
        (kind, value, namespace, customer_id, contact_id, home_id)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
                         %s::bigint[])
    ON CONFLICT (kind, namespace, value) DO NOTHING
"""


def named_refs(items: Iterable[IdentityWrite]) -> set[IdentityRef]:
    """Return all identities that are named to be somebody's, and can be kept at all."""
    lists = (names for item in items for names in (item.identities, item.add_identities))
    return {
        ref
        for names in lists
        if not isinstance(names, UnsetType)
        for ref in names[:MOST_IDENTITIES]
        if not identity_flaw(ref)
    }


def claims_of(refs: Collection[IdentityRef]) -> dict[IdentityRef, Claim]:
    """Return whom these identities mean now, in one query."""
    if not refs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, [list(column) for column in zip(*sorted(refs), strict=True)])
        return {IdentityRef(*row[:3]): Claim(*row[3:]) for row in cursor.fetchall()}


def list_flaws(item: IdentityWrite) -> Iterator[Refusal]:
    """Yield what is wrong with the lists of identities, whomever they are to mean."""
    if item.identities is not UNSET and item.add_identities is not UNSET:
        yield refusal("/add_identities", "", BOTH)
    for name, refs in (("identities", item.identities), ("add_identities", item.add_identities)):
        if isinstance(refs, UnsetType):
            continue
        if len(refs) > MOST_IDENTITIES:
            yield refusal(f"/{name}", len(refs), f"Name at most {MOST_IDENTITIES} at once.")
            continue
        for place, ref in enumerate(refs):
            if flaw := identity_flaw(ref):
                yield refusal(f"/{name}/{place}/value", ref, flaw)


def named_places(item: IdentityWrite) -> Iterator[tuple[str, IdentityRef]]:
    """Yield each identity that is named, with the JSON pointer to it."""
    for name, refs in (("identities", item.identities), ("add_identities", item.add_identities)):
        if not isinstance(refs, UnsetType):
            yield from ((f"/{name}/{place}", ref) for place, ref in enumerate(refs))


def changed_belongings(
    item: IdentityWrite, address: IdentityRef | None, own: Mapping[IdentityRef, int]
) -> Belongings:
    """Return how the identities of somebody change who has `own` ones, with their ids.

    `address` is what they were named by; it stays, or else the next write would not find them.
    """
    wanted = dict.fromkeys(ref for _, ref in named_places(item))
    if address is not None:
        wanted[address] = None
    is_all = item.identities is not UNSET
    removed = [pk for ref, pk in own.items() if ref not in wanted] if is_all else []
    return Belongings([ref for ref in wanted if ref not in own], removed)


def remove_identities(ids: Collection[int]) -> None:
    """Let identities mean nobody."""
    if ids:
        Identity.objects.filter(pk__in=ids).delete()


def add_identities(additions: Iterable[Addition]) -> None:
    """Let identities mean somebody; raises `TakenMeanwhileError` when one has come to mean another.

    In one order, so that two requests cannot wait for each other in a ring.
    """
    rows = [(*one.ref, *one[1:]) for one in sorted(additions, key=lambda one: one.ref)]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
        if cursor.rowcount < len(rows):
            raise TakenMeanwhileError
