"""The search over customers, contacts, people, views, pages and things to do."""

import pytest
from django.test import Client

from insights.palette import asked
from insights.palette_groups import groups
from insights.selectors.search import search_results
from insights.services.saved_views import save_view
from relationships.models import Customer
from tests.factories import (
    AdministratorFactory,
    ContactFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db
URL = "/search/"
BOX = {"HX-Request": "true", "HX-Target": "palette-options"}


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def found(person, typed):
    meant = asked(typed)
    about = meant.text if meant.deeds else ""
    return groups(person, meant, typed, search_results(person, typed, about=about))


def labels(person, typed, key):
    return [
        one.label for group in found(person, typed) if group.key == key for one in group.entries
    ]


@pytest.mark.parametrize(
    "typed",
    ["zolk", "Żółk", "ZOLKIEWSKA bak", "bakery zolk", "zolkiewska bakrey", "zo"],
)
def test_a_customer_is_found_by_accents_order_slips_and_two_letters(manager, typed):
    CustomerFactory(name="Żółkiewska Bakery", team=manager.team)
    CustomerFactory(name="Thornmere Academy", team=manager.team)
    assert labels(manager, typed, "customers") == ["Żółkiewska Bakery"]


@pytest.mark.parametrize("typed", ["jurgen", "Jürgen", "müller", "muller jurgen", "Mülller"])
def test_a_contact_is_found_with_the_customer_it_leads_to(manager, typed):
    customer = CustomerFactory(name="Acme", team=manager.team)
    ContactFactory(name="Jürgen Müller", job_title="Buyer", customer=customer)
    (group,) = (one for one in found(manager, typed) if one.key == "contacts")
    (entry,) = group.entries
    assert (entry.label, entry.note) == ("Jürgen Müller", "Buyer · Acme")
    assert entry.url == f"/customers/{customer.pk}/"


def test_nobody_finds_what_is_not_theirs(manager):
    theirs = CustomerFactory(name="Secret Society")
    ContactFactory(name="Hidden Secret", customer=theirs)
    colleague = PersonFactory(name="Secret Agent")
    save_view(name="Secret view", query="band=gone", is_for_team=False, by=colleague)
    assert found(manager, "secret") == []
    assert found(manager, "call secret") == []
    page = signed_in(manager).get(URL, {"recent": str(theirs.pk)}, headers=BOX).text
    assert "Secret" not in page
    assert "Secret Society" in signed_in(ExecutiveFactory()).get(URL, {"q": "secret"}).text


def test_whoever_was_merged_or_has_left_is_not_found(manager):
    kept = CustomerFactory(name="Acme", team=manager.team)
    gone = CustomerFactory(name="Acme Limited", team=manager.team)
    Customer.objects.filter(pk=gone.pk).update(merged_into=kept)
    ContactFactory(name="Tom Acme", customer=kept, left_on="2026-01-01")
    assert labels(manager, "acme", "customers") == ["Acme"]
    assert labels(manager, "tom acme", "contacts") == []


def test_what_begins_so_comes_first_then_ones_own(manager):
    for name, owner in (
        ("Big Acme", manager),
        ("Acme", None),
        ("Old Acme", None),
        ("Macme", manager),
    ):
        CustomerFactory(name=name, team=manager.team, owner=owner)
    assert labels(manager, "acme", "customers") == ["Acme", "Big Acme", "Old Acme", "Macme"]


def test_a_page_that_begins_so_stands_before_customers_that_only_have_the_word(manager):
    CustomerFactory(name="The Today Show", team=manager.team)
    assert [group.key for group in found(manager, "today")][:2] == ["pages", "customers"]
    CustomerFactory(name="Today Media", team=manager.team)
    assert [group.key for group in found(manager, "today")][:2] == ["customers", "pages"]


def test_names_that_are_only_near_come_last_and_say_so(manager):
    CustomerFactory(name="Dustance", team=manager.team)
    keys = [(group.key, group.title) for group in found(ExecutiveFactory(), "distance")]
    assert keys == [("pages", "Pages"), ("customers", "Customers called nearly so")]


def test_what_can_be_done_with_the_likeliest_customer_is_offered(manager):
    customer = CustomerFactory(name="Acme", team=manager.team)
    (group,) = (one for one in found(manager, "acm") if one.key == "deeds")
    assert [one.label for one in group.entries] == [
        "Log a call with Acme", "Log a meeting with Acme", "Log a touchpoint with Acme",
        "Something went wrong with Acme",
    ]  # fmt: skip
    assert group.entries[0].url == f"/log/?customer={customer.pk}&type=call.phone"
    assert group.entries[3].url == f"/log/mess-up/{customer.pk}/"


@pytest.mark.parametrize("typed", ["call acme", "phone acme", "Call with Acme"])
def test_a_word_before_a_name_says_what_to_do(manager, typed):
    CustomerFactory(name="Acme", team=manager.team)
    assert found(manager, typed)[0].entries[0].label == "Log a call with Acme"


@pytest.mark.parametrize("typed", ["call gesa", "call Gessa Brant", "call gesa acme"])
def test_a_word_before_the_name_of_a_contact_begins_a_line_about_them(manager, typed):
    customer = CustomerFactory(name="Acme", team=manager.team, owner=manager)
    gesa = ContactFactory(name="Gesa Brandt", customer=customer)
    CustomerFactory(name="Thornmere Academy", team=manager.team)

    (entry,) = found(manager, typed)[0].entries
    assert entry.label == "Log a call with Gesa Brandt, Acme"
    form = signed_in(manager).get(entry.url).context["form"]
    assert form["line"].value() == "call Gesa Brandt Acme"
    assert (form.chosen, form["contact"].value()) == (customer, str(gesa.pk))
    assert form["text"].value() == ""


def test_a_word_before_a_name_that_is_near_finds_who_is_called_nearly_so(manager):
    CustomerFactory(name="Thornmere Academy", team=manager.team)

    (entry,) = found(manager, "call tornmere")[0].entries
    assert entry.label == "Log a call with Thornmere Academy"


def test_a_customer_called_like_a_deed_is_found_all_the_same(manager):
    CustomerFactory(name="Mail Order House", team=manager.team)
    assert labels(manager, "mail order", "customers") == ["Mail Order House"]


def test_pages_and_actions_are_for_those_who_may(manager):
    assert labels(manager, "distance", "pages") == []
    assert labels(manager, "new key", "actions") == []
    assert labels(ExecutiveFactory(), "distance", "pages") == ["Distance", "Distance over time"]
    administrator = AdministratorFactory()
    assert labels(administrator, "new key", "actions") == ["New key"]
    assert labels(administrator, "scoring", "pages") == ["Scoring policy"]
    assert labels(manager, "night", "actions") == ["Dark colours"]


def test_everything_offered_opens(manager):
    administrator = AdministratorFactory()
    customer = CustomerFactory(name="Acme")
    client = signed_in(administrator)
    pages = [client.get(URL), client.get(URL, {"q": "acme"})]
    urls = {one.url for page in pages for group in page.context["groups"] for one in group.entries}
    assert len(urls) > 20
    assert f"/customers/{customer.pk}/" in urls
    for url in urls:
        # Files are written while they are sent; their own tests open them.
        if not url.endswith((".csv", ".xlsx")):
            assert client.get(url).status_code in {200, 302}, url


def test_views_and_people_are_found(manager):
    save_view(name="Walled off", query="quarter=walled_off", is_for_team=False, by=manager)
    assert labels(manager, "wall", "views") == ["Walled off"]
    assert labels(manager, "zolkiewska", "people") == ["Marta Żółkiewska"]
    page = signed_in(manager).get(URL, {"q": "zolkiewska"}).text
    assert f"/customers/?owner={manager.pk}" in page


def test_customers_opened_lately_come_in_their_order_before_anything_is_typed(manager):
    one, two = (CustomerFactory(name=name, team=manager.team) for name in ("One", "Two"))
    recent = f"{two.pk},{one.pk},x,{10**30},-1,²,{two.pk}"
    response = signed_in(manager).get(URL, {"recent": recent}, headers=BOX)
    first = response.context["groups"][0]
    assert (first.title, [entry.label for entry in first.entries]) == (
        "Opened lately",
        ["Two", "One"],
    )
    assert "<html" not in response.text
    assert "HX-Target" in response.headers["Vary"]


@pytest.mark.parametrize("typed", ["zzzzzz", "\x00", "%", "_", "'", "a" * 500, "\\", "  "])
def test_nonsense_finds_nothing_and_says_what_to_do(manager, typed):
    CustomerFactory(name="Acme", team=manager.team)
    page = signed_in(manager).get(URL, {"q": typed}, headers=BOX).text
    assert "Acme" not in page
    assert "Try fewer letters" in page or "Today" in page


def test_what_was_typed_is_never_markup(manager):
    page = signed_in(manager).get(URL, {"q": "<b>x</b>"}).text
    assert "<b>x</b>" not in page


def test_the_page_without_a_script_offers_nothing_that_needs_one(manager):
    page = signed_in(manager).get(URL).text
    assert "Today" in page.partition("<main")[2]
    assert "Dark colours" not in page
    assert 'name="q"' in page


def test_a_visitor_is_asked_to_sign_in():
    assert Client().get(URL).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("typed", "most"), [("acme", 9), ("acne", 16), ("call acme", 12), ("call ann", 18), ("", 5)]
)
def test_the_number_of_queries_does_not_grow(manager, django_assert_max_num_queries, typed, most):
    for number in range(30):
        customer = CustomerFactory(name=f"Acme {number}", team=manager.team, owner=manager)
        ContactFactory(name=f"Ann Acme {number}", customer=customer)
    client = signed_in(manager)
    with django_assert_max_num_queries(most):
        client.get(URL, {"q": typed}, headers=BOX)
