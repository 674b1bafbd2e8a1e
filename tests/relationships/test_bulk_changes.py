"""Many customers changed at once: what is refused, told, and taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from interactions.services import merge_customers
from relationships.models import BulkChange, Customer, Person, ProfileChange, Team
from relationships.selectors import current_roster
from relationships.services import (
    MOST_AT_ONCE,
    ChangeGoneError,
    ChangeRefusedError,
    OwnerRefusedError,
    TooManyCustomersError,
    change_customers,
    preview_change,
    undo_change,
)
from tests.factories import (
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    SegmentFactory,
    ServiceFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(manager: Person) -> list[Customer]:
    """Return three customers of the account manager's team."""
    return [CustomerFactory(team=manager.team) for _ in range(3)]


def ids(customers: list[Customer]) -> list[int]:
    return [customer.pk for customer in customers]


def said(name: str, customers: list[Customer]) -> list[Any]:
    found = dict(Customer.objects.filter(pk__in=ids(customers)).values_list("pk", name))
    return [found[customer.pk] for customer in customers]


def test_owner_style_and_segment_are_said_of_all_and_readings_follow(manager, ours):
    colleague, segment = PersonFactory(team=manager.team), SegmentFactory()

    made = change_customers(
        customer_ids=ids(ours), by=manager, now=NOW,
        owner=colleague.pk, style="personal", segment=segment.pk,
    )  # fmt: skip

    assert said("owner_id", ours) == [colleague.pk] * 3
    assert said("style", ours) == ["personal"] * 3
    assert said("segment_id", ours) == [segment.pk] * 3
    nothing = {"owner_id": None, "style": "", "segment_id": None}
    assert made.outlook.before == dict.fromkeys(ids(ours), nothing)
    assert sorted(ProfileChange.objects.values_list("customer_id", flat=True)) == ids(ours)


def test_nobody_and_nothing_can_be_said_too(manager, ours):
    Customer.objects.update(owner=manager, segment=SegmentFactory(), style="mixed")

    change_customers(
        customer_ids=ids(ours), by=manager, now=NOW, owner=None, segment=None, style=""
    )

    assert said("owner_id", ours) == said("segment_id", ours) == [None] * 3
    assert said("style", ours) == [""] * 3


def test_who_is_so_already_stays_untouched(manager, ours):
    Customer.objects.filter(pk=ours[0].pk).update(style="mixed")
    stamp = Customer.objects.get(pk=ours[0].pk).updated_at

    made = change_customers(customer_ids=ids(ours), by=manager, now=NOW, style="mixed")

    assert (made.outlook.same, list(made.outlook.before)) == ([ours[0].pk], ids(ours[1:]))
    assert Customer.objects.get(pk=ours[0].pk).updated_at == stamp
    assert ProfileChange.objects.count() == 2
    again = change_customers(customer_ids=ids(ours), by=manager, now=NOW, style="mixed")
    assert again.change_id is None
    assert BulkChange.objects.count() == 1


def test_who_was_merged_or_is_of_another_team_is_left_alone_and_told_of(manager, ours):
    theirs = CustomerFactory()
    merge_customers(keep=ours[0].pk, absorb=ours[1].pk, by=manager, now=NOW)

    made = change_customers(
        customer_ids=[*ids(ours), theirs.pk, 10**9], by=manager, now=NOW, style="mixed"
    )

    assert made.outlook.gone == [ours[1].pk, theirs.pk, 10**9]
    assert said("style", [*ours, theirs]) == ["mixed", "", "mixed", ""]


@pytest.mark.parametrize("who", ["left", "other_team", "service", "nobody"])
def test_owner_whom_one_may_not_name_is_refused(manager, ours, who):
    pk = {
        "left": lambda: PersonFactory(team=manager.team, is_active=False).pk,
        "other_team": lambda: PersonFactory().pk,
        "service": lambda: ServiceFactory(team=manager.team).pk,
        "nobody": lambda: 10**9,
    }[who]()

    with pytest.raises(OwnerRefusedError, match="Choose another one"):
        change_customers(customer_ids=ids(ours), by=manager, now=NOW, owner=pk)

    assert said("owner_id", ours) == [None] * 3


def test_owner_gets_no_customers_that_they_would_not_see(manager, ours):
    executive, theirs = ExecutiveFactory(), CustomerFactory()

    made = change_customers(
        customer_ids=ids([*ours, theirs]), by=executive, now=NOW, owner=manager.pk
    )

    assert made.outlook.unseen == [theirs.pk]
    assert said("owner_id", [*ours, theirs]) == [manager.pk] * 3 + [None]
    with pytest.raises(OwnerRefusedError, match="would not see any of these"):
        change_customers(customer_ids=[theirs.pk], by=executive, now=NOW, owner=manager.pk)


def test_team_and_owner_change_together_and_the_new_team_decides_who_sees(manager, ours):
    executive, other = ExecutiveFactory(), PersonFactory()
    version = current_roster().version

    change_customers(
        customer_ids=ids(ours), by=executive, now=NOW, owner=other.pk, team=other.team_id
    )

    assert said("team_id", ours) == [other.team_id] * 3
    assert current_roster().version != version
    with pytest.raises(ChangeRefusedError, match="sees all customers"):
        change_customers(customer_ids=ids(ours), by=manager, now=NOW, team=manager.team_id)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Say what to change"),
        ({"style": "cold"}, "no such style"),
        ({"segment": 10**9}, "segment is gone"),
        ({"team": 10**9}, "team is gone"),
    ],
)
def test_what_makes_no_sense_is_refused(given, words):
    customer = CustomerFactory()

    for service in (preview_change, change_customers):
        clock = {"now": NOW} if service is change_customers else {}
        with pytest.raises(ChangeRefusedError, match=words):
            service(customer_ids=[customer.pk], by=ExecutiveFactory(), **clock, **given)
    assert not BulkChange.objects.exists()


def test_more_than_a_list_counts_is_refused(manager):
    with pytest.raises(TooManyCustomersError, match="10,000"):
        change_customers(
            customer_ids=range(1, MOST_AT_ONCE + 2), by=manager, now=NOW, style="mixed"
        )


def test_preview_says_what_would_come_of_it_and_writes_nothing(manager, ours):
    Customer.objects.filter(pk=ours[0].pk).update(style="mixed")

    ahead = preview_change(customer_ids=[*ids(ours), 10**9], by=manager, style="mixed")

    assert list(ahead.before) == ids(ours[1:])
    assert (ahead.same, ahead.gone) == ([ours[0].pk], [10**9])
    assert said("style", ours) == ["mixed", "", ""]
    assert not ProfileChange.objects.exists()


def test_undo_puts_back_what_each_was(manager, ours):
    other = PersonFactory(team=manager.team)
    Customer.objects.filter(pk=ours[0].pk).update(owner=manager)
    Customer.objects.filter(pk=ours[1].pk).update(owner=other)
    made = change_customers(
        customer_ids=ids(ours), by=manager, now=NOW, owner=other.pk, style="mixed"
    )
    ProfileChange.objects.all().delete()

    taken = undo_change(change_id=made.change_id, by=manager, now=LATER)

    assert (taken.back, taken.left) == (3, 0)
    assert said("owner_id", ours) == [manager.pk, other.pk, None]
    assert said("style", ours) == ["", "", ""]
    assert ProfileChange.objects.count() == 3


def test_undo_leaves_what_somebody_said_since(manager, ours):
    made = change_customers(customer_ids=ids(ours), by=manager, now=NOW, style="mixed")
    Customer.objects.filter(pk=ours[0].pk).update(style="personal")
    merge_customers(keep=ours[2].pk, absorb=ours[1].pk, by=manager, now=NOW)

    taken = undo_change(change_id=made.change_id, by=manager, now=LATER)

    assert (taken.back, taken.left) == (1, 2)
    assert said("style", ours) == ["personal", "mixed", ""]


def test_undo_does_not_bring_back_who_is_gone(manager, ours):
    left = PersonFactory(team=manager.team)
    Customer.objects.update(owner=left)
    made = change_customers(customer_ids=ids(ours), by=manager, now=NOW, owner=manager.pk)
    left.delete()

    undo_change(change_id=made.change_id, by=manager, now=LATER)

    assert said("owner_id", ours) == [None] * 3


def test_undo_is_of_ones_own_and_once_and_within_a_day(manager, ours):
    made = change_customers(customer_ids=ids(ours), by=manager, now=NOW, style="mixed")

    with pytest.raises(ChangeGoneError):
        undo_change(change_id=made.change_id, by=PersonFactory(team=manager.team), now=LATER)
    with pytest.raises(ChangeGoneError, match="too long ago"):
        undo_change(change_id=made.change_id, by=manager, now=NOW + timedelta(days=1))
    undo_change(change_id=made.change_id, by=manager, now=LATER)
    with pytest.raises(ChangeGoneError, match="already"):
        undo_change(change_id=made.change_id, by=manager, now=LATER)


def test_what_can_no_longer_be_taken_back_is_forgotten(manager, ours):
    old = change_customers(customer_ids=ids(ours), by=manager, now=NOW, style="mixed")

    change_customers(
        customer_ids=ids(ours), by=manager, now=NOW + timedelta(days=1), style="personal"
    )

    assert not BulkChange.objects.filter(pk=old.change_id).exists()


def many(team: Team, number: int) -> list[int]:
    rows = [Customer(name=f"C {n}", search_name=f"c {n}", team=team) for n in range(number)]
    return [row.pk for row in Customer.objects.bulk_create(rows)]


def test_ten_thousand_take_as_many_statements_as_two(manager):
    def statements(customer_ids: list[int]) -> list[int]:
        with CaptureQueriesContext(connection) as change:
            made = change_customers(
                customer_ids=customer_ids, by=manager, now=NOW, owner=manager.pk, style="mixed"
            )
        with CaptureQueriesContext(connection) as undo:
            taken = undo_change(change_id=made.change_id, by=manager, now=LATER)
        assert taken.back == len(customer_ids)
        return [len(change), len(undo)]

    few, all_of_them = statements(many(manager.team, 2)), statements(many(manager.team, 10_000))

    assert few == all_of_them
    assert max(few) <= 10


@pytest.mark.parametrize(
    ("change", "constraint"),
    [({"customer_ids": []}, "is_of_somebody"), ({"values": {}}, "sets_something")],
)
def test_change_that_makes_no_sense_is_refused_by_the_database(manager, ours, change, constraint):
    change_customers(customer_ids=ids(ours), by=manager, now=NOW, style="mixed")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        BulkChange.objects.update(**change)
