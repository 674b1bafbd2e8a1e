"""The examples of exports in the OpenAPI document: a row of each table."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

_BELONGING = {
    "team_id": 3,
    "team": "North",
    "owner_id": 7,
    "owner": "Tom Brandt",
    "segment_id": None,
    "segment": None,
}
EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "customers": {
        "id": 12,
        "name": "Meridian Press",
        "stage": "current",
        "style": "",
        **_BELONGING,
        "yearly_value": "48000.00",
        "currency": "EUR",
        "identities": [{"kind": "foreign", "value": "C-1001", "namespace": "crm"}],
        "merged_into": None,
        "created_at": "2023-05-02T08:00:00Z",
        "updated_at": "2026-02-02T08:00:00Z",
    },
    "contacts": {
        "id": 31,
        "customer_id": 12,
        "name": "Zoë Adler",
        "job_title": "Head of production",
        "left_on": None,
        "identities": [{"kind": "email", "value": "zoe@example.com", "namespace": ""}],
        "updated_at": "2026-02-02T08:00:00Z",
    },
    "touchpoints": {
        "id": 81723,
        "source": "shop",
        "external_id": "call-81723",
        "customer_id": 12,
        "contact_id": 31,
        "person_id": 7,
        "team_id": 3,
        "type": "call.phone",
        "direction": "inbound",
        "occurred_at": "2026-01-20T10:15:00Z",
        "duration_minutes": 12,
        "customers_in_room": 1,
        "sentiment": None,
        "via": "",
        "text": "Asked when the reprint comes.",
        "is_template": False,
        "value": None,
        "severity": None,
        "opens": "question",
        "due_at": "2026-01-22T10:15:00Z",
        "closes_source": None,
        "closes": None,
        "recorded_at": "2026-01-20T10:31:02.118Z",
        "edited_at": None,
        "deleted_at": None,
    },
    "loops": {
        "id": 412,
        "customer_id": 12,
        "kind": "question",
        "text": "Asked when the reprint comes.",
        "person_id": 7,
        "opened_by": 81723,
        "source": "shop",
        "external_id": "call-81723",
        "opened_at": "2026-01-20T10:15:00Z",
        "due_at": "2026-01-22T10:15:00Z",
        "closed_by": None,
        "closed_at": None,
        "updated_at": "2026-01-20T10:31:02.118Z",
    },
    "readings": {
        "customer_id": 12,
        "customer": "Meridian Press",
        **_BELONGING,
        "stage": "current",
        "yearly_value": "48000.00",
        "currency": "EUR",
        "band": "drifting",
        "distance": 67.404,
        "drift": 21.084,
        "warmth": 31.5,
        "baseline": 58.2,
        "presence": 0.41,
        "silence": 0.644,
        "at_risk": "30912.00",
        "part_presence": 53.6,
        "part_cooling": 13.804,
        "part_wall": 0.0,
        "part_unhealed": 0.0,
        "doors": 28.0,
        "windows": 12.0,
        "connection": 0.28,
        "care": 0.1,
        "served": 0.28,
        "goodwill": 0.168,
        "noise": 0.0,
        "hurt": 0.0,
        "active_days": 38,
        "silent_days": 41.2,
        "usual_gap_days": 12.3,
        "first_at": "2023-05-02T08:00:00Z",
        "last_at": "2026-01-20T10:15:00Z",
        "policy_version": 0,
        "as_of": "2026-03-02T02:15:00Z",
        "updated_at": "2026-03-02T02:15:04.204Z",
    },
}


def lines_of(example: Mapping[str, Any]) -> str:
    """Write an example as a line of JSON."""
    return json.dumps(example, ensure_ascii=False, separators=(",", ":")) + "\n"


def table_of(example: Mapping[str, Any]) -> str:
    """Write an example as a CSV table."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(example)
    writer.writerow([_cell(value) for value in example.values()])
    return table.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value)
    return {True: "t", False: "f"}[value] if isinstance(value, bool) else value
