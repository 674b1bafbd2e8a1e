"""Administrators look after people, teams, segments, customers and keys."""

import pytest
from django.test import Client

from relationships.models import Customer, Identity, Person, ProfileChange, Team
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    ExecutiveFactory,
    IdentityFactory,
    PersonFactory,
    SegmentFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

NO_INLINES = {
    f"{prefix}-{name}": "0"
    for prefix in ("contacts", "identities")
    for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}


@pytest.fixture
def administrator() -> Person:
    return AdministratorFactory()


@pytest.fixture
def browser(administrator) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def form_of(customer: Customer, **changes: object) -> dict[str, object]:
    return (
        {
            "name": customer.name,
            "stage": customer.stage,
            "segment": "",
            "style": "",
            "yearly_value": "0",
            "currency": "EUR",
            "team": customer.team_id or "",
            "owner": "",
        }
        | NO_INLINES
        | changes
    )


@pytest.mark.parametrize(
    "page",
    [
        "",
        "relationships/person/",
        "relationships/person/add/",
        "relationships/team/",
        "relationships/segment/",
        "relationships/customer/?q=Zo%C3%AB",
        "relationships/customer/add/",
        "interactions/touchpointtype/",
        "interactions/touchpointtype/add/",
        "interactions/touchpointtype/1/change/",
        "insights/policyversion/",
        "insights/rhythm/",
    ],
)
def test_pages_open_for_administrators_alone(browser, page):
    other = Client()
    other.force_login(ExecutiveFactory())

    assert browser.get(f"/admin/{page}").status_code == 200
    assert other.get(f"/admin/{page}").status_code in (302, 403)


def test_sign_in_to_the_administration_is_the_ordinary_one():
    response = Client().get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_changed_customer_is_marked_for_scoring(browser):
    customer = CustomerFactory(name="Old")
    url = f"/admin/relationships/customer/{customer.pk}/change/"

    response = browser.post(url, form_of(customer, name="Zoë", yearly_value="1200"))

    customer.refresh_from_db()
    assert response.status_code == 302
    assert (customer.name, customer.search_name) == ("Zoë", "zoe")
    assert ProfileChange.objects.get().customer_id == customer.pk


@pytest.mark.parametrize(
    ("kind", "namespace", "value", "kept"),
    [
        ("email", "", " Zoe@Example.com ", "zoe@example.com"),
        ("phone", "", "+49 (30) 901820", "+4930901820"),
        ("foreign", "shop", "C-1", "C-1"),
        ("email", "", "nobody", None),
        ("phone", "", "030 901820", None),
        ("email", "shop", "zoe@example.com", None),
    ],
)
def test_identity_is_normalised_or_refused(browser, kind, namespace, value, kept):
    customer = CustomerFactory()
    identity = {
        "identities-TOTAL_FORMS": "1",
        "identities-0-kind": kind,
        "identities-0-namespace": namespace,
        "identities-0-value": value,
        "identities-0-customer": customer.pk,
    }
    url = f"/admin/relationships/customer/{customer.pk}/change/"

    browser.post(url, form_of(customer, **identity))

    assert list(Identity.objects.values_list("value", flat=True)) == ([kept] if kept else [])


def test_identity_that_means_another_customer_is_refused(browser):
    taken = IdentityFactory(namespace="shop", value="C-1")
    customer = CustomerFactory()
    identity = {
        "identities-TOTAL_FORMS": "1",
        "identities-0-kind": "foreign",
        "identities-0-namespace": "shop",
        "identities-0-value": "C-1",
        "identities-0-contact": ContactFactory(customer=taken.customer).pk,
    }
    url = f"/admin/relationships/customer/{customer.pk}/change/"

    response = browser.post(url, form_of(customer, **identity))

    assert response.status_code == 200
    assert Identity.objects.get().customer == taken.customer


def test_what_touchpoints_refer_to_is_never_deleted(browser):
    customer, person = CustomerFactory(), PersonFactory()

    for name, pk in (("customer", customer.pk), ("person", person.pk), ("team", person.team_id)):
        empty = name == "team" and not Customer.objects.filter(team=person.team_id).exists()
        response = browser.post(f"/admin/relationships/{name}/{pk}/delete/", {"post": "yes"})
        assert response.status_code == (302 if empty else 403)
    url = f"/admin/relationships/team/{customer.team_id}/delete/"
    assert browser.post(url, {"post": "yes"}).status_code == 403
    assert Team.objects.filter(pk=customer.team_id).exists()


def test_empty_segment_may_be_deleted(browser):
    segment = SegmentFactory()

    response = browser.post(f"/admin/relationships/segment/{segment.pk}/delete/", {"post": "yes"})

    assert response.status_code == 302


def test_new_person_may_sign_in_by_lower_case_address(browser):
    browser.post(
        "/admin/relationships/person/add/",
        {
            "email": "Eva@Example.com",
            "name": "Eva",
            "role": "account_manager",
            "team": TeamFactory().pk,
            "usable_password": "true",
            "password1": "correct horse battery",
            "password2": "correct horse battery",
        },
    )

    person = Person.objects.get(email="eva@example.com")
    assert person.check_password("correct horse battery")


def test_administrator_cannot_lock_themselves_out(browser, administrator):
    browser.post(
        f"/admin/relationships/person/{administrator.pk}/change/",
        {"email": administrator.email, "name": "New", "role": "executive", "time_zone": ""},
    )

    administrator.refresh_from_db()
    assert administrator.name == "New"
    assert administrator.role == Person.Role.ADMINISTRATOR
    assert administrator.is_active


def test_time_zone_that_does_not_exist_is_refused(browser):
    person = PersonFactory()

    response = browser.post(
        f"/admin/relationships/person/{person.pk}/change/",
        {"email": person.email, "name": "x", "role": person.role, "time_zone": "Mars/Base"},
    )

    assert response.status_code == 200
    assert Person.objects.get(pk=person.pk).time_zone == ""
