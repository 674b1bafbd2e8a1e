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
TYPES: dict[str, Any] = {
    "results": [
        {
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
        }
    ]
}
