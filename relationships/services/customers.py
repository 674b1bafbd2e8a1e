"""Writes about customers and what we hold of them."""

from collections.abc import Collection, Sequence

from django.db import connection, transaction

from relationships.models import Customer, Identity, ProfileChange
from relationships.names import searchable
from relationships.selectors import IdentityRef

LONGEST_NAME = 200
"""Characters of a customer's name; an identity may be longer."""


_MAKE_CUSTOMERS = f"""
    WITH wanted AS (
        SELECT nextval(pg_get_serial_sequence('{Customer._meta.db_table}', 'id')) AS id, *
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
            AS ref (kind, value, namespace, name, search_name)
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


def make_customers(*, refs: Collection[IdentityRef], team_id: int | None) -> None:
    """Make a customer of each identity that means nobody yet.

    Two requests may meet the same new identity at once: the second waits for the first at the
    unique constraint and then makes none.
    """
    # In the order of all who add identities, so that two cannot wait for each other in a ring.
    ordered = sorted(refs)
    names = [ref.value[:LONGEST_NAME] for ref in ordered]
    with connection.cursor() as cursor:
        cursor.execute(
            _MAKE_CUSTOMERS,
            [
                *(list(column) for column in zip(*ordered, strict=True)),
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
