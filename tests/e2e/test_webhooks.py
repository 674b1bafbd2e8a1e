"""Webhooks in a browser: made, tested, looked into, sent again and given a new secret."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from relationships.models import WebhookDelivery, WebhookEndpoint
from relationships.services import Announcement, announce, webhooks
from relationships.services.webhooks.deliveries import finish, take
from relationships.services.webhooks.posting import Answer
from relationships.webhook_kinds import KINDS
from tests.factories import AdministratorFactory, CustomerFactory, TeamFactory
from tests.relationships.webhook_receiver import receiving

LIST = "/integrations/webhooks/"
ANSWERS = (
    Answer(38, 204),
    Answer(912, 500, "It answered 500.", "Something went wrong\n<b>here</b>"),
    Answer(3, problem="Nobody listens there."),
    Answer(64, 200),
)


@pytest.fixture(autouse=True)
def _own_network_is_allowed_and_nobody_works(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    cache.clear()


@pytest.fixture
def admin():
    """Return an administrator."""
    return AdministratorFactory(name="Ada")


def fill_with_webhooks(admin) -> WebhookEndpoint:
    """Make endpoints in every state, and return one with messages in every state."""
    now = timezone.now()
    made = [
        webhooks.create_endpoint(url=f"http://127.0.0.1:9/{path}", by=admin, **given)
        for path, given in {
            "desk": {"kinds": [*KINDS], "description": "Help desk"},
            "crm/a-rather-long-path-that-does-not-fit-on-a-telephone/hooks": {
                "kinds": ["customer.merged", "customer.unmerged"]
            },
            "north": {"kinds": ["loop.overdue"], "team": TeamFactory(), "description": "North"},
            "old": {"kinds": ["alert.raised"], "description": "The old one"},
        }.items()
    ]
    webhooks.switch_off(endpoint_id=made[2].pk, now=now)
    webhooks.switch_off(endpoint_id=made[3].pk, now=now, because=WebhookEndpoint.OffBecause.FAILING)
    WebhookEndpoint.objects.filter(pk=made[3].pk).update(failing_since=now - timedelta(days=3))
    webhooks.rotate_secret(endpoint_id=made[0].pk, now=now)
    for answer in ANSWERS:
        customer = CustomerFactory(name="Zoë Müller & Töchter")
        announce([Announcement("customer.merged", customer.pk, now, {"merged_customer_id": 7})])
        for parcel in take(now=now, limit=100):
            finish(parcel=parcel, answer=answer, began_at=now, now=now)
        WebhookEndpoint.objects.filter(off_because="").update(failing_since=None)
    newest = made[0].deliveries.order_by("-pk")[1:2]
    WebhookDelivery.objects.filter(pk__in=[one.pk for one in newest]).update(
        status="failed", finished_at=now
    )
    return made[0]


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_pages(open_page, admin, accessibility_problems, width):
    page = open_page(admin, LIST, width=width)
    expect(page.get_by_text("Nobody is told yet")).to_be_visible()
    assert accessibility_problems(page) == []
    endpoint = fill_with_webhooks(admin)
    tried = endpoint.deliveries.exclude(attempts=None).order_by("-pk")
    own = f"{LIST}{endpoint.pk}/"
    paths = [LIST, f"{LIST}new/", own, f"{own}edit/", f"{own}?status=failed"]
    paths += [f"{LIST}messages/{one.pk}/" for one in tried[:3]]
    for path in paths:
        response = page.goto(path)
        assert response.ok, path
        assert accessibility_problems(page) == []
    page.goto(own)
    expect(page.get_by_text("Nobody sends messages now")).to_be_visible()
    page.get_by_role("button", name="Show the secret").click()
    expect(page.get_by_text("In use")).to_be_visible()
    assert accessibility_problems(page) == []


@pytest.mark.parametrize("has_script", [True, False])
def test_endpoint_is_made_changed_rotated_deleted_and_brought_back(open_page, admin, has_script):
    page = open_page(admin, LIST, has_script=has_script)
    page.get_by_role("link", name="Make the first endpoint").click()
    page.get_by_label("Address").fill("ftp://127.0.0.1/hooks")
    page.get_by_role("button", name="Make the endpoint").click()
    expect(page.get_by_text("Begin with https://")).to_be_visible()
    expect(page.get_by_text("Choose at least one.")).to_be_visible()
    page.get_by_label("Address").fill("http://127.0.0.1:9/hooks")
    page.get_by_label("A loop is overdue").check()
    page.get_by_role("button", name="Make the endpoint").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("127.0.0.1:9/hooks")

    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("What it is optional").fill("Nobody")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("Nobody", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("What it is optional").fill("Help desk")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=re.compile("^Help desk"))).to_be_visible()

    page.get_by_role("button", name="Rotate it").click()
    page.get_by_role("button", name="End the old one now").click()
    expect(page.get_by_text("signed with the new secret alone")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nobody is told yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name=re.compile("^Help desk"))).to_be_visible()


def test_message_is_followed_until_it_is_taken_and_sent_again(open_page, admin):
    with receiving() as receiver:
        made = webhooks.create_endpoint(url=receiver.url, kinds=["loop.opened"], by=admin)
        page = open_page(admin, f"{LIST}{made.pk}/")
        page.get_by_role("button", name="Show the secret").click()
        secret = page.locator("#secret code").inner_text()
        page.get_by_role("button", name="Send a test").click()
        expect(page.get_by_text("It is on its way.")).to_be_visible()
        send_what_is_due()
        # The page looks again by itself.
        expect(page.get_by_role("heading", name="1. 204")).to_be_visible()
        assert receiver.messages[0].verified(secret)["type"] == "ping"

    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("next in a moment")).to_be_visible()
    send_what_is_due()
    expect(page.get_by_role("heading", name="2. No answer")).to_be_visible()
    expect(page.get_by_text("nothing listens there")).to_be_visible()
    WebhookDelivery.objects.update(status="failed", finished_at=timezone.now())
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link").click()
    page.get_by_role("link", name="Failed").click()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("1 message will be sent again.")).to_be_visible()


def test_administrator_is_led_to_what_was_switched_off(open_page, admin):
    failing, gone = (
        webhooks.create_endpoint(
            url="http://127.0.0.1:9/", kinds=["loop.opened"], by=admin, description=name
        )
        for name in ("Help desk", "Billing")
    )
    because = WebhookEndpoint.OffBecause
    webhooks.switch_off(endpoint_id=failing.pk, now=timezone.now(), because=because.FAILING)
    page = open_page(admin, "/customers/")
    page.get_by_role("link", name="See why").click()
    expect(page.get_by_text("It took nothing for")).to_be_visible()

    webhooks.switch_off(endpoint_id=gone.pk, now=timezone.now(), because=because.GONE)
    page.reload()
    expect(page.get_by_text("2 webhooks are off")).to_be_visible()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("A webhook is off: Billing")).to_be_visible()


def send_what_is_due() -> None:
    """Do what the worker does each second."""
    assert webhooks.deliver(clock=timezone.now, is_over=lambda: False) == 1
