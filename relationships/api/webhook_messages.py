"""What the OpenAPI document says of the messages that Hearth sends."""

from typing import Any

from relationships.api.schema import refer
from relationships.webhook_kinds import KINDS, Kind

CUSTOMER = {
    "id": 12,
    "name": "Birch & Sons",
    "is_demo": False,
    "team": "North",
    "foreign_ids": [{"namespace": "crm", "value": "C-1001"}],
}
ANN = {"id": 7, "name": "Ann Weber"}
LOOP = {
    "id": 88,
    "kind": "complaint",
    "text": "The delivery came without the second pallet.",
    "person": ANN,
    "opened_at": "2026-03-02T14:00:00Z",
    "due_at": "2026-03-04T14:00:00Z",
    "closed_at": None,
    "opened_by": {"id": 5512, "type": "complaint", "source": "desk", "external_id": "ticket-88"},
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "customer.band_changed": {
        "customer": CUSTOMER,
        "band": {"from": "steady", "to": "cooling"},
        "distance": 47.5,
        "why": ["Nobody has spoken with them for 31 days; 12 are usual."],
        "is_new_policy": False,
    },
    "loop.opened": {"customer": CUSTOMER, "loop": LOOP, "is_reopened": False},
    "loop.closed": {
        "customer": CUSTOMER,
        "loop": LOOP | {"closed_at": "2026-03-03T09:00:00Z"},
        "is_withdrawn": False,
    },
    "loop.overdue": {"customer": CUSTOMER, "loop": LOOP},
    "customer.merged": {"customer": CUSTOMER, "merged_customer_id": 31, "by": ANN},
    "customer.unmerged": {"customer": CUSTOMER, "parted_from_customer_id": 31, "by": ANN},
    "alert.raised": {
        "customer": CUSTOMER,
        "alert_id": 204,
        "week": "2026-03-02",
        "until": "2026-05-31T00:00:00Z",
        "silence_share": 0.62,
        "distance": 58.1,
        "last_active_at": "2026-02-01T10:12:00Z",
        "is_repeated": False,
        "why": ["Nobody has spoken with them for 29 days; 9 are usual."],
    },
}
"""The data of a message of each kind."""

HEADERS = {
    "webhook-id": "Names the message, the same at every try: take it once.",
    "webhook-timestamp": "When this try was signed, in seconds since 1970.",
    "webhook-signature": "One or more signatures, `v1,` and Base64, parted by spaces.",
}


def add_webhooks(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Put the messages into the document, one for each kind."""
    result["webhooks"] = {kind.name: {"post": _message(kind)} for kind in KINDS.values()}
    return result


def _message(kind: Kind) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": kind.name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": refer(kind.data),
        },
    }
    example = {
        "type": kind.name,
        "timestamp": "2026-03-04T14:00:00Z",
        "data": EXAMPLES[kind.name],
    }
    return {
        "operationId": f"told_{kind.name.replace('.', '_')}",
        "summary": kind.label,
        "description": (kind.data.__doc__ or "").strip(),
        "tags": ["Webhooks"],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": meaning,
                "schema": {"type": "string"},
            }
            for name, meaning in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": example}},
        },
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Gone for good: the endpoint is switched off."},
            "default": {"description": "Not taken: it is sent again for three days."},
        },
    }
