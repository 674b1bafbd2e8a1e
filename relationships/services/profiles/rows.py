"""Writes the rows of customers: many at once, in a few statements."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from relationships.models import Customer
from relationships.names import searchable
from relationships.services.customers import mark_profiles_changed
from relationships.services.profiles.claims import Addition, add_identities, remove_identities
from relationships.services.profiles.plans import COLUMNS, Plan

_UPDATE = f"""
    UPDATE {Customer._meta.db_table} AS customer
    SET name = new.name, search_name = new.search_name, stage = new.stage, style = new.style,
        segment_id = new.segment_id, yearly_value = new.yearly_value, currency = new.currency,
        team_id = new.team_id, owner_id = new.owner_id
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::numeric[],
                %s::text[], %s::bigint[], %s::bigint[], %s::text[])
        AS new (id, {", ".join(COLUMNS)}, search_name)
    WHERE customer.id = new.id
"""


def store(plans: Sequence[Plan]) -> list[int]:
    """Write what is planned, so that readings follow; return whom each plan was about.

    Raises `TakenMeanwhileError` when an identity has come to mean somebody else.
    """
    made = iter(_made([plan for plan in plans if plan.customer_id is None]))
    ids = [next(made) if plan.customer_id is None else plan.customer_id for plan in plans]
    written = list(zip(plans, ids, strict=True))
    _update([plan for plan in plans if plan.customer_id is not None and plan.has_other_values])
    remove_identities([pk for plan in plans for pk in plan.belongings.removed])
    add_identities(Addition(ref, pk) for plan, pk in written for ref in plan.belongings.added)
    if changed := [pk for plan, pk in written if plan.has_other_values]:
        mark_profiles_changed(customer_ids=changed)
    return ids


def _made(plans: Sequence[Plan]) -> list[int]:
    rows = [Customer(**plan.values, search_name=searchable(plan.values["name"])) for plan in plans]
    return [row.pk for row in Customer.objects.bulk_create(rows)]


def _update(plans: Sequence[Plan]) -> None:
    if not plans:
        return
    columns: list[list[Any]] = [[plan.customer_id for plan in plans]]
    columns += [[plan.values[name] for plan in plans] for name in COLUMNS]
    columns.append([searchable(plan.values["name"]) for plan in plans])
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, columns)
