"""Who the customers of touchpoints are now, held so that nobody merges or parts them meanwhile."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from relationships import access
from relationships.models import Customer, Person
from relationships.selectors import survivors_of

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class MergedMeanwhileError(Exception):
    """Customers were merged or parted between asking who they are and holding them."""


def atomic_beside_merges(
    service: Callable[Given, Answer],
) -> Callable[Given, Answer]:
    """Make a service atomic that begins anew when customers were merged or parted meanwhile.

    Going back to the start lets go of what it holds: to wait for other customers while holding
    these is how two would wait for each other.
    """

    @functools.wraps(service)
    def begun_anew(*args: Given.args, **kwargs: Given.kwargs) -> Answer:
        while True:
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except MergedMeanwhileError:
                continue

    return begun_anew


def survivors_and_teams(
    customer_ids: set[int], by: Person
) -> tuple[dict[int, int], dict[int, int | None]]:
    """Return who these customers are after merges, and the teams of those `by` may write to.

    Whoever is in the second is held. Raises `MergedMeanwhileError`.
    """
    named = storable(customer_ids)
    if not named:
        return {}, {}
    survivors = survivors_of(named)
    teams = _writable_customers(set(survivors.values()), by)
    # Whom we hold, nobody merges or parts; but that may have happened just before, and back.
    merged = {pk: survivor for pk, survivor in survivors.items() if pk != survivor}
    missed = set(survivors.values()) - teams.keys()
    if merged and survivors_of(merged) != merged:
        raise MergedMeanwhileError
    if missed and (
        survivors_of(missed) != {pk: pk for pk in missed}
        or access.customers_visible_to(by).filter(pk__in=missed).exists()
    ):
        raise MergedMeanwhileError
    return survivors, teams


def _writable_customers(customer_ids: set[int], by: Person) -> dict[int, int | None]:
    """Return the team of each customer `by` may write to, and keep them from being deleted."""
    # One array instead of a thousand parameters.
    wanted = RawSQL("SELECT unnest(%s::bigint[])", [sorted(customer_ids)])
    customers = access.customers_visible_to(by).filter(pk__in=wanted)
    sql, params = customers.order_by("pk").values_list("pk", "team_id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} FOR KEY SHARE OF {Customer._meta.db_table}", params)
        return dict(cursor.fetchall())


def storable(ids: set[int]) -> list[int]:
    """Leave out numbers that no bigint column can hold."""
    return sorted(number for number in ids if 0 < number < 2**63)
