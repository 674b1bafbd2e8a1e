"""The page of events, in a browser: what arrives, what has no rule, and the rules."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from interactions.models import EventRule, Touchpoint
from interactions.services import source_of
from interactions.services.segment.arrivals import Envelope
from interactions.services.segment.keep import keep
from interactions.services.segment.settle import settle
from interactions.tasks import settle_events
from relationships.models import Customer
from tests.factories import AdministratorFactory, PersonFactory, ServiceFactory

PAGE = "/integrations/events/"


def send(*messages: bytes, may_create_customers: bool = True) -> None:
    now = datetime.now(UTC)
    shop = ServiceFactory.create(name="shop", email=f"shop{len(messages)}@service.invalid")
    keep(
        source=source_of(shop), raws=messages, envelope=Envelope(now), by=shop,
        may_create_customers=may_create_customers,
    )  # fmt: skip
    settle(now=now)


@pytest.fixture
def arrived() -> None:
    send(
        b'{"type": "identify", "userId": "u-17", "traits": {"name": "Zo\\u00eb M\\u00fcller"}}',
        b'{"type": "track", "userId": "u-17", "event": "Order Completed", "messageId": "m1"}',
        b'{"type": "track", "userId": "u-17", "event": "Report Exported", "messageId": "m2"}',
        b'{"type": "track", "userId": "u-17", "event": "Report Exported", "messageId": "m3"}',
        b'{"type": "page", "anonymousId": "a-1", "name": "Prices"}',
        b'{"type": "tracking", "userId": "u-17", "event": "Oops"}',
    )


@pytest.mark.parametrize("width", [1440, 390])
def test_administrators_can_use_the_page(open_page, arrived, accessibility_problems, width):
    page = open_page(AdministratorFactory(), PAGE, width=width)
    page.get_by_text("Report Exported").first.click()
    assert accessibility_problems(page) == []


def test_an_empty_page_says_how_to_point_an_sdk_here(
    open_page, accessibility_problems, live_server
):
    page = open_page(AdministratorFactory(), PAGE)
    expect(page.get_by_role("heading", name="Nothing has arrived yet")).to_be_visible()
    expect(page.get_by_label("Python")).to_contain_text(f'host="{live_server.url}"')
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("has_script", [True, False])
def test_mapping_an_event_records_what_was_kept(open_page, arrived, has_script):
    page = open_page(AdministratorFactory(), PAGE, has_script=has_script)
    page.get_by_role("link", name="Map Report Exported").click()
    expect(page.get_by_label("Event", exact=True)).to_have_value("Report Exported")
    page.get_by_label("Becomes").select_option(label="Product used")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 kept events will be settled in a moment")).to_be_visible()
    expect(page.get_by_role("heading", name="No rule yet")).to_have_count(0)

    settle_events()

    assert Touchpoint.objects.filter(type__key="app.used").count() == 2
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("has_script", [True, False])
def test_a_rule_is_deleted_and_brought_back(open_page, has_script):
    page = open_page(AdministratorFactory(), PAGE, has_script=has_script)
    page.get_by_role("button", name="Delete Order Completed").click()
    expect(page.get_by_text("The rule for “Order Completed” is gone.")).to_be_visible()
    assert not EventRule.objects.filter(pattern="Order Completed").exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The rule for “Order Completed” is back.")).to_be_visible()
    rule = EventRule.objects.get(pattern="Order Completed")
    assert (rule.type.key, rule.value_property) == ("order.placed", "total, revenue, value")


def test_a_rule_said_twice_is_refused_in_the_dialog(open_page, accessibility_problems):
    page = open_page(AdministratorFactory(), PAGE, width=390)
    page.get_by_role("link", name="Add a rule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Event", exact=True).fill("order_completed")
    dialog.get_by_label("Becomes").select_option("ignore")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("There is a rule for these events already")).to_be_visible()
    assert accessibility_problems(page) == []


def test_the_page_says_that_more_has_arrived(open_page, arrived):
    page = open_page(AdministratorFactory(), PAGE)
    send(b'{"type": "page", "anonymousId": "a-2"}')
    page.get_by_role("link", name="1 newer event").click()
    expect(page.get_by_role("link", name="1 newer event")).to_have_count(0)


def test_only_administrators_see_events(open_page, client):
    client.force_login(PersonFactory())
    assert client.get(PAGE).status_code == 403
