"""The examples of the OpenAPI document."""

from typing import Any

CUSTOMERS: dict[str, Any] = {
    "results": [
        {
            "id": 12,
            "name": "Meridian Press",
            "stage": "current",
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
        }
    ],
    "next": "https://hearth.example/api/v1/customers/?cursor=YWZ0ZXItMTI=",
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
        },
        {
            "name": "cooling",
            "label": "Cooling",
            "points": 13.8,
            "sentence": "Warmth 32, usually 58.",
        },
        {"name": "wall", "label": "The wall", "points": 0.0, "sentence": None},
        {"name": "unhealed", "label": "Not made right", "points": 0.0, "sentence": None},
    ],
    "why": ["Silent 41 days; usually in touch every 12.", "Warmth 32, usually 58."],
}
