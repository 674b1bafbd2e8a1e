"""What the calls of SDKs of Segment are made of, for the OpenAPI document.

The door takes whatever is JSON and keeps it: these say what it makes something of.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from interactions.api.segment import LARGEST_BATCH
from interactions.services.segment.arrivals import LONGEST_ID, LONGEST_NAME
from relationships.api.schema import Flaw


def _text(at_most: int) -> Meta:
    return Meta(extra_json_schema={"maxLength": at_most})


ID = Annotated[str, _text(LONGEST_ID)]


class Traits(Struct, rename="camel"):
    """What is told of somebody; empty ones empty nothing, and others are kept unread."""

    name: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    company: (
        Annotated[
            str | dict[str, Any], Meta(description="A name, or an object with `id` and `name`.")
        ]
        | UnsetType
    ) = UNSET


class Call(Struct, kw_only=True, rename="camel"):
    """What every call may say."""

    message_id: (
        Annotated[
            str,
            Meta(description="Recorded once, for ever; without one, what says the same is same."),
        ]
        | UnsetType
    ) = UNSET
    user_id: Annotated[ID, Meta(description="Who it was.")] | UnsetType = UNSET
    anonymous_id: (
        Annotated[ID, Meta(description="Which visitor it was, who may be known later.")] | UnsetType
    ) = UNSET
    timestamp: Annotated[str, Meta(description="When it was, in ISO 8601.")] | UnsetType = UNSET
    sent_at: (
        Annotated[str, Meta(description="When it was sent: tells how wrong the clock is.")]
        | UnsetType
    ) = UNSET
    context: dict[str, Any] | UnsetType = UNSET
    write_key: (
        Annotated[str, Meta(description="The key, where it is not in `Authorization`.")] | UnsetType
    ) = UNSET


class TrackCall(Call, kw_only=True, rename="camel"):
    """Something happened; rules say what it is."""

    event: Annotated[str, _text(LONGEST_NAME)]
    properties: dict[str, Any] | UnsetType = UNSET


class PageCall(Call, kw_only=True, rename="camel"):
    """A page was looked at."""

    category: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    properties: dict[str, Any] | UnsetType = UNSET


class ScreenCall(PageCall, kw_only=True, rename="camel"):
    """A screen of an app was looked at."""


class IdentifyCall(Call, kw_only=True, rename="camel"):
    """Who somebody is."""

    traits: Traits | UnsetType = UNSET


class GroupCall(Call, kw_only=True, rename="camel"):
    """To which company somebody belongs; `traits` are the company's."""

    group_id: ID
    traits: dict[str, Any] | UnsetType = UNSET


class AliasCall(Call, kw_only=True, rename="camel"):
    """Two ids are of the same."""

    user_id: ID
    previous_id: ID


class CallOfABatch(Call, kw_only=True, rename="camel"):
    """One call of a batch, with what a call of its type has."""

    type: Literal["track", "page", "screen", "identify", "group", "alias"]
    event: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    properties: dict[str, Any] | UnsetType = UNSET
    traits: dict[str, Any] | UnsetType = UNSET
    group_id: ID | UnsetType = UNSET
    previous_id: ID | UnsetType = UNSET


class BatchOfCalls(Struct, kw_only=True, rename="camel"):
    """Many calls; `context` and `sentAt` are those of every call that has none."""

    batch: Annotated[list[CallOfABatch], Meta(extra_json_schema={"maxItems": LARGEST_BATCH})]
    context: dict[str, Any] | UnsetType = UNSET
    sent_at: str | UnsetType = UNSET
    write_key: (
        Annotated[str, Meta(description="The key, where it is not in `Authorization`.")] | UnsetType
    ) = UNSET


class Acknowledged(Struct):
    """Everything was stored for good."""

    success: Literal[True]


class CallProblem(Struct):
    """An error, as RFC 9457 has it, and as SDKs of Segment read it: `code` and `message`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    message: str
    errors: list[Flaw] = []
