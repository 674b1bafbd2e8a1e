"""People and companies that became known elsewhere: many customers and contacts at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from relationships.models import Contact, Customer, Identity, ProfileChange
from relationships.names import searchable
from relationships.selectors import IdentityRef, survivors_of
from relationships.services.customers import LONGEST_NAME, mark_profiles_changed
from relationships.services.merges import keep_customers

LONGEST_CONTACT_NAME = 150
"""Characters of a contact's name and of a job title."""


class Newcomer(NamedTuple):
    """Somebody nobody knew: a contact at a customer, a customer of their own, or a company.

    `at` is the customer beneath all merges; without one a customer is made, called
    `customer_name`. A company has no contact.
    """

    ref: IdentityRef
    customer_name: str
    at: int | None = None
    contact_name: str = ""
    job_title: str = ""


class Belonging(NamedTuple):
    """Whom an identity means: a customer, beneath all merges, and a contact there."""

    ref: IdentityRef
    customer_id: int
    contact_id: int | None


_INTRODUCE = f"""
    WITH wanted AS (
        SELECT *, nextval(pg_get_serial_sequence('{Customer._meta.db_table}', 'id')) AS own_id,
               CASE WHEN contact_name <> ''
                    THEN nextval(pg_get_serial_sequence('{Contact._meta.db_table}', 'id'))
               END AS contact_id
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],
                    %s::bigint[], %s::text[], %s::text[])
            AS newcomer (kind, value, namespace, name, search_name, at_id, home_id, contact_name,
                         job_title)
    ), identity AS (
        -- Foreign keys to what the statement makes below are checked at the end.
        INSERT INTO {Identity._meta.db_table}
            (kind, namespace, value, customer_id, home_id, contact_id)
        SELECT kind, namespace, value, coalesce(at_id, own_id), home_id, contact_id FROM wanted
        ON CONFLICT (kind, namespace, value) DO NOTHING
        RETURNING kind, namespace, value
    ), introduced AS (
        SELECT wanted.* FROM wanted JOIN identity USING (kind, namespace, value)
    ), customer AS (
        INSERT INTO {Customer._meta.db_table}
            (id, name, search_name, stage, style, yearly_value, currency, team_id, is_demo)
        SELECT own_id, name, search_name, %s, '', 0, %s, %s, false
        FROM introduced WHERE at_id IS NULL
    ), contact AS (
        INSERT INTO {Contact._meta.db_table} (id, customer_id, home_id, name, job_title)
        SELECT contact_id, coalesce(at_id, own_id), home_id, contact_name, job_title
        FROM introduced WHERE contact_id IS NOT NULL
    )
    INSERT INTO {ProfileChange._meta.db_table} (customer_id)
    SELECT DISTINCT coalesce(at_id, own_id) FROM introduced
"""


@transaction.atomic
def introduce(*, newcomers: Sequence[Newcomer], team_id: int | None) -> None:
    """Make customers and contacts of newcomers; those somebody else introduced just now stay."""
    if not newcomers:
        return
    # In one order, so that two requests cannot wait for each other in a ring.
    ordered = sorted(newcomers, key=lambda one: one.ref)
    now_at = _kept_survivors([one.at for one in ordered if one.at is not None])
    rows = [_row(one, now_at) for one in ordered]
    currency = Customer._meta.get_field("currency").default
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_INTRODUCE, [*columns, Customer.Stage.CURRENT, currency, team_id])


def _row(one: Newcomer, now_at: Mapping[int, int]) -> tuple[Any, ...]:
    name = one.customer_name[:LONGEST_NAME]
    at = None if one.at is None else now_at[one.at]
    home = one.at if one.at != at else None
    contact = one.contact_name[:LONGEST_CONTACT_NAME]
    title = one.job_title[:LONGEST_CONTACT_NAME]
    return (*one.ref, name, searchable(name), at, home, contact, title)


_ATTACH = f"""
    INSERT INTO {Identity._meta.db_table} AS identity
        (kind, value, namespace, customer_id, home_id, contact_id)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
                         %s::bigint[])
    ON CONFLICT (kind, namespace, value) DO
"""
_MOVE = """
    UPDATE SET customer_id = excluded.customer_id, home_id = excluded.home_id,
               contact_id = excluded.contact_id
    WHERE (identity.customer_id, identity.home_id, identity.contact_id) IS DISTINCT FROM
          (excluded.customer_id, excluded.home_id, excluded.contact_id)
"""


@transaction.atomic
def attach_identities(*, belongings: Collection[Belonging], is_moving: bool = False) -> None:
    """Let identities mean somebody; one that means another stays, unless `is_moving`."""
    if not belongings:
        return
    ordered = sorted({one.ref: one for one in belongings}.values(), key=lambda one: one.ref)
    now_at = _kept_survivors([one.customer_id for one in ordered])
    rows = [
        (*one.ref, at, one.customer_id if one.customer_id != at else None, one.contact_id)
        for one in ordered
        for at in (now_at[one.customer_id],)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _ATTACH + (_MOVE if is_moving else "NOTHING"),
            [list(column) for column in zip(*rows, strict=True)],
        )


@transaction.atomic
def add_contact(*, customer_id: int, name: str, job_title: str = "") -> Contact:
    """Make a contact at a customer, named beneath all merges."""
    at = _kept_survivors([customer_id])[customer_id]
    return Contact.objects.create(
        customer_id=at,
        home_id=customer_id if customer_id != at else None,
        name=name[:LONGEST_CONTACT_NAME],
        job_title=job_title[:LONGEST_CONTACT_NAME],
    )


@transaction.atomic
def update_contacts(*, contacts: Sequence[Contact]) -> None:
    """Save the name and job title of contacts."""
    if contacts:
        Contact.objects.bulk_update(contacts, ["name", "job_title"])


@transaction.atomic
def rename_customers(*, names: Mapping[int, str]) -> None:
    """Give customers other names."""
    if not names:
        return
    ids = sorted(names)
    shown = [names[pk][:LONGEST_NAME] for pk in ids]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {Customer._meta.db_table} AS customer
            SET name = new.name, search_name = new.search_name
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS new (id, name, search_name)
            WHERE customer.id = new.id
            """,
            [ids, shown, [searchable(name) for name in shown]],
        )
    mark_profiles_changed(customer_ids=ids)


def _kept_survivors(customer_ids: Collection[int]) -> dict[int, int]:
    """Return who these customers are now, and keep it so until the transaction ends."""
    if not customer_ids:
        return {}
    keep_customers()
    return survivors_of(customer_ids)
