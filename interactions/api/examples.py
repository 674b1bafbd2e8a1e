"""The examples of the OpenAPI document; the tests send them and compare the answers."""

import json
from typing import Any

CALL: dict[str, Any] = {
    "type": "call.phone",
    "customer": {"foreign_id": "C-1001", "namespace": "shop"},
    "occurred_at": "2026-03-02T09:30:00+01:00",
    "external_id": "call-81723",
    "direction": "inbound",
    "duration_minutes": 12,
}
LONGER_CALL = CALL | {"duration_minutes": 25}
ORDER: dict[str, Any] = {
    "type": "order.placed",
    "customer": {"email": "zoe@example.com"},
    "occurred_at": "2026-03-02T11:05:00Z",
    "external_id": "order-5512",
    "value": "129.90",
}
BATCH: list[dict[str, Any]] = [CALL, ORDER | {"type": "order.place"}]
LINES = "\n".join(json.dumps(item) for item in BATCH)

RECORDED: dict[str, Any] = {
    "status": "recorded",
    "external_id": "call-81723",
    "id": 48213,
    "customer_id": 12,
    "errors": [],
}
TOUCHPOINT: dict[str, Any] = {
    "id": 48213,
    "source": {"id": 3, "name": "shop"},
    "external_id": "call-81723",
    "type": "call.phone",
    "customer_id": 12,
    "contact_id": None,
    "person_id": None,
    "occurred_at": "2026-03-02T08:30:00Z",
    "direction": "inbound",
    "duration_minutes": 25,
    "customers_in_room": 1,
    "sentiment": None,
    "via": "",
    "text": "",
    "is_template": False,
    "value": None,
    "severity": None,
    "opens": "none",
    "due_at": None,
    "closes": None,
    "closes_source_id": None,
    "recorded_at": "2026-03-02T08:42:10.117312Z",
    "edited_at": "2026-03-02T09:01:55.602204Z",
    "deleted_at": None,
    "updated_at": "2026-03-02T09:01:55.602204Z",
}
KNOWN = RECORDED | {"status": "known"}
BATCH_RESULT: dict[str, Any] = {
    "recorded": 1,
    "known": 0,
    "refused": 1,
    "results": [
        RECORDED,
        {
            "status": "refused",
            "external_id": "order-5512",
            "id": None,
            "customer_id": None,
            "errors": [
                {
                    "field": "type",
                    "value": "order.place",
                    "reason": "There is no such touchpoint type; did you mean order.placed or "
                    "order.late or order.in_person?",
                }
            ],
        },
    ],
}
TYPE: dict[str, Any] = {
    "key": "call.phone",
    "label": "Phone call",
    "channel": "phone",
    "mode": "human",
    "nature": "connection",
    "direction": "mutual",
    "points": 6.0,
    "care": 0.0,
    "severity": None,
    "opens": None,
    "expected_hours": None,
    "is_active": True,
    "updated_at": "2026-02-02T08:00:00Z",
}
