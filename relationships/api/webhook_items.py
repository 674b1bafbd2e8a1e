"""What the API takes and answers about endpoints of webhooks."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from relationships.api.answers import Named
from relationships.api.collection import Collection
from relationships.api.directory import BY_ID
from relationships.api.filters import ids
from relationships.models import WebhookEndpoint
from relationships.numbers import LARGEST_ID
from relationships.selectors.webhooks import webhook_endpoints_managed_by
from relationships.services.webhooks.addresses import LONGEST_URL
from relationships.webhook_kinds import KINDS

LONGEST_DESCRIPTION = 200

Url = Annotated[
    str,
    Meta(
        max_length=LONGEST_URL,
        description="Messages are posted there: https, and an address that everybody can reach.",
    ),
]
Kinds = Annotated[
    list[Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})]],
    Meta(min_length=1, description="What it is told of."),
]
Description = Annotated[str, Meta(max_length=LONGEST_DESCRIPTION)]
TeamId = Annotated[
    int,
    Meta(
        ge=1,
        le=LARGEST_ID,
        description="Whose customers it hears of; null means all. A key of a team has its team.",
    ),
]


class NewWebhook(Struct, forbid_unknown_fields=True):
    """Whom to tell, and of what."""

    url: Url
    kinds: Kinds
    description: Description = ""
    team_id: TeamId | UnsetType | None = UNSET


class WebhookChanges(Struct, forbid_unknown_fields=True):
    """What shall be different; what is left out stays as it is."""

    url: Url | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    team_id: TeamId | UnsetType | None = UNSET
    is_on: (
        Annotated[bool, Meta(description="While it is off nothing new is kept for it.")] | UnsetType
    ) = UNSET


class WebhookItem(Struct):
    """An endpoint that is told of what happens; `off_because` says why one is off."""

    id: int
    url: str
    description: str
    kinds: list[str]
    team: Named | None
    is_on: bool
    off_because: Literal["by_hand", "gone", "failing"] | None
    failing_since: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> Self:
        """Tell an endpoint."""
        return cls(
            id=endpoint.pk,
            url=endpoint.url,
            description=endpoint.description,
            kinds=endpoint.kinds,
            team=Named.of(endpoint.team),
            is_on=endpoint.is_on,
            off_because=endpoint.off_because or None,  # type: ignore[arg-type]
            failing_since=endpoint.failing_since,
            created_at=endpoint.created_at,
        )


class MadeWebhook(WebhookItem, kw_only=True):
    """An endpoint just made, with the secret its messages are signed with."""

    secret: str

    @classmethod
    def with_secret(cls, endpoint: WebhookEndpoint, secret: str) -> Self:
        """Tell an endpoint and its secret."""
        return cls(**structs.asdict(WebhookItem.of(endpoint)), secret=secret)


class RotatedSecret(Struct):
    """The new secret; until the old one ends, messages are signed with both."""

    secret: str
    old_secret_ends_at: datetime


class SentPing(Struct):
    """A test message on its way; the log of the endpoint tells what becomes of it."""

    delivery_id: int


SECRET = "whsec_a2VlcCB0aGlzIHRvIHlvdXJzZWxmLCBwbGVhc2UgITE="
NEW = {
    "url": "https://example.com/hooks/hearth",
    "kinds": ["customer.band_changed", "loop.overdue"],
    "description": "Help desk",
}
EXAMPLE = {
    "id": 4,
    "url": "https://example.com/hooks/hearth",
    "description": "Help desk",
    "kinds": ["customer.band_changed", "loop.overdue"],
    "team": {"id": 3, "name": "North"},
    "is_on": True,
    "off_because": None,
    "failing_since": None,
    "created_at": "2026-03-02T09:30:00Z",
}

WEBHOOKS: Collection[Any] = Collection(
    singular="webhook",
    plural="webhooks",
    tag="Webhooks",
    item=WebhookItem,
    rows=webhook_endpoints_managed_by,
    example=EXAMPLE,
    filters={"team": ids("team_id", "a team")},
    sorts={"id": BY_ID},
)
