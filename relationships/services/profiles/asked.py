"""What may be asked to be written about a customer or a contact, and what became of it."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import UNSET, Struct, UnsetType

from relationships.selectors import IdentityRef
from relationships.services.introductions import LONGEST_CONTACT_NAME
from relationships.services.profiles.refusals import Refusal

LONGEST_JOB_TITLE = LONGEST_CONTACT_NAME
LARGEST_VALUE = Decimal("999999999999.99")
MOST_IDENTITIES = 50
"""Identities that may be named in one list; a customer may come to have more."""

Check = Callable[[int | None], None]
"""Is given the id of whom nobody else can change now, None for nobody; raises to write nothing."""


class IdentityWrite(Struct, frozen=True, kw_only=True):
    """By what somebody shall be known.

    `identities` are then all of them, `add_identities` come to those there are; not both.
    """

    identities: Sequence[IdentityRef] | UnsetType = UNSET
    add_identities: Sequence[IdentityRef] | UnsetType = UNSET


class CustomerWrite(IdentityWrite, frozen=True, kw_only=True):
    """What shall be true of a customer; what is left out stays as it is.

    The customer with this `id`, or whoever is known by `identity`, made if nobody is; with
    neither, a new one. Segment and team are given by id or name, the owner by id or address.
    """

    id: int | None = None
    identity: IdentityRef | None = None
    name: str | UnsetType = UNSET
    stage: str | UnsetType = UNSET
    style: str | UnsetType = UNSET
    segment: int | str | UnsetType | None = UNSET
    team: int | str | UnsetType | None = UNSET
    owner: int | str | UnsetType | None = UNSET
    yearly_value: Decimal | UnsetType = UNSET
    currency: str | UnsetType = UNSET


class ContactWrite(IdentityWrite, frozen=True, kw_only=True):
    """What shall be true of a contact; what is left out stays as it is.

    The contact with this `id`, or whoever is known by `identity`, made if nobody is; with
    neither, a new one. `customer` says whose contact it is, by id or identity.
    """

    id: int | None = None
    identity: IdentityRef | None = None
    customer: int | IdentityRef | UnsetType = UNSET
    name: str | UnsetType = UNSET
    job_title: str | UnsetType = UNSET
    left_on: date | UnsetType | None = UNSET


class Outcome(NamedTuple):
    """What became of one customer or contact: made, changed, unchanged or refused."""

    status: str
    id: int | None
    refusals: Sequence[Refusal] = ()
