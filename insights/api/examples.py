"""The examples of the OpenAPI document."""

from typing import Any

CUSTOMER: dict[str, Any] = {
    "id": 12,
    "name": "Meridian Press",
    "stage": "current",
    "style": None,
    "team": {"id": 3, "name": "North"},
    "owner": {"id": 7, "name": "Tom Brandt"},
    "segment": None,
    "yearly_value": "48000.00",
    "currency": "EUR",
    "band": "drifting",
    "distance": 67.4,
    "drift": 21.08,
    "warmth": 31.5,
    "at_risk": "30912.00",
    "last_active_at": "2026-01-20T10:15:00Z",
    "as_of": "2026-03-02T02:15:00Z",
    "identities": [{"kind": "foreign", "value": "C-1001", "namespace": "crm"}],
    "merged_into": None,
    "created_at": "2023-05-02T08:00:00Z",
    "updated_at": "2026-02-02T08:00:00Z",
}
HEALTH: dict[str, Any] = {
    "customer": {"id": 12, "name": "Meridian Press"},
    "is_known": True,
    "band": "drifting",
    "as_of": "2026-03-02T02:15:00Z",
    "is_being_scored": False,
    "style": "personal",
    "is_style_declared": False,
    "scores": {
        "distance": 67.4,
        "drift": 21.08,
        "warmth": 31.5,
        "baseline_warmth": 58.2,
        "presence_share": 0.41,
        "silence_share": 0.644,
        "doors": 28.0,
        "windows": 12.0,
        "connection_share": 0.28,
        "care_share": 0.1,
        "served_share": 0.28,
        "goodwill_share": 0.168,
        "noise_share": 0.0,
        "hurt": 0.0,
    },
    "at_risk": "30912.00",
    "currency": "EUR",
    "first_active_at": "2023-05-02T08:00:00Z",
    "last_active_at": "2026-01-20T10:15:00Z",
    "parts": [
        {
            "name": "presence",
            "label": "Silence",
            "points": 53.6,
            "sentence": "Silent 41 days; usually in touch every 12.",
            "evidence": [
                {"id": 81723, "type": "call.phone", "occurred_at": "2026-01-20T10:15:00Z"},
                {"id": 80011, "type": "meeting.in_person", "occurred_at": "2026-01-08T13:00:00Z"},
            ],
            "evidence_in_all": 38,
        },
        {
            "name": "cooling",
            "label": "Cooling",
            "points": 13.8,
            "sentence": "Warmth 32, usually 58.",
            "evidence": [
                {"id": 71877, "type": "meeting.in_person", "occurred_at": "2025-09-03T09:30:00Z"}
            ],
            "evidence_in_all": 21,
        },
        {
            "name": "wall",
            "label": "The wall",
            "points": 0.0,
            "sentence": None,
            "evidence": [],
            "evidence_in_all": 0,
        },
        {
            "name": "unhealed",
            "label": "Not made right",
            "points": 0.0,
            "sentence": None,
            "evidence": [],
            "evidence_in_all": 0,
        },
    ],
    "why": ["Silent 41 days; usually in touch every 12.", "Warmth 32, usually 58."],
    "changed": {
        "since": "2026-02-23T00:00:00Z",
        "distance_then": 61.2,
        "distance_now": 67.4,
        "parts_then": [
            {"name": "presence", "points": 47.9},
            {"name": "cooling", "points": 13.3},
            {"name": "wall", "points": 0.0},
            {"name": "unhealed", "points": 0.0},
        ],
        "because": [
            {"part": "presence", "points": 5, "text": "7 more days of silence"},
            {"part": "cooling", "points": 1, "text": "warmth fell from 33 to 32"},
        ],
        "sentence": (
            "Further by 6 since Monday 23 February: 7 more days of silence (+5) and warmth fell "
            "from 33 to 32 (+1)."
        ),
    },
    "happened_since": [],
    "happened_since_in_all": 0,
    "nearer": [
        {
            "deed": "call",
            "text": "A call together",
            "type": "call.phone",
            "closes_loop": None,
            "distance_before": 67.4,
            "distance_after": 24.31,
        }
    ],
}
CHANGES: dict[str, Any] = {
    "since": "2026-02-23T00:00:00Z",
    "direction": "further",
    "results": [
        {
            "customer": {"id": 12, "name": "Meridian Press"},
            "team": {"id": 3, "name": "North"},
            "owner": {"id": 7, "name": "Tom Brandt"},
            "segment": None,
            "band": "drifting",
            "changed": HEALTH["changed"],
        }
    ],
    "next": "https://hearth.example/api/v1/customers/changes/?cursor=Nl8xMg==",
}
