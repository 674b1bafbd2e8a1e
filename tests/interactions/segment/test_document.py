"""The calls of SDKs in the OpenAPI document: each with an example that does what it says."""

import msgspec
import pytest
from django.test import Client

from interactions.api import segment
from interactions.api.segment_calls import CallProblem
from interactions.api.segment_document import CALLS
from interactions.models import ReceivedEvent, Touchpoint
from relationships.models import Contact, Customer
from tests.interactions.segment.conftest import fates

pytestmark = pytest.mark.django_db


def test_every_call_is_in_the_document_with_a_body_and_three_ways_to_sign():
    document = Client().get("/api/schema/?format=json").json()

    assert set(CALLS) == set(segment.CALLS.values())
    schemes = document["components"]["securitySchemes"]
    for name in CALLS:
        operation = document["paths"][f"/v1/{name}"]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        described = content["schema"]["anyOf"][0]["$ref"].rpartition("/")[2]
        assert "writeKey" in document["components"]["schemas"][described]["properties"]
        kinds = [schemes[scheme]["scheme"] for one in operation["security"] for scheme in one]
        assert sorted(kinds) == ["basic", "bearer"]
        assert {} in operation["security"]
        assert operation["responses"].keys() == {
            "200", "400", "401", "403", "413", "415", "429", "500", "503",
        }  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_example_of_a_call_is_one_and_is_taken(call, name):
    kind, example = CALLS[name].kind, CALLS[name].example
    msgspec.convert(example, kind)

    response = call(f"/v1/{name}", example)

    assert (response.status_code, response.json()) == (200, {"success": True})
    refused = ReceivedEvent.objects.filter(status=ReceivedEvent.Status.REFUSED)
    assert not refused.exists()


def test_examples_together_tell_of_somebody_at_a_company(call):
    for name in ("identify", "group", "track", "page", "screen", "alias"):
        call(f"/v1/{name}", CALLS[name].example)

    assert Customer.objects.get(merged_into=None).name == "Meridian Press"
    assert Contact.objects.get().name == "Zoë Müller"
    assert Touchpoint.objects.count() == 3
    assert {fate for _, fate in fates()} == {"Recorded", "Applied"}


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [(b"{", None, 400), (b"[]", "", 401), (b'{"batch": [' + b"1," * 5_000 + b"1]}", None, 413)],
)
def test_problem_is_one_of_the_document(call, body, secret, status):
    response = call("/v1/batch", body, **({} if secret is None else {"secret": secret}))

    assert response.status_code == status
    problem = msgspec.json.decode(response.content, type=CallProblem)
    assert problem.message == problem.detail
