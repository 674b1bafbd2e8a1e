"""From what a body says to what the services are asked to write."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from msgspec import UNSET, Struct, UnsetType

from relationships.api.profile_items import (
    RIGHT_CUSTOMER,
    WHICH_CUSTOMER,
    GivenByEmail,
    GivenByName,
    GivenIdentity,
    WhichCustomer,
)
from relationships.identities import IdentityFlawError, identity_ref
from relationships.selectors import IdentityRef
from relationships.services.profiles import ContactWrite, CustomerWrite, Refusal, refusal

WAYS = ("id", "foreign_id", "email", "phone")
W = TypeVar("W", CustomerWrite, ContactWrite)
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?", re.ASCII)


class Flaw(NamedTuple):
    """What is wrong within a field, and where."""

    place: str
    value: Any
    reason: str


class FlawedError(ValueError):
    """A field cannot be read."""

    def __init__(self, *flaws: Flaw) -> None:
        self.flaws = flaws


def customer_write(sent: Struct, namespace: str, **whom: Any) -> CustomerWrite | list[Refusal]:
    """Return what a body asks to be written of a customer, or what is wrong with it."""
    return _write(CustomerWrite, _CUSTOMER, sent, namespace, whom)


def contact_write(sent: Struct, namespace: str, **whom: Any) -> ContactWrite | list[Refusal]:
    """Return what a body asks to be written of a contact, or what is wrong with it."""
    return _write(ContactWrite, _CONTACT, sent, namespace, whom)


Reader = Callable[[Any, str], Any]
"""Makes of what was given what is written; a foreign id without a namespace is of the one given."""


def _write(
    kind: type[W],
    readers: Mapping[str, Reader],
    sent: Struct,
    namespace: str,
    whom: Mapping[str, Any],
) -> W | list[Refusal]:
    fields, flaws = dict(whom), []
    for name, read in readers.items():
        given = getattr(sent, name, UNSET)
        if given is UNSET:
            continue
        try:
            fields[name] = read(given, namespace)
        except FlawedError as error:
            flaws += [refusal(f"/{name}{place}", *rest) for place, *rest in error.flaws]
    return flaws or kind(**fields)


def _as_it_is(given: Any, namespace: str) -> Any:
    return given


def _style(given: str | None, namespace: str) -> str:
    return given or ""


def _amount(given: str | float, namespace: str) -> Decimal:
    if isinstance(given, str) and not _AMOUNT.fullmatch(given):
        raise FlawedError(Flaw("", given, RIGHT_CUSTOMER["yearly_value"]))
    return Decimal(str(given))


def _named(given: GivenByName | None, namespace: str) -> int | str | None:
    if given is None:
        return None
    if (given.id is UNSET) == (given.name is UNSET):
        raise FlawedError(Flaw("", "", RIGHT_CUSTOMER["team"]))
    return given.id if isinstance(given.name, UnsetType) else given.name  # type: ignore[return-value]


def _owner(given: GivenByEmail | None, namespace: str) -> int | str | None:
    if given is None:
        return None
    if (given.id is UNSET) == (given.email is UNSET):
        raise FlawedError(Flaw("", "", RIGHT_CUSTOMER["owner"]))
    if isinstance(given.email, UnsetType):
        return given.id  # type: ignore[return-value]
    return _ref("email", given.email, "", "/email").value


def _customer(given: WhichCustomer, namespace: str) -> int | IdentityRef:
    said = [name for name in WAYS if getattr(given, name) is not UNSET]
    if len(said) != 1 or (given.namespace is not UNSET and said != ["foreign_id"]):
        raise FlawedError(Flaw("", "", WHICH_CUSTOMER))
    (name,) = said
    if name == "id":
        return given.id  # type: ignore[return-value]
    is_foreign = name == "foreign_id"
    space = namespace if isinstance(given.namespace, UnsetType) else given.namespace
    kind = "foreign" if is_foreign else name
    return _ref(kind, getattr(given, name), space if is_foreign else "", f"/{name}")


def _identity(given: GivenIdentity, namespace: str, place: str = "") -> IdentityRef:
    own = namespace if given.kind == "foreign" else ""
    space = own if isinstance(given.namespace, UnsetType) else given.namespace
    return _ref(given.kind, given.value, space, f"{place}/value")


def _identities(given: Sequence[GivenIdentity], namespace: str) -> list[IdentityRef]:
    refs, flaws = [], []
    for place, one in enumerate(given):
        try:
            refs.append(_identity(one, namespace, f"/{place}"))
        except FlawedError as error:
            flaws += error.flaws
    if flaws:
        raise FlawedError(*flaws)
    return refs


def _ref(kind: str, value: str, namespace: str, place: str) -> IdentityRef:
    try:
        return identity_ref(kind, value, namespace)
    except IdentityFlawError as error:
        raise FlawedError(Flaw(place, value, str(error))) from None


_CUSTOMER: Mapping[str, Reader] = {
    "identity": _identity,
    "name": _as_it_is,
    "stage": _as_it_is,
    "style": _style,
    "segment": _named,
    "team": _named,
    "owner": _owner,
    "yearly_value": _amount,
    "currency": _as_it_is,
    "identities": _identities,
    "add_identities": _identities,
}
_CONTACT: Mapping[str, Reader] = {
    "customer": _customer,
    "name": _as_it_is,
    "job_title": _as_it_is,
    "left_on": _as_it_is,
    "identities": _identities,
    "add_identities": _identities,
}
