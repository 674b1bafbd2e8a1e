"""People at a customer, by hand: added, corrected, left, deleted, undone, and who may."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from interactions.services import NewTouchpoint, plan, record, source_named
from interactions.services import delete as delete_touchpoint
from interactions.services.contacts import ContactInUseError, delete_contact
from relationships.models import Contact, Customer, Identity
from relationships.selectors.contacts import contact_version
from relationships.services.contacts import ContactChangedError, correct_contact
from relationships.services.profiles import ContactGoneError, ContactWrite
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    FactFactory,
    IdentityFactory,
    PersonFactory,
)

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HTMX = {"HTTP_HX_REQUEST": "true"}
DIALOG = HTMX | {"HTTP_HX_TARGET": "dialog-body"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Bäckerei Øster", team=manager.team, owner=manager)


@pytest.fixture
def zoe(customer) -> Contact:
    contact = ContactFactory(customer=customer, name="Zoë Größe", job_title="Buyer")
    for kind, namespace, value in (
        ("email", "", "zoe@example.com"),
        ("phone", "", "+4930901820"),
        ("foreign", "crm", "P-1"),
    ):
        IdentityFactory(
            customer=customer, contact=contact, kind=kind, namespace=namespace, value=value
        )
    return contact


def add(browser, customer: Customer, **said):
    return browser.post(f"/customers/{customer.pk}/contacts/", said)


def edit(browser, contact: Contact, **said):
    """Send the form as it was filled in, but for what is `said`."""
    address = f"/contacts/{contact.pk}/edit/"
    form = browser.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    return browser.post(address, fields | said)


def values(contact: Contact) -> set[str]:
    return set(contact.identities.values_list("value", flat=True))


def test_somebody_is_added_with_addresses_in_one_form(browser, customer):
    response = add(
        browser, customer, name=" Ana Kovač ", job_title="Owner",
        emails="Ana@Example.com; ana.k@example.com", phones="+49 30 901820, 0044 20 7946 0000",
    )  # fmt: skip

    assert response.url == f"/customers/{customer.pk}/#contacts"
    ana = Contact.objects.get()
    assert (ana.customer, ana.name, ana.job_title) == (customer, "Ana Kovač", "Owner")
    assert values(ana) == {
        "ana@example.com", "ana.k@example.com", "+4930901820", "+442079460000",
    }  # fmt: skip
    page = browser.get(response.url).content.decode()
    assert "Ana Kovač at Bäckerei Øster is known now." in page
    assert f"/contacts/{ana.pk}/delete/" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": " "}, "Give their name."),
        ({"name": "x" * 151}, "at most 150 characters"),
        ({"name": "A", "emails": "zoe@"}, "“zoe@”: Use an e-mail address"),
        ({"name": "A", "phones": "12"}, "“12”: Use a phone number with its country"),
        ({"name": "A", "emails": ",".join(f"a{n}@b.example" for n in range(51))}, "at most 50"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(browser, customer, said, words):
    page = add(browser, customer, **said).content.decode().replace("&quot;", '"')

    assert words in page
    assert not Contact.objects.exists()


def test_an_address_that_means_somebody_else_is_refused_by_name(browser, customer, zoe):
    elsewhere = CustomerFactory(name="Café Ärger", team=customer.team)
    IdentityFactory(customer=elsewhere, kind="email", namespace="", value="info@cafe.example")
    IdentityFactory(kind="email", namespace="", value="secret@other.example")

    one = add(browser, customer, name="A", emails="zoe@example.com").content.decode()
    two = add(browser, customer, name="A", emails="info@cafe.example").content.decode()
    hidden = add(browser, customer, name="A", emails="secret@other.example").content.decode()
    number = add(browser, customer, name="A", phones="+49 30 901820").content.decode()

    assert "zoe@example.com means Zoë Größe at Bäckerei Øster already." in one
    assert "info@cafe.example means Café Ärger already." in two
    assert "secret@other.example means somebody else already." in hidden
    assert "+4930901820 means Zoë Größe at Bäckerei Øster already." in number
    assert Contact.objects.get() == zoe


def test_an_address_of_the_customer_as_a_whole_becomes_the_contacts(browser, customer):
    IdentityFactory(customer=customer, kind="email", namespace="", value="ana@example.com")

    add(browser, customer, name="Ana", emails="ana@example.com")

    assert values(Contact.objects.get()) == {"ana@example.com"}


def test_a_correction_keeps_ids_of_other_systems_and_can_be_undone(browser, zoe):
    edit(browser, zoe, name="Zoe", emails="z@example.com", phones="", left_on="2026-03-01")

    zoe.refresh_from_db()
    assert (zoe.name, zoe.left_on) == ("Zoe", date(2026, 3, 1))
    assert values(zoe) == {"z@example.com", "P-1"}
    response = browser.post(f"/contacts/{zoe.pk}/revert/", follow=True)
    assert "Zoë Größe is as before." in response.content.decode()
    zoe.refresh_from_db()
    assert (zoe.name, zoe.job_title, zoe.left_on) == ("Zoë Größe", "Buyer", None)
    assert values(zoe) == {"zoe@example.com", "+4930901820", "P-1"}


def test_two_who_correct_the_same_contact_are_told(browser, zoe):
    seen = contact_version(zoe)
    edit(browser, zoe, emails="first@example.com")

    told = edit(browser, zoe, name="Zoe", emails="second@example.com", version=seen)

    page = told.content.decode()
    assert "Somebody changed this meanwhile to “Zoë Größe, Buyer, first@example.com" in page
    assert 'value="second@example.com"' in page
    assert "first@example.com" in values(zoe)
    newer = told.context["form"]["version"].value()
    edit(browser, zoe, emails="second@example.com", version=newer)
    assert "second@example.com" in values(zoe)


@pytest.mark.parametrize("version", ["", "yesterday", "2026-03-04T12:00:00+00:00"])
def test_a_form_that_does_not_say_what_it_saw_changes_nothing(browser, zoe, version):
    edit(browser, zoe, name="Zoe", version=version)

    zoe.refresh_from_db()
    assert zoe.name == "Zoë Größe"


def test_undo_leaves_alone_whom_somebody_changed_since(browser, zoe):
    edit(browser, zoe, name="Zoe")
    Contact.objects.update(job_title="Head of buying")

    response = browser.post(f"/contacts/{zoe.pk}/revert/", follow=True)

    assert "Somebody changed Zoe since" in response.content.decode()
    zoe.refresh_from_db()
    assert zoe.name == "Zoe"


def test_who_left_is_marked_and_comes_back(browser, customer, zoe):
    left = f"/contacts/{zoe.pk}/left/"

    response = browser.post(left, **HTMX)

    zoe.refresh_from_db()
    assert zoe.left_on == NOW.date()
    assert "Zoë Größe has left Bäckerei Øster." in response.content.decode()
    assert "contactsChanged" in response["HX-Trigger"]
    assert "had left already" in browser.post(left, follow=True).content.decode()
    browser.post(f"/contacts/{zoe.pk}/revert/")
    zoe.refresh_from_db()
    assert zoe.left_on is None
    browser.post(left)
    browser.post(left, {"back": "1"})
    zoe.refresh_from_db()
    assert zoe.left_on is None


def test_a_day_of_leaving_is_the_readers(browser, manager, zoe):
    manager.time_zone = "Pacific/Auckland"
    manager.save()

    browser.post(f"/contacts/{zoe.pk}/left/")

    zoe.refresh_from_db()
    assert zoe.left_on == date(2026, 3, 5)


def test_a_slip_is_deleted_and_undone_with_all_addresses(browser, customer, zoe):
    known = values(zoe)

    response = browser.post(f"/contacts/{zoe.pk}/delete/", **HTMX)

    assert f"/customers/{customer.pk}/contacts/restore/" in response.content.decode()
    assert not Contact.objects.exists()
    assert not Identity.objects.exists()
    restore = f"/customers/{customer.pk}/contacts/restore/"
    assert "Zoë Größe is back." in browser.post(restore, follow=True).content.decode()
    assert "nobody to bring back" in browser.post(restore, follow=True).content.decode()
    back = Contact.objects.get()
    assert (back.customer, back.job_title, values(back)) == (customer, "Buyer", known)


def test_undo_says_when_an_address_was_given_away_meanwhile(browser, customer, zoe):
    browser.post(f"/contacts/{zoe.pk}/delete/")
    IdentityFactory(kind="email", namespace="", value="zoe@example.com")

    response = browser.post(f"/customers/{customer.pk}/contacts/restore/", follow=True)

    assert "could not be brought back. This means somebody else" in response.content.decode()


def test_whom_something_was_logged_with_is_not_deleted(browser, customer, zoe, manager):
    (outcome,) = record(
        source=source_named("test"),
        items=[
            NewTouchpoint(
                type="call.phone", customer=customer.pk, contact_id=zoe.pk,
                occurred_at=NOW - timedelta(days=1),
            )
        ],
        by=manager,
        now=NOW,
    )  # fmt: skip
    delete_touchpoint(touchpoint_id=outcome.touchpoint_id, by=manager, now=NOW)

    response = browser.post(f"/contacts/{zoe.pk}/delete/", follow=True)

    assert "Something was logged with Zoë Größe" in response.content.decode()
    assert Contact.objects.get() == zoe


def test_whom_we_know_something_about_is_not_deleted(manager, customer, zoe):
    FactFactory(customer=customer, contact=zoe)

    with pytest.raises(ContactInUseError, match="Delete that first"):
        delete_contact(contact_id=zoe.pk, by=manager)


def test_with_whom_something_is_planned_is_not_deleted(manager, customer, zoe):
    plan(
        form_id=uuid.uuid4(), customer_id=customer.pk, type_key="call.phone", contact_id=zoe.pk,
        starts_at=NOW + timedelta(days=1), by=manager, now=NOW,
    )  # fmt: skip

    with pytest.raises(ContactInUseError, match="planned with Zoë"):
        delete_contact(contact_id=zoe.pk, by=manager)


def test_a_contact_beneath_a_merge_comes_back_beneath_it(browser, customer, manager):
    absorbed = CustomerFactory(team=manager.team, merged_into=customer)
    contact = ContactFactory(customer=customer, home_id=absorbed.pk, name="Bo")

    browser.post(f"/contacts/{contact.pk}/delete/")
    browser.post(f"/customers/{customer.pk}/contacts/restore/")

    back = Contact.objects.get()
    assert (back.customer, back.home_id) == (customer, absorbed.pk)


def test_another_teams_contacts_are_not_found(browser):
    stranger = ContactFactory()

    assert add(browser, stranger.customer, name="A").status_code == 404
    for rest in ("edit", "left", "revert", "delete"):
        assert browser.post(f"/contacts/{stranger.pk}/{rest}/").status_code == 404
    restore = f"/customers/{stranger.customer_id}/contacts/restore/"
    assert browser.post(restore).status_code == 404
    assert browser.get(f"/contacts/{2**63}/edit/").status_code == 404


def test_services_refuse_who_does_not_see_the_customer(zoe):
    stranger, item = PersonFactory(), ContactWrite(id=zoe.pk, name="x")

    with pytest.raises(ContactGoneError):
        correct_contact(item=item, version=contact_version(zoe), by=stranger)
    with pytest.raises(ContactGoneError):
        delete_contact(contact_id=zoe.pk, by=stranger)


def test_nothing_is_written_of_what_was_not_seen(zoe, manager):
    item, seen = ContactWrite(id=zoe.pk, name="x", identities=[]), contact_version(zoe)
    zoe.identities.filter(kind="phone").delete()

    with pytest.raises(ContactChangedError):
        correct_contact(item=item, version=seen, by=manager)

    assert len(values(zoe)) == 2


def test_the_dialog_and_the_page_ask_the_same(browser, customer, zoe):
    for address in (f"/customers/{customer.pk}/contacts/", f"/contacts/{zoe.pk}/edit/"):
        dialog = browser.get(address, **DIALOG).content.decode()
        page = browser.get(address).content.decode()
        assert "<html" not in dialog
        assert 'hx-target="#dialog-body"' in dialog
        assert "<h1>" in page
