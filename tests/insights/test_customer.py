"""The page of one customer: score, reasons, timeline, and who may see it."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from insights.models import Band
from insights.services.drain import drain
from interactions.models import Touchpoint, TouchpointChange
from interactions.services import delete
from relationships.models import Customer
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ExecutiveFactory,
    IdentityFactory,
    PersonFactory,
    ReadingFactory,
)
from tests.insights.happened import NOW, WHOLE, happened

HTMX = {"HTTP_HX_REQUEST": "true"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Bäckerei Øster", team=manager.team, owner=manager)


def url(customer: Customer, rest: str = "") -> str:
    return f"/customers/{customer.pk}/{rest}"


def test_another_teams_customer_is_not_found(browser):
    stranger = CustomerFactory()

    for rest in ("", "score/", "standing/", "payback/"):
        assert browser.get(url(stranger, rest)).status_code == 404


def test_an_executive_sees_every_customer(customer):
    client = Client()
    client.force_login(ExecutiveFactory())

    assert client.get(url(customer)).status_code == 200


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999999", str(2**63), "123456"])
def test_a_customer_who_does_not_exist_is_not_found(browser, pk):
    assert browser.get(f"/customers/{pk}/").status_code == 404


def test_parts_are_shown_in_whole_points_that_add_up_to_the_distance(browser, customer):
    ReadingFactory(
        customer=customer, band=Band.COOLING, distance=59.0, drift=12.6, active_days=9,
        part_cooling=22.6, part_presence=21.9, part_unhealed=14.5,
    )  # fmt: skip

    response = browser.get(url(customer))

    points = [reason.points for reason in response.context["standing"].reasons]
    assert sum(points) == 59
    assert [piece["start"] for piece in response.context["segments"]] == [0, 23, 45]
    assert response.context["drift"] == "+13"


def test_never_spoken_is_not_cold(browser, customer):
    bare = browser.get(url(customer, WHOLE)).content.decode()
    ReadingFactory(customer=customer, band=Band.UNKNOWN, distance=None, drift=None, warmth=None,
                   baseline=None, silent_days=None, usual_gap_days=None)  # fmt: skip
    read = browser.get(url(customer, WHOLE)).content.decode()

    for page in (bare, read):
        assert "Never spoken is not cold" in page
        assert "Nothing has happened yet" in page


def test_a_new_touchpoint_is_there_at_once_and_its_score_when_it_is_drained(
    browser, customer, manager
):
    happened(customer, manager, 0)

    before = browser.get(url(customer, WHOLE)).content.decode()
    drain(now=NOW)
    after = browser.get(url(customer, "score/")).content.decode()

    assert "Phone call" in before
    assert 'hx-get="/customers/' in before.split('id="score"')[1].split(">")[0]
    assert "hx-get" not in after
    assert "Nothing has changed" in after


def test_polling_ends_when_scoring_takes_too_long(browser, customer, manager):
    happened(customer, manager, 0)

    page = browser.get(url(customer, "score/?looks=40")).content.decode()

    assert "hx-get" not in page
    assert "takes longer than usual" in page


@pytest.mark.parametrize(
    ("before", "words"),
    [("90", "Distance 90 to 30."), ("30", "Distance stays 30."), ("", "is 30 now"), ("<b>", "30")],
)
def test_the_message_says_what_logging_changed(browser, customer, before, words):
    ReadingFactory(customer=customer)

    page = browser.get(url(customer, "payback/"), {"before": before}).content.decode()

    assert words in page
    assert "<b>" not in page


def test_days_are_told_in_the_time_zone_of_who_looks(browser, customer, manager):
    manager.time_zone = "Pacific/Auckland"
    manager.save()
    happened(customer, manager, 0.25, text="late evening here")

    (day,) = browser.get(url(customer, WHOLE)).context["days"]

    assert day.name == "Yesterday"
    assert "19:00" in browser.get(url(customer, WHOLE)).content.decode()


def test_people_and_screens_are_told_apart(browser, customer, manager):
    contact = ContactFactory(customer=customer, name="Zoë Łukasz")
    happened(customer, manager, 1, contact_id=contact.pk, person_id=manager.pk, duration_minutes=1)
    happened(customer, manager, 2, "web.visit", via="Marketplace")

    human, digital = [
        event for day in browser.get(url(customer, WHOLE)).context["days"] for event in day.events
    ]

    assert human.mode == "human"
    assert human.facts == ["Together", "Zoë Łukasz with Marta Żółkiewska", "1 minute"]
    assert digital.mode == "digital"
    assert digital.facts == ["From the customer", "via Marketplace"]


def test_a_loop_is_drawn_from_what_opened_it_to_what_settled_it(browser, customer, manager):
    happened(customer, manager, 9)
    happened(customer, manager, 8, "complaint", external_id="c1")
    happened(customer, manager, 6)
    happened(customer, manager, 5, closes="c1")
    happened(customer, manager, 4, "question")
    happened(customer, manager, 3)

    events = [
        event for day in browser.get(url(customer, WHOLE)).context["days"] for event in day.events
    ]

    assert [event.lanes[0].piece for event in events] == [
        "through", "opens", "closes", "through", "opens", "none",
    ]  # fmt: skip
    assert events[0].lanes[0].is_open
    assert events[1].opened_words == "Question open, 3 days overdue"
    assert events[2].closed_words == "settles the complaint of 24 February"
    assert events[4].opened_words == "Complaint settled after 3 days"


def test_a_long_history_is_read_a_page_at_a_time(browser, customer, manager):
    for number in range(65):
        happened(customer, manager, number / 10, text=f"no. {number};")

    texts, address = [], url(customer, WHOLE)
    for _ in range(3):
        response = browser.get(address)
        texts += [event.touchpoint.text for day in response.context["days"] for event in day.events]
        address = response.context["older_url"]

    assert texts == [f"no. {number};" for number in range(65)]
    assert address == ""


def test_the_page_fetches_the_story_by_itself_and_links_to_it(browser, customer, manager):
    happened(customer, manager, 1, text="A quiet word")

    page = browser.get(url(customer)).content.decode()
    story = browser.get(url(customer), **HTMX, HTTP_HX_TARGET="story").content.decode()

    assert "A quiet word" not in page
    assert (
        f'id="story" class="customer-timeline" hx-get="{url(customer)}" hx-trigger="load"' in page
    )
    assert f'href="{url(customer, WHOLE)}#story"' in page
    assert "A quiet word" in story
    assert "In their shoes" in story
    assert "<h1" not in story


@pytest.mark.parametrize("target", ["customer", "nothing"])
def test_whoever_asks_for_the_page_anew_gets_it_whole(browser, customer, manager, target):
    happened(customer, manager, 1, text="A quiet word")

    page = browser.get(url(customer), **HTMX, HTTP_HX_TARGET=target).content.decode()

    assert "A quiet word" in page
    assert "<h1" in page


def test_htmx_gets_the_older_touchpoints_alone(browser, customer, manager):
    for number in range(31):
        happened(customer, manager, number)
    older = browser.get(url(customer, WHOLE)).context["older_url"]

    page = browser.get(older, **HTMX, HTTP_HX_TARGET="older").content.decode()

    assert "<html" not in page
    assert page.count('class="event ') == 1


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "_",
        "2026-03-04_1",
        f"2026-03-04T00:00:00+00:00_{10**30}",
        "\x00_1",
        "2026-03-04T00:00_1",
    ],
)
def test_a_place_that_means_nothing_is_the_newest(browser, customer, manager, key):
    happened(customer, manager, 1)

    response = browser.get(url(customer), {"after": key, "lanes": "x.-1.999999999999999999999"})

    assert response.status_code == 200
    assert len(response.context["days"]) == 1


def test_deleted_touchpoints_are_gone(browser, customer, manager):
    pk = happened(customer, manager, 1)
    delete(touchpoint_id=pk, by=manager, now=NOW)

    assert browser.get(url(customer, WHOLE)).context["days"] == []


def test_contacts_say_who_met_them_last(browser, customer, manager):
    tom = PersonFactory(name="Tom", team=manager.team)
    ana = ContactFactory(customer=customer, name="Ana", job_title="Head chef")
    ContactFactory(customer=customer, name="Gone", left_on=date(2025, 1, 1))
    IdentityFactory(customer=customer, contact=ana, kind="email", namespace="", value="a@b.example")
    happened(customer, manager, 30, contact_id=ana.pk, person_id=manager.pk)
    happened(customer, manager, 3, contact_id=ana.pk, person_id=tom.pk)
    happened(customer, manager, 1, "email.campaign", contact_id=ana.pk)

    first, second = browser.get(url(customer)).context["contacts"]

    assert (first["contact"].name, first["met"], first["met_by"]) == ("Ana", "3 days ago", "Tom")
    assert (second["contact"].name, second["met"]) == ("Gone", "")


def test_an_owner_who_has_left_is_marked(browser, customer, manager):
    customer.owner = PersonFactory(name="Tom", is_active=False)
    customer.save()

    assert "has left" in browser.get(url(customer, WHOLE)).content.decode()


def test_text_is_never_markup(browser, customer, manager):
    happened(customer, manager, 1, text="<script>alert(1)</script>")

    assert "<script>alert" not in browser.get(url(customer, WHOLE)).content.decode()


def test_the_number_of_queries_does_not_grow_with_what_happened(
    browser, customer, manager, django_assert_max_num_queries: DjangoAssertNumQueries
):
    ReadingFactory(customer=customer)
    for number in range(40):
        contact = ContactFactory(customer=customer)
        IdentityFactory(customer=customer, contact=contact)
        happened(customer, manager, number, "complaint", contact_id=contact.pk,
                 external_id=f"o{number}")  # fmt: skip
        happened(customer, manager, number / 2, closes=f"o{number}", person_id=manager.pk)
    assert TouchpointChange.objects.exists()
    assert Touchpoint.objects.count() == 80

    with django_assert_max_num_queries(25):
        browser.get(url(customer))
    with django_assert_max_num_queries(11):
        browser.get(url(customer), **HTMX, HTTP_HX_TARGET="story")
