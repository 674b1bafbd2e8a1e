"""Users, visitors and companies become customers and contacts."""

import pytest

from interactions.models import ReceivedEvent, Touchpoint
from interactions.services.segment.rework import try_refused_again
from interactions.tasks import settle_events
from relationships.models import Contact, Customer, Identity
from relationships.services import create_key
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    IdentityFactory,
    ServiceFactory,
    TeamFactory,
)
from tests.interactions.segment.conftest import fates

pytestmark = pytest.mark.django_db


def order(**said):
    return {"type": "track", "event": "Order Completed", **said}


def test_a_user_is_a_customer_of_their_own(send):
    send(
        {"type": "identify", "userId": "u1", "traits": {"name": "Zoë Müller", "title": "CTO"}},
        order(userId="u1", properties={"revenue": 39.95}),
    )

    customer = Customer.objects.get()
    contact = Contact.objects.get()
    touchpoint = Touchpoint.objects.get()
    assert (customer.name, contact.name, contact.job_title) == ("Zoë Müller", "Zoë Müller", "CTO")
    assert (touchpoint.customer, touchpoint.contact) == (customer, contact)
    assert (touchpoint.type.key, str(touchpoint.value)) == ("order.placed", "39.95")
    assert fates() == [("identify", "Applied"), ("Order Completed", "Recorded")]


def test_what_a_visitor_did_before_is_recorded_when_they_identify(send):
    send({"type": "page", "anonymousId": "a1"})
    assert not Customer.objects.exists()

    send({"type": "identify", "userId": "u1", "anonymousId": "a1"})
    settle_events()

    assert fates() == [("page", "Recorded"), ("identify", "Applied")]
    assert Touchpoint.objects.get().type.key == "web.visit"


def test_users_of_a_company_are_its_contacts_with_what_came_before(send):
    send(order(userId="u1"), order(userId="u2"))
    assert Customer.objects.count() == 2

    send(
        {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Łódź & Söhne"}},
        {"type": "group", "userId": "u2", "groupId": "g1"},
        {"type": "group", "userId": "u3", "groupId": "g1"},
        order(userId="u3"),
    )

    company = Customer.objects.get(merged_into=None)
    assert company.name == "Łódź & Söhne"
    assert company.contacts.count() == 3
    assert set(Touchpoint.objects.values_list("customer", flat=True)) == {company.pk}


def test_two_users_with_one_name_at_a_company_stay_two_contacts(send):
    for user in ("u1", "u2"):
        send(
            {"type": "identify", "userId": user, "traits": {"name": "Ann Lee"}},
            {"type": "group", "userId": user, "groupId": "g1"},
        )

    assert Contact.objects.count() == 2


def test_an_address_that_is_known_leads_to_its_customer(send):
    customer = CustomerFactory(name="Acme")
    contact = ContactFactory(customer=customer, name="Zoë")
    IdentityFactory(
        customer=customer, contact=contact, kind="email", namespace="", value="zoe@acme.example"
    )

    send(
        {"type": "identify", "userId": "u1", "traits": {"email": "ZOE@acme.example"}},
        order(userId="u1"),
    )

    assert Touchpoint.objects.get().contact == contact
    assert Customer.objects.get() == customer


def test_an_address_told_later_merges_a_user_into_its_customer(send):
    customer = CustomerFactory(name="Acme", team=None)
    IdentityFactory(customer=customer, kind="email", namespace="", value="zoe@acme.example")
    send(order(userId="u1"))

    send({"type": "identify", "userId": "u1", "traits": {"email": "zoe@acme.example"}})

    assert Touchpoint.objects.get().customer == customer
    assert Customer.objects.get(merged_into=None) == customer


def test_traits_never_empty_what_is_known_nor_take_its_accents(send):
    send({"type": "identify", "userId": "u1", "traits": {"name": "Zoë Müller", "title": "CTO"}})

    send({"type": "identify", "userId": "u1", "traits": {"name": "", "title": None}})
    send({"type": "identify", "userId": "u1", "traits": {"name": "Zoe Muller"}})

    contact = Contact.objects.get()
    assert (contact.name, contact.job_title) == ("Zoë Müller", "CTO")


def test_traits_name_who_was_only_an_id(send):
    send(order(userId="u1"))

    send({
        "type": "identify", "userId": "u1",
        "traits": {"firstName": "Ann", "lastName": "Lee", "company": {"name": "Lee & Sons"}},
    })  # fmt: skip

    assert Contact.objects.get().name == "Ann Lee"
    assert Customer.objects.get().name == "Lee & Sons"


def test_traits_in_the_context_count_as_rudderstack_sends_them(send):
    send({"type": "identify", "userId": "u1", "context": {"traits": {"name": "Ann Lee"}}})

    assert Contact.objects.get().name == "Ann Lee"


def test_an_alias_ties_a_visitor_and_what_they_did(send):
    send({"type": "page", "anonymousId": "a1"}, order(userId="u1"))

    send({"type": "alias", "previousId": "a1", "userId": "u1"})
    settle_events()

    customer = Customer.objects.get()
    assert set(Touchpoint.objects.values_list("customer", flat=True)) == {customer.pk}
    assert Touchpoint.objects.count() == 2


def test_an_alias_merges_two_users(send):
    send(order(userId="old"), order(userId="new"))

    send(
        {"type": "alias", "previousId": "old", "userId": "new"}, order(userId="old", messageId="m")
    )

    customer = Customer.objects.get(merged_into=None)
    assert list(Touchpoint.objects.values_list("customer", flat=True)) == [customer.pk] * 3


def test_a_new_id_of_a_known_user_is_the_same_person(send):
    send(order(userId="old"))

    send({"type": "alias", "previousId": "old", "userId": "new"}, order(userId="new"))

    assert Customer.objects.count() == 1
    assert Touchpoint.objects.count() == 2


def test_who_changes_companies_leaves_what_was_where_it_was(send):
    send(
        {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "First"}},
        {"type": "group", "userId": "u2", "groupId": "g1"},
        order(userId="u1"),
        {"type": "group", "userId": "u1", "groupId": "g2", "traits": {"name": "Second"}},
        order(userId="u1"),
    )

    names = Touchpoint.objects.order_by("id").values_list("customer__name", flat=True)
    assert list(names) == ["First", "Second"]


def test_an_event_can_say_for_which_company_it_was(send):
    send(
        {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "First"}},
        {"type": "group", "userId": "u1", "groupId": "g2", "traits": {"name": "Second"}},
        order(userId="u1", context={"groupId": "g1"}),
    )

    assert Touchpoint.objects.get().customer.name == "First"


def test_who_shares_a_telephone_stays_who_they_are(send):
    for user, name in (("u1", "Anna"), ("u2", "Bert"), ("u3", "Carl")):
        send(
            {"type": "group", "userId": user, "groupId": "g1", "traits": {"name": "Acme"}},
            {"type": "identify", "userId": user, "traits": {"name": name, "phone": "+4930736502"}},
        )

    assert sorted(Contact.objects.values_list("name", flat=True)) == ["Anna", "Bert", "Carl"]
    assert Customer.objects.get(merged_into=None).name == "Acme"


def test_a_telephone_that_is_known_leads_to_its_contact(send):
    contact = ContactFactory(name="Ann Lee")
    IdentityFactory(
        customer=contact.customer, contact=contact, kind="phone", namespace="", value="+4930736502"
    )

    send({"type": "identify", "userId": "u1", "traits": {"phone": "+49 30 736502"}})

    assert Identity.objects.get(namespace="shop", value="u1").contact == contact


TAKING_OVER = [
    {"type": "identify", "userId": "u1", "anonymousId": "a1"},
    order(anonymousId="a1", properties={"total": 1}),
    {"type": "identify", "userId": "u2", "anonymousId": "a1"},
    order(anonymousId="a1", properties={"total": 2}),
]


@pytest.mark.parametrize("at_once", [1, 2, 3, 4])
def test_who_takes_a_browser_over_begins_then(send, at_once):
    for start in range(0, 4, at_once):
        send(*TAKING_OVER[start : start + at_once])

    users = Identity.objects.filter(namespace="shop").order_by("value")
    touchpoints = Touchpoint.objects.order_by("pk")
    assert [one.contact_id for one in touchpoints] == [one.contact_id for one in users]


def test_a_browser_given_back_in_one_batch_is_its_last_user_s(send):
    send(
        {"type": "identify", "userId": "u1", "anonymousId": "a1"},
        {"type": "identify", "userId": "u2", "anonymousId": "a1"},
        {"type": "identify", "userId": "u1", "anonymousId": "a1"},
        {"type": "page", "anonymousId": "a1"},
    )

    contact = Identity.objects.get(namespace="shop", value="u1").contact
    assert Touchpoint.objects.get().contact == contact


def test_who_shares_a_browser_is_told_apart(send):
    send({"type": "identify", "userId": "u1", "anonymousId": "a1"})
    send(
        {"type": "identify", "userId": "u2", "anonymousId": "a1"},
        {"type": "page", "anonymousId": "a1"},
    )

    contact = Identity.objects.get(namespace="shop", value="u2").contact
    assert Touchpoint.objects.get().contact == contact


def test_without_the_scope_nobody_is_made_and_a_later_key_makes_up_for_it(send, call):
    account = ServiceFactory(name="reader", email="reader@service.invalid")
    secret = create_key(name="reader", scopes=["touchpoints:write"]).secret
    call("/v1/track", {"userId": "u1", "event": "Order Completed"}, secret=secret)
    assert (fates(), Customer.objects.count()) == ([("Order Completed", "Refused")], 0)
    assert "customers:write" in ReceivedEvent.objects.get().reason

    create_key(name="reader", scopes=["touchpoints:write", "customers:write"])
    try_refused_again()
    settle_events()

    assert Touchpoint.objects.get().recorded_by == account


def test_a_key_of_a_team_reaches_no_customer_of_another(call):
    customer = CustomerFactory()
    IdentityFactory(customer=customer, kind="email", namespace="", value="zoe@acme.example")
    team = TeamFactory()
    scopes = ["touchpoints:write", "customers:write"]
    secret = create_key(name="north", scopes=scopes, team=team).secret
    zoe = {"userId": "u1", "traits": {"email": "zoe@acme.example", "name": "Mallory"}}

    call("/v1/identify", zoe, secret=secret)
    call("/v1/track", {"userId": "u1", "event": "Order Completed"}, secret=secret)

    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.customer.team, touchpoint.customer.name) == (team, "Mallory")
    assert not customer.contacts.exists()


def test_a_user_moved_to_another_team_is_refused_to_the_key(call):
    team = TeamFactory()
    scopes = ["touchpoints:write", "customers:write"]
    secret = create_key(name="north", scopes=scopes, team=team).secret
    call("/v1/track", {"userId": "u1", "event": "Order Completed"}, secret=secret)
    Customer.objects.update(team=TeamFactory())

    call("/v1/identify", {"userId": "u1", "traits": {"name": "Mallory"}}, secret=secret)
    call("/v1/track", {"userId": "u1", "event": "Signed In"}, secret=secret)

    assert [fate for _, fate in fates()] == ["Recorded", "Refused", "Refused"]
    assert Contact.objects.get().name == "u1"
