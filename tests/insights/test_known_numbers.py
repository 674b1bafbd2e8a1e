"""The numbers of who knows our customers are those of what happened, and so are the lists."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from insights import demo
from insights.models import DayMet, Reading
from insights.selectors import known as selectors
from insights.selectors.organisation import Among
from insights.selectors.portfolio import KNOWN
from insights.selectors.wall import wall_by_month
from insights.services.rollups import rebuild_rollups
from insights.words import thousands
from relationships.models import Segment, Team
from tests.factories import ExecutiveFactory
from tests.insights import known_oracle as oracle
from tests.insights.known_oracle import NOW, circle, drain_all

TODAY = date(2026, 3, 4)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def organisation(django_db_setup, django_db_blocker):
    """Load and score the whole demonstration once for all tests that ask for it."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        demo.load_demonstration(today=TODAY)
        drain_all()
        touchpoints = oracle.human()
        yield touchpoints
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _read_once(organisation, monkeypatch):
    """Read the touchpoints once: nothing here changes any."""
    monkeypatch.setattr(oracle, "human", lambda: organisation)


@pytest.fixture
def browser(organisation):
    client = Client()
    client.force_login(ExecutiveFactory())
    with time_machine.travel(NOW, tick=False):
        yield client


def teams():
    return [None, 0, *Team.objects.values_list("pk", flat=True)]


def test_what_is_kept_of_the_demonstration_is_what_is_counted_plainly_and_anew(organisation):
    assert DayMet.objects.count() > 3_000
    oracle.check_kept()
    rebuild_rollups()
    oracle.check_kept()


def test_customers_are_known_to_as_many_as_their_own_page_says(organisation):
    readings = Reading.objects.select_related("customer__owner").order_by("pk")[::3]
    kept = {r.customer.name: tuple(getattr(r, name) for name in oracle.CIRCLE) for r in readings}
    counted = {r.customer.name: circle(r.customer) for r in readings}
    assert kept == counted
    assert len(set(kept.values())) > 5


def test_our_people_are_counted_by_function_level_and_month(organisation):
    for team in teams():
        found = selectors.ours(TODAY, team=team)
        for of in ("function", "level"):
            shares = getattr(found, f"by_{of}")
            assert {n: (s.people, s.met) for n, s in shares.items()} == (
                oracle.counted_groups(of, team)
            )
        counted = oracle.counted_months(list(found.months), team)
        assert {month: (s.people, s.met) for month, s in found.months.items()} == counted
    assert len(selectors.ours(TODAY).months) == selectors.MONTHS_SHOWN


def test_attention_is_what_was_given_and_its_months_are_those_of_the_wall(organisation):
    for team in teams():
        found = selectors.attention(TODAY, team=team)
        lately = {s: (e.touchpoints, e.timed, e.minutes) for s, e in found.lately.items()}
        assert {s: given for s, given in lately.items() if given[0]} == (
            oracle.counted_attention(team)
        )
        walls = {
            month.month: month.human for month in wall_by_month(TODAY, Among(stage="", team=team))
        }
        for month, efforts in found.months.items():
            assert sum(effort.touchpoints for effort in efforts.values()) == walls[month]


def test_circles_are_those_of_the_readings(organisation):
    segment = Segment.objects.values_list("pk", flat=True).first()
    for among in (
        *(Among(team=team) for team in teams()), Among("lead"), Among("former"), Among(""),
        Among(segment=segment), Among("lead", segment=0), Among("", team=0, segment=segment),
    ):  # fmt: skip
        found = selectors.circles(among)
        readings = Reading.objects.filter(among.readings())
        for key, condition in KNOWN.items():
            some = list(readings.filter(condition))
            assert found.of_all[key].customers == len(some)
            for name in ("yearly_value", "at_risk"):
                sums = {}
                for one in some:
                    sums[one.currency] = sums.get(one.currency, Decimal(0)) + getattr(one, name)
                assert getattr(found.of_all[key], name) == sums


@pytest.mark.parametrize(
    ("query", "least"),
    [({}, 25), ({"stage": "lead"}, 10), ({"stage": "any"}, 25), ({"segment": "first"}, 15)],
)
def test_every_number_leads_to_as_many_customers(browser, query, least):
    if "segment" in query:
        query = {"segment": Segment.objects.values_list("pk", flat=True).first()}
    page = browser.get("/who-knows/", query).context
    links = [(card["url"], card["value"]) for card in page["cards"]]
    for team in page["teams"]:
        links += [(cell.url, cell.text) for cell in [team["customers"], *team["cells"]]]
    links += [(stage["customers_url"], stage["customers"]) for stage in page["stages"]]
    followed = [(url, value) for url, value in links if url]
    assert len(followed) > least
    for url, value in followed:
        listed = browser.get(url).context
        assert listed["summary"].split()[0] == value
        assert listed["form"].complaints() == []
    for card in (card for card in page["cards"] if card["url"]):
        listed = browser.get(card["url"]).context["totals"]
        assert [one["value"] for one in listed[:2]] == [card["yearly_value"], card["at_risk"]]


def test_whoever_got_contact_is_behind_it(browser):
    stages = browser.get("/who-knows/").context["stages"]
    for stage in stages:
        if stage["contacts_url"]:
            name = {"Leads": "lead", "Current customers": "current"}[stage["name"]]
            contacts = [
                o.customer_id
                for o in oracle.human()
                if oracle.day_of(o.occurred_at) >= oracle.lately() and o.customer.stage == name
            ]
            behind = browser.get(stage["contacts_url"]).context["contacts"]
            assert behind.split()[0] == stage["contacts"] == thousands(len(contacts))
            listed = browser.get(f"/customers/?known=met&stage={name}").context["summary"]
            assert listed.split()[0] == thousands(len(set(contacts)))


def test_a_file_of_a_list_has_the_same_customers(browser):
    page = browser.get("/customers/?known=one&stage=current&columns=known_by")
    file = browser.get("/customers/customers.csv?known=one&stage=current&columns=known_by")
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) - 1 == int(page.context["summary"].split()[0])
    assert all(line.endswith("One of us") for line in lines[1:])
