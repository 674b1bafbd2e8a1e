"""Writes about customers and what we hold of them."""

from collections.abc import Sequence

from django.db import connection, transaction

from relationships.models import Customer, Identity, ProfileChange
from relationships.names import searchable
from relationships.selectors import IdentityRef, customers_by_identity

LONGEST_NAME = 200
"""Characters of a customer's name; an identity may be longer."""


_CREATE_CUSTOMERS = f"""
    WITH wanted AS (
        SELECT nextval(pg_get_serial_sequence('{Customer._meta.db_table}', 'id')) AS id, *
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
            AS ref (kind, namespace, value, name, search_name)
    ), identity AS (
        -- The foreign key to the customer is checked at the end of the transaction.
        INSERT INTO {Identity._meta.db_table} (kind, namespace, value, customer_id)
        SELECT kind, namespace, value, id FROM wanted
        ON CONFLICT (kind, namespace, value) DO NOTHING
        RETURNING customer_id
    ), customer AS (
        INSERT INTO {Customer._meta.db_table}
            (id, name, search_name, stage, style, yearly_value, currency, team_id, is_demo)
        SELECT id, name, search_name, %s, '', 0, %s, %s, false
        FROM wanted JOIN identity ON identity.customer_id = wanted.id
    )
    INSERT INTO {ProfileChange._meta.db_table} (customer_id) SELECT customer_id FROM identity
"""


@transaction.atomic
def customers_for(
    *, refs: Sequence[IdentityRef], team_id: int | None = None
) -> dict[IdentityRef, tuple[int, int | None]]:
    """Return the (customer id, contact id) of each identity; make customers for the unknown ones.

    The customer is the one beneath all merges, as `customers_by_identity` tells it.

    Two requests may meet the same new identity at once: the second waits for the first at the
    unique constraint and then finds its customer.
    """
    known = customers_by_identity(refs)
    # In one order, so that two requests cannot wait for each other in a ring.
    missing = sorted(set(refs) - known.keys(), key=_by_value)
    if missing:
        _create_customers(missing, team_id=team_id)
        known |= customers_by_identity(missing)
    return known


def _by_value(ref: IdentityRef) -> tuple[str, str, str]:
    return (ref.kind, ref.namespace, ref.value)


def _create_customers(refs: Sequence[IdentityRef], *, team_id: int | None) -> None:
    names = [ref.value[:LONGEST_NAME] for ref in refs]
    with connection.cursor() as cursor:
        cursor.execute(
            _CREATE_CUSTOMERS,
            [
                [ref.kind for ref in refs],
                [ref.namespace for ref in refs],
                [ref.value for ref in refs],
                names,
                [searchable(name) for name in names],
                Customer.Stage.CURRENT,
                Customer._meta.get_field("currency").default,
                team_id,
            ],
        )


@transaction.atomic
def save_customer(*, customer: Customer) -> None:
    """Save what an administrator changed about a customer, so that readings follow."""
    customer.save()
    mark_profiles_changed(customer_ids=[customer.pk])


def mark_profiles_changed(*, customer_ids: Sequence[int]) -> None:
    """Say that what we hold about these customers changed, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ProfileChange._meta.db_table} (customer_id) SELECT unnest(%s::bigint[])",
            [list(customer_ids)],
        )
