"""What a kept message says: who it was, what is told of them, what happened."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from interactions.services.segment.arrivals import LONGEST_ID, plain
from relationships.identities import IdentityFlawError, email_ref, phone_ref
from relationships.selectors import IdentityRef

LONGEST_NAMESPACE = 100
LONGEST_TRAIT = 150


class Namespaces(NamedTuple):
    """Where a source's ids of people, visitors and companies are kept apart.

    A user id is the foreign id that the same source may use in the API.
    """

    people: str
    visitors: str
    companies: str

    @classmethod
    def of(cls, source_name: str, source_id: int) -> "Namespaces":
        """Return the namespaces of a source."""
        room = LONGEST_NAMESPACE - len(" companies")
        short = source_name if len(source_name) <= room else f"{source_name[:80]} {source_id}"
        return cls(source_name, f"{short} visitors", f"{short} companies")


class Profile(NamedTuple):
    """What traits tell of a person; empty is what they do not tell."""

    name: str = ""
    job_title: str = ""
    company: str = ""
    email: IdentityRef | None = None
    phone: IdentityRef | None = None

    def over(self, earlier: "Profile") -> "Profile":
        """Return this, with what it does not tell as it was told earlier."""
        return Profile(
            self.name or earlier.name,
            self.job_title or earlier.job_title,
            self.company or earlier.company,
            self.email or earlier.email,
            self.phone or earlier.phone,
        )


class Event(NamedTuple):
    """A kept message, as far as settling needs it; the names are those of its columns."""

    id: int
    source_id: int
    external_id: str
    sent_by_id: int
    may_create_customers: bool
    kind: str
    name: str
    occurred_at: datetime
    payload: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message, with its ids as identities."""

    event: Event
    user: IdentityRef | None
    visitor: IdentityRef | None
    company: IdentityRef | None
    previous: tuple[IdentityRef, ...]
    profile: Profile
    company_name: str
    properties: Mapping[str, Any] = field(repr=False)
    context: Mapping[str, Any] = field(repr=False)

    @property
    def is_group(self) -> bool:
        """Whether it says to which company somebody belongs."""
        return self.event.kind == "group"

    @property
    def person(self) -> IdentityRef | None:
        """Who it says that it was, if it says so."""
        return self.user or self.profile.email

    def refs(self) -> Iterable[IdentityRef]:
        """Yield every identity that it names."""
        named = (self.user, self.visitor, self.company, self.profile.email, self.profile.phone)
        yield from filter(None, (*named, *self.previous))


def read_message(event: Event, spaces: Namespaces) -> Message:
    """Read what a kept message says; it was a JSON object when it was kept."""
    said = _loaded(event.payload)
    context = _object(said.get("context"))
    traits = {**_object(context.get("traits")), **_object(said.get("traits"))}
    of_person = _object(context.get("traits")) if event.kind == "group" else traits
    company = _object(of_person.get("company"))
    group_id = said.get("groupId") or context.get("groupId") or company.get("id")
    group_name = _text(_object(said.get("traits")), "name", "company")
    user_id = plain(said.get("userId"), LONGEST_ID)
    previous = plain(said.get("previousId"), LONGEST_ID) if event.kind == "alias" else ""
    return Message(
        event=event,
        user=_foreign(user_id, spaces.people),
        visitor=_foreign(said.get("anonymousId"), spaces.visitors),
        company=_foreign(group_id, spaces.companies),
        previous=tuple(
            filter(None, (_foreign(previous, spaces.people), _foreign(previous, spaces.visitors)))
        ),
        profile=_profile(of_person, user_id),
        company_name=group_name if event.kind == "group" else _text(company, "name"),
        properties=_object(said.get("properties")),
        context=context,
    )


def _profile(traits: Mapping[str, Any], user_id: str) -> Profile:
    halves = (
        _text(traits, "firstName", "first_name", "firstname"),
        _text(traits, "lastName", "last_name", "lastname"),
    )
    company = traits.get("company")
    return Profile(
        name=_text(traits, "name") or " ".join(filter(None, halves))[:LONGEST_TRAIT],
        job_title=_text(traits, "title", "jobTitle", "job_title"),
        company=_text(company, "name") if isinstance(company, dict) else _text(traits, "company"),
        email=_identity(email_ref, _text(traits, "email") or (user_id if "@" in user_id else "")),
        phone=_identity(phone_ref, _text(traits, "phone")),
    )


def _identity(read: Any, text: str) -> IdentityRef | None:
    try:
        return read(text) if text else None
    except IdentityFlawError:
        return None


def _foreign(value: object, namespace: str) -> IdentityRef | None:
    text = plain(value, LONGEST_ID)
    return IdentityRef("foreign", text, namespace) if text else None


def _text(traits: Mapping[str, Any], *names: str) -> str:
    texts = (" ".join(plain(traits.get(name), LONGEST_TRAIT).split()) for name in names)
    return next(filter(None, texts), "")


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _loaded(payload: str) -> Mapping[str, Any]:
    try:
        return _object(msgspec.json.decode(payload))
    except msgspec.DecodeError:
        return _object(json.loads(payload))
