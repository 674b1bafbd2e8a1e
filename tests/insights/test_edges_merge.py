"""Merged and parted customers are scored as if it had always been so, whatever happened between."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from insights.demo.remove import remove_demonstration
from insights.models import (
    EVERY_TEAM,
    BandTotal,
    CustomerState,
    PolicyVersion,
    Reading,
)
from insights.services.drain import drain
from insights.services.rollups import rebuild_rollups
from interactions.models import Touchpoint, TouchpointChange
from interactions.services import (
    NewTouchpoint,
    delete,
    edit,
    mark_everyone,
    merge_customers,
    record,
    restore,
    source_named,
    unmerge_customer,
)
from relationships.models import Customer, Person
from relationships.selectors import IdentityRef
from relationships.services import create_key, mark_profiles_changed
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    months_counted,
)
from tests.insights.scoring.conftest import _compiled_fold  # noqa: F401

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
TYPES = (
    "call.phone",
    "complaint",
    "web.visit",
    "order.late",
    "meeting.in_person",
    "email.template",
)

pytestmark = pytest.mark.django_db

CALM = settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def by() -> Person:
    return AdministratorFactory()


WHO = st.integers(0, 2)
# Eighths of a day ago: often the same instant, so that loops open and close at once.
AGO = st.one_of(st.sampled_from([0, 1, 16, 400]), st.integers(0, 8 * 300))


class PowerCutError(Exception):
    """Everything went dark in the middle of something."""


class PowerCut:
    """Lets so many queries pass and fails at the next."""

    def __init__(self, queries: int) -> None:
        self.left = queries

    def __call__(self, execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        """Pass a query on, or fail."""
        # Going back to a savepoint is what the server does by itself then.
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.left -= 1
            if self.left < 0:
                raise PowerCutError
        return execute(sql, *args)


def scores(customer: Customer) -> dict[str, object]:
    """Return all scores but the band, and moves into it, which depend on the one before."""
    reading = Reading.objects.filter(customer=customer).values().get()
    state = CustomerState.objects.get(customer=customer)
    numbers = np.round(np.frombuffer(state.numbers), 9).tolist()
    found = reading | {"numbers": numbers, "folded_to": state.folded_to}
    found["history"] = bytes(found["history"])
    for name in ("band", "moves", "customer_id", "updated_at"):
        del found[name]
    return {
        name: round(value, 9) if isinstance(value, float) else value
        for name, value in found.items()
    }


def rollups() -> tuple[list[object], list[object]]:
    months = (
        months_counted()
        .filter(count__gt=0)
        .values_list("month", "team_id", "type_id", "is_via", "is_template", "count")
    )
    bands = BandTotal.objects.filter(customers__gt=0).values_list(
        "on_date", "team_id", "segment_id", "stage", "currency", "band", "customers",
        "yearly_value", "at_risk",
    )  # fmt: skip
    return sorted(months), sorted(bands)


def beside_bands_of_now() -> tuple[list[object], list[object], list[object]]:
    """Return all that is counted but the bands of now, which depend on those before."""
    months, bands = rollups()
    past = [row for row in bands if row[0] != BandTotal.NOW]
    now = BandTotal.objects.filter(on_date=BandTotal.NOW).values_list(
        "team_id", "segment_id", "stage", "currency"
    )
    sums = now.annotate(Sum("customers"), Sum("yearly_value"), Sum("at_risk"))
    return months, past, sorted(row for row in sums.order_by() if row[4])


def drain_all(now: datetime) -> None:
    while drain(now=now, limit=5):
        pass


class World:
    """Three customers with an identity and a contact each, and what should be true of them."""

    def __init__(self, by: Person) -> None:
        self.by, self.now = by, NOW
        self.customers = CustomerFactory.create_batch(3, yearly_value=900)
        self.contacts = [ContactFactory(customer=one) for one in self.customers]
        self.refs = [
            IdentityRef("foreign", IdentityFactory(customer=one).value, "shop")
            for one in self.customers
        ]
        self.homes: dict[str, int] = {}
        self.parents: list[int | None] = [None, None, None]

    def root(self, who: int) -> int:
        """Return who a customer is now."""
        parent = self.parents[who]
        return who if parent is None else self.root(parent)

    def record(self, who: int, named_by: str, eighths: int, kind: str, closes: int) -> None:
        """Record a touchpoint by one of the ways to name a customer."""
        key = f"t{len(self.homes)}"
        (outcome,) = record(
            source=source_named("test"),
            items=[
                NewTouchpoint(
                    type=kind,
                    customer=self.refs[who] if named_by == "identity" else self.customers[who].pk,
                    contact_id=self.contacts[who].pk if named_by == "contact" else None,
                    occurred_at=self.now - timedelta(days=eighths / 8),
                    external_id=key,
                    closes=f"t{closes}" if f"t{closes}" != key else "",
                )
            ],
            by=self.by,
            now=self.now,
        )
        assert outcome.customer_id == self.customers[self.root(who)].pk
        self.homes[key] = who

    def change(self, number: int, how: str, who: int) -> None:
        """Correct, move, delete or bring back a touchpoint."""
        key = f"t{number}"
        if key not in self.homes:
            return
        pk = Touchpoint.objects.get(external_id=key).pk
        if how == "delete":
            delete(touchpoint_id=pk, by=self.by, now=self.now)
        elif how == "restore":
            restore(touchpoint_id=pk, by=self.by)
        elif how == "correct":
            edit(touchpoint_id=pk, by=self.by, now=self.now, sentiment=0.5)
        else:
            target = self.customers[who].pk
            edit(touchpoint_id=pk, by=self.by, now=self.now, customer=target, contact_id=None)
            if who != self.root(self.homes[key]):
                self.homes[key] = who

    def merge(self, keep: int, absorb: int) -> None:
        """Merge two customers who are not merged."""
        if keep != absorb and self.parents[keep] is None and self.parents[absorb] is None:
            keep_id, absorb_id = self.customers[keep].pk, self.customers[absorb].pk
            merge_customers(keep=keep_id, absorb=absorb_id, by=self.by, now=self.now)
            self.parents[absorb] = keep

    def unmerge(self, who: int) -> None:
        """Part a customer who is merged."""
        if self.parents[who] is not None:
            unmerge_customer(customer_id=self.customers[who].pk, by=self.by, now=self.now)
            self.parents[who] = None

    def drain(self, hours: int) -> None:
        """Let time pass and score a few of the changes."""
        self.now += timedelta(hours=hours)
        drain(now=self.now, limit=3)

    def policy(self, half_life: int) -> None:
        """Save a policy, as an administrator does between two drains."""
        PolicyVersion.objects.create(
            values={"connection_half_life": float(half_life)},
            based_on=PolicyVersion.objects.order_by("-pk").first(),
        )

    def run(self, step: tuple[Any, ...], power_cut: int | None) -> None:
        """Do one thing, unless the power goes: then it was never done."""
        kept = (dict(self.homes), list(self.parents), self.now)
        wrapper = PowerCut(10_000 if power_cut is None else power_cut)
        try:
            with transaction.atomic(), connection.execute_wrapper(wrapper):
                getattr(self, step[0])(*step[1:])
        except PowerCutError:
            self.homes, self.parents, self.now = kept

    def check(self) -> None:
        """Compare what was kept with what folding and counting from scratch give."""
        held = dict(Touchpoint.objects.values_list("external_id", "customer_id"))
        assert held == {key: self.customers[self.root(home)].pk for key, home in self.homes.items()}
        living = [one for who, one in enumerate(self.customers) if self.parents[who] is None]
        mark_profiles_changed(customer_ids=[one.pk for one in living])
        drain_all(self.now)
        assert not TouchpointChange.objects.exists()
        assert set(Reading.objects.values_list("customer_id", flat=True)) == {
            one.pk for one in living
        }
        kept, counted = [scores(one) for one in living], rollups()
        rebuild_rollups()
        assert counted == rollups()
        Reading.objects.all().delete()
        CustomerState.objects.all().delete()
        mark_everyone(now=self.now)
        drain_all(self.now)
        assert kept == [scores(one) for one in living]


STEPS = st.one_of(
    st.tuples(
        st.just("record"),
        WHO,
        st.sampled_from(["id", "identity", "contact"]),
        AGO,
        st.sampled_from(TYPES),
        st.integers(-6, 5),
    ),
    st.tuples(
        st.just("change"),
        st.integers(0, 6),
        st.sampled_from(["delete", "restore", "correct", "move"]),
        WHO,
    ),
    st.tuples(st.just("merge"), WHO, WHO),
    st.tuples(st.just("unmerge"), WHO),
    st.tuples(st.just("drain"), st.integers(0, 200)),
    st.tuples(st.just("policy"), st.sampled_from([30, 90, 200])),
)
HISTORIES = st.lists(
    st.tuples(STEPS, st.one_of(st.none(), st.none(), st.integers(0, 25))), min_size=4, max_size=14
)


@CALM
@given(steps=HISTORIES)
@example(
    steps=[
        (("record", 0, "id", 0, "call.phone", 2), None),
        (("change", 0, "delete", 0), None),
        (("change", 0, "move", 1), None),
        (("change", 0, "restore", 0), None),
        (("change", 0, "delete", 0), None),
    ]
)
@example(
    steps=[
        (("record", 0, "id", 80, "complaint", -1), None),
        (("record", 1, "identity", 40, "call.phone", 0), None),
        (("drain", 0), None),
        (("merge", 0, 1), None),
        (("drain", 100), 12),
        (("record", 1, "contact", 2, "web.visit", -1), None),
        (("merge", 2, 0), None),
        (("unmerge", 1), None),
        (("drain", 100), None),
    ]
)
def test_whatever_happens_ends_as_if_scored_from_scratch(by, steps):
    with transaction.atomic():
        world = World(by)
        for step, power_cut in steps:
            world.run(step, power_cut)
        world.check()
        transaction.set_rollback(True)


@CALM
@given(
    touches=st.lists(
        st.tuples(AGO, st.sampled_from(TYPES), st.booleans(), st.integers(-4, 6)),
        min_size=1,
        max_size=10,
    ),
    is_drained_between=st.booleans(),
)
def test_merged_customers_score_as_one_who_had_all_from_the_start(by, touches, is_drained_between):
    with transaction.atomic():
        keep, absorb = CustomerFactory.create_batch(2, team=None)
        whole = CustomerFactory(team=None)

        def items(prefix: str, of: Callable[[bool], Customer]) -> list[NewTouchpoint]:
            return [
                NewTouchpoint(
                    type=kind,
                    customer=of(is_first).pk,
                    occurred_at=NOW - timedelta(days=eighths / 8),
                    external_id=f"{prefix}{number}",
                    closes=f"{prefix}{closes}" if closes != number else "",
                )
                for number, (eighths, kind, is_first, closes) in enumerate(touches)
            ]

        parts = items("part", lambda is_first: keep if is_first else absorb)
        for batch in (parts, items("whole", lambda _: whole)):
            record(source=source_named("test"), items=batch, by=by, now=NOW)
        if is_drained_between:
            drain_all(NOW)

        merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
        drain_all(NOW)

        assert scores(keep) == scores(whole)
        assert not Reading.objects.filter(customer=absorb).exists()
        transaction.set_rollback(True)


@CALM
@given(
    touches=st.lists(
        st.tuples(AGO, st.sampled_from(TYPES), WHO, st.integers(-4, 6)),
        min_size=1,
        max_size=10,
    ),
    is_drained_between=st.booleans(),
)
def test_parting_gives_back_the_very_scores_of_before(by, touches, is_drained_between):
    with transaction.atomic():
        world = World(by)
        for eighths, kind, who, closes in touches:
            world.record(who, "id", eighths, kind, closes)
        mark_profiles_changed(customer_ids=[one.pk for one in world.customers])
        drain_all(NOW)
        before, counted = [scores(one) for one in world.customers], beside_bands_of_now()

        world.merge(1, 0)
        world.merge(2, 1)
        if is_drained_between:
            drain_all(NOW)
        world.unmerge(0)
        world.unmerge(1)
        drain_all(NOW)

        assert [scores(one) for one in world.customers] == before
        assert beside_bands_of_now() == counted
        transaction.set_rollback(True)


def test_merged_customer_is_counted_once_and_listed_once(by):
    keep, absorb = CustomerFactory.create_batch(2, yearly_value=500)
    world = World(by)
    world.customers = [keep, absorb]
    for who in (0, 1):
        world.record(who, "id", 16, "call.phone", -1)
    drain_all(NOW)

    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
    drain_all(NOW)

    totals = BandTotal.objects.filter(on_date=BandTotal.NOW, customers__gt=0)
    counted = {total.team_id: (total.customers, total.yearly_value) for total in totals}
    assert counted == {keep.team_id or 0: (1, 500), EVERY_TEAM: (1, 500)}
    browser = Client()
    browser.force_login(by)
    page = browser.get("/customers/").content.decode()
    assert keep.name in page
    assert f"/customers/{absorb.pk}/" not in page


def test_pages_of_a_merged_customer_lead_to_the_survivor(by):
    keep, absorb = CustomerFactory.create_batch(2)
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
    browser = Client()
    browser.force_login(by)

    response = browser.get(f"/customers/{absorb.pk}/", follow=True)

    assert response.redirect_chain == [(f"/customers/{keep.pk}/", 302)]
    assert keep.name in response.content.decode()
    for fragment in ("score", "standing", "payback"):
        assert browser.get(f"/customers/{absorb.pk}/{fragment}/").status_code == 200


def test_api_answers_for_a_merged_customer_with_the_survivor(by):
    keep, absorb = CustomerFactory.create_batch(2)
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
    key = create_key(name="dashboard", scopes=["customers:read", "touchpoints:write"])
    sender = Client(headers={"Authorization": f"Bearer {key.secret}"})

    health = sender.get(f"/api/v1/customers/{absorb.pk}/health/").json()
    listed = sender.get("/api/v1/customers/").json()["results"]
    item = {
        "type": "call.phone",
        "customer": {"id": absorb.pk},
        "occurred_at": "2026-03-01T10:00:00Z",
    }
    recorded = sender.post("/api/v1/touchpoints/", item, content_type="application/json").json()

    assert health["customer"]["id"] == keep.pk
    assert [one["id"] for one in listed] == [keep.pk]
    assert recorded["customer_id"] == keep.pk


def test_merged_customer_whose_survivor_is_of_another_team_is_not_found(by):
    keep, absorb = CustomerFactory.create_batch(2)
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
    theirs = Person.objects.create_user("theirs@example.com", name="Theirs", team=absorb.team)
    browser = Client()
    browser.force_login(theirs)

    assert browser.get(f"/customers/{absorb.pk}/").status_code == 404


def test_merged_customers_of_the_demonstration_go_with_it(by):
    keep, absorb = CustomerFactory.create_batch(2, is_demo=True)
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)

    remove_demonstration(by=by)

    assert not Customer.objects.exists()
    connection.check_constraints()
