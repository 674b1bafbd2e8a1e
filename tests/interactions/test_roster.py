"""What a process remembers between requests is never older than the last change."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from interactions.models import Source, TouchpointType
from interactions.services import (
    NewTouchpoint,
    Outcome,
    merge_customers,
    record,
    source_named,
    unmerge_customer,
)
from relationships.models import Customer, Identity, Person, RosterVersion
from relationships.selectors import IdentityRef, current_roster
from relationships.services import create_key, note_use, revoke_key, switch_account
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    ServiceFactory,
    TeamFactory,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REF = IdentityRef("foreign", "C-1", "shop")
TYPES = "/api/v1/touchpoint-types/"

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


@pytest.fixture
def customer() -> Customer:
    one: Customer = CustomerFactory()
    IdentityFactory(customer=one, namespace=REF.namespace, value=REF.value)
    return one


def heard(by: Person, *, create: bool = False, kind: str = "call.phone") -> Outcome:
    """Record that somebody known as `REF` called."""
    item = NewTouchpoint(type=kind, customer=REF, occurred_at=NOW - timedelta(hours=1))
    (outcome,) = record(
        source=source_named("shop"), items=[item], by=by, now=NOW, may_create_customers=create
    )
    return outcome


def elsewhere(call: Callable[[], None]) -> None:
    """Do something on a connection of its own, as another process would."""

    def run() -> None:
        try:
            call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(timeout=30)


def test_identity_is_looked_up_once(by, customer, django_assert_num_queries):
    heard(by)
    roster = current_roster()

    assert roster.known[REF].customer_id == customer.pk
    with django_assert_num_queries(1):
        assert current_roster() is roster


def test_new_customers_are_remembered_and_leave_the_others_so(by, customer):
    heard(by)
    before = current_roster()

    item = NewTouchpoint("call.phone", IdentityRef("email", "new@example.com"), NOW)
    record(source=source_named("shop"), items=[item], by=by, now=NOW, may_create_customers=True)

    assert current_roster() is before
    assert before.known.keys() == {REF, item.customer}


def test_what_was_rolled_back_is_not_remembered(by):
    with transaction.atomic():
        assert heard(by, create=True).status == "recorded"
        transaction.set_rollback(True)

    assert REF not in current_roster().known
    assert heard(by).status == "refused"
    assert heard(by, create=True).status == "recorded"


def test_what_is_sent_while_a_merge_is_under_way_goes_to_who_is_left(by, customer):
    """Whoever merged records more in the same transaction, as what a Segment SDK sends may."""
    other = CustomerFactory(team=customer.team)
    heard(by)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            merge_customers(keep=other.pk, absorb=customer.pk, by=by, now=NOW)
            assert heard(by).customer_id == other.pk
            sent = pool.submit(_heard_elsewhere, by)
            _wait_for_one_who_waits()
        assert sent.result(timeout=60).customer_id == other.pk
    assert heard(by).customer_id == other.pk


def _heard_elsewhere(by: Person) -> Outcome:
    try:
        return heard(by)
    finally:
        connections.close_all()


def _wait_for_one_who_waits() -> None:
    ends = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
            if cursor.rowcount:
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waits.")


def test_merge_and_its_undoing_are_seen_at_once(by, customer):
    other = CustomerFactory(team=customer.team)
    assert heard(by).customer_id == customer.pk

    elsewhere(lambda: merge_customers(keep=other.pk, absorb=customer.pk, by=by, now=NOW))
    assert heard(by).customer_id == other.pk

    elsewhere(lambda: unmerge_customer(customer_id=customer.pk, by=by, now=NOW))
    assert heard(by).customer_id == customer.pk


def test_customer_of_another_team_is_so_at_once(customer):
    account = ServiceFactory(team=customer.team)
    assert heard(account).status == "recorded"

    elsewhere(lambda: Customer.objects.filter(pk=customer.pk).update(team=TeamFactory()))

    assert heard(account).status == "refused"


def test_identity_that_moves_or_goes_is_followed_at_once(by, customer):
    contact = ContactFactory()
    heard(by)

    identity = Identity.objects.get(value=REF.value)
    elsewhere(
        lambda: Identity.objects.filter(pk=identity.pk).update(
            customer=contact.customer, contact=contact
        )
    )
    assert heard(by).customer_id == contact.customer_id

    elsewhere(lambda: identity.delete() and None)
    assert heard(by).status == "refused"


def test_customer_that_was_deleted_is_gone_at_once(by, customer):
    assert heard(by).status == "recorded"

    def delete() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM relationships_identity; DELETE FROM relationships_customer")

    elsewhere(delete)

    assert heard(by).status == "refused"


def test_what_changes_nothing_here_forgets_nothing(by, customer):
    heard(by)
    roster = current_roster()
    key = create_key(name="shop", scopes=["touchpoints:write"]).key

    Customer.objects.update(name="Other", stage=Customer.Stage.FORMER)
    note_use(key=key, now=NOW)
    Person.objects.update(last_login=NOW)
    Identity.objects.filter(pk=0).update(contact=None)

    assert current_roster() is roster


def test_type_that_is_new_or_changes_counts_at_once(by, customer):
    heard(by)
    assert heard(by, kind="call.carrier_pigeon").status == "refused"

    elsewhere(
        lambda: TouchpointType.objects.create(
            key="call.carrier_pigeon", label="Pigeon", channel="air", mode="human",
            nature="connection", direction=0,
        )
        and None
    )  # fmt: skip

    assert heard(by, kind="call.carrier_pigeon").status == "recorded"


@pytest.mark.parametrize(
    "end",
    [
        lambda key: revoke_key(key_id=key.pk, now=NOW),
        lambda key: switch_account(account=key.person, is_on=False),
        lambda key: key.delete(),
    ],
)
def test_key_that_was_used_a_moment_ago_ends_at_once(end: Callable[..., object]):
    made = create_key(name="shop", scopes=["touchpoints:write"])
    client = Client(headers={"Authorization": f"Bearer {made.secret}"})
    assert [client.get(TYPES).status_code for _ in range(2)] == [200, 200]

    elsewhere(lambda: end(made.key) and None)

    assert client.get(TYPES).status_code == 401


def test_source_has_its_new_name_at_once(customer):
    secret = create_key(name="shop", scopes=["touchpoints:write"]).secret
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    event = {
        "type": "call.phone",
        "customer": {"foreign_id": "C-1"},
        "occurred_at": "2026-03-01T10:00:00Z",
    }

    def status() -> int:
        return client.post("/api/v1/touchpoints/", event, "application/json").status_code

    assert status() == 201
    elsewhere(lambda: Source.objects.filter(name="shop").update(name="store") and None)
    assert status() == 422  # its own customers were named in "shop"


def test_changes_at_the_same_time_count_without_waiting(customer):
    other = CustomerFactory()
    version = current_roster().version

    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(team=TeamFactory())
        elsewhere(lambda: Customer.objects.filter(pk=other.pk).update(team=TeamFactory()) and None)
        between = current_roster().version

    assert version < between  # which counts what is not yet committed here, too
    assert current_roster().version == between
    assert RosterVersion.objects.count() >= 2


def test_roster_forgets_the_oldest_when_it_is_full(by, monkeypatch):
    monkeypatch.setattr("relationships.selectors.roster.MOST_REMEMBERED", 10)
    monkeypatch.setattr("relationships.selectors.roster.FORGOTTEN_AT_ONCE", 4)
    for number in range(12):
        item = NewTouchpoint("call.phone", REF._replace(value=f"N-{number:02}"), NOW)
        record(source=source_named("shop"), items=[item], by=by, now=NOW, may_create_customers=True)

    known = [ref.value for ref in current_roster().known]
    assert len(known) <= 10
    assert known[-1] == "N-11"
    assert "N-00" not in known


def test_many_customers_changed_at_once_are_compared_in_no_time():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO relationships_customer"
            " (name, search_name, stage, style, yearly_value, currency, is_demo)"
            " SELECT n, n, 'current', '', 0, 'EUR', false FROM generate_series(1, 20000) AS n"
        )
        # Each compared with each, this would take minutes.
        cursor.execute("SET statement_timeout = '20s'")
        cursor.execute("UPDATE relationships_customer SET name = name || '!'")
        cursor.execute("RESET statement_timeout")

    before = current_roster()
    Customer.objects.filter(name="7!").update(team=TeamFactory())
    assert current_roster() is not before
