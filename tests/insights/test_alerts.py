"""Weekly warnings: whom the proof's rule picks, raised once, followed to what became of them."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from insights import tasks
from insights.models import Alert, AlertRun, PolicyVersion
from insights.mondays import days_of
from insights.scoring.proof import Group, flagged
from insights.scoring.proof.rollcall import roll_calls
from insights.selectors.events import events_of
from insights.selectors.lens import current_lens
from insights.services import alerts as service
from insights.services.alerts import follow_alerts, raise_alerts, review_alerts, weeks_due
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from interactions.models import Touchpoint, TouchpointChange
from interactions.services import NewTouchpoint, merge_customers, record, source_named
from relationships.models import Customer, WebhookEvent
from tests.factories import AdministratorFactory, CustomerFactory, WebhookEndpointFactory
from tests.insights.made_up_proof import live_through

MONDAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def customers() -> list[Customer]:
    customers = CustomerFactory.create_batch(60)
    live_through(customers, AdministratorFactory(), NOW - timedelta(minutes=5))
    score(NOW)
    return customers


def score(now: datetime) -> None:
    for customer in Customer.objects.all():
        TouchpointChange.objects.create(
            customer_id=customer.pk, month=now, type_id=1, is_via=False, count=0,
            first_at=now, is_refold=True,
        )  # fmt: skip
    while drain(now=now):
        pass
    read_everyone_again(now=now)


def happen(customer: Customer, at: datetime, kind: str = "call.phone") -> Touchpoint:
    item = NewTouchpoint(type=kind, customer=customer.pk, occurred_at=at)
    by = AdministratorFactory()
    record(source=source_named("test"), items=[item], by=by, now=max(at, NOW))
    return Touchpoint.objects.order_by("-pk").first()


def picked() -> dict[int, float]:
    return dict(Alert.objects.order_by("pk").values_list("customer_id", "silence"))


def test_the_warned_are_those_the_proof_would_flag(customers):
    raise_alerts(week=MONDAY, now=NOW)

    lens, ids = current_lens(), np.array([one.pk for one in customers])
    events, _ = events_of(ids, lens.row_of_type)
    everyone = Group(
        np.arange(len(ids)), events, lens.kinds, lens.policy, np.zeros(len(ids), dtype=np.int8)
    )
    cut = days_of(MIDNIGHT)
    (call,) = roll_calls([everyone], lens.policy, [cut], lambda moment: lens.silence)
    call = call.only(call.is_in_touch)
    expected = call.only(flagged(call.hearth, call.place, 0.05))
    assert AlertRun.objects.get().in_touch == len(call)
    assert len(expected) == -(-len(call) // 20)
    assert set(picked()) == {customers[place].pk for place in expected.place}
    by_customer = dict(zip(ids[expected.place].tolist(), expected.hearth, strict=True))
    assert picked() == pytest.approx(by_customer, rel=0.05)
    assert list(picked().values()) == sorted(picked().values(), reverse=True)


def test_alert_says_why_and_until_when(customers):
    raise_alerts(week=MONDAY, now=NOW)

    alert = Alert.objects.first()
    assert alert.status == "open"
    assert (alert.since, alert.until) == (MIDNIGHT, MIDNIGHT + timedelta(days=90))
    assert alert.last_at < MIDNIGHT
    assert alert.why
    assert all(sentence.endswith(".") for sentence in alert.why)


def test_a_week_is_raised_once(customers):
    assert raise_alerts(week=MONDAY, now=NOW) > 0
    before = list(Alert.objects.values())

    assert raise_alerts(week=MONDAY, now=NOW + timedelta(hours=1)) == 0

    assert list(Alert.objects.values()) == before
    assert weeks_due(NOW + timedelta(days=6)) == []


def test_who_raises_at_the_same_time_adds_nothing(customers, monkeypatch):
    store = service._store

    def another_was_quicker(*given):
        store(*given)
        return store(*given)

    monkeypatch.setattr(service, "_store", another_was_quicker)
    raise_alerts(week=MONDAY, now=NOW)

    assert len(picked()) == Alert.objects.count()


def test_what_came_after_monday_changes_nobody(customers):
    raise_alerts(week=MONDAY, now=NOW)
    before = picked()
    Alert.objects.all().delete()
    AlertRun.objects.all().delete()

    for customer in customers[:40]:
        happen(customer, MIDNIGHT + timedelta(days=1))
    score(NOW + timedelta(days=3))
    raise_alerts(week=MONDAY, now=NOW + timedelta(days=3))

    assert set(picked()) == set(before)
    assert picked() == pytest.approx(before, rel=0.02)


def test_what_is_not_drained_yet_is_known_all_the_same(customers):
    raise_alerts(week=MONDAY, now=NOW)
    first = Alert.objects.first().customer
    AlertRun.objects.all().delete()

    happen(first, MIDNIGHT - timedelta(hours=3))
    raise_alerts(week=MONDAY, now=NOW)

    assert first.pk not in picked()


def test_another_horizon_of_the_policy_asks_for_the_same_silence(customers):
    raise_alerts(week=MONDAY, now=NOW)
    before = picked()
    Alert.objects.all().delete()
    AlertRun.objects.all().delete()

    PolicyVersion.objects.create(values={"horizon_days": 30.0})
    raise_alerts(week=MONDAY, now=NOW)

    assert picked() == pytest.approx(before)


def test_missed_mondays_are_caught_up_with(customers):
    AlertRun.objects.create(week=MONDAY, horizon_days=90, budget_percent=5, in_touch=9)

    due = weeks_due(NOW + timedelta(days=22))

    assert due == [MONDAY + timedelta(weeks=n) for n in (1, 2, 3)]
    assert len(weeks_due(NOW + timedelta(days=400))) == service.MOST_MISSED
    assert weeks_due(NOW + timedelta(days=400))[-1] == date(2027, 4, 5)


def test_before_the_first_customer_the_week_is_asked_about_again():
    assert weeks_due(NOW) == [MONDAY]
    assert raise_alerts(week=MONDAY, now=NOW) == 0
    assert weeks_due(NOW + timedelta(minutes=30)) == []
    assert weeks_due(NOW + timedelta(hours=2)) == [MONDAY]

    live_through(CustomerFactory.create_batch(30), AdministratorFactory(), NOW)
    score(NOW)
    assert raise_alerts(week=MONDAY, now=NOW + timedelta(hours=2)) > 0
    assert AlertRun.objects.get().in_touch > 0


def test_who_is_heard_from_recovers_and_keeps_when(customers):
    raise_alerts(week=MONDAY, now=NOW)
    alert = Alert.objects.first()
    before = alert.updated_at
    at, later = MIDNIGHT + timedelta(days=2, hours=3), NOW + timedelta(days=3)
    happen(alert.customer, at + timedelta(days=1, hours=1))
    happen(alert.customer, at)
    assert follow_alerts(now=later) == 0  # what is not drained is not looked for
    drain(now=later)

    assert follow_alerts(now=later) == 1
    assert follow_alerts(now=later) == 0

    alert.refresh_from_db()
    assert (alert.status, alert.heard_at) == ("recovered", at)
    assert alert.updated_at > before


def test_what_we_send_is_not_hearing_from_them(customers):
    raise_alerts(week=MONDAY, now=NOW)
    alert = Alert.objects.first()
    happen(alert.customer, MIDNIGHT + timedelta(days=1), "email.newsletter")
    drain(now=NOW + timedelta(days=2))

    assert review_alerts(now=NOW + timedelta(days=2)) == 0


def test_who_is_silent_to_the_end_came_true_whatever_comes_after(customers):
    raise_alerts(week=MONDAY, now=NOW)
    end = MIDNIGHT + timedelta(days=90)
    alerts = Alert.objects.count()
    assert follow_alerts(now=end - timedelta(seconds=1)) == 0
    happen(Alert.objects.first().customer, end)
    drain(now=end + timedelta(days=1))

    assert follow_alerts(now=end + timedelta(days=1)) == alerts

    assert set(Alert.objects.values_list("status", "heard_at")) == {("came_true", None)}


def test_a_touchpoint_that_came_late_or_went_away_is_seen_by_night(customers):
    raise_alerts(week=MONDAY, now=NOW)
    alert, end = Alert.objects.first(), MIDNIGHT + timedelta(days=90)
    follow_alerts(now=end)
    late = happen(alert.customer, MIDNIGHT + timedelta(days=30))

    assert review_alerts(now=end + timedelta(days=1)) == 1
    alert.refresh_from_db()
    assert (alert.status, alert.heard_at) == ("recovered", late.occurred_at)

    Touchpoint.objects.filter(pk=late.pk).update(deleted_at=end)
    assert review_alerts(now=end + timedelta(days=1)) == 1
    alert.refresh_from_db()
    assert (alert.status, alert.heard_at) == ("came_true", None)


def test_the_same_silence_warned_of_again_says_so(customers):
    raise_alerts(week=MONDAY, now=NOW)
    next_week = NOW + timedelta(weeks=1)
    read_everyone_again(now=next_week)

    raise_alerts(week=MONDAY + timedelta(weeks=1), now=next_week)

    earlier = set(Alert.objects.filter(run__week=MONDAY).values_list("customer", flat=True))
    repeated = Alert.objects.filter(run__week=MONDAY + timedelta(weeks=1), customer__in=earlier)
    assert repeated
    assert all(alert.is_repeated for alert in repeated)
    assert not Alert.objects.filter(run__week=MONDAY, is_repeated=True).exists()
    new = Alert.objects.filter(run__week=MONDAY + timedelta(weeks=1)).exclude(customer__in=earlier)
    assert not any(alert.is_repeated for alert in new)


def test_who_is_part_of_another_is_neither_warned_of_nor_followed(customers):
    raise_alerts(week=MONDAY, now=NOW)
    absorbed = Alert.objects.first().customer
    keep = customers[0] if customers[0] != absorbed else customers[1]
    merge_customers(keep=keep.pk, absorb=absorbed.pk, by=AdministratorFactory(), now=NOW)

    follow_alerts(now=MIDNIGHT + timedelta(days=91))
    assert Alert.objects.get(customer=absorbed).status == "open"
    AlertRun.objects.all().delete()
    raise_alerts(week=MONDAY, now=NOW)
    assert absorbed.pk not in picked()


def test_each_new_alert_is_announced_once_but_none_of_a_week_that_is_over(customers):
    WebhookEndpointFactory(kinds=["alert.raised"])

    alerts = raise_alerts(week=MONDAY, now=NOW)
    raise_alerts(week=MONDAY, now=NOW)
    raise_alerts(week=MONDAY - timedelta(weeks=1), now=NOW)

    assert Alert.objects.count() > alerts
    events = WebhookEvent.objects.filter(kind="alert.raised")
    assert events.count() == alerts
    event = events.order_by("pk").first()
    alert = Alert.objects.get(pk=event.data["alert_id"])
    assert event.customer_id == alert.customer_id
    assert event.data["why"] == alert.why
    assert event.data["week"] == "2026-03-02"


def test_the_task_raises_follows_and_may_run_twice(customers, time_machine):
    time_machine.move_to(NOW)
    tasks.keep_alerts()
    raised = Alert.objects.count()
    happen(Alert.objects.first().customer, NOW - timedelta(minutes=1))
    drain(now=NOW)
    tasks.keep_alerts()

    assert Alert.objects.count() == raised
    assert Alert.objects.filter(status="recovered").count() == 1


def test_during_a_first_load_nobody_is_warned_of(time_machine):
    time_machine.move_to(NOW)
    customers = CustomerFactory.create_batch(30)
    live_through(customers, AdministratorFactory(), NOW)
    score(NOW)
    CustomerFactory.create_batch(9)
    score(NOW)
    CustomerFactory.create_batch(9)
    for customer in Customer.objects.all():
        TouchpointChange.objects.create(
            customer_id=customer.pk, month=NOW, type_id=1, is_via=False, count=0,
            first_at=NOW, is_refold=True,
        )  # fmt: skip
    drain(now=NOW)

    tasks.keep_alerts()

    assert not AlertRun.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"silence": 1.5},
        {"status": "recovered"},
        {"status": "open", "heard_at": NOW},
        {"status": "recovered", "heard_at": NOW - timedelta(days=1)},
        {"status": "gone"},
    ],
)
def test_an_alert_that_makes_no_sense_cannot_be_stored(wrong):
    run = AlertRun.objects.create(week=MONDAY, horizon_days=90, budget_percent=5, in_touch=1)
    right = {
        "run": run, "customer": CustomerFactory(), "since": MIDNIGHT,
        "until": MIDNIGHT + timedelta(days=90), "silence": 0.5, "distance": 10.0,
        "last_at": MIDNIGHT, "is_repeated": False, "why": [],
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(**(right | wrong))
    Alert.objects.create(**right)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(**right)
