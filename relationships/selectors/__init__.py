"""Reads about customers, contacts, identities, people and keys."""

from relationships.selectors.customers import (
    LIKE_ENOUGH,
    LOOKED_AT,
    IdentityRef,
    absorbed_by,
    colleagues,
    contacts_of,
    customers_by_identity,
    customers_like,
    has_demonstration,
    identities_of,
    survivors_of,
    visible_customer,
)
from relationships.selectors.keys import usable_key
from relationships.selectors.webhooks import wanted_kinds

__all__ = [
    "LIKE_ENOUGH",
    "LOOKED_AT",
    "IdentityRef",
    "absorbed_by",
    "colleagues",
    "contacts_of",
    "customers_by_identity",
    "customers_like",
    "has_demonstration",
    "identities_of",
    "survivors_of",
    "usable_key",
    "visible_customer",
    "wanted_kinds",
]
