"""Loops by month and traces stay exact, whatever happens to touchpoints and in whatever order."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from insights.care_measures import BEHIND
from insights.models import CareTrace, MonthlyCare, MonthlyHours
from insights.selectors.monthly import EVERYBODY, months_by_team, months_of
from insights.services.drain import drain
from insights.services.rollups import rebuild_rollups
from interactions.models import LoopChange
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
from tests.factories import AdministratorFactory, CustomerFactory, TeamFactory
from tests.insights import care_oracle as oracle
from tests.insights.care_oracle import EVER, NOW, behind, drain_all, kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return AdministratorFactory()


def touch(by, customer, kind, days_ago, **given):
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=NOW - timedelta(days=days_ago), **given
    )
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=NOW)
    assert outcome.status == "recorded", outcome
    return outcome.touchpoint_id


def check(by):
    """Compare what is kept with what is counted plainly, and with what is counted anew."""
    drain_all()
    counted = oracle.cells(NOW)
    assert kept() == counted
    traces = set(CareTrace.objects.values_list("measure", "month", "team_id", "customer_id"))
    for what, listed in BEHIND.items():
        number = sum(listed.count(sums) for sums in counted.values())
        assert behind(by, what, EVER) == number, what
    rebuild_rollups()
    assert kept() == counted
    # Kept ones may lead to what is there no more; none is missing.
    assert traces >= set(
        CareTrace.objects.values_list("measure", "month", "team_id", "customer_id")
    )
    assert not drain(now=NOW)


def questions():
    """Return questions of all teams: how many, closed, in time, and how long that took."""
    care = MonthlyCare.objects.filter(months_of(EVERYBODY)).aggregate(
        *map(Sum, ("questions", "questions_closed", "questions_in_time"))
    )
    hours = MonthlyHours.objects.filter(months_of(EVERYBODY)).values_list("hours", flat=True)
    return (*care.values(), sum(map(sum, hours)))


def test_closing_before_opening_counts_the_same(by):
    customer = CustomerFactory()
    touch(by, customer, "call.phone", 3, closes="asked")
    drain_all()
    assert questions() == (0, 0, 0, 0)
    touch(by, customer, "question", 5, external_id="asked")
    check(by)
    assert questions() == (1, 1, 0, 1)


def test_corrected_deleted_and_restored_loops_are_counted_where_they_are(by):
    customer = CustomerFactory()
    asked = touch(by, customer, "question", 40, external_id="asked")
    answered = touch(by, customer, "call.phone", 39.5, closes="asked")
    promised = touch(by, customer, "promise", 2)
    check(by)
    edit(touchpoint_id=asked, by=by, now=NOW, occurred_at=NOW - timedelta(days=100))
    check(by)
    edit(touchpoint_id=asked, by=by, now=NOW, type="complaint", opens=2)
    check(by)
    delete(touchpoint_id=answered, by=by, now=NOW)
    check(by)
    restore(touchpoint_id=answered, by=by)
    delete(touchpoint_id=promised, by=by, now=NOW)
    check(by)
    delete(touchpoint_id=asked, by=by, now=NOW)
    check(by)


def test_a_correction_after_the_customer_changed_teams_moves_the_loop_along(by):
    customer = CustomerFactory(team=TeamFactory())
    asked = touch(by, customer, "question", 10)
    drain_all()
    customer.team = TeamFactory()
    customer.save()
    edit(touchpoint_id=asked, by=by, now=NOW, text="Where is it?")
    check(by)
    asked_in = MonthlyCare.objects.filter(months_by_team(EVERYBODY), questions=1)
    assert asked_in.get().team_id == customer.team_id


def test_merged_and_parted_customers_are_found_behind_every_number(by):
    keep, absorb = CustomerFactory.create_batch(2, team=TeamFactory())
    for customer in (keep, absorb):
        touch(by, customer, "asked.again", 5)
        touch(by, customer, "care.refund", 35)
        touch(by, customer, "question", 6)
    touch(by, absorb, "email.campaign", 7, via="Market")
    check(by)
    merge_customers(keep=keep.pk, absorb=absorb.pk, by=by, now=NOW)
    check(by)
    touch(by, absorb, "story.repeated", 1)
    unmerge_customer(customer_id=absorb.pk, by=by, now=NOW)
    check(by)


def test_what_is_found_to_be_a_template_becomes_noise(by):
    text = "Dear {}, we wish you a very happy birthday and all the best for the year ahead."
    letters = [
        touch(by, customer, "email.personal", 10, text=text.format(customer.name))
        for customer in CustomerFactory.create_batch(6, team=None)
    ]
    check(by)
    assert sum(sums.noise for sums in kept().values()) == 6
    edit(touchpoint_id=letters[0], by=by, now=NOW, text="See you at ten.")
    delete(touchpoint_id=letters[1], by=by, now=NOW)
    check(by)
    assert sum(sums.noise for sums in kept().values()) == 4


def test_a_drain_that_fails_gives_back_what_it_took_of_loops(by, monkeypatch):
    touch(by, CustomerFactory(), "question", 10)
    with monkeypatch.context() as patch:
        patch.setattr("insights.services.drain.count_monthly", _fail)
        with pytest.raises(RuntimeError), transaction.atomic():
            drain(now=NOW)
    assert not MonthlyCare.objects.exists()
    check(by)


def test_a_trace_is_left_once():
    row = {"measure": 1, "month": EVER.last, "team_id": 0, "customer_id": 1}
    CareTrace.objects.create(**row)
    with pytest.raises(IntegrityError, match="insights_caretrace_pkey"):
        CareTrace.objects.create(**row)


def test_a_change_of_a_loop_adds_or_takes_away():
    with pytest.raises(IntegrityError, match="loop_change_adds_or_takes_away"):
        LoopChange.objects.create(customer_id=1, kind=1, opened_at=NOW, due_at=NOW, sign=0)


def test_recording_what_opens_nothing_says_nothing_of_loops(by):
    touch(by, CustomerFactory(), "call.phone", 1)
    assert not LoopChange.objects.exists()


def test_a_loop_that_stays_as_it_was_says_nothing(by):
    asked = touch(by, CustomerFactory(), "question", 10)
    drain_all()
    edit(touchpoint_id=asked, by=by, now=NOW, sentiment=0.5)
    assert not LoopChange.objects.exists()


def _fail(*given):
    raise RuntimeError
