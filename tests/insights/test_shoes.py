"""The relationship from the customer's side: every number, and the touchpoints it leads to."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from insights.selectors.shoes import shoes
from interactions.models import Touchpoint
from interactions.services import delete
from relationships.models import Customer
from tests.factories import ContactFactory, CustomerFactory, PersonFactory, ReadingFactory
from tests.insights.happened import NOW, WHOLE, happened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def customer(manager) -> Customer:
    return CustomerFactory(name="Bäckerei Øster", team=manager.team, owner=manager)


def told(browser: Client, customer: Customer, query: str = "") -> dict[str, str]:
    """Return what the page says of each matter."""
    context = browser.get(f"/customers/{customer.pk}/{query or WHOLE}").context
    return {one.label: "".join(part.text for part in one.parts) for one in context["shoes"]}


def links(browser: Client, customer: Customer, query: str = "") -> dict[str, str]:
    """Return where each number leads, by what is left on the timeline there."""
    context = browser.get(f"/customers/{customer.pk}/{query or WHOLE}").context
    urls = [part.url.split("#")[0] for one in context["shoes"] for part in one.parts]
    return {found[0]: url for url in urls if (found := re.findall(r"(?<=about=)\w+|open", url))}


def shown(browser: Client, url: str) -> list[int]:
    days = browser.get(url).context["days"]
    return [event.touchpoint.pk for day in days for event in day.events]


def test_what_they_waited_for_and_how_long(browser, customer, manager):
    happened(customer, manager, 30, "question", external_id="q1")
    happened(customer, manager, 29.5, closes="q1")
    happened(customer, manager, 25, "complaint", external_id="c1")
    happened(customer, manager, 20, closes="c1")
    happened(customer, manager, 10, "promise", external_id="p1")

    assert told(browser, customer)["Waiting"] == (
        "They waited 3 times: for an answer to 1 question, for 1 complaint to be made right and "
        "for 1 promise to be kept. Half of what was settled took 12 hours or less. "
        "The longest has lasted 10 days so far. 2 waits were longer than expected. "
        "1 thing still waits, since 22 February."
    )


def test_each_number_leads_to_just_what_it_counts(browser, customer, manager):
    question = happened(customer, manager, 30, "question", external_id="q1")
    happened(customer, manager, 29.5, closes="q1")
    complaint = happened(customer, manager, 25, "complaint", external_id="c1")
    happened(customer, manager, 20, closes="c1")
    promise = happened(customer, manager, 2, "promise")
    old = happened(customer, manager, 400, "question")
    campaigns = [happened(customer, manager, days, "email.campaign") for days in (3, 4)]
    happened(customer, manager, 380, "email.campaign")
    mail = happened(customer, manager, 26, "email.received")
    asked = happened(customer, manager, 7, "asked.again")

    where = links(browser, customer)

    assert shown(browser, where["waited"]) == [promise, complaint, question]
    assert shown(browser, where["question"]) == [question]
    assert shown(browser, where["promise"]) == [promise]
    assert shown(browser, where["late"]) == [complaint]
    assert shown(browser, where["open"]) == [promise, old]
    assert shown(browser, where["unasked"]) == campaigns
    assert shown(browser, where["held"]) == [asked]
    assert shown(browser, where["repeated"]) == [asked, question]
    assert shown(browser, where["said"]) == [complaint, mail, question]


def test_numbers_and_what_they_lead_to_agree_for_everything(browser, customer, manager):
    contact = ContactFactory(customer=customer)
    for number, kind in enumerate(
        ["question", "complaint", "email.template", "asked.again", "story.repeated", "chat.bot",
         "web.visit", "meeting.video", "order.late", "promise", "call.attempt", "message.text"] * 2
    ):  # fmt: skip
        happened(customer, manager, 3 * number, kind, external_id=f"x{number}",
                 contact_id=contact.pk if number % 3 else None)  # fmt: skip
    happened(customer, manager, 0.5, closes="x12")

    context = browser.get(f"/customers/{customer.pk}/{WHOLE}").context

    parts = [part for one in context["shoes"] for part in one.parts if "about=" in part.url]
    counts = [(part.text, part.url) for part in parts]
    counts += [(one["times"], one["url"]) for one in context["shoes_met"] if one["url"]]
    counts += [(one["text"], one["url"]) for one in context["shoes_modes"]]
    assert len(counts) > 9
    for text, url in counts:
        number = re.sub("once", "1", re.sub("twice", "2", text))
        assert str(len(shown(browser, url.split("#")[0]))) in number.split(), (text, url)


def test_what_comes_back_soon_after_it_was_settled_is_repeated(browser, customer, manager):
    ana, ben = ContactFactory(customer=customer), ContactFactory(customer=customer)
    happened(customer, manager, 60, "question", external_id="q1", contact_id=ana.pk)
    happened(customer, manager, 50, closes="q1")
    happened(customer, manager, 49, "question", contact_id=ben.pk)
    happened(customer, manager, 48, "complaint", contact_id=ana.pk)
    again = happened(customer, manager, 47, "question", external_id="q2", contact_id=ana.pk)
    happened(customer, manager, 46, closes="q2")
    happened(customer, manager, 30, "question", contact_id=ana.pk)

    assert told(browser, customer)["Repeating"] == (
        "They had to repeat themselves once: came back once with what was open or just settled."
    )
    assert shown(browser, links(browser, customer)["back"]) == [again]


def test_all_ways_of_repeating_are_told(browser, customer, manager):
    for days in (1, 2, 3):
        happened(customer, manager, days, "asked.again")
    happened(customer, manager, 4, "story.repeated")

    assert told(browser, customer)["Repeating"] == (
        "They had to repeat themselves 4 times: asked 3 times for what we hold and told their "
        "story again once."
    )


def test_whom_they_met_and_how_often(browser, customer, manager):
    tom = PersonFactory(name="Tom", team=manager.team)
    for days in (3, 30):
        happened(customer, manager, days, person_id=manager.pk)
    happened(customer, manager, 1, "visit", person_id=tom.pk)
    happened(customer, manager, 2, "meeting.video")
    happened(customer, manager, 2, "email.personal", person_id=tom.pk)
    happened(customer, manager, 2, "web.visit")

    context = browser.get(f"/customers/{customer.pk}/{WHOLE}").context

    assert [(one["name"], one["times"], one["last"]) for one in context["shoes_met"]] == [
        ("Marta Żółkiewska", "twice", "3 days ago"),
        ("Tom", "once", "yesterday"),
        ("Somebody who is not named", "once", "2 days ago"),
    ]
    assert [one["text"] for one in context["shoes_modes"]] == [
        "With a person 5 times", "On a screen once",
    ]  # fmt: skip


def test_of_many_people_those_met_most_are_named(browser, customer, manager):
    for number in range(7):
        happened(customer, manager, number, person_id=PersonFactory(team=manager.team).pk)

    rows = browser.get(f"/customers/{customer.pk}/{WHOLE}").context["shoes_met"]

    assert len(rows) == 6
    assert (rows[-1]["name"], rows[-1]["times"], rows[-1]["url"]) == ("2 others", "twice", "")


def test_a_quiet_year_is_calm(browser, customer, manager):
    happened(customer, manager, 1)

    said = told(browser, customer)

    assert said == {
        "Waiting": "They waited for nothing.",
        "Repeating": "They never had to repeat themselves.",
        "Not asked for": "We sent nothing they did not ask for. They told us nothing themselves.",
    }


def test_a_shorter_period_can_be_chosen_and_is_kept(browser, customer, manager):
    happened(customer, manager, 100, "email.campaign")

    short = browser.get(f"/customers/{customer.pk}/?days=90")

    assert short.context["shoes"] == []
    assert "Nothing happened between you, and they wait for nothing." in short.content.decode()
    assert told(browser, customer)["Not asked for"].startswith("We sent 1 message they")
    happened(customer, manager, 1, "email.campaign")
    assert "days=90" in links(browser, customer, "?days=90")["unasked"]


@pytest.mark.parametrize("days", ["7", "x", "", "-90"])
def test_a_period_that_there_is_not_is_a_year(browser, customer, manager, days):
    happened(customer, manager, 100)

    assert browser.get(f"/customers/{customer.pk}/?days={days}").context["shoes"]


def test_who_never_did_anything_has_no_side_to_tell(browser, customer):
    page = browser.get(f"/customers/{customer.pk}/{WHOLE}").content.decode()

    assert "In their shoes" not in page
    assert "More filters" not in page


def test_what_was_deleted_and_what_is_bookkeeping_is_not_counted(customer, manager):
    pk = happened(customer, manager, 1, "complaint")
    happened(customer, manager, 2, "call.attempt")
    delete(touchpoint_id=pk, by=manager, now=NOW)

    found = shoes(customer, days=365, now=NOW)

    assert (found.happened, found.waited.kinds) == (0, {})


def test_days_are_those_of_who_looks(browser, customer, manager):
    manager.time_zone = "Pacific/Auckland"
    manager.save()
    happened(customer, manager, 0.25)

    row = browser.get(f"/customers/{customer.pk}/{WHOLE}").context["rhythm_rows"][-1]

    assert (row["name"], row["human"], row["digital"]) == ("March 2026", "1", "0")


def test_the_year_of_days_leads_to_each_week(browser, customer, manager):
    call, visit = happened(customer, manager, 9), happened(customer, manager, 9.1, "web.visit")
    happened(customer, manager, 20)

    page = browser.get(f"/customers/{customer.pk}/{WHOLE}")

    (href,) = set(re.findall(r'href="([^"]*since=2026-02-23[^"]*)"', page.content.decode()))
    url = href.replace("&amp;", "&").split("#")[0]
    assert shown(browser, url) == [call, visit]
    assert page.context["rhythm_words"] == (
        "In touch on 2 days with a person; the longest time without a person was 11 days."
    )


def test_the_months_add_up_to_the_year(customer, manager, browser):
    for days in range(0, 360, 20):
        happened(customer, manager, days)

    rows = browser.get(f"/customers/{customer.pk}/{WHOLE}").context["rhythm_rows"]

    assert sum(int(row["human"]) for row in rows) == 18
    assert all(shown(browser, row["url"].split("#")[0]) for row in rows[1:])


def test_of_a_long_history_counting_begins_with_a_whole_day(customer, manager):
    for days in (5, 3, 3.1, 2, 1):
        happened(customer, manager, days, "email.campaign")
    happened(customer, manager, 4, "question")

    found = shoes(customer, days=365, now=NOW, later_than=NOW - timedelta(days=3))

    assert (found.since, found.unasked, found.is_cut) == (date(2026, 3, 2), 2, True)
    assert (sum(found.waited.kinds.values()), len(found.waited.waiting)) == (0, 1)


def test_another_customers_side_is_not_mixed_in(customer, manager):
    happened(CustomerFactory(team=manager.team), manager, 1, "complaint")

    assert not shoes(customer, days=365, now=NOW).has_history


def test_queries_do_not_grow_with_what_happened(
    browser, customer, manager, django_assert_max_num_queries
):
    ReadingFactory(customer=customer)
    contact = ContactFactory(customer=customer)
    happened(
        customer, manager, 50, "complaint",
        external_id="first", contact_id=contact.pk, person_id=manager.pk,
    )  # fmt: skip
    happened(customer, manager, 49, closes="first")
    browser.get(f"/customers/{customer.pk}/{WHOLE}")  # what every page asks for is remembered then
    with CaptureQueriesContext(connection) as few:
        browser.get(f"/customers/{customer.pk}/{WHOLE}")
    for number in range(40):
        person = PersonFactory(team=manager.team)
        contact = ContactFactory(customer=customer)
        happened(customer, manager, number, "complaint", contact_id=contact.pk,
                 external_id=f"o{number}", person_id=person.pk)  # fmt: skip
        happened(customer, manager, number / 2, closes=f"o{number}", person_id=person.pk)
    assert Touchpoint.objects.count() > 80

    with django_assert_max_num_queries(len(few)):
        browser.get(f"/customers/{customer.pk}/{WHOLE}")
