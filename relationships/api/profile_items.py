"""What the API takes to write customers and contacts, and what it answers."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from relationships.api.schema import Flaw
from relationships.identities import LONGEST_EMAIL, LONGEST_IDENTITY, LONGEST_NAMESPACE
from relationships.numbers import LARGEST_ID
from relationships.services import LONGEST_NAME
from relationships.services.introductions import LONGEST_CONTACT_NAME
from relationships.services.profiles import LARGEST_VALUE, LONGEST_JOB_TITLE, MOST_IDENTITIES

LARGEST_BATCH = 1_000


def _text(at_most: int, at_least: int = 1, **more: Any) -> Meta:
    """State limits in the schema; the services enforce them with all others."""
    return Meta(extra_json_schema={"minLength": at_least, "maxLength": at_most, **more})


Id = Annotated[int, Meta(ge=1, le=LARGEST_ID)]
IdentityValue = Annotated[str, _text(LONGEST_IDENTITY)]
Namespace = Annotated[
    str,
    _text(LONGEST_NAMESPACE, 0),
    Meta(description="The system that a foreign id comes from; by default that of the key."),
]


class GivenIdentity(Struct, forbid_unknown_fields=True):
    """An e-mail address, phone number or foreign id; only the last has a namespace."""

    kind: Literal["email", "phone", "foreign"]
    value: IdentityValue
    namespace: Namespace | UnsetType = UNSET


class GivenByName(Struct, forbid_unknown_fields=True):
    """Give exactly one of id and name."""

    id: Id | UnsetType = UNSET
    name: Annotated[str, _text(100)] | UnsetType = UNSET


class GivenByEmail(Struct, forbid_unknown_fields=True):
    """One of us: give exactly one of id and email."""

    id: Id | UnsetType = UNSET
    email: Annotated[str, _text(LONGEST_EMAIL)] | UnsetType = UNSET


class WhichCustomer(Struct, forbid_unknown_fields=True):
    """Who the customer is: give exactly one of id, foreign_id, email and phone."""

    id: Id | UnsetType = UNSET
    foreign_id: IdentityValue | UnsetType = UNSET
    namespace: Namespace | UnsetType = UNSET
    email: IdentityValue | UnsetType = UNSET
    phone: IdentityValue | UnsetType = UNSET


ALL_OF_THEM = (
    "All that there shall be; what is left out is taken away, except what the address names."
)
Identities = Annotated[
    list[GivenIdentity],
    Meta(description=ALL_OF_THEM, extra_json_schema={"maxItems": MOST_IDENTITIES}),
]
MoreIdentities = Annotated[
    list[GivenIdentity],
    Meta(
        description="These as well as those there are; not together with `identities`.",
        extra_json_schema={"maxItems": MOST_IDENTITIES},
    ),
]
CustomerName = Annotated[str, _text(LONGEST_NAME)]
ContactName = Annotated[str, _text(LONGEST_CONTACT_NAME)]
Amount = (
    Annotated[str, Meta(extra_json_schema={"pattern": r"^[0-9]{1,12}(\.[0-9]{1,2})?$"})]
    | Annotated[float, Meta(ge=0, le=float(LARGEST_VALUE))]
)


class CustomerFields(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is said of a customer."""

    stage: Literal["lead", "current", "former"] | UnsetType = UNSET
    style: (
        Annotated[
            Literal["personal", "mixed", "self_service"] | None,
            Meta(description="What the customer decided on; null infers it from what they start."),
        ]
        | UnsetType
    ) = UNSET
    segment: GivenByName | UnsetType | None = UNSET
    team: (
        Annotated[
            GivenByName | None, Meta(description="A key of a team has customers of its team alone.")
        ]
        | UnsetType
    ) = UNSET
    owner: GivenByEmail | UnsetType | None = UNSET
    yearly_value: Amount | UnsetType = UNSET
    currency: (
        Annotated[
            str,
            Meta(description="ISO 4217.", extra_json_schema={"pattern": "^[A-Z]{3}$"}),
        ]
        | UnsetType
    ) = UNSET


class NewCustomer(CustomerFields, kw_only=True):
    """A customer to be made; current, in EUR and of the key's team unless it says otherwise."""

    name: CustomerName
    identities: Identities | UnsetType = UNSET


class CustomerChanges(CustomerFields, kw_only=True):
    """What shall be different; what is left out stays as it is."""

    name: CustomerName | UnsetType = UNSET
    identities: Identities | UnsetType = UNSET
    add_identities: MoreIdentities | UnsetType = UNSET


class CustomerUpsert(CustomerChanges, kw_only=True):
    """What shall be true of whoever is known by `identity`; a new customer needs a name."""

    identity: GivenIdentity


class ContactFields(Struct, forbid_unknown_fields=True, kw_only=True):
    """What is said of a contact."""

    job_title: Annotated[str, _text(LONGEST_JOB_TITLE, 0)] | UnsetType = UNSET
    left_on: (
        Annotated[date | None, Meta(description="The day they left the customer.")] | UnsetType
    ) = UNSET


class NewContact(ContactFields, kw_only=True):
    """A person at a customer, to be made."""

    customer: WhichCustomer
    name: ContactName
    identities: Identities | UnsetType = UNSET


class ContactChanges(ContactFields, kw_only=True):
    """What shall be different; what is left out stays as it is."""

    customer: WhichCustomer | UnsetType = UNSET
    name: ContactName | UnsetType = UNSET
    identities: Identities | UnsetType = UNSET
    add_identities: MoreIdentities | UnsetType = UNSET


class WriteResult(Struct):
    """What became of a customer or contact."""

    status: Literal["made", "changed", "unchanged"]
    id: int


class UpsertResult(Struct):
    """What became of one customer of many; `id` is empty when it was refused."""

    status: Literal["made", "changed", "unchanged", "refused"]
    id: int | None
    errors: list[Flaw]


class UpsertResults(Struct):
    """What became of many customers, in the order in which they were sent."""

    made: int
    changed: int
    unchanged: int
    refused: int
    results: list[UpsertResult]


_IDENTITIES = (
    f"Use a list of at most {MOST_IDENTITIES} like "
    '{"kind": "foreign", "value": "C-1001", "namespace": "crm"}; kind is email, phone or foreign.'
)
_BY_NAME = 'Use exactly one of {"id": 3} and {"name": "North"}, or null for none.'
WHICH_CUSTOMER = (
    'Use exactly one of {"id": 12}, {"foreign_id": "C-1001", "namespace": "crm"}, '
    '{"email": "zoe@example.com"} and {"phone": "+49 30 901820"}.'
)
_IDENTITY = {
    "identity": 'Use one like {"kind": "foreign", "value": "C-1001", "namespace": "crm"}.',
    "identities": _IDENTITIES,
    "add_identities": _IDENTITIES,
}
RIGHT_CUSTOMER = {
    "name": f"Use 1 to {LONGEST_NAME} characters.",
    "stage": "Use lead, current or former.",
    "style": "Use personal, mixed or self_service, or null.",
    "segment": _BY_NAME,
    "team": _BY_NAME,
    "owner": 'Use exactly one of {"id": 7} and {"email": "tom@example.com"}, or null for none.',
    "yearly_value": f"Use an amount from 0 to {LARGEST_VALUE}, such as 48000.00.",
    "currency": "Use the three capital letters of ISO 4217, such as EUR.",
    **_IDENTITY,
}
RIGHT_CONTACT = {
    "customer": WHICH_CUSTOMER,
    "name": f"Use 1 to {LONGEST_CONTACT_NAME} characters.",
    "job_title": f"Use at most {LONGEST_JOB_TITLE} characters.",
    "left_on": "Use a date, such as 2026-03-02, or null.",
    **_IDENTITY,
}
"""What would be right for each field, whatever was given."""
