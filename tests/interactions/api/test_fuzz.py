"""Whatever is sent, in whatever form, is answered: never with a 500, and never without a reason."""

import gzip
import json
import zlib
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from interactions.models import Touchpoint
from relationships.services import SCOPES, create_key
from tests.factories import IdentityFactory

ONE, MANY = "/api/v1/touchpoints/", "/api/v1/touchpoints/batch/"
SOME = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Client:
    IdentityFactory(namespace="shop", value="C-1001")
    key = create_key(name="shop", scopes=[*SCOPES])
    client = Client(headers={"Authorization": f"Bearer {key.secret}"})
    known = json.dumps(good(external_id="known"))
    assert client.post(ONE, known, content_type="application/json").status_code == 201
    return client


def good(**fields: Any) -> dict[str, Any]:
    an_hour_ago = (timezone.now() - timedelta(hours=1)).isoformat()
    known = {"type": "call.phone", "customer": {"foreign_id": "C-1001"}, "occurred_at": an_hour_ago}
    return known | fields


def is_answered(response: Any) -> bool:
    """Whether an answer is one that a client can go by."""
    status, kind = response.status_code, response.headers.get("Content-Type", "")
    if status in {204, 304}:
        return not response.content
    if 400 <= status < 500:
        told = json.loads(response.content)
        return kind == "application/problem+json" and told["status"] == status and told["detail"]
    return status in {200, 201} and kind == "application/json" and json.loads(response.content)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
moments = (
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
    | st.sampled_from(["0000-00-00T00:00:00Z", "9999-12-31T23:59:60+23:59", "2026-02-30T00:00:00Z"])
    | st.integers()
)
numbers = (
    st.integers() | st.floats() | st.sampled_from(["1e999999999", "-0", "NaN", "\u0661", "1_0"])
)
references = st.fixed_dictionaries(
    {},
    optional={
        name: st.text() | anything for name in ("id", "foreign_id", "namespace", "email", "phone")
    },
)
items = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["call.phone", "complaint", "loop.closed"]) | anything,
        "customer": st.just({"foreign_id": "C-1001"}) | references | anything,
        "contact": references | anything,
        "person": references | anything,
        "occurred_at": st.just("2026-03-02T09:30:00Z") | moments | anything,
        "external_id": st.text() | anything,
        "due_at": moments | anything,
        "direction": st.sampled_from(["inbound", "mutual"]) | anything,
        "opens": st.sampled_from(["question", "none"]) | anything,
        "text": st.text() | anything,
        "via": st.text() | anything,
        "closes": st.text() | anything,
        **dict.fromkeys(
            (
                "value", "severity", "sentiment", "duration_minutes", "customers_in_room",
                "contact_id", "person_id", "closes_loop",
            ),
            numbers | anything,
        ),
    },
)  # fmt: skip
documents = st.binary() | (items | st.lists(items | anything, max_size=5) | anything).map(
    lambda value: json.dumps(value).encode()
)
bodies = documents | documents.map(gzip.compress) | documents.map(zlib.compress) | st.builds(
    lambda body, end: gzip.compress(body)[:-end], documents, st.integers(1, 30)
)  # fmt: skip
words = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"))
headers = st.fixed_dictionaries(
    {},
    optional={
        "Content-Encoding": st.sampled_from(["gzip", "deflate", "br", "identity"]) | words,
        "Idempotency-Key": st.uuids().map(str) | words,
        "If-Match": st.just("*") | words,
        "If-None-Match": st.just("*") | words,
        "Accept": st.sampled_from(["application/json", "text/html", "*/*"]) | words,
        "Transfer-Encoding": st.just("chunked") | words,
    },
)
kinds = (
    st.sampled_from(
        [
            "application/json", "application/x-ndjson", "", "text/plain", "multipart/form-data",
            "application/json; charset=utf-16", "application/x-www-form-urlencoded",
        ]
    )
    | words
)  # fmt: skip


@SOME
@given(
    url=st.sampled_from([ONE, MANY]),
    method=st.sampled_from(["POST", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "X"]),
    body=bodies,
    kind=kinds,
    extra=headers,
)
@example(url=ONE, method="POST", body=b"{}", kind="application/json; charset=\x80", extra={})
def test_any_request_is_answered(shop, url, method, body, kind, extra):
    response = shop.generic(method, url, body, content_type=kind, headers=extra)

    assert is_answered(response), (response.status_code, response.content)


@SOME
@given(
    external_id=st.text(min_size=1) | st.sampled_from(["a\x00", "known", "..", "x" * 201, "\n"]),
    method=st.sampled_from(["GET", "PUT", "PUT", "PUT", "DELETE", "POST"]),
    where=st.sampled_from(["by-external-id", "restore"]),
    body=st.builds(lambda: json.dumps(good()).encode())
    | items.map(lambda value: json.dumps(value).encode())
    | bodies,
    extra=headers,
)
def test_any_external_id_is_answered(shop, external_id, method, where, body, extra):
    address = quote(external_id.encode("utf-8", "surrogatepass"), safe="")

    response = shop.generic(
        method,
        f"/api/v1/touchpoints/{where}/{address}/",
        body,
        content_type="application/json",
        headers=extra,
    )

    assert is_answered(response), (response.status_code, response.content)


@SOME
@given(bad=st.lists(items | anything, max_size=4), is_lines=st.booleans())
def test_good_ones_are_kept_whatever_stands_beside_them(shop, bad, is_lines):
    number = Touchpoint.objects.count()
    both = [good(external_id=f"a-{number}"), *bad, good(external_id=f"b-{number}")]
    lines = [json.dumps(item).encode() for item in both]
    body = b"\n".join(lines) if is_lines else b"[" + b",".join(lines) + b"]"
    kind = "application/x-ndjson" if is_lines else "application/json"

    response = shop.generic("POST", MANY, body, content_type=kind)

    results = response.json()["results"]
    assert len(results) == len(both)
    assert results[0]["status"] == results[-1]["status"] == "recorded"


@SOME
@given(garbage=st.lists(st.binary().map(lambda line: line.replace(b"\n", b"")), max_size=4))
def test_good_lines_are_kept_whatever_bytes_stand_between_them(shop, garbage):
    number = Touchpoint.objects.count()
    ends = [json.dumps(good(external_id=f"{end}-{number}")).encode() for end in "ab"]
    body = b"\n".join([ends[0], *garbage, ends[1]])

    response = shop.generic("POST", MANY, body, content_type="application/x-ndjson")

    results = response.json()["results"]
    assert results[0]["status"] == results[-1]["status"] == "recorded"
