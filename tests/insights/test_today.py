"""Today: who needs whom and why, what is due, what went well, and who sees what."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from insights.models import Band, BandTotal
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer, Person
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    count_total,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def browser_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def drifting(name: str, owner: Person | None = None, **values) -> Customer:
    team = values.pop("team", owner.team if owner else None)
    stage = values.pop("stage", Customer.Stage.CURRENT)
    customer = CustomerFactory(name=name, owner=owner, team=team, stage=stage)
    values = {
        "band": Band.DRIFTING,
        "distance": 70.0,
        "part_presence": 70.0,
        "silent_days": 41.0,
        "usual_gap_days": 12.0,
        "active_days": 9,
        "drift": 5.0,
    } | values
    ReadingFactory(customer=customer, **values)
    return customer


def opened(customer: Customer, by: Person, days_ago: float, kind: str = "question", **fields):
    item = NewTouchpoint(
        type=kind,
        customer=customer.pk,
        occurred_at=NOW - timedelta(days=days_ago),
        person_id=by.pk,
        **fields,
    )
    (outcome,) = record(
        source=source_named("test"), items=[item], by=AdministratorFactory(), now=NOW
    )
    assert outcome.status == "recorded"


def needs(response) -> list[str]:
    return [need["customer"].name for need in response.context["needs"]]


def test_customers_who_drift_are_ranked_by_what_is_at_risk_with_their_reason(manager):
    drifting("Small", manager, at_risk=Decimal(10))
    drifting("Große Gießerei", manager, at_risk=Decimal(84_000))
    ReadingFactory(customer=CustomerFactory(name="Fine", owner=manager, team=manager.team))

    response = browser_of(manager).get("/")

    assert needs(response) == ["Große Gießerei", "Small"]
    assert response.context["needs"][0]["reason"] == "Silent 41 days; usually in touch every 12."
    page = response.content.decode()
    assert "<strong>2</strong> of your 3 customers have cooled or drifted away" in page
    assert "EUR\xa084,000 a year at risk" in page


def test_a_marked_rise_in_drift_counts_though_the_customer_is_still_near(manager):
    drifting("Rising", manager, band=Band.STEADY, distance=40.0, drift=14.0)

    assert needs(browser_of(manager).get("/")) == ["Rising"]


def test_former_customers_are_left_in_peace(manager):
    drifting("Gone for good", manager, stage=Customer.Stage.FORMER)
    drifting("Here", manager)

    assert needs(browser_of(manager).get("/")) == ["Here"]


def test_the_next_step_opens_the_form_with_what_is_known(manager):
    customer = drifting("Acme", manager)

    response = browser_of(manager).get("/")

    step = response.context["needs"][0]["step_url"]
    assert step == f"/log/?customer={customer.pk}&type=call.phone"
    assert browser_of(manager).get(step).status_code == 200


def test_what_was_not_made_right_is_the_next_step(manager):
    customer = drifting("Acme", manager, part_presence=10.0, part_unhealed=60.0)
    opened(customer, manager, 20, "complaint")

    need = browser_of(manager).get("/").context["needs"][0]

    assert need["reason"] == "One failure since 12 February not made right."
    assert need["step"] == "Make it right"
    assert "closes=" in need["step_url"]


def test_a_second_reason_is_told_when_it_weighs_nearly_as_much(manager):
    drifting("Acme", manager, part_presence=40.0, part_cooling=30.0, warmth=20.0, baseline=60.0)

    need = browser_of(manager).get("/").context["needs"][0]

    assert need["reason"].endswith("every 12. Warmth 20, usually 60.")


def test_only_a_handful_is_shown_and_the_rest_is_one_click_away(manager):
    for number in range(7):
        drifting(f"C{number}", manager)
    client = browser_of(manager)

    first = client.get("/")
    whole = client.get(first.context["whole_url"])

    assert len(needs(first)) == 5
    assert len(needs(whole)) == 7
    rest = first.context["rest_url"]
    assert client.get(rest).context["summary"] == "7 customers"


def test_open_loops_come_overdue_first_then_those_due_this_week(manager):
    customer = CustomerFactory(owner=manager, team=manager.team)
    opened(customer, manager, 1, "promise", text="later", due_at=NOW + timedelta(days=30))
    opened(customer, manager, 1, "promise", text="soon", due_at=NOW + timedelta(days=1))
    opened(customer, manager, 9, "question", text="late")

    response = browser_of(manager).get("/")

    loops = response.context["loops"]
    assert [(loop["text"], loop["due"]) for loop in loops] == [
        ("late", "8 days overdue"),
        ("soon", "due tomorrow"),
    ]
    assert response.context["due_summary"] == "1 overdue, 1 due this week"


def test_what_came_nearer_is_told(manager):
    drifting("Back again", manager, band=Band.NEAR, distance=22.0, drift=-38.0)

    (row,) = browser_of(manager).get("/").context["closer"]

    assert row["words"] == "Distance 60 to 22 in four weeks"


def test_all_clear_when_nobody_drifts_and_nothing_is_due(manager):
    ReadingFactory(customer=CustomerFactory(owner=manager, team=manager.team))

    assert "All clear" in browser_of(manager).get("/").content.decode()


def test_someone_with_no_customers_of_their_own_sees_their_team(manager):
    drifting("The team's", team=manager.team)
    drifting("Another team's", owner=PersonFactory())

    assert needs(browser_of(manager).get("/")) == ["The team's"]


def test_someone_with_customers_may_look_at_the_whole_team(manager):
    drifting("Mine", manager)
    drifting("A colleague's", owner=PersonFactory(team=manager.team))
    client = browser_of(manager)

    assert needs(client.get("/")) == ["Mine"]
    assert sorted(needs(client.get("/?whose=all"))) == ["A colleague's", "Mine"]


def test_an_executive_sees_all_teams_and_the_kept_totals():
    drifting("North", owner=PersonFactory())
    drifting("South", owner=PersonFactory())
    for on, count in ((date.max, 12), (date(2026, 3, 2), 99)):
        count_total(
            BandTotal,
            on_date=on, stage="current", currency="EUR", band=Band.GONE,
            customers=count, yearly_value=1, at_risk=5000,
        )  # fmt: skip

    response = browser_of(ExecutiveFactory()).get("/")

    assert sorted(needs(response)) == ["North", "South"]
    assert "<strong>12</strong> of 12 customers" in response.content.decode()


@pytest.mark.parametrize("query", ["", "?whose=nonsense&show=%00", "?show=all&whose=all"])
def test_the_page_stands_with_no_team_no_customers_and_no_readings(query):
    response = browser_of(PersonFactory(team=None)).get(f"/{query}")

    assert response.status_code == 200
    assert "Nothing to tell yet" in response.content.decode()


def test_the_number_of_queries_does_not_grow_with_customers(
    manager, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for number in range(5):
        customer = drifting(f"C{number}", manager, part_unhealed=20.0)
        opened(customer, manager, 20, "complaint")
        drifting(f"D{number}", manager, drift=-20.0)
    client = browser_of(manager)

    with django_assert_max_num_queries(17):
        client.get("/")
