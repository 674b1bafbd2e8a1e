"""A touchpoint that is like most of them takes one message to the server, and says the same."""

import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import psycopg2
import pytest
from django.db import connection, transaction

from interactions.models import Direction, Intake, LoopKind, Touchpoint
from interactions.services import NewTouchpoint, Outcome, record, source_named
from interactions.services.rows import Rows
from interactions.services.store import Stored, store_if_still
from relationships.models import Customer, Identity, Person
from relationships.selectors import Roster, current_roster
from tests.factories import (
    CustomerFactory,
    ServiceFactory,
)
from tests.interactions.test_concurrency import at_once, statuses
from tests.interactions.test_roster import NOW, REF, by, customer

__all__ = ["by", "customer"]

TEXT = "A letter to you alone, and long enough to be compared with what we wrote to others, {}."
PLAIN = (
    {},
    {"type": "web.visit"},
    {"type": "order.placed", "value": Decimal("11.775"), "via": "A market"},
    {"duration_minutes": 0, "customers_in_room": 3, "sentiment": -0.5},
    {"direction": Direction.INBOUND, "severity": 3, "text": "Say \"%s\"\\ or\n'no', é 🙂"},
    {"type": "question", "opens": 0},
    {"occurred_at": datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)},
)
MORE = (
    {"type": "question"},
    {"opens": LoopKind.PROMISE, "due_at": NOW},
    {"closes": "of another"},
    {"type": "email.personal", "text": TEXT},
)

# The package has a function of that name.
recording = import_module("interactions.services.record")

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def ways(monkeypatch) -> list[str]:
    """Note of each touchpoint whether it was stored at once."""
    noted: list[str] = []

    def watched(rows: Rows, roster: Roster) -> Stored:
        added = store_if_still(rows, roster)
        noted.append("at once" if added else "at length")
        return added

    monkeypatch.setattr(recording, "store_if_still", watched)
    return noted


def send(by: Person, external_id: str = "", **fields: object) -> Outcome:
    given = {"type": "call.phone", "customer": REF, "occurred_at": NOW - timedelta(hours=1)}
    item = NewTouchpoint(**given | fields, external_id=external_id)
    (outcome,) = record(source=source_named("shop"), items=[item], by=by, now=NOW)
    return outcome


def stored(external_id: str) -> dict[str, object]:
    row = Touchpoint.objects.filter(external_id=external_id).values().get()
    return {name: row[name] for name in row if name not in ("id", "external_id", "recorded_at")}


def test_it_is_one_message(by, customer, django_assert_num_queries):
    send(by)
    source = source_named("shop")
    item = NewTouchpoint("web.visit", REF, NOW)
    current_roster()

    with django_assert_num_queries(1):
        (outcome,) = record(source=source, items=[item], by=by, now=NOW)

    assert (outcome.status, outcome.customer_id) == ("recorded", customer.pk)
    assert Intake.objects.order_by("-pk").first().customer_ids == [customer.pk]


@pytest.mark.parametrize("fields", [*PLAIN, *MORE])
def test_both_ways_store_the_same(by, customer, ways, monkeypatch, fields):
    current_roster()
    one = send(by, "one", **fields)
    monkeypatch.setattr(recording, "store_if_still", lambda *_: {})
    other = send(by, "other", **fields)

    assert ways == ["at once" if fields in PLAIN else "at length"]
    assert (one.status, other.status) == ("recorded", "recorded")
    assert stored("one") == stored("other")
    first, second = Intake.objects.order_by("pk").values().exclude(size=0)
    assert {**first, "id": 0, "marked_at": 0} == {**second, "id": 0, "marked_at": 0}


def test_what_is_wrong_is_told_all_the_same(by, customer, ways):
    refused = send(by, type="call.smoke", sentiment=7.0)

    assert [one.field for one in refused.refusals] == ["type", "sentiment"]
    assert ways == []
    assert not Touchpoint.objects.exists()
    assert not Intake.objects.exists()


def test_sent_again_it_is_known(by, customer):
    current_roster()
    first, again = send(by, "same"), send(by, "same", type="web.visit")

    assert (again.status, again.touchpoint_id) == ("known", first.touchpoint_id)
    assert Touchpoint.objects.get().type.key == "call.phone"
    assert Intake.objects.count() == 1


def test_sent_by_many_at_once_it_is_recorded_once(by, customer):
    source_named("shop")
    current_roster()

    answers = at_once(*[lambda: [send(by, "same")]] * 4)

    assert statuses(answers) == ["known"] * 3 + ["recorded"]
    assert Touchpoint.objects.count() == Intake.objects.count() == 1


def test_in_a_transaction_of_others_it_goes_with_it(by, customer):
    current_roster()
    send(by, "kept")
    with transaction.atomic():
        assert send(by, "kept").status == "known"
        assert send(by, "undone").status == "recorded"
        transaction.set_rollback(True)

    assert Touchpoint.objects.get().external_id == "kept"
    assert Intake.objects.count() == 1


def test_who_moved_meanwhile_is_asked_for_again(by, customer, ways):
    """Whoever merges holds all customers; what waited for that must not go by its memory."""
    current_roster()
    send(by)
    other = CustomerFactory()
    answers: list[Outcome] = []
    with closing(psycopg2.connect(**connection.get_connection_params())) as merging:
        cursor = merging.cursor()
        cursor.execute("SELECT pg_advisory_xact_lock(3, 0)")
        waiting = threading.Thread(target=lambda: answers.extend(at_once(lambda: send(by, "late"))))
        waiting.start()
        _wait_until_somebody_waits()
        cursor.execute("UPDATE relationships_identity SET customer_id = %s", [other.pk])
        merging.commit()
    waiting.join()

    assert ways == ["at once", "at length"]
    assert answers[0].customer_id == Touchpoint.objects.get(external_id="late").customer_id
    assert answers[0].customer_id == other.pk
    assert Intake.objects.count() == 2


def test_team_that_lost_the_customer_is_refused(customer, ways):
    account = ServiceFactory(team=customer.team)
    current_roster()
    send(account)
    at_once(lambda: Customer.objects.update(team=None))

    assert send(account).status == "refused"
    assert ways == ["at once", "at length"]
    assert Touchpoint.objects.count() == Intake.objects.count() == 1


def test_identity_that_is_gone_is_nobody(by, customer):
    current_roster()
    send(by)
    at_once(lambda: Identity.objects.all().delete())

    assert send(by).status == "refused"
    assert Intake.objects.count() == 1


def _wait_until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone() is not None:
                return
            time.sleep(0.01)
