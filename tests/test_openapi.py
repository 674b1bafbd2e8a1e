"""The OpenAPI document is exact: whatever is sent, Hearth answers as it says."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.checks import positive_data_acceptance

from config.wsgi import application
from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_of
from relationships.models import Customer
from relationships.selectors import IdentityRef
from relationships.services import SCOPES, create_key
from tests.factories import ContactFactory, PersonFactory, SegmentFactory

DOCUMENT = Client(SERVER_NAME="localhost").get("/api/schema/?format=json").json()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = application
# A long run by hand: HEARTH_EXAMPLES=500 pytest tests/test_openapi.py
EXAMPLES = int(os.environ.get("HEARTH_EXAMPLES", "4"))
# What is too large and what has changed meanwhile is refused too, with a status of its own.
REFUSALS = SCHEMA.config.checks.negative_data_rejection
REFUSALS.expected_statuses = [*REFUSALS.expected_statuses, "412", "413"]
# No document can say which types the catalogue has, or which cursor fits which filters.
NOT_SAID = [positive_data_acceptance]
# How a customer that is there is known, as an address names it.
OF_AN_IDENTITY = {"kind": "foreign", "value": "C-{}"}
TYPES = ("call.phone", "complaint", "email.template", "order.placed", "meeting.in_person")


@schemathesis.serializer("application/x-ndjson")
def lines(ctx: object, value: object) -> bytes:
    """Write lines as they are, and anything else as one line of JSON."""
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="replace")


@pytest.fixture
def lasting_connection() -> Iterator[None]:
    """Keep the test's connection over requests, as Django's own test client does."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def key(db, lasting_connection) -> str:
    """Make an organisation with something of everything, and a key that may do all."""
    made = create_key(name="shop", scopes=list(SCOPES))
    now = datetime.now(UTC)
    items = [
        NewTouchpoint(
            type=TYPES[number % len(TYPES)],
            customer=IdentityRef("foreign", f"C-{number % 4}", "shop"),
            occurred_at=now - timedelta(days=number * 3),
            external_id=f"e-{number}",
            text="As we said on the phone, the part comes on Monday and costs nothing at all.",
        )
        for number in range(60)
    ]
    account = made.key.person
    record(source=source_of(account), items=items, by=account, now=now, may_create_customers=True)
    owner = PersonFactory()
    Customer.objects.update(owner=owner, team=owner.team, segment=SegmentFactory())
    ContactFactory(customer=Customer.objects.first())
    while drain(now=now):
        pass
    return made.secret


def known(name: str, number: int) -> str | int:
    """Return the number or external id of something that is there, where something may be."""
    if name == "external_id":
        return f"e-{number % 60}"
    if name in OF_AN_IDENTITY:
        return OF_AN_IDENTITY[name].format(number % 4)
    return int(Customer.objects.order_by("pk")[number % 4].pk)


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_operation_answers_as_the_document_says(case, key):
    is_valid = case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE
    for name, given in dict(case.path_parameters or {}).items():
        # Made-up numbers hardly ever meet what is there.
        if is_valid and len(str(given)) % 2:
            case.path_parameters[name] = known(name, len(str(given)))

    case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, excluded_checks=NOT_SAID)
