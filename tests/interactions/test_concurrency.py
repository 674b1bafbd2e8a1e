"""Two connections at once: nothing doubles, nothing is lost, nobody waits in a ring."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction

from interactions.models import Intake, Loop, Touchpoint, TouchpointChange
from interactions.services import (
    NewTouchpoint,
    Outcome,
    delete,
    edit,
    merge_customers,
    record,
    restore,
    source_named,
    unmerge_customer,
)
from relationships.models import Customer, Identity, Person
from relationships.selectors import IdentityRef, survivors_of
from relationships.services import CustomerGoneError
from tests.factories import AdministratorFactory, CustomerFactory, IdentityFactory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "We would like to tell you how much we value you as our customer, now and always, {}."

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


@pytest.fixture
def customer() -> Customer:
    return CustomerFactory()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make every call on a connection of its own, all beginning together."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=20)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, one) for one in calls]]


def send(by: Person, items: list[NewTouchpoint], *, create: bool = False) -> list[Outcome]:
    return record(
        source=source_named("test"), items=items, by=by, now=NOW, may_create_customers=create
    )


def touch(customer: Customer | IdentityRef, external_id: str, **fields: Any) -> NewTouchpoint:
    who = customer if isinstance(customer, IdentityRef) else customer.pk
    values = {"type": "call.phone", "occurred_at": NOW - timedelta(days=1)} | fields
    return NewTouchpoint(customer=who, external_id=external_id, **values)


def statuses(answers: list[list[Outcome]]) -> list[str]:
    return sorted(outcome.status for outcomes in answers for outcome in outcomes)


@pytest.mark.parametrize("round_number", range(3))
def test_same_batch_in_opposite_orders_is_recorded_once(by, customer, round_number):
    source_named("test")
    items = [touch(customer, str(n), type="complaint") for n in range(300)]

    answers = at_once(
        lambda: send(by, items),
        lambda: send(by, items[::-1]),
        lambda: send(by, items),
    )

    assert statuses(answers) == ["known"] * 600 + ["recorded"] * 300
    assert all(outcome.touchpoint_id for outcomes in answers for outcome in outcomes)
    assert sum(Intake.objects.values_list("size", flat=True)) == 300
    assert Loop.objects.count() == 300


@pytest.mark.parametrize("round_number", range(3))
def test_same_new_identities_become_the_same_customers(by, round_number):
    source_named("test")
    refs = [IdentityRef("foreign", f"C-{n}", "shop") for n in range(200)]

    def part(name: str, wanted: list[IdentityRef]) -> Callable[[], list[Outcome]]:
        items = [touch(ref, f"{name}{ref.value}") for ref in wanted]
        return lambda: send(by, items, create=True)

    answers = at_once(part("a", refs), part("b", refs[::-1]), part("c", refs[50:]))

    assert statuses(answers) == ["recorded"] * 550
    assert Customer.objects.count() == Identity.objects.count() == 200
    assert set(Touchpoint.objects.values_list("customer_id", flat=True)) == set(
        Customer.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("round_number", range(5))
def test_loop_opened_and_closed_at_once_is_closed(by, customer, round_number):
    source_named("test")
    opening = touch(customer, "open", type="complaint", occurred_at=NOW - timedelta(days=3))
    closing = touch(customer, "close", closes="open")

    at_once(lambda: send(by, [opening]), lambda: send(by, [closing]))

    assert Loop.objects.get().closed_by == Touchpoint.objects.get(external_id="close")


@pytest.mark.parametrize("kind", ["complaint", "email.personal"])
def test_many_full_batches_fit_into_the_lock_table(by, customer, kind):
    source_named("test")

    def batch(name: str) -> Callable[[], list[Outcome]]:
        items = [
            touch(customer, f"{name}{n}", type=kind, text=TEXT.format(_word(name, n)))
            for n in range(5_000)
        ]
        return lambda: send(by, items)

    answers = at_once(*(batch(name) for name in "abcdef"))

    assert statuses(answers) == ["recorded"] * 30_000


def _word(name: str, number: int) -> str:
    return name + "".join("abcdefghij"[int(digit)] for digit in str(number))


@pytest.mark.parametrize("change", ["edit", "delete", "restore"])
def test_correcting_a_letter_while_its_template_is_found_never_deadlocks(by, change):
    customers = CustomerFactory.create_batch(12)
    letters = [touch(who, f"m{who.pk}", type="email.personal", text=TEXT) for who in customers]
    outcomes = send(by, letters[:4])
    first = outcomes[0].touchpoint_id
    if change == "restore":
        delete(touchpoint_id=first, by=by, now=NOW)
    calls = {
        "edit": lambda: edit(touchpoint_id=first, by=by, now=NOW, sentiment=0.5),
        "delete": lambda: delete(touchpoint_id=first, by=by, now=NOW),
        "restore": lambda: restore(touchpoint_id=first, by=by),
    }

    at_once(calls[change], *(lambda letter=letter: send(by, [letter]) for letter in letters[4:8]))
    send(by, letters[8:])

    missed = Touchpoint.objects.live().filter(is_template=False)
    assert not missed.exists()


def test_letter_being_corrected_is_not_waited_for(by):
    letters = [
        touch(who, f"m{who.pk}", type="email.personal", text=TEXT)
        for who in CustomerFactory.create_batch(5)
    ]
    first = send(by, letters[:4])[0].touchpoint_id

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Touchpoint.objects.select_for_update().get(pk=first)
        fifth = pool.submit(at_once, lambda: send(by, letters[4:]))
        fifth.result(timeout=20)
        edit(touchpoint_id=first, by=by, now=NOW, sentiment=0.5)

    assert Touchpoint.objects.filter(is_template=True).count() == 5


def test_restored_letter_that_was_found_to_be_a_template_meanwhile_is_one(by):
    letters = [
        touch(who, f"m{who.pk}", type="email.personal", text=TEXT)
        for who in CustomerFactory.create_batch(6)
    ]
    first = send(by, letters[:1])[0].touchpoint_id
    delete(touchpoint_id=first, by=by, now=NOW)
    send(by, letters[1:])

    restore(touchpoint_id=first, by=by)

    assert Touchpoint.objects.filter(is_template=True).count() == 6


def test_customer_deleted_in_mid_batch_is_refused_or_waits(by):
    source_named("test")
    customers = CustomerFactory.create_batch(50)
    items = [touch(who, str(who.pk)) for who in customers]
    gone = customers[25].pk

    def remove() -> None:
        with transaction.atomic():
            Customer.objects.filter(pk=gone).delete()

    (outcomes, _) = at_once(lambda: send(by, items), remove)

    refused = [outcome for outcome in outcomes if outcome.status == "refused"]
    assert len(outcomes) - len(refused) == Touchpoint.objects.count()
    assert Touchpoint.objects.filter(customer=gone).count() == 1 - len(refused)


def test_identity_made_elsewhere_meanwhile_is_found(by):
    source_named("test")
    ref = IdentityRef("foreign", "C-1", "shop")
    other = CustomerFactory()

    at_once(
        lambda: send(by, [touch(ref, "a")], create=True),
        lambda: Identity.objects.get_or_create(
            kind="foreign", namespace="shop", value="C-1", defaults={"customer": other}
        ),
    )

    assert Touchpoint.objects.get().customer_id == Identity.objects.get().customer_id


def test_error_in_mid_batch_leaves_nothing_half_written(by, customer):
    IdentityFactory(customer=customer)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$;"
            "CREATE TRIGGER fail BEFORE INSERT ON interactions_loop EXECUTE FUNCTION fail()"
        )
    try:
        with pytest.raises(Exception, match="disk full"):
            send(
                by,
                [
                    touch(IdentityRef("foreign", "new", "shop"), "a"),
                    touch(customer, "b", type="complaint"),
                ],
                create=True,
            )
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION fail CASCADE")

    assert Customer.objects.count() == Identity.objects.count() == 1
    assert not Touchpoint.objects.exists()
    assert not Intake.objects.exists()
    assert not TouchpointChange.objects.exists()


def test_two_merges_at_once_lose_nothing(by):
    source_named("test")
    one, other, third = CustomerFactory.create_batch(3)
    send(by, [touch(who, str(who.pk)) for who in (one, other, third)])

    def merge(keep: Customer, absorb: Customer) -> Callable[[], str]:
        def call() -> str:
            try:
                merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
            except CustomerGoneError:
                return "gone"
            return "merged"

        return call

    answers = at_once(merge(one, other), merge(other, one), merge(third, other), merge(one, third))

    assert "merged" in answers
    merged = survivors_of([one.pk, other.pk, third.pk])
    held = dict(Touchpoint.objects.values_list("external_id", "customer_id"))
    assert held == {str(pk): survivor for pk, survivor in merged.items()}


@pytest.mark.parametrize("round_number", range(3))
def test_merging_and_parting_while_recording_loses_nothing(by, round_number):
    source_named("test")
    one, other = CustomerFactory.create_batch(2)
    IdentityFactory(customer=other, value="old")
    refs = [one, other, IdentityRef("foreign", "old", "shop")]
    moved = send(by, [touch(other, "moved")])[0].touchpoint_id

    def record_some(name: str) -> None:
        for number in range(20):
            batch = [touch(ref, f"{name}{number}-{row}") for row, ref in enumerate(refs)]
            assert statuses([send(by, batch)]) == ["recorded"] * 3

    def merge_and_part() -> None:
        for _ in range(6):
            merge_customers(keep=one.pk, absorb=other.pk, by=by, now=NOW)
            unmerge_customer(customer_id=other.pk, by=by, now=NOW)

    def correct() -> None:
        for turn in range(20):
            edit(touchpoint_id=moved, by=by, now=NOW, sentiment=turn / 20)

    at_once(lambda: record_some("a"), lambda: record_some("b"), merge_and_part, correct)

    assert Touchpoint.objects.filter(customer=one, home_id=None).count() == 40
    assert Touchpoint.objects.filter(customer=other, home_id=None).count() == 81
    merge_customers(keep=one.pk, absorb=other.pk, by=by, now=NOW)
    assert Touchpoint.objects.filter(customer=one).count() == 121


def test_touchpoint_moved_to_a_customer_being_merged_never_deadlocks(by):
    one, other, third = CustomerFactory.create_batch(3)
    pk = send(by, [touch(third, "a")])[0].touchpoint_id

    def move() -> None:
        for target in (one, third, other, third) * 4:
            edit(touchpoint_id=pk, by=by, now=NOW, customer=target.pk)

    def merge_and_part() -> None:
        for keep, absorb in ((one, third), (third, one), (other, third)) * 2:
            merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
            unmerge_customer(customer_id=absorb.pk, by=by, now=NOW)

    at_once(move, merge_and_part)

    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.customer, touchpoint.home_id) == (third, None)
