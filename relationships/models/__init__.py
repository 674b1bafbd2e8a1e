"""Customers, contacts and identities; people, teams and the keys of service accounts."""

from relationships.models.answered_requests import AnsweredRequest
from relationships.models.bulk_changes import BulkChange
from relationships.models.customers import (
    Contact,
    Customer,
    CustomerMerge,
    Identity,
    ProfileChange,
    Segment,
)
from relationships.models.duplicates import DuplicatePair
from relationships.models.facts import Fact
from relationships.models.handovers import Handover, HandoverCustomer
from relationships.models.keys import AccessKey
from relationships.models.people import Person, PersonManager, Team
from relationships.models.roster import RosterVersion
from relationships.models.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    WebhookSecret,
)

__all__ = [
    "AccessKey",
    "AnsweredRequest",
    "BulkChange",
    "Contact",
    "Customer",
    "CustomerMerge",
    "DuplicatePair",
    "Fact",
    "Handover",
    "HandoverCustomer",
    "Identity",
    "Person",
    "PersonManager",
    "ProfileChange",
    "RosterVersion",
    "Segment",
    "Team",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookSecret",
]
