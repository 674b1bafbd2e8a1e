"""The OpenAPI document is valid, complete and served to everyone."""

import json

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client


def test_document_is_valid_openapi_without_warnings(tmp_path):
    path = tmp_path / "schema.json"

    call_command(
        "spectacular", validate=True, fail_on_warn=True, format="openapi-json", file=str(path)
    )

    document = json.loads(path.read_text())
    assert document["openapi"].startswith("3.1")
    operations = [
        operation for methods in document["paths"].values() for operation in methods.values()
    ]
    # SDKs are answered whatever they say that they read.
    negotiated = [
        operation
        for path, methods in document["paths"].items()
        if path.startswith("/api/")
        for operation in methods.values()
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    assert {"record_touchpoints", "list_customers", "get_customer_health"} <= set(names)
    for operation in operations:
        assert {"401", "403", "500", "503"} <= operation["responses"].keys()
        assert operation["security"]
        assert "examples" in json.dumps(operation)
    assert all("406" in operation["responses"] for operation in negotiated)
    assert len(operations) - len(negotiated) == 7


def test_every_reference_leads_somewhere():
    text = Client().get("/api/schema/", headers={"Accept": "application/json"}).content.decode()
    schemas = json.loads(text)["components"]["schemas"]

    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in schemas


@pytest.mark.django_db
def test_docs_keep_the_strict_content_security_policy():
    response = Client().get("/api/docs/")

    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert response.status_code == 200
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "script-src" not in directives
    assert b"<script>" not in response.content
