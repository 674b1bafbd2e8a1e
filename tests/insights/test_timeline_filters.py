"""What the timeline of a customer is narrowed to: filters, search, pages, and nonsense."""

import pytest
import time_machine
from django.test import Client

from interactions.selectors import narrowed
from relationships.models import Customer
from tests.factories import ContactFactory, CustomerFactory, PersonFactory
from tests.insights.happened import NOW, WHOLE, happened

HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "happened"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Bäckerei Øster", team=manager.team, owner=manager)


def ask(browser: Client, customer: Customer, query: str = "", **headers):
    return browser.get(f"/customers/{customer.pk}/?{query or WHOLE[1:]}", **headers)


def shown(response) -> list[int]:
    return [event.touchpoint.pk for day in response.context["days"] for event in day.events]


def chips(response) -> list[str]:
    return [f"{chip.key}: {chip.value}" for chip in response.context["chips"]]


@pytest.fixture
def four(customer, manager) -> dict[str, int]:
    """Let four things happen, each unlike the others."""
    tom = PersonFactory(name="Tom", team=manager.team)
    ana = ContactFactory(customer=customer, name="Ana")
    return {
        "tom": tom.pk,
        "ana": ana.pk,
        "call": happened(customer, manager, 1, person_id=tom.pk, text="Über den Zähler"),
        "mail": happened(customer, manager, 3, "email.received", contact_id=ana.pk, text="Łódź"),
        "web": happened(customer, manager, 5, "web.visit"),
        "question": happened(customer, manager, 7, "question", text="When does it come?"),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("mode=human", ["call", "mail", "question"]),
        ("mode=digital", ["web"]),
        ("way=0", ["mail", "web", "question"]),
        ("way=2", ["call"]),
        ("nature=voice", ["question"]),
        ("person={tom}", ["call"]),
        ("contact={ana}", ["mail"]),
        ("open=1", ["question"]),
        ("since=2026-03-01", ["call", "mail"]),
        ("until=2026-03-01", ["mail", "web", "question"]),
        ("since=2026-02-27&until=2026-02-27", ["web"]),
        ("mode=human&way=0&q=come", ["question"]),
        ("about=said&contact={ana}", ["mail"]),
        ("behind=presence&mode=digital", ["web"]),
    ],
)
def test_it_is_narrowed_and_filters_combine(browser, customer, four, query, names):
    response = ask(browser, customer, query.format(**four))

    assert shown(response) == [four[name] for name in names]
    assert response.context["chips"] or "behind" in query


@pytest.mark.parametrize(
    "text",
    ["zahler", "ZÄHLER", "über zähler", "zähler uber", "tom zahler", "phone call", "Tom"],
)
def test_search_knows_no_case_no_accents_and_no_order(browser, customer, four, text):
    assert shown(ask(browser, customer, f"q={text}")) == [four["call"]]


@pytest.mark.parametrize("text", ["lodz", "Łódź", "łódź ana"])
def test_letters_that_do_not_come_apart_are_found_too(browser, customer, four, text):
    assert shown(ask(browser, customer, f"q={text}")) == [four["mail"]]


def test_search_takes_what_is_typed_as_it_is(browser, customer, manager):
    percent = happened(customer, manager, 1, text="10 % off_ 'now' (straße)")
    happened(customer, manager, 2, text="10 off")

    for text in ("%25", "off_", "'now'", "(strasse)", "STRAßE"):
        assert shown(ask(browser, customer, f"q={text}")) == [percent], text
    assert shown(ask(browser, customer, "q=%5C")) == []


def test_nothing_found_shows_the_way_back(browser, customer, four):
    response = ask(browser, customer, "q=nowhere&mode=human")

    page = response.content.decode()
    assert "Nothing that happened matches" in page
    assert page.count("Show everything</a>") == 2
    assert chips(response) == ["Says: nowhere", "Person or screen: With a person"]
    (first, _) = response.context["chips"]
    assert first.url == f"/customers/{customer.pk}/?mode=human#timeline"


def test_chips_say_names_and_days(browser, customer, four):
    response = ask(
        browser, customer, f"person={four['tom']}&contact={four['ana']}&since=2026-03-04&about=late"
    )

    assert chips(response) == [
        "Only: Longer than expected", "Who of us: Tom", "Who there: Ana", "From: Today",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("since=yesterday", "From: give a day such as 2026-03-05."),
        ("since=1066-10-14", "From: give a day from 1900 to 2199."),
        ("until=9999-12-31", "To: give a day from 1900 to 2199."),
        ("since=2026-03-02&until=2026-03-01", "To: that is before the day it begins."),
        ("mode=fax", "Person or screen: “fax” is none of the choices."),
        ("person=tom", "Who of us: that is nobody&#x27;s number. It"),
        (f"contact={10**30}", "Who there: that is nobody"),
        ("q=%00", "Search what happened: Null characters"),
    ],
)
def test_what_makes_no_sense_is_left_out_and_said(browser, customer, four, query, complaint):
    response = ask(browser, customer, query)

    assert complaint in response.content.decode()
    assert shown(response)


@pytest.mark.parametrize("query", ["about=x", "behind=x", "days=1", "at=x", "open=", "after=x"])
def test_what_no_page_asks_for_is_everything(browser, customer, four, query):
    response = ask(browser, customer, query)

    assert len(shown(response)) == 4
    assert not response.context["filters"].complaints()


def test_somebody_who_was_never_there_is_nobody_named(browser, customer, four):
    stranger = PersonFactory(name="Secret Name")

    for headers in ({}, HTMX):
        response = ask(browser, customer, f"person={stranger.pk}", **headers)
        assert shown(response) == []
        assert chips(response) == ["Who of us: somebody else"]
        assert "Secret Name" not in response.content.decode()


def test_people_of_ours_who_were_there_are_offered(browser, customer, four):
    form = ask(browser, customer).context["filters"]

    assert form.fields["person"].widget.choices == [("", "Anyone of us"), (four["tom"], "Tom")]
    assert form.fields["contact"].widget.choices == [("", "Anyone there"), (four["ana"], "Ana")]


def test_htmx_gets_the_timeline_alone_and_a_summary(browser, customer, four):
    page = ask(browser, customer, f"mode=human&person={four['tom']}", **HTMX).content.decode()

    assert "<html" not in page
    assert 'id="happened-status" hx-swap-oob="innerHTML">1 touchpoint</p>' in page
    assert "Who of us" in page
    assert "Tom" in page
    assert f'hx-get="/customers/{customer.pk}/?mode=human&amp;person={four["tom"]}"' in page


def test_a_page_restored_by_the_browser_is_whole(browser, customer, four):
    headers = {**HTMX, "HTTP_HX_HISTORY_RESTORE_REQUEST": "true"}

    assert "<html" in ask(browser, customer, "mode=human", **headers).content.decode()


def test_filters_are_kept_from_page_to_page(browser, customer, manager):
    for number in range(70):
        happened(customer, manager, number / 10, "web.visit" if number % 2 else "call.phone",
                 text=f"no. {number};")  # fmt: skip

    found, address = [], f"/customers/{customer.pk}/?mode=human&days=90"
    while address:
        response = browser.get(address)
        found += [e.touchpoint.text for day in response.context["days"] for e in day.events]
        address = response.context["older_url"]

    assert found == [f"no. {number};" for number in range(0, 70, 2)]
    assert "mode=human&days=90" in response.context["newest_url"]


def test_a_touchpoint_is_found_on_its_page_whatever_the_filters(browser, customer, manager):
    old = happened(customer, manager, 90)
    for number in range(60):
        happened(customer, manager, number)

    assert old in shown(ask(browser, customer, f"at={old}"))


def test_what_changes_keeps_the_filters(browser, customer, four):
    page = ask(browser, customer, f"mode=human&at={four['call']}").content.decode()

    wanted = f'hx-get="/customers/{customer.pk}/?mode=human&amp;at={four["call"]}"'
    assert wanted in page


def test_no_line_runs_past_what_is_left_out(browser, customer, manager):
    happened(customer, manager, 9, "question", external_id="q")
    happened(customer, manager, 8)
    happened(customer, manager, 7, "email.personal", closes="q")

    def lanes(query: str) -> list[list[str]]:
        days = ask(browser, customer, query).context["days"]
        return [[lane.piece for lane in event.lanes] for day in days for event in day.events]

    assert lanes("nature=voice") == [[]]
    assert lanes("since=2026-01-01") == [
        ["closes", "none", "none"], ["through", "none", "none"], ["opens", "none", "none"],
    ]  # fmt: skip
    page = ask(browser, customer, "nature=voice").content.decode()
    assert "Question settled after 2 days" in page


# Long histories


def test_so_many_are_looked_through_at_once_and_none_is_left_out(
    browser, customer, manager, monkeypatch
):
    monkeypatch.setattr(narrowed, "LOOKED_THROUGH", 10)
    for number in range(35):
        happened(customer, manager, number, "call.phone" if number in {2, 34} else "web.visit")

    found, pages, address = [], 0, f"/customers/{customer.pk}/?mode=human"
    while address:
        response = browser.get(address)
        found += shown(response)
        pages, address = pages + 1, response.context["older_url"]

    assert len(found) == 2
    assert pages == 4


def test_where_nothing_was_found_yet_one_can_look_further_back(
    browser, customer, manager, monkeypatch
):
    monkeypatch.setattr(narrowed, "LOOKED_THROUGH", 5)
    for number in range(12):
        happened(customer, manager, number, "web.visit")
    happened(customer, manager, 20)

    response = ask(browser, customer, "mode=human")
    further = browser.get(
        response.context["older_url"], HTTP_HX_REQUEST="true", HTTP_HX_TARGET="older"
    ).content.decode()

    assert "Look further back" in response.content.decode()
    assert "intersect" not in further
    assert "Look further back" in further


def test_looking_through_begins_where_the_period_ends(browser, customer, manager, monkeypatch):
    monkeypatch.setattr(narrowed, "LOOKED_THROUGH", 5)
    for number in range(12):
        happened(customer, manager, number, "web.visit")
    call = happened(customer, manager, 20)

    assert shown(ask(browser, customer, "mode=human&until=2026-02-20")) == [call]


def test_what_happened_at_one_moment_is_not_torn_apart(browser, customer, manager, monkeypatch):
    monkeypatch.setattr(narrowed, "LOOKED_THROUGH", 3)
    calls = [happened(customer, manager, 5) for _ in range(6)]
    happened(customer, manager, 9)

    first = ask(browser, customer, "mode=human")

    assert shown(first) == calls[::-1]


def test_a_search_looks_through_fewer(browser, customer, manager, monkeypatch):
    monkeypatch.setattr(narrowed, "SEARCHED", 3)
    for number in range(6):
        happened(customer, manager, number, text="tea" if number == 5 else "")

    first = ask(browser, customer, "q=tea")

    assert shown(first) == []
    assert len(shown(browser.get(first.context["older_url"]))) == 1


def test_what_is_open_is_found_however_long_the_history(browser, customer, manager, monkeypatch):
    monkeypatch.setattr(narrowed, "LOOKED_THROUGH", 3)
    question = happened(customer, manager, 90, "question")
    for number in range(9):
        happened(customer, manager, number)

    assert shown(ask(browser, customer, "open=1")) == [question]


def test_queries_of_the_timeline_alone_do_not_grow(
    browser, customer, manager, django_assert_num_queries
):
    happened(customer, manager, 1)
    with django_assert_num_queries(7) as few:
        ask(browser, customer, "mode=human&q=call", **HTMX)
    for number in range(40):
        person = PersonFactory(team=manager.team)
        contact = ContactFactory(customer=customer)
        happened(customer, manager, number, "complaint", contact_id=contact.pk,
                 person_id=person.pk, text="call")  # fmt: skip

    with django_assert_num_queries(len(few)):
        ask(browser, customer, "mode=human&q=call", **HTMX)
