"""What the API answers about people, teams, segments and contacts."""

from datetime import date, datetime
from typing import Any, Literal, Self

from msgspec import Struct

from relationships.models import Contact, Identity, Person, Segment, Team


class Named(Struct):
    """Something with an id and a name."""

    id: int
    name: str

    @classmethod
    def of(cls, thing: Any) -> Self | None:
        """Tell a thing, if there is one."""
        return cls(thing.pk, thing.name) if thing else None


class IdentityItem(Struct):
    """What somebody else knows a customer or contact by; the namespace is that of a foreign id."""

    kind: Literal["email", "phone", "foreign"]
    value: str
    namespace: str

    @classmethod
    def of(cls, identity: Identity) -> Self:
        """Tell an identity."""
        return cls(identity.kind, identity.value, identity.namespace)  # type: ignore[arg-type]


class TeamItem(Struct):
    """People who share their customers."""

    id: int
    name: str
    updated_at: datetime

    @classmethod
    def of(cls, team: Team) -> Self:
        """Tell a team."""
        return cls(team.pk, team.name, team.updated_at)


class SegmentItem(Struct):
    """A kind of customer."""

    id: int
    name: str
    updated_at: datetime

    @classmethod
    def of(cls, segment: Segment) -> Self:
        """Tell a segment."""
        return cls(segment.pk, segment.name, segment.updated_at)


class PersonItem(Struct):
    """One of us; who is not active has left, or is kept out."""

    id: int
    name: str
    email: str
    role: Literal["account_manager", "executive", "administrator"]
    function: str | None
    level: Literal["staff", "team_lead", "head", "executive"] | None
    team: Named | None
    is_active: bool
    updated_at: datetime

    @classmethod
    def of(cls, person: Person) -> Self:
        """Tell a person."""
        return cls(
            id=person.pk,
            name=person.name,
            email=person.email,
            role=person.role,  # type: ignore[arg-type]
            function=person.function or None,
            level=person.level or None,  # type: ignore[arg-type]
            team=Named.of(person.team),
            is_active=person.is_active,
            updated_at=person.updated_at,
        )


class ContactItem(Struct):
    """A person at a customer, and what they are reached by."""

    id: int
    name: str
    job_title: str
    customer: Named
    left_on: date | None
    identities: list[IdentityItem]
    updated_at: datetime

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """Tell a contact."""
        return cls(
            id=contact.pk,
            name=contact.name,
            job_title=contact.job_title,
            customer=Named(contact.customer.pk, contact.customer.name),
            left_on=contact.left_on,
            identities=[IdentityItem.of(one) for one in contact.identities.all()],
            updated_at=contact.updated_at,
        )
