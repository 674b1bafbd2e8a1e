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


def row_named(name: str) -> HandoverCustomer:
    return HandoverCustomer.objects.get(customer__name=name)


def saved(page, name: str):
    """Return what the row of a customer says of its last change."""
    row = page.locator("li", has=page.get_by_role("link", name=name))
    return row.locator("[data-came]")


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_pages(open_page, tom, accessibility_problems, width):
    handover = begin(tom)
    row = row_named(NAMES[0])
    now, today = timezone.now(), timezone.localdate()
    services.write_note(row_id=row.pk, note="Likes tea", version=1, by=tom, now=now)
    services.plan_for_all(handover_id=handover.pk, by=tom, now=now, today=today)
    page = open_page(tom, "/handovers/", width=width)
    expect(page.get_by_role("link", name="Tomás", exact=True)).to_be_visible()
    base = f"/handovers/{handover.pk}/"
    paths = [base + step for step in ("", "customers/", "notes/", "introductions/", "summary/")]
    for path in ("/handovers/", "/handovers/new/", *paths, f"{base}print/", "/"):
        page.goto(path)
        assert accessibility_problems(page) == [], path
        if width == 390:
            narrow = "all => all.filter((one) => one.offsetWidth && one.offsetWidth < 250).length"
            assert page.locator("main select").evaluate_all(narrow) == 0, path
    services.move_customers(handover_id=handover.pk, by=tom, now=now)
    page.goto(f"/customers/{row.customer_id}/")
    expect(page.get_by_text("Tomás handed over today")).to_be_visible()
    assert accessibility_problems(page) == []
    page.goto(f"{base}summary/")
    assert accessibility_problems(page) == []


def test_a_handover_from_its_beginning_to_its_end_by_keys_alone(open_page, tom):
    page = open_page(tom, "/")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="Nobody is leaving")).to_be_visible()
    page.get_by_role("link", name="Begin a handover").press("Enter")
    page.get_by_label("Who leaves").select_option(label="Tomás · North")
    day = timezone.localdate() + timedelta(days=14)
    page.get_by_label("Last day").fill(day.isoformat())
    page.get_by_role("button", name="Begin").press("Enter")

    expect(page.get_by_role("heading", name="Handover from Tomás")).to_be_visible()
    expect(page.get_by_text("Ana met them 21 days ago")).to_be_visible()
    choice = page.get_by_label(f"New owner of {NAMES[0]}")
    choice.focus()
    page.keyboard.type("Bo")
    page.keyboard.press("Tab")
    expect(saved(page, NAMES[0])).to_have_text("Saved")
    expect(choice.locator("option:checked")).to_have_text("Bo")
    page.get_by_role("link", name="Go on: what they know").press("Enter")

    page.get_by_label(f"{NOTES} {NAMES[1]}").focus()
    page.keyboard.type("Nie dzwonić w poniedziałki")
    page.keyboard.press("Tab")
    expect(saved(page, NAMES[1])).to_have_text("Saved")
    expect(page.get_by_text("1 of 3 customers written")).to_be_visible()
    page.get_by_role("link", name="Go on: introductions").press("Enter")

    page.get_by_role("button", name="Plan all that are missing").press("Enter")
    expect(page.get_by_text("3 of 3 customers planned")).to_be_visible()
    page.get_by_label("Introduced by for " + NAMES[1]).focus()
    page.keyboard.type("Ana")
    page.keyboard.press("Tab")
    expect(saved(page, NAMES[1])).to_have_text("Saved")
    page.get_by_role("link", name="Go on: summary").press("Enter")

    page.get_by_role("button", name="Move 3 customers now").press("Enter")
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("3 customers moved to their new owners.")
    assert not Customer.objects.filter(owner=tom).exists()
    toast.get_by_role("button", name="Undo").press("Enter")
    expect(toast).to_contain_text("3 customers moved back.")
    page.get_by_role("button", name="Move 3 customers now").press("Enter")
    expect(page.get_by_role("button", name="Undo moving 3 customers today")).to_be_visible()
    page.get_by_role("button", name="Finish the handover").press("Enter")
    expect(page.get_by_text("finished", exact=True)).to_be_visible()
    row = row_named(NAMES[1])
    assert (row.note, row.introducer.name) == ("Nie dzwonić w poniedziałki", "Ana")


def test_two_tabs_do_not_lose_each_others_words(open_page, tom):
    handover = begin(tom)
    ana = tom.team.people.get(name="Ana")
    path = f"/handovers/{handover.pk}/notes/"
    first, second = open_page(tom, path), open_page(ana, path, width=390)
    box = first.get_by_label(f"{NOTES} {NAMES[0]}")
    other = second.get_by_label(f"{NOTES} {NAMES[0]}")
    box.fill("Never on Mondays")
    first.get_by_role("button", name=f"Save what to know of {NAMES[0]}").click()
    expect(saved(first, NAMES[0])).to_have_text("Saved")
    other.fill("Likes tea")
    second.get_by_role("button", name=f"Save what to know of {NAMES[0]}").click()
    expect(saved(second, NAMES[0])).to_contain_text("Never on Mondays")
    expect(other).to_have_value("Likes tea")
    other.fill("Never on Mondays. Likes tea")
    second.get_by_role("button", name="Save mine instead").click()
    expect(saved(second, NAMES[0])).to_have_text("Saved")
    assert row_named(NAMES[0]).note == "Never on Mondays. Likes tea"
    # Whoever goes on writing in the same tab is in nobody's way.
    other.fill("Never on Mondays. Likes green tea")
    second.get_by_role("button", name=f"Save what to know of {NAMES[0]}").click()
    expect(second.get_by_text("Save mine instead")).to_have_count(0)
    expect(saved(second, NAMES[0])).to_have_text("Saved")


def test_what_is_typed_is_saved_without_any_press(open_page, tom):
    page = open_page(tom, f"/handovers/{begin(tom).pk}/notes/", width=390)
    page.get_by_label(f"{NOTES} {NAMES[2]}").press_sequentially("Ask for Åse")
    expect(saved(page, NAMES[2])).to_have_text("Saved")
    page.reload()
    expect(page.get_by_label(f"{NOTES} {NAMES[2]}")).to_have_value("Ask for Åse")


def test_an_introduction_leaves_today_once_the_new_owner_logged_a_meeting(open_page, tom):
    handover = begin(tom)
    ana = tom.team.people.get(name="Ana")
    now, today = timezone.now(), timezone.localdate()
    services.choose_for_all(handover_id=handover.pk, successor_id=ana.pk, by=tom)
    row = row_named(NAMES[0])
    services.plan_introduction(
        row_id=row.pk, introducer_id=tom.pk, introduce_on=today, version=99, by=tom, now=now,
        today=today,
    )  # fmt: skip
    page = open_page(ana, "/", width=390)
    card = page.get_by_role("region", name="Introductions")
    expect(card).to_contain_text("Tomás introduces Ana")
    card.get_by_role("link", name=f"Log a meeting with {NAMES[0]}").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(page.locator("#dialog-body.htmx-settling")).to_have_count(0)
    dialog.get_by_role("button", name=re.compile("^Log")).click()
    expect(page.locator("#toasts")).to_contain_text("logged")
    expect(card).to_have_count(0)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("Tomás introduces Ana")
    card.get_by_role("button", name=f"Done with the introduction to {NAMES[0]}").press("Enter")
    expect(card).to_have_count(0)


def test_it_works_without_javascript(open_page, tom):
    handover = begin(tom)
    page = open_page(tom, f"/handovers/{handover.pk}/customers/", has_script=False)
    page.get_by_label(f"New owner of {NAMES[0]}").select_option(label="Bo")
    page.locator("li", has_text=NAMES[0]).get_by_role("button", name="Save").click()
    expect(page.locator("#toasts")).to_contain_text(f"{NAMES[0]}: saved.")
    page.get_by_role("link", name="Go on: what they know").click()
    box = page.get_by_label(f"{NOTES} {NAMES[0]}")
    box.fill("Likes tea")
    row = row_named(NAMES[0])
    services.write_note(
        row_id=row.pk, note="Never on Mondays", version=99, by=tom, now=timezone.now()
    )
    page.get_by_role("button", name=f"Save what to know of {NAMES[0]}").click()
    expect(page.get_by_text("Never on Mondays")).to_be_visible()
    expect(page.get_by_label("Yours")).to_have_value("Likes tea")
    page.get_by_role("button", name="Save mine instead").click()
    expect(page.locator("#toasts")).to_contain_text(f"{NAMES[0]}: saved.")
    expect(page.get_by_label(f"{NOTES} {NAMES[0]}")).to_have_value("Likes tea")
    page.goto(f"/handovers/{handover.pk}/summary/")
    page.get_by_role("button", name="Move 3 customers now").click()
    expect(page.locator("#toasts")).to_contain_text("3 customers moved")
