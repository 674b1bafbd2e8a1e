"""A handover in a browser: begun, chosen, written, planned, moved and undone; by keys; two tabs."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.models import Band
from insights.services.handovers import start_handover
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer, HandoverCustomer
from relationships.services import handovers as services
from tests.factories import CustomerFactory, PersonFactory, ReadingFactory, TeamFactory

NAMES = ("Große Gießerei", "Zakład Żółw", "Hotell Örnvik")
NOTES = "What the next one must know of"


@pytest.fixture
def tom():
    """Return who leaves, with three customers that he and a colleague know."""
    tom = PersonFactory(name="Tomás", team=TeamFactory(name="North"))
    ana = PersonFactory(name="Ana", team=tom.team)
    PersonFactory(name="Bo", team=tom.team)
    now = timezone.now()
    for number, name in enumerate(NAMES):
        customer = CustomerFactory(name=name, owner=tom, team=tom.team)
        at_risk = 9000 - 1000 * number
        ReadingFactory(customer=customer, band=Band.DRIFTING, distance=70, at_risk=at_risk)
        items = [
            NewTouchpoint(
                type="meeting.in_person",
                customer=customer.pk,
                occurred_at=now - timedelta(days=21),
                person_id=(ana if number == 0 else tom).pk,
            )
        ]
        record(source=source_named("test"), items=items, by=tom, now=now)
    return tom


def begin(tom):
    handover, _ = start_handover(
        person_id=tom.pk,
        leaves_on=timezone.localdate() + timedelta(days=14),
        reason="New job",
        by=tom,
        now=timezone.now(),
    )
    return handover


def saved(page, name: str):
    """Return what the row of a customer says of its last change."""
    row = page.locator("li", has=page.get_by_role("link", name=name))
    return row.locator("[data-came]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_shots_can_use_the_pages(open_page, tom, accessibility_problems, width, scheme):
    handover = begin(tom)
    row = HandoverCustomer.objects.get(rank=1)
    now, today = timezone.now(), timezone.localdate()
    services.write_note(row_id=row.pk, note="Likes tea", version=1, by=tom, now=now)
    services.plan_for_all(handover_id=handover.pk, by=tom, now=now, today=today)
    page = open_page(tom, "/handovers/", width=width, scheme=scheme)
    expect(page.get_by_role("link", name="Tomás", exact=True)).to_be_visible()
    base = f"/handovers/{handover.pk}/"
    paths = [base + step for step in ("", "customers/", "notes/", "introductions/", "summary/")]
    for path in ("/handovers/", "/handovers/new/", *paths, f"{base}print/", "/"):
        page.goto(path)
        n = path.strip("/").replace("/", "_") or "today"
        page.screenshot(path=f"/tmp/shots/{n}-{width}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    services.move_customers(handover_id=handover.pk, by=tom, now=now)
    page.goto(f"/customers/{row.customer_id}/")
    expect(page.get_by_text("Tomás handed over today")).to_be_visible()
    page.screenshot(path=f"/tmp/shots/cust-{width}-{scheme}.png", full_page=True)
    page.goto(f"{base}summary/")
    page.screenshot(path=f"/tmp/shots/sum2-{width}-{scheme}.png", full_page=True)
    page.emulate_media(media="print")
    page.goto(f"{base}print/")
    page.screenshot(path=f"/tmp/shots/paper-{width}-{scheme}.png", full_page=True)
    assert accessibility_problems(page) == []
