"""The numbers of care are those of what happened, and so are the lists behind them."""

from dataclasses import fields
from datetime import date

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from insights import demo
from insights.care_measures import BEHIND, CARDS
from insights.hours import EDGES, LARGEST_ERROR
from insights.months import Period
from insights.selectors.care import Sums, care
from insights.words import thousands
from relationships.models import Team
from tests.factories import ExecutiveFactory
from tests.insights import care_oracle as oracle
from tests.insights.care_oracle import NOW, behind, drain_all, kept

TODAY = date(2026, 3, 4)
QUARTER = Period(date(2026, 2, 1), 3)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def organisation(django_db_setup, django_db_blocker):
    """Load and score the whole demonstration once for all tests that ask for it."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        demo.load_demonstration(today=TODAY)
        drain_all()
        yield
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


def test_sums_of_the_demonstration_are_those_counted_plainly(organisation):
    counted = oracle.cells(NOW)
    assert len({team for _, team in counted}) > 4
    assert kept() == counted


@pytest.mark.parametrize(("name", "kinds"), [("told", (1, 2)), ("mess_ups", (2, 3))])
def test_medians_are_as_near_as_their_steps(organisation, name, kinds):
    found = care([QUARTER], trend=QUARTER, team=None, now=NOW)
    told = 0
    for team in (None, *Team.objects.values_list("pk", flat=True)):
        median = getattr(found.of(QUARTER, team), name).median
        slow = oracle.slow_median(kinds, list(QUARTER.each), team)
        assert (median is None) == (slow is None)
        if median is None:
            continue
        told += 1
        if median.beyond < 0:
            assert slow < EDGES[0]
        else:
            assert slow / (1 + LARGEST_ERROR) <= median.hours <= slow * (1 + LARGEST_ERROR) * 1.0001
    assert told > 1


@pytest.mark.parametrize("what", BEHIND)
@pytest.mark.parametrize("period", [QUARTER, Period(date(2026, 3, 1), 12)])
def test_a_list_holds_as_many_as_its_number_says(organisation, what, period):
    person = ExecutiveFactory()
    found = care([], trend=period, team=None, now=NOW)
    assert behind(person, what, period) == BEHIND[what].count(found.of(period))
    for team, _ in found.teams(period):
        count = BEHIND[what].count(found.of(period, team))
        assert behind(person, what, period, team) == count


def test_the_page_tells_the_same_numbers(organisation):
    client = Client()
    client.force_login(ExecutiveFactory())
    counted = oracle.cells(NOW)
    months = set(QUARTER.each)
    sums = Sums()
    for (month, _), cell in counted.items():
        if month in months:
            sums = Sums(
                **{f.name: getattr(sums, f.name) + getattr(cell, f.name) for f in fields(Sums)}
            )
    with time_machine.travel(NOW, tick=False):
        response = client.get("/care/")
    cards = {card["key"]: card for card in response.context["cards"]}
    for card in CARDS:
        shown = cards[card.key]
        assert shown["value"] == card.text(card.value(sums))
        assert [one["count"] for one in shown["lists"]] == [
            thousands(BEHIND[what].count(sums)) for what, _ in card.lists
        ]
        for one in shown["lists"]:
            if one["url"]:
                with time_machine.travel(NOW, tick=False):
                    assert client.get(one["url"]).context["count"].split()[0] == one["count"]
