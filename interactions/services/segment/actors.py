"""The people of a batch, and on what terms they may be made known."""

from dataclasses import dataclass, field
from datetime import datetime

from interactions.services.segment.known import Known
from interactions.services.segment.messages import Message, Profile
from relationships.selectors import IdentityRef


@dataclass(slots=True)
class Actor:
    """Somebody whom messages of a batch are about, with all that these tell."""

    ref: IdentityRef
    profile: Profile = field(default_factory=Profile)
    company: IdentityRef | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms people are made known: who says so, when, and how far they may go.

    Without `may_create_customers` visitors are tied to people who are known, and no more. A
    merge holds everybody off who records, so the first attempt goes without: see
    `MergeNeededError`.
    """

    known: Known
    now: datetime
    source_id: int
    may_create_customers: bool
    may_merge: bool


def actor_of(message: Message, known: Known) -> IdentityRef | None:
    """Return by which identity the person of a message is known; None for a mere visitor."""
    return message.person or (message.visitor if known.get(message.visitor) else None)
