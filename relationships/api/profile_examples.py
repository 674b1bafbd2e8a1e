"""The examples of writing customers and contacts; the tests send them and compare the answers."""

from typing import Any

CUSTOMER: dict[str, Any] = {
    "name": "Meridian Press",
    "stage": "current",
    "owner": {"email": "tom.brandt@example.com"},
    "team": {"name": "North"},
    "yearly_value": "48000.00",
    "currency": "EUR",
    "identities": [
        {"kind": "foreign", "value": "C-1001", "namespace": "crm"},
        {"kind": "email", "value": "office@meridian.example"},
    ],
}
CUSTOMER_CHANGES: dict[str, Any] = {"stage": "former", "owner": None}
CUSTOMER_UPSERT: dict[str, Any] = {
    "name": "Meridian Press",
    "yearly_value": "52000.00",
    "add_identities": [{"kind": "phone", "value": "+49 30 901820"}],
}
CUSTOMER_BATCH: list[dict[str, Any]] = [
    {"identity": {"kind": "foreign", "value": "C-1001", "namespace": "crm"}, "stage": "former"},
    {
        "identity": {"kind": "foreign", "value": "C-1002", "namespace": "crm"},
        "name": "Zażółć Łódź",
        "currency": "zloty",
    },
]
CUSTOMER_RESULTS: dict[str, Any] = {
    "made": 0,
    "changed": 1,
    "unchanged": 0,
    "refused": 1,
    "results": [
        {"status": "changed", "id": 12, "errors": []},
        {
            "status": "refused",
            "id": None,
            "errors": [
                {
                    "detail": "Use the three capital letters of ISO 4217, such as EUR.",
                    "pointer": "/currency",
                    "value": "zloty",
                }
            ],
        },
    ],
}
CONTACT: dict[str, Any] = {
    "customer": {"foreign_id": "C-1001", "namespace": "crm"},
    "name": "Zoë Adler",
    "job_title": "Head of production",
    "identities": [{"kind": "email", "value": "zoe@example.com"}],
}
CONTACT_CHANGES: dict[str, Any] = {"left_on": "2026-03-02"}
CONTACT_UPSERT: dict[str, Any] = {
    "customer": {"foreign_id": "C-1001", "namespace": "crm"},
    "name": "Zoë Adler",
    "add_identities": [{"kind": "foreign", "value": "P-17", "namespace": "crm"}],
}
