"""The touchpoints behind each part, and the way from them to the timeline."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from insights.models import Reading
from insights.scoring import Policy
from insights.selectors.evidence import AT_MOST, evidence
from insights.selectors.reasons import PART_LABELS
from insights.services.drain import drain
from interactions.models import Touchpoint
from interactions.services import NewTouchpoint, delete, record, source_named
from relationships.models import Customer, Person
from tests.factories import CustomerFactory, PersonFactory
from tests.insights.happened import WHOLE

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager() -> Person:
    return PersonFactory()


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(team=manager.team)


def happened(customer: Customer, by: Person, days_ago: float, kind="call.phone", **fields) -> int:
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=NOW - timedelta(days=days_ago), **fields
    )
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=NOW)
    assert outcome.touchpoint_id, outcome.refusals
    return outcome.touchpoint_id


def behind(customer: Customer, part: str):
    first = min(Touchpoint.objects.values_list("occurred_at", flat=True), default=None)
    reading = Reading(customer=customer, as_of=NOW, first_at=first)
    return evidence(reading, PART_LABELS, policy=Policy())[part]


def ids(found) -> list[int]:
    return [touchpoint.pk for touchpoint in found.touchpoints]


def test_silence_rests_on_the_last_active_days_each_told_once(customer, manager):
    for days in (70, 60, 50, 40, 30):
        happened(customer, manager, days, "web.visit")
    last = happened(customer, manager, 20, "order.delivered")  # ours: not the customer's doing
    morning = happened(customer, manager, 30.3)
    happened(customer, manager, 5, "email.campaign")
    happened(customer, manager, 4, "call.attempt")

    found = behind(customer, "presence")

    days = [round((NOW - touchpoint.occurred_at).days) for touchpoint in found.touchpoints]
    assert days == [30, 40, 50, 60, 70]
    assert {last, morning}.isdisjoint(ids(found))
    assert found.in_all == 6


def test_cooling_rests_on_what_counted_most_and_has_faded(customer, manager):
    met = happened(customer, manager, 250, "meeting.in_person")
    called = happened(customer, manager, 250, "call.phone")
    fresh = happened(customer, manager, 1, "meeting.in_person")
    helped = happened(customer, manager, 200, "care.help")
    happened(customer, manager, 250, "email.campaign")
    happened(customer, manager, 250, "complaint")
    crowded = happened(customer, manager, 250, "meeting.in_person", customers_in_room=50)

    found = behind(customer, "cooling")

    assert ids(found) == [met, called, helped, crowded, fresh]
    assert found.in_all == 5


def test_the_wall_rests_on_the_last_people_and_the_screens_since(customer, manager):
    happened(customer, manager, 300)
    people = [happened(customer, manager, days) for days in (90, 100)]
    screens = [happened(customer, manager, days, "web.visit") for days in range(1, 9)]
    happened(customer, manager, 200, "web.visit")

    found = behind(customer, "wall")

    assert ids(found) == people + screens[:3]
    assert (found.in_all, found.more) == (10, 5)


def test_what_is_not_made_right_rests_on_what_is_open_the_oldest_first(customer, manager):
    newer = happened(customer, manager, 3, "order.late")
    older = happened(customer, manager, 9, "complaint")
    happened(customer, manager, 8, "complaint", external_id="c")
    happened(customer, manager, 7, closes="c")
    happened(customer, manager, 6, "question")

    assert ids(behind(customer, "unhealed")) == [older, newer]


def test_deleted_and_other_peoples_touchpoints_are_never_evidence(customer, manager):
    pk = happened(customer, manager, 9)
    happened(CustomerFactory(team=manager.team), manager, 9)
    delete(touchpoint_id=pk, by=manager, now=NOW)

    for part in PART_LABELS:
        assert behind(customer, part).in_all == 0


def test_evidence_takes_few_queries_however_long_the_history(
    customer, manager, django_assert_max_num_queries
):
    for number in range(60):
        happened(customer, manager, number + 1, ("complaint", "web.visit", "visit")[number % 3])

    reading = Reading(customer=customer, as_of=NOW)
    with django_assert_max_num_queries(6):
        found = evidence(reading, PART_LABELS, policy=Policy())
        assert all(len(part.touchpoints) <= AT_MOST for part in found.values())


def long_history(customer: Customer, by: Person) -> None:
    """Somebody well met long ago, then only screens, and then nothing."""
    items = [
        NewTouchpoint(type="visit", customer=customer.pk, occurred_at=NOW - timedelta(days=days))
        for days in range(300, 420, 6)
    ] + [
        NewTouchpoint(
            type="web.visit", customer=customer.pk, occurred_at=NOW - timedelta(days=days)
        )
        for days in range(100, 200)
    ]
    record(source=source_named("test"), items=items, by=by, now=NOW)
    drain(now=NOW)


def links(page: str) -> list[str]:
    lists = re.findall(r'<ul class="evidence".*?</ul>', page, re.DOTALL)
    return [link for one in lists for link in re.findall(r'href="([^"]+)"', one)]


def test_every_link_leads_to_a_page_that_holds_its_touchpoint(browser, customer, manager):
    long_history(customer, manager)
    here = f"/customers/{customer.pk}/"

    found = [link for link in links(browser.get(here).content.decode()) if "#touchpoint-" in link]

    assert found
    for link in found:
        address, anchor = link.split("#")
        assert address.startswith(f"{here}?at=")
        assert f'id="{anchor}" tabindex="-1"' in browser.get(address).content.decode()


def test_and_more_narrows_the_timeline_to_all_that_is_behind_a_part(browser, customer, manager):
    long_history(customer, manager)
    page = browser.get(f"/customers/{customer.pk}/{WHOLE}").content.decode()
    (link,) = [link for link in links(page) if "behind=cooling" in link]
    assert "and 15 more" in page

    response = browser.get(link.split("#")[0])

    events = [event for day in response.context["days"] for event in day.events]
    assert {event.touchpoint.type.key for event in events} == {"visit"}
    assert len(events) == 20
    assert "Only what is behind “Cooling”" in response.content.decode()


def test_a_narrowed_timeline_stays_narrowed_on_its_older_pages(browser, customer, manager):
    long_history(customer, manager)
    address, texts = f"/customers/{customer.pk}/?behind=presence", 0

    while address:
        response = browser.get(address)
        texts += sum(len(day.events) for day in response.context["days"])
        address = response.context["older_url"]

    assert texts == Touchpoint.objects.count()


@pytest.mark.parametrize(
    "query", ["at=x", "at=0", "at=99999999999999999999", "at=٣", "behind=x", "behind=", "at=%00"]
)
def test_what_means_nothing_in_the_address_is_the_whole_timeline(browser, customer, manager, query):
    happened(customer, manager, 1)

    response = browser.get(f"/customers/{customer.pk}/?{query}")

    assert response.status_code == 200
    assert len(response.context["days"]) == 1


def test_a_touchpoint_of_somebody_else_leads_nowhere(browser, customer, manager):
    theirs = happened(CustomerFactory(), PersonFactory(role="administrator", team=None), 400)
    long_history(customer, manager)

    response = browser.get(f"/customers/{customer.pk}/?at={theirs}")

    assert response.context["is_from_start"]
    assert f"touchpoint-{theirs}" not in response.content.decode()


def test_parts_without_a_point_have_no_evidence(browser, customer, manager):
    happened(customer, manager, 0)
    drain(now=NOW)
    assert Reading.objects.get().part_cooling < 1

    assert (
        'aria-label="Behind'
        not in browser.get(f"/customers/{customer.pk}/{WHOLE}").content.decode()
    )


def test_what_went_wrong_today_has_not_been_open_for_no_days(browser, customer, manager):
    for days in (50, 40, 30, 20, 10):
        happened(customer, manager, days, "meeting.in_person")
    happened(customer, manager, 0.1, "complaint")
    drain(now=NOW)

    page = browser.get(f"/customers/{customer.pk}/{WHOLE}").content.decode()

    assert "Today, still open" in page
    assert "for 0 days" not in page
