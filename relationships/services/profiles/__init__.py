"""Writes what others hold about customers and their contacts, as they ask for it."""

from relationships.services.profiles.asked import (
    LARGEST_VALUE,
    LONGEST_JOB_TITLE,
    MOST_IDENTITIES,
    Check,
    ContactWrite,
    CustomerWrite,
    Outcome,
)
from relationships.services.profiles.contact_known import ContactGoneError
from relationships.services.profiles.contacts import write_contact
from relationships.services.profiles.customers import (
    CustomerMergedError,
    write_customer,
    write_customers,
)
from relationships.services.profiles.refusals import (
    Refusal,
    WriteRefusedError,
    identity_flaw,
    quoted,
    refusal,
    text_flaw,
)

__all__ = [
    "LARGEST_VALUE",
    "LONGEST_JOB_TITLE",
    "MOST_IDENTITIES",
    "Check",
    "ContactGoneError",
    "ContactWrite",
    "CustomerMergedError",
    "CustomerWrite",
    "Outcome",
    "Refusal",
    "WriteRefusedError",
    "identity_flaw",
    "quoted",
    "refusal",
    "text_flaw",
    "write_contact",
    "write_customer",
    "write_customers",
]
