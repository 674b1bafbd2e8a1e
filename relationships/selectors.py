"""Reads about customers, contacts, identities and people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from relationships.models import AccessKey, Customer, Identity


@dataclass(frozen=True, slots=True)
class IdentityRef:
    """A name by which somebody else knows a customer: normalised, so that equal means same."""

    kind: str
    value: str
    namespace: str = ""


def has_demonstration() -> bool:
    """Whether any customer is demonstration data."""
    return Customer.objects.filter(is_demo=True).exists()


def customers_by_identity(refs: Iterable[IdentityRef]) -> dict[IdentityRef, tuple[int, int | None]]:
    """Return the (customer id, contact id) that each known identity means, in one query."""
    wanted = sorted({(ref.kind, ref.namespace, ref.value) for ref in refs})
    if not wanted:
        return {}
    kinds, namespaces, values = (list(column) for column in zip(*wanted, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT kind, namespace, value, customer_id, contact_id
            FROM {Identity._meta.db_table}
            JOIN unnest(%s::text[], %s::text[], %s::text[]) AS wanted (kind, namespace, value)
            USING (kind, namespace, value)
            """,
            [kinds, namespaces, values],
        )
        return {
            IdentityRef(kind, value, namespace): (customer_id, contact_id)
            for kind, namespace, value, customer_id, contact_id in cursor
        }


def usable_key(digest: str, *, now: datetime) -> AccessKey | None:
    """Return the key with this digest unless it is revoked, expired or its account is off."""
    return (
        AccessKey.objects.select_related("person__team")
        .filter(digest=digest, revoked_at__isnull=True, person__is_active=True)
        .exclude(expires_at__lte=now)
        .first()
    )
