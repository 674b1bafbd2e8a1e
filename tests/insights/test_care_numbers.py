"""The numbers of care are those of what happened, and so are the lists behind them."""

from dataclasses import fields, replace
from datetime import date, datetime

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from insights import demo
from insights.care_measures import BEHIND, CARDS
from insights.hours import EDGES, LARGEST_ERROR
from insights.months import Period
from insights.selectors.care import Part, Sums, care
from insights.selectors.monthly import EVERYBODY
from insights.selectors.organisation import Among
from insights.words import thousands
from interactions.models import Loop
from relationships.models import Customer, Segment, Team
from tests.factories import ExecutiveFactory
from tests.insights import care_oracle as oracle
from tests.insights.care_oracle import EVER, NOW, behind, drain_all, kept, timeless

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
    of_all = care(EVER, now=NOW, parts=Part.EVERYTHING)
    for month in EVER.each:
        assert timeless(of_all.of(Period(month, 1))) == added(
            sums for (of_month, _), sums in counted.items() if of_month == month
        )
    for team, sums in of_all.by_team.items():
        assert sums == added(sums for (_, of_team), sums in counted.items() if of_team == team)
    assert timeless(of_all.sums) == added(counted.values())


def added(listed):
    """Add sums up one by one."""
    total = Sums()
    for one in listed:
        total = Sums(
            **{f.name: getattr(total, f.name) + getattr(one, f.name) for f in fields(Sums)}
        )
    return total


@pytest.mark.parametrize(("name", "kinds"), [("told", (1, 2)), ("mess_ups", (2, 3))])
def test_medians_are_as_near_as_their_steps(organisation, name, kinds):
    told = 0
    for team in (None, *Team.objects.values_list("pk", flat=True)):
        found = care(QUARTER, among=replace(EVERYBODY, team=team), now=NOW, parts=Part.ALL_TOLD)
        median = getattr(found.sums, name).median
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
    found = care(period, now=NOW, parts=Part.EVERYTHING)
    assert behind(person, what, period) == BEHIND[what].count(found.sums)
    for team, _ in found.teams():
        count = BEHIND[what].count(found.by_team[team])
        assert behind(person, what, period, replace(EVERYBODY, team=team)) == count


def filters():
    """Segments, stages and owners alone and together, with and without a team."""
    segment = Segment.objects.get(name="Industry").pk
    owner = Customer.objects.exclude(owner=None).order_by("pk")[0].owner_id
    team = Team.objects.get(name="North").pk
    yield from (Among("", segment=segment), Among("lead"), Among("", owner=owner))
    yield from (Among("", owner=0), Among("", segment=0), Among("former"))
    yield from (Among("current", team, segment), Among("current", team, segment, owner))


@pytest.mark.parametrize("period", [QUARTER, Period(date(2026, 3, 1), 12)])
def test_a_list_of_some_customers_holds_as_many_as_its_number_says(organisation, period):
    person, listed = ExecutiveFactory(), 0
    for among in filters():
        found = care(period, among=among, now=NOW, parts=Part.EVERYTHING)
        assert timeless(found.sums) == added(map(timeless, found.by_team.values())) or among.team
        for what in BEHIND:
            count = BEHIND[what].count(found.sums)
            assert behind(person, what, period, among) == count, (among, what)
            listed += count
    assert listed > 100


def test_all_owners_and_nobody_come_to_what_is_kept_of_everybody(organisation):
    owners = {one or 0 for one in Customer.objects.values_list("owner_id", flat=True)}
    for among in (Among(""), Among("current"), Among("", Team.objects.get(name="North").pk)):
        whole = care(EVER, among=among, now=NOW, parts=Part.ALL_TOLD)
        of_each = [
            care(EVER, among=replace(among, owner=owner), now=NOW, parts=Part.ALL_TOLD)
            for owner in owners
        ]
        assert whole.sums == added(one.sums for one in of_each)
        for month in whole.by_month:
            one = Period(month, 1)
            assert timeless(whole.of(one)) == added(timeless(each.of(one)) for each in of_each)


@pytest.mark.parametrize("moment", ["2026-03-04T00:00Z", "2026-03-04T22:59Z", "2026-03-04T23:00Z"])
def test_promises_become_due_from_moment_to_moment_of_a_day(organisation, moment):
    now, told = datetime.fromisoformat(moment), set()
    for among in (EVERYBODY, *filters()):
        found = care(EVER, among=among, now=now, parts=Part.EVERYTHING)
        slow = [
            loop
            for loop in Loop.objects.filter(kind=4, closed_at=None, due_at__gt=now).select_related(
                "customer", "opened_by"
            )
            if among.team in (None, loop.opened_by.team_id or 0)
            and among.segment in (None, loop.customer.segment_id or 0)
            and among.stage in ("", loop.customer.stage)
            and among.owner in (None, loop.customer.owner_id or 0)
        ]
        assert found.sums.not_due == len(slow), among
        assert sum(one.not_due for one in found.by_team.values()) == (
            0 if among.team is not None and among.owner is None else len(slow)
        )
        told.add(len(slow))
    assert max(told) > 3


def test_the_page_tells_the_same_numbers(organisation):
    client = Client()
    client.force_login(ExecutiveFactory())
    counted = oracle.cells(NOW)
    months = set(QUARTER.each)
    sums = added(cell for (month, _), cell in counted.items() if month in months)
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
