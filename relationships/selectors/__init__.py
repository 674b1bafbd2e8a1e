"""Reads about customers, contacts, identities, people and keys."""

from relationships.selectors.customers import (
    LIKE_ENOUGH,
    LOOKED_AT,
    IdentityRef,
    absorbed_by,
    colleagues,
    contacts_at,
    contacts_of,
    customer_numbered,
    customers_by_identity,
    customers_like,
    has_demonstration,
    identities_of,
    survivors_of,
    visible_customer,
)
from relationships.selectors.keys import (
    is_origin_of_a_key,
    key_by_digest,
    service_account_at,
    service_accounts,
)
from relationships.selectors.named import Named, named
from relationships.selectors.people import function_as_written
from relationships.selectors.roster import (
    ROSTER_VERSION,
    Roster,
    Whom,
    current_roster,
    remembered_roster,
    roster_at,
)
from relationships.selectors.webhooks import wanted_kinds

__all__ = [
    "LIKE_ENOUGH",
    "LOOKED_AT",
    "ROSTER_VERSION",
    "IdentityRef",
    "Named",
    "Roster",
    "Whom",
    "absorbed_by",
    "colleagues",
    "contacts_at",
    "contacts_of",
    "current_roster",
    "customer_numbered",
    "customers_by_identity",
    "customers_like",
    "function_as_written",
    "has_demonstration",
    "identities_of",
    "is_origin_of_a_key",
    "key_by_digest",
    "named",
    "remembered_roster",
    "roster_at",
    "service_account_at",
    "service_accounts",
    "survivors_of",
    "visible_customer",
    "wanted_kinds",
]
