"""What is counted by month stays exact, whatever happens to touchpoints and to their customers."""

import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from random import Random
from threading import Event

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from insights.care_columns import COLUMNS
from insights.hours import step_of
from insights.models import (
    EVERY_SEGMENT,
    EVERY_TEAM,
    CareCatalogue,
    CustomerState,
    MonthlyCare,
    MonthlyHours,
    MonthlyPromises,
    MonthlyTouchpoints,
)
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from insights.services.refold import outdate_everyone, refold_outdated
from insights.services.rollups import rebuild_rollups
from interactions.models import Loop, Touchpoint, TouchpointType
from interactions.services import (
    NewTouchpoint,
    delete,
    edit,
    merge_customers,
    record,
    restore,
    source_named,
    unmerge_customer,
)
from interactions.services.types import save_type
from relationships.models import Customer, Segment
from relationships.services import change_customers, mark_profiles_changed, undo_change
from tests.factories import AdministratorFactory, CustomerFactory, TeamFactory
from tests.insights import care_oracle as oracle

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

ROWS = {
    MonthlyTouchpoints: {"type_id": 1, "is_via": False, "count": 1},
    MonthlyCare: {},
    MonthlyHours: {"kind": 1, "hours": []},
    MonthlyPromises: {"due_on": NOW.date(), "open": 1},
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return AdministratorFactory()


@pytest.fixture
def segments():
    return [Segment.objects.create(name=name) for name in ("Small", "Large")]


def touch(by, customer, days_ago, kind="call.phone", **given):
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=NOW - timedelta(days=days_ago), **given
    )
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=NOW)
    assert outcome.status == "recorded", outcome
    return outcome.touchpoint_id


def put(customers, segment):
    """Say that customers are in another segment, as all doors do."""
    change(customers, segment=segment)


def change(customers, **profile):
    """Say something else of customers, as all doors do."""
    ids = [customer.pk for customer in customers]
    Customer.objects.filter(pk__in=ids).update(**profile)
    mark_profiles_changed(customer_ids=ids)


def drain_all():
    while drain(now=NOW, limit=7):
        pass


def kept():
    """Return what is kept: touchpoints by type, care, and how long loops took."""
    months, hours = Counter(), Counter()
    for row in MonthlyTouchpoints.objects.exclude(count=0):
        of = (row.type_id, row.is_via, row.is_template)
        months[row.segment_id, row.team_id, row.stage, row.month, *of] = row.count
    for row in MonthlyHours.objects.all():
        for step, number in enumerate(row.hours):
            cell = (row.segment_id, row.team_id, row.stage, row.month, row.kind, step)
            hours.update({cell: number} if number else {})
    care = {}
    for row in MonthlyCare.objects.all():
        sums = {name: getattr(row, name) for name in COLUMNS if getattr(row, name)}
        care.update({(row.segment_id, row.team_id, row.stage, row.month): sums} if sums else {})
    promises = Counter(
        {
            (row.segment_id, row.team_id, row.stage, row.month, row.due_on): row.open
            for row in MonthlyPromises.objects.exclude(open=0)
        }
    )
    return months, care, hours, promises


def counted():
    """Count plainly, by the segment and the stage that each customer is in now."""
    months, care, hours, promises = Counter(), defaultdict(Counter), Counter(), Counter()
    for one in Touchpoint.objects.live().select_related("customer", "type"):
        month = oracle.month_of(one.occurred_at)
        for cell in cells(one.customer, one.team_id, month):
            months[*cell, one.type_id, one.via != "", one.is_template] += 1
            care[cell].update(oracle.measures_of(one))
    for one in Loop.objects.select_related("customer"):
        kind, took = oracle.KINDS[one.kind], one.closed_at and one.closed_at - one.opened_at
        for cell in cells(one.customer, one.team_id, oracle.month_of(one.opened_at)):
            care[cell][kind] += 1
            if kind == "promises" and took is None:
                promises[*cell, oracle.day_of(one.due_at)] += 1
            if took is not None:
                care[cell][f"{kind}_closed"] += 1
                care[cell][f"{kind}_in_time"] += one.closed_at <= one.due_at
                if kind != "promises":
                    hours[*cell, one.kind, step_of(took.total_seconds() / 3600)] += 1
    care = {cell: dict(+sums) for cell, sums in care.items() if +sums}
    return months, care, hours, promises


def cells(customer, team_id, month):
    """Return the four in which something is counted."""
    for segment in (customer.segment_id or 0, EVERY_SEGMENT):
        for team in (team_id or 0, EVERY_TEAM):
            yield segment, team, customer.stage, month


def segments_counted():
    return {segment for segment, *_ in kept()[0]} - {EVERY_SEGMENT}


def stages_counted():
    return {stage for _, _, stage, *_ in kept()[0]}


def check():
    """Compare what is kept with what is counted plainly, and with what is counted anew."""
    drain_all()
    assert kept() == counted()
    rebuild_rollups()
    assert kept() == counted()
    assert not drain(now=NOW)


def test_all_that_a_customer_had_moves_with_them(by, segments):
    small, large = segments
    customer, other = CustomerFactory(segment=small), CustomerFactory(segment=small, team=None)
    for days_ago in (1, 40, 400):
        touch(by, customer, days_ago)
        touch(by, other, days_ago, "web.visit")
    check()
    put([customer], large)
    drain_all()
    assert segments_counted() == {small.pk, large.pk}
    check()
    put([customer, other], None)
    check()


def test_what_waits_while_a_customer_moves_is_counted_once(by, segments):
    small, large = segments
    customer = CustomerFactory(segment=small)
    touch(by, customer, 50)
    drain_all()
    touch(by, customer, 2)
    put([customer], large)
    touch(by, customer, 1)
    check()


def test_a_customer_who_moves_while_all_are_folded_anew_leaves_what_waits_to_the_drain(
    by, segments
):
    small, large = segments
    customer = CustomerFactory(segment=small)
    touch(by, customer, 50)
    drain_all()
    deleted = touch(by, customer, 20)
    drain_all()
    touch(by, customer, 2)
    delete(touchpoint_id=deleted, by=by, now=NOW)
    Customer.objects.filter(pk=customer.pk).update(segment=large)
    outdate_everyone()
    refold_outdated(now=NOW)
    assert CustomerState.objects.get().segment_id == large.pk
    check()


def test_who_was_moved_without_a_word_is_found_by_the_night(by, segments):
    small, large = segments
    customer = CustomerFactory(segment=small)
    touch(by, customer, 50)
    drain_all()
    Customer.objects.filter(pk=customer.pk).update(segment=large)
    read_everyone_again(now=NOW)
    check()


def test_many_change_their_segment_at_once_and_back(by, segments):
    small, large = segments
    customers = CustomerFactory.create_batch(5, segment=small)
    for customer in customers:
        touch(by, customer, 3)
        touch(by, customer, 70, "visit")
    check()
    ids = [customer.pk for customer in customers]
    done = change_customers(customer_ids=ids, segment=large.pk, by=by, now=NOW)
    check()
    assert segments_counted() == {large.pk}
    undo_change(change_id=done.change_id, by=by, now=NOW)
    check()
    assert segments_counted() == {small.pk}


def test_merged_and_parted_customers_of_two_segments(by, segments):
    small, large = segments
    keep, absorb = CustomerFactory(segment=small), CustomerFactory(segment=large)
    for customer in (keep, absorb):
        touch(by, customer, 5)
        touch(by, customer, 45, "web.visit")
    gone = touch(by, absorb, 45, "visit")
    delete(touchpoint_id=gone, by=by, now=NOW)
    check()
    touch(by, absorb, 1)
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
    check()
    assert segments_counted() == {small.pk}
    touch(by, absorb, 0.5)
    put([keep], None)
    restore(touchpoint_id=gone, by=by)
    unmerge_customer(customer_id=absorb.pk, by=by, now=NOW)
    check()
    assert segments_counted() == {0, large.pk}


def test_a_merge_that_was_not_counted_yet_is_undone(by, segments):
    small, large = segments
    keep, absorb = CustomerFactory(segment=small), CustomerFactory(segment=large)
    touch(by, absorb, 5)
    drain_all()
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
    unmerge_customer(customer_id=absorb.pk, by=by, now=NOW)
    check()


def test_a_template_is_counted_like_anything_else(by, segments):
    text = "Dear {}, we wish you a very happy birthday and all the best for the year ahead."
    for number, customer in enumerate(CustomerFactory.create_batch(6, team=None)):
        put([customer], segments[number % 2])
        touch(by, customer, 10, "email.personal", text=text.format(customer.name))
    check()


def test_all_that_a_lead_had_is_counted_with_customers_once_we_won_it(by, segments):
    lead, other = CustomerFactory(stage="lead", segment=segments[0]), CustomerFactory()
    for customer in (lead, other):
        touch(by, customer, 40, "question", external_id=f"asked {customer.pk}")
        touch(by, customer, 39, "call.phone", closes=f"asked {customer.pk}", via="Market")
        touch(by, customer, 3, "promise")
    check()
    assert stages_counted() == {"lead", "current"}
    change([lead], stage="current", segment=segments[1])
    drain_all()
    assert (stages_counted(), CustomerState.objects.get(customer=lead).stage) == (
        {"current"}, "current",
    )  # fmt: skip
    check()
    touch(by, lead, 2, "complaint")
    change([lead, other], stage="former")
    check()
    assert stages_counted() == {"former"}


def test_a_loop_that_waits_while_its_customer_moves_is_counted_once(by, segments):
    customer = CustomerFactory(segment=segments[0])
    touch(by, customer, 50, "question", external_id="asked")
    drain_all()
    touch(by, customer, 49, "call.phone", closes="asked")
    change([customer], stage="former")
    touch(by, customer, 1, "promise")
    check()
    touch(by, customer, 2, "question")
    Customer.objects.update(stage="lead")
    outdate_everyone()
    refold_outdated(now=NOW)
    check()


def test_a_type_that_is_of_another_measure_now_counts_so_for_all_months(by, segments):
    customer = CustomerFactory(segment=segments[0])
    for days_ago in (1, 40, 400):
        touch(by, customer, days_ago)
        touch(by, customer, days_ago, "question")
    check()
    kind = TouchpointType.objects.get(key="call.phone")
    kind.nature = "care"
    save_type(kind=kind)
    check()
    assert sum(sums.get("shown", 0) for sums in kept()[1].values()) == 12
    kind.mode, kind.is_said_care = "none", True
    save_type(kind=kind)
    check()
    kind.direction = 0
    save_type(kind=kind)
    check()


def test_a_new_type_counts_from_its_first_touchpoint(by):
    kind = TouchpointType.objects.get(key="care.refund")
    kind.pk, kind.key = None, "care.flowers"
    kind.save(force_insert=True)
    touch(by, CustomerFactory(), 3, "care.flowers")
    check()
    assert sum(sums.get("shown", 0) for sums in kept()[1].values()) == 4


class World:
    """Three customers of some segments and teams, and what may happen with one of them."""

    def __init__(self, by, segments):
        self.by, self.segments = by, segments
        teams = [TeamFactory(), None, TeamFactory()]
        pairs = zip(segments, teams, strict=True)
        self.customers = [CustomerFactory(segment=segment, team=team) for segment, team in pairs]

    def of(self, one, **found):
        """Return the newest touchpoint of a customer."""
        return Touchpoint.objects.filter(customer=self.customers[one], **found).last()

    def are_whole(self, *which):
        """Say whether none of these is merged into another."""
        ids = [self.customers[one].pk for one in which]
        return Customer.objects.filter(pk__in=ids, merged_into=None).count() == len(set(ids))

    def record(self, one, other, days_ago):
        """Record something."""
        touch(self.by, self.customers[one], days_ago)

    def ask(self, one, other, days_ago):
        """Ask something, which opens a loop."""
        touch(self.by, self.customers[one], days_ago, "question")

    def promise(self, one, other, days_ago):
        """Promise something."""
        touch(self.by, self.customers[one], days_ago, "promise")

    def answer(self, one, other, days_ago):
        """Answer the newest question, or keep a promise."""
        if found := self.of(one, type__key__in=["question", "promise"], deleted_at=None):
            asked = found.external_id
            touch(self.by, self.customers[one], days_ago / 10, "call.phone", closes=asked)

    def drain(self, one, other, days_ago):
        """Count some of what waits."""
        drain(now=NOW, limit=2)

    def put(self, one, other, days_ago):
        """Put a customer into a segment."""
        if self.are_whole(one):
            put([self.customers[one]], self.segments[other])

    def stage(self, one, other, days_ago):
        """Put a customer into a stage."""
        if self.are_whole(one):
            change([self.customers[one]], stage=("lead", "current", "former")[other])

    def delete(self, one, other, days_ago):
        """Delete the newest touchpoint there is."""
        if found := self.of(one, deleted_at=None):
            delete(touchpoint_id=found.pk, by=self.by, now=NOW)

    def restore(self, one, other, days_ago):
        """Bring the newest deleted one back."""
        if found := self.of(one, deleted_at__isnull=False):
            restore(touchpoint_id=found.pk, by=self.by)

    def move(self, one, other, days_ago):
        """Move the newest to another customer."""
        if found := self.of(one):
            edit(touchpoint_id=found.pk, by=self.by, now=NOW, customer=self.customers[other].pk)

    def merge(self, one, other, days_ago):
        """Make one customer of two."""
        if one != other and self.are_whole(one, other):
            keep, absorb = self.customers[one].pk, self.customers[other].pk
            merge_customers(keep=keep, absorb=absorb, by=self.by, now=NOW)

    def part(self, one, other, days_ago):
        """Part a customer again."""
        if not self.are_whole(one):
            unmerge_customer(customer_id=self.customers[one].pk, by=self.by, now=NOW)


DEEDS = (
    "record", "ask", "promise", "answer", "drain", "put", "stage", "delete", "restore", "move",
    "merge", "part",
)  # fmt: skip
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(DEEDS), st.integers(0, 2), st.integers(0, 2), st.sampled_from([1, 33, 70])
    ),
    min_size=4,
    max_size=14,
)


@how(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(actions=ACTIONS)
def test_whatever_happens_in_whatever_order(by, segments, actions):
    with transaction.atomic():
        world = World(by, [*segments, None])
        for deed, *whom in actions:
            getattr(world, deed)(*whom)
        check()
        transaction.set_rollback(True)


class Rush:
    """Six customers with whom much happens at once."""

    def __init__(self, by):
        self.by, self.over = by, Event()
        self.segments = [Segment.objects.create(name=name) for name in ("Small", "Large")]
        self.customers = [CustomerFactory(segment=self.segments[n % 2]) for n in range(6)]
        source_named("test")

    def repeat(self, deed):
        """Do something again and again until it is over."""
        chance = Random(deed.__name__)
        try:
            while not self.over.is_set():
                deed(chance)
        finally:
            connections.close_all()

    def record(self, chance):
        """Record something."""
        touch(self.by, chance.choice(self.customers), chance.choice([1, 40, 80]))

    def ask(self, chance):
        """Ask something, and answer it."""
        customer, asked = chance.choice(self.customers), f"asked {chance.random()}"
        touch(self.by, customer, chance.choice([2, 41]), "question", external_id=asked)
        touch(self.by, customer, 1, "call.phone", closes=asked)

    def put(self, chance):
        """Put two customers into a segment and a stage."""
        change(
            chance.sample(self.customers[:5], 2),
            segment=chance.choice([*self.segments, None]),
            stage=chance.choice(["lead", "current", "former"]),
        )

    def merge(self, chance):
        """Make one customer of two, and two of it."""
        keep, absorb = self.customers[0].pk, self.customers[5].pk
        merge_customers(keep=keep, absorb=absorb, by=self.by, now=NOW)
        unmerge_customer(customer_id=absorb, by=self.by, now=NOW)
        time.sleep(chance.random() / 20)

    def drain(self, chance):
        """Count some of what waits."""
        drain(now=NOW, limit=chance.choice([1, 5, 50]))

    def fold(self, chance):
        """Fold everyone anew."""
        outdate_everyone()
        refold_outdated(now=NOW)

    def recount(self, chance):
        """Count everything anew."""
        time.sleep(chance.random() / 5)
        rebuild_rollups()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_at_once_lose_nothing(by):
    rush = Rush(by)
    deeds = [
        rush.record,
        rush.ask,
        rush.put,
        rush.merge,
        rush.drain,
        rush.drain,
        rush.fold,
        rush.recount,
    ]
    with ThreadPoolExecutor(len(deeds)) as pool:
        running = [pool.submit(rush.repeat, deed) for deed in deeds]
        time.sleep(4)
        # On a busy machine little has happened by then.
        while Touchpoint.objects.count() <= 20 and all(one.running() for one in running):
            time.sleep(0.1)
        rush.over.set()
        for one in running:
            one.result(timeout=60)
    drain_all()
    assert Touchpoint.objects.count() > 20
    assert kept() == counted()


def test_what_was_there_before_is_counted_by_the_migration(by, segments):
    small, large = segments
    customer, other = CustomerFactory(segment=small), CustomerFactory(segment=large, stage="lead")
    for days_ago in (1, 40):
        touch(by, customer, days_ago)
        touch(by, other, days_ago, "visit", via="Market")
        touch(by, customer, days_ago, "question", external_id=f"asked {days_ago}")
    touch(by, customer, 0.5, closes="asked 40")
    drain_all()
    deleted = touch(by, customer, 3)
    drain_all()
    touch(by, other, 2)
    touch(by, other, 2, "promise")
    delete(touchpoint_id=deleted, by=by, now=NOW)
    change([customer], segment=large, stage="former")
    for model in (*ROWS, CareCatalogue):
        model.objects.all().delete()
    CustomerState.objects.update(stage="current")

    with transaction.atomic(), connection.schema_editor() as editor:
        import_module("insights.migrations.0019_months_of_everybody").count(apps, editor)
    with connection.cursor() as cursor:
        cursor.execute(import_module("insights.migrations.0025_team_totals").HUMAN)

    assert segments_counted() == {small.pk, large.pk}
    assert not CareCatalogue.objects.filter(counted_by="").exists()
    check()


@pytest.mark.parametrize("model", ROWS)
def test_a_month_is_counted_once(model):
    model.objects.create(month=NOW.date(), **ROWS[model])
    with pytest.raises(IntegrityError):
        model.objects.create(month=NOW.date(), **ROWS[model])
