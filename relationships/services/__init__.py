"""Writes about customers, contacts, identities, people and their keys."""

from relationships.services.announcements import Announcement, announce
from relationships.services.customers import (
    LONGEST_NAME,
    customers_for,
    mark_profiles_changed,
    save_customer,
)
from relationships.services.keys import (
    LONGEST_SOURCE,
    NOTED_EVERY,
    SCOPES,
    NewKey,
    NotAServiceAccountError,
    UnknownScopeError,
    UnknownTeamError,
    create_key,
    key_digest,
    note_use,
    revoke_keys,
    service_account,
    team_named,
)
from relationships.services.merges import (
    CustomerGoneError,
    NotMergeableError,
    absorb_customer,
    keep_customers,
    release_customer,
)

__all__ = [
    "LONGEST_NAME",
    "LONGEST_SOURCE",
    "NOTED_EVERY",
    "SCOPES",
    "Announcement",
    "CustomerGoneError",
    "NewKey",
    "NotAServiceAccountError",
    "NotMergeableError",
    "UnknownScopeError",
    "UnknownTeamError",
    "absorb_customer",
    "announce",
    "create_key",
    "customers_for",
    "keep_customers",
    "key_digest",
    "mark_profiles_changed",
    "note_use",
    "release_customer",
    "revoke_keys",
    "save_customer",
    "service_account",
    "team_named",
]
