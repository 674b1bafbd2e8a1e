"""Several customers of a list at once: one event with all of them, or one change."""

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from insights.models import Band
from insights.services.drain import drain
from interactions import forms
from interactions.models import Touchpoint
from interactions.services import merge_customers
from relationships.models import BulkChange, Customer, Person
from relationships.services import change_customers
from tests.factories import (
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    SegmentFactory,
)
from tests.insights.scoring.conftest import _compiled_fold  # noqa: F401

pytestmark = pytest.mark.django_db
LOG, NOW = "/customers/several/log/", "/customers/several/log/now/"


@pytest.fixture
def ours(manager: Person) -> list[Customer]:
    names = ("Thornmere Academy", "Hotell Örnvik", "Große Gießerei")
    found = [CustomerFactory(name=name, team=manager.team) for name in names]
    for customer in found:
        ReadingFactory(customer=customer, band=Band.DRIFTING, distance=70.0)
    return found


def picks(customers: list[Customer], **more: str) -> dict[str, object]:
    return {"customer": [str(one.pk) for one in customers], "next": "/customers/?sort=name", **more}


def pressed(customers: list[Customer], kind: str = "call.phone", page: str = "") -> dict:
    return picks(customers, type=kind, page=page or str(uuid.uuid4()))


def said(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def there() -> list[tuple[str, int]]:
    rows = Touchpoint.objects.filter(deleted_at=None).order_by("customer_id")
    return list(rows.values_list("customer__name", "customers_in_room"))


def test_one_press_logs_with_all_and_one_undo_takes_all_back(browser, ours):
    data = pressed(ours)
    response = browser.post(NOW, data, follow=True)

    assert response.redirect_chain == [("/customers/?sort=name", 302)]
    assert "Phone call with 3 customers logged." in said(response)
    assert there() == [(one.name, 3) for one in ours]
    again = browser.post(NOW, data, follow=True)
    assert "was logged already" in said(again)
    undo = re.search(r'action="(/customers/several/log/[^"]+/delete/)"', response.text)[1]
    assert "Deleted: what happened with 3 customers together" in said(
        browser.post(undo, follow=True)
    )
    assert there() == []
    assert "taken back already" in said(browser.post(undo, follow=True))
    back = undo.replace("delete", "restore")
    assert "3 customers together is back" in said(browser.post(back, follow=True))
    assert len(there()) == 3


def test_form_says_what_it_was_and_keeps_who_is_meant(browser, ours):
    form = browser.post(LOG, picks(ours))
    assert "Log with 3 customers" in form.text
    assert form.text.count('type="hidden" name="customer"') == 3

    wrong = browser.post(LOG, picks(ours, sent="1", page=str(uuid.uuid4())))
    assert "Choose what happened." in wrong.text
    assert 'name="next" value="/customers/?sort=name"' in wrong.text

    response = browser.post(
        LOG,
        picks(
            ours, sent="1", page=str(uuid.uuid4()), type="meeting.in_person",
            text="Breakfast at the fair", occurred_at="2026-01-05T09:00", duration_minutes="90",
        ),
        follow=True,
    )  # fmt: skip
    assert "Met in person with 3 customers logged." in said(response)
    row = Touchpoint.objects.first()
    assert (row.text, row.duration_minutes, row.customers_in_room) == (
        "Breakfast at the fair", 90, 3,
    )  # fmt: skip


def test_of_many_people_those_near_the_selected_customers_are_shown(ours, manager, monkeypatch):
    monkeypatch.setattr(forms, "PEOPLE_SHOWN", 2)
    executive, client = ExecutiveFactory(name="Eva"), Client()
    client.force_login(executive)
    Customer.objects.filter(pk=ours[0].pk).update(owner=PersonFactory(name="Owner"))
    PersonFactory(name="Far")

    field = client.post(LOG, picks(ours)).context["form"].fields["person"]

    names = [name for _, name in field.widget.choices]
    assert names == ["Eva (me)", str(manager), "Owner", "Nobody of us"]
    assert field.help_text == "Of other teams those whose customers are selected."


def test_what_the_service_refuses_stands_beside_its_field(browser, ours):
    late = picks(ours, sent="1", page=str(uuid.uuid4()), type="call.phone")
    response = browser.post(LOG, late | {"occurred_at": "2099-01-05T09:00"})

    assert "future" in response.text
    assert there() == []


def test_all_that_a_filter_finds_are_meant_without_naming_them(browser, ours, manager):
    Customer.objects.filter(pk=ours[0].pk).update(stage="lead")
    ours[0].reading.stage = "lead"
    ours[0].reading.save()
    other = CustomerFactory()
    ReadingFactory(customer=other)

    page = browser.get("/customers/?stage=current")
    assert "Select all 2" in page.text
    assert 'name="shown" value="stage=current"' in page.text
    data = {"all": "1", "shown": "stage=current", "customer": str(ours[0].pk)}
    response = browser.post(
        "/customers/several/style/", data | {"sent": "1", "value": "personal"}, follow=True
    )

    assert "The style of 2 customers is personal now." in said(response)
    assert set(Customer.objects.filter(style="personal")) == set(ours[1:])


def test_more_than_an_event_can_be_with_are_refused(browser, manager):
    rows = [Customer(name=f"C {n}", search_name=f"c {n}", team=manager.team) for n in range(201)]
    many = Customer.objects.bulk_create(rows)

    assert "at most 200 customers" in said(browser.post(NOW, pressed(many), follow=True))
    assert there() == []


def test_who_was_merged_or_is_another_teams_is_left_out_and_named(browser, ours, manager):
    merge_customers(keep=ours[0].pk, absorb=ours[1].pk, by=manager, now=timezone.now())

    response = browser.post(NOW, pressed([*ours, CustomerFactory()]), follow=True)

    assert "with 2 customers logged." in said(response)
    assert "Hotell Örnvik was merged into Thornmere Academy: left out." in said(response)
    assert "1 is not yours to see: left out." in said(response)
    response = browser.post(
        "/customers/several/style/", picks(ours, sent="1", value="mixed"), follow=True
    )
    assert "The style of 2 customers is mixed now." in said(response)
    assert "1 was merged, or is not yours to see any more." in said(response)


def test_owner_is_changed_previewed_and_put_back(browser, ours, manager):
    colleague = PersonFactory(name="Zoë Ångström", team=manager.team)
    Customer.objects.filter(pk=ours[0].pk).update(owner=colleague)
    url = "/customers/several/owner/"

    form = browser.post(url, picks(ours))
    assert "Owner of 3 customers" in form.text
    ahead = browser.post(url, picks(ours, sent="1", ahead="1", value=str(colleague.pk)))
    assert "2 customers change. 1 is so already." in said(ahead)
    assert not BulkChange.objects.exists()
    response = browser.post(url, picks(ours, sent="1", value=str(colleague.pk)), follow=True)
    assert "The owner of 2 customers is Zoë Ångström now. 1 is so already." in said(response)
    assert [row.owner for row in response.context["rows"]] == ["Zoë Ångström"] * 3

    undo = re.search(r'action="(/customers/several/changes/[^"]+/undo/)"', response.text)[1]
    assert "2 customers are as they were." in said(browser.post(undo, follow=True))
    assert Customer.objects.filter(owner=colleague).count() == 1
    assert "taken back already" in said(browser.post(undo, follow=True))


def test_nobody_and_none_can_be_chosen(browser, ours, manager):
    Customer.objects.update(owner=manager, segment=SegmentFactory())

    for what, word in (("owner", "nobody"), ("segment", "none")):
        response = browser.post(
            f"/customers/several/{what}/", picks(ours, sent="1", value="0"), follow=True
        )
        assert f"The {what} of 3 customers is {word} now." in said(response)
    assert not Customer.objects.exclude(owner=None, segment=None).exists()


def test_owner_who_would_see_none_is_refused_beside_the_field(ours, manager):
    client = Client()
    client.force_login(ExecutiveFactory())
    stranger = PersonFactory()

    for more in ({}, {"ahead": "1"}):
        response = client.post(
            "/customers/several/owner/", picks(ours, sent="1", value=str(stranger.pk), **more)
        )
        assert "would not see any of these customers" in response.text
    assert (
        "not there any more"
        in client.post("/customers/several/owner/", picks(ours, sent="1", value="999999999")).text
    )
    assert not BulkChange.objects.exists()


def test_nothing_changes_where_all_are_so_already(browser, ours):
    Customer.objects.update(style="mixed")

    response = browser.post(
        "/customers/several/style/", picks(ours, sent="1", value="mixed"), follow=True
    )

    assert "Nothing was changed. 3 are so already." in said(response)


def test_readings_follow_a_change(browser, ours, manager):
    segment = SegmentFactory(name="Hotels")
    change_customers(
        customer_ids=[one.pk for one in ours], by=manager, now=timezone.now(),
        owner=manager.pk, segment=segment.pk,
    )  # fmt: skip

    drain(now=timezone.now())

    found = browser.get("/customers/", {"segment": segment.pk, "owner": manager.pk})
    assert len(found.context["rows"]) == 3


@pytest.mark.parametrize("url", [LOG, "/customers/several/owner/", "/customers/several/style/"])
def test_nobody_selected_is_told_how_to(browser, ours, url):
    for data in ({}, {"customer": ["x", "9" * 30]}):
        assert "Select customers first" in said(browser.post(url, data, follow=True))


def test_addresses_are_for_forms_alone_and_ones_own(browser, ours, manager):
    for url in (LOG, NOW, "/customers/several/owner/", "/customers/several/changes/1000/undo/"):
        assert browser.get(url).status_code == 405
    assert browser.post(NOW, picks(ours)).status_code == 404
    other = PersonFactory(team=manager.team)
    made = change_customers(
        customer_ids=[one.pk for one in ours], by=other, now=timezone.now(), style="mixed"
    )
    undo = f"/customers/several/changes/{made.change_id}/undo/"
    assert "too long ago" in said(browser.post(undo, follow=True))
    assert Customer.objects.filter(style="mixed").count() == 3


def test_next_page_is_one_of_ours(browser, ours):
    response = browser.post(NOW, pressed(ours) | {"next": "https://example.com/"})

    assert response.headers["Location"] == "/customers/"


@pytest.mark.parametrize("path", ["/", "/customers/"])
def test_rows_have_a_box_of_the_bar_at_the_foot(browser, ours, manager, path):
    page = browser.get(path).text

    assert page.count("data-pick>") == 3
    assert f'name="customer" value="{ours[0].pk}" data-pick' in page
    assert '<form id="picks"' in page
    assert page.count(">Select Hotell Örnvik<") == 1


def test_as_many_queries_for_three_selected_as_for_two_hundred(
    browser, ours, manager, django_assert_max_num_queries
):
    rows = [Customer(name=f"C {n}", search_name=f"c {n}", team=manager.team) for n in range(200)]
    many = Customer.objects.bulk_create(rows)

    for chosen in (ours, many):
        with django_assert_max_num_queries(24):
            browser.post(NOW, pressed(chosen))
        with django_assert_max_num_queries(18):
            browser.post("/customers/several/style/", picks(chosen, sent="1", value="mixed"))
        with django_assert_max_num_queries(10):
            browser.post("/customers/several/owner/", picks(chosen))
