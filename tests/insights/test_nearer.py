"""What would bring a customer nearer: promised by folding, kept by what is really recorded."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from insights.models import PolicyVersion, Reading
from insights.selectors import histories
from insights.selectors.customer import explained
from insights.services.drain import drain
from interactions.models import Loop, Touchpoint, TouchpointType
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Customer, Person
from tests.factories import CustomerFactory, PersonFactory, SegmentFactory

NOW = datetime(2026, 3, 4, 12, 0, 0, 123_456, tzinfo=UTC)
WAS = ("call.phone", "web.visit", "order.placed", "meeting.in_person", "email.campaign")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager() -> Person:
    return PersonFactory()


@pytest.fixture
def customer(manager) -> Customer:
    """Somebody silent for two months, with everything open that can be."""
    customer = CustomerFactory(team=manager.team, owner=manager, segment=SegmentFactory())
    for number in range(30):
        happened(customer, manager, 60 + 9 * number, WAS[number % len(WAS)])
    for number, kind in enumerate(("complaint", "order.late", "question", "promise")):
        happened(customer, manager, 61.3 + number, kind)
    drain(now=NOW)
    return customer


def happened(customer: Customer, by: Person, days_ago: float, kind: str, **fields) -> int:
    item = NewTouchpoint(
        type=kind, customer=customer.pk, occurred_at=NOW - timedelta(days=days_ago), **fields
    )
    (outcome,) = record(source=source_named("test"), items=[item], by=by, now=NOW)
    assert outcome.touchpoint_id, outcome.refusals
    return outcome.touchpoint_id


def promised(customer: Customer) -> dict[str, float]:
    found = explained(Customer.objects.get(pk=customer.pk), now=NOW).nearer
    return {one.text: one.distance_after for one in found}


def distance(customer: Customer) -> float:
    return Reading.objects.get(customer=customer).distance


def do(text: str, customer: Customer, by: Person) -> None:
    """Do what a deed says, as somebody would log it."""
    now = {"customer": customer, "by": by, "days_ago": 0}
    if text == "A call together":
        happened(**now, kind="call.phone", direction=2)
    elif text == "A meeting in person":
        happened(**now, kind="meeting.in_person", direction=2)
    elif text == "A personal e-mail that they answer":
        happened(**now, kind="email.personal")
        happened(**now, kind="email.received")
    elif text == "A question of theirs, answered":
        happened(**now, kind="question", external_id="q")
        happened(**now, kind="email.personal", closes="q")
    else:
        word = next(word for word in text.split() if word in ("complaint", "failure"))
        loop = Loop.objects.get(customer=customer, kind={"complaint": 2, "failure": 3}[word])
        happened(**now, kind="call.phone", closes_loop=loop.pk)


@pytest.mark.parametrize("place", range(5))
def test_what_is_promised_is_what_the_drain_gives_when_it_is_done(customer, manager, place):
    text, after = list(promised(customer).items())[place]

    do(text, customer, manager)
    drain(now=NOW)

    assert distance(customer) == pytest.approx(after, abs=1e-9)


def test_closing_alone_is_promised_rightly_too(customer, manager):
    TouchpointType.objects.filter(key__in=("call.phone", "meeting.in_person")).update(
        is_active=False
    )
    happened(customer, manager, 1, "chat.person")
    drain(now=NOW)
    found = explained(customer, now=NOW).nearer
    closing = [one for one in found if one.deed == "settle"]
    assert {one.type_key for one in closing} == {"loop.closed"}

    for one in closing[:1]:
        happened(customer, manager, 0, "loop.closed", closes_loop=one.loop_id)
        drain(now=NOW)

        assert distance(customer) == pytest.approx(one.distance_after, abs=1e-9)


def test_the_policy_of_the_segment_is_kept_to(customer, manager):
    PolicyVersion.objects.create(segments={str(customer.segment_id): {"unhealed_weight": 0.9}})
    happened(customer, manager, 55, "web.visit")
    drain(now=NOW)
    texts = promised(customer)

    do("A call together", customer, manager)
    drain(now=NOW)

    assert distance(customer) == pytest.approx(texts["A call together"], abs=1e-9)


def test_the_most_comes_first_and_every_deed_brings_a_point(customer):
    found = explained(customer, now=NOW).nearer

    assert len(found) == 5
    afters = [one.distance_after for one in found]
    assert afters == sorted(afters)
    assert all(one.points >= 1 for one in found)
    assert all(one.distance_before == distance(customer) for one in found)


def test_much_that_is_open_does_not_crowd_out_the_rest(customer, manager):
    for number in range(8):
        happened(customer, manager, 70 + number, "complaint")
    drain(now=NOW)

    deeds = [one.deed for one in explained(customer, now=NOW).nearer]

    assert deeds.count("settle") == 2
    assert {"call", "meeting"} <= set(deeds)


def test_nothing_supposed_is_kept(customer):
    touchpoints, loops = Touchpoint.objects.count(), Loop.objects.filter(closed_at=None).count()
    before = Reading.objects.values().get(customer=customer)

    promised(customer)

    assert Touchpoint.objects.count() == touchpoints
    assert Loop.objects.filter(closed_at=None).count() == loops
    assert Reading.objects.values().get(customer=customer) == before


def test_types_no_longer_in_use_are_not_proposed(customer):
    TouchpointType.objects.exclude(key="meeting.in_person").update(is_active=False)

    assert list(promised(customer)) == ["A meeting in person"]


def test_a_touchpoint_from_a_clock_ahead_of_ours_is_borne(customer, manager):
    happened(customer, manager, -4 / 1440, "web.visit")
    drain(now=NOW)

    assert explained(customer, now=NOW).nearer is not None


def test_while_something_is_being_scored_nothing_is_promised(customer, manager):
    happened(customer, manager, 0, "call.phone")

    assert promised(customer) == {}


def page_of(customer: Customer, by: Person) -> str:
    client = Client()
    client.force_login(by)
    return client.get(f"/customers/{customer.pk}/").content.decode()


def test_the_page_tells_distances_that_agree_with_its_own(customer, manager):
    page = page_of(customer, manager).split('id="nearer-title"')[1].split("</section>")[0]

    shown = round(distance(customer))
    assert page.count("<li>") == 5
    assert page.count(f"</span>{shown} <span") == 5
    assert "hx-get" in page


def test_someone_near_is_not_said_to_come_nearer(manager):
    customer = CustomerFactory(team=manager.team)
    happened(customer, manager, 0, "call.phone")
    drain(now=NOW)

    page = page_of(customer, manager)

    assert "They are as near as they can be." in page


def test_where_no_single_deed_helps_it_says_what_would(manager):
    customer = CustomerFactory(team=manager.team)
    for number in range(40):
        happened(customer, manager, 400 + number, "meeting.in_person")
    happened(customer, manager, 0, "meeting.in_person")
    TouchpointType.objects.exclude(key="email.received").update(is_active=False)
    drain(now=NOW)

    page = page_of(customer, manager)

    assert "No single call, meeting, e-mail or settling today" in page
    assert "Warmth comes back with what happens over weeks" in page


def test_too_long_a_history_is_explained_from_its_state_and_its_newest(customer, monkeypatch):
    whole = explained(customer, now=NOW)
    settling = {one.text for one in whole.nearer if one.deed == "settle"}
    monkeypatch.setattr(histories, "MOST_READ", 30)

    newest = explained(customer, now=NOW)

    assert (whole.is_long, newest.is_long) == (False, True)
    assert settling
    told = {one.text: one.distance_after for one in whole.nearer if one.text not in settling}
    assert len(told) >= 3
    after = {one.text: one.distance_after for one in newest.nearer}
    assert {text: after[text] for text in told} == pytest.approx(told)
    assert settling.isdisjoint(one.text for one in newest.nearer)
    last = Touchpoint.objects.order_by("-occurred_at").values_list("pk", flat=True)[:30]
    monkeypatch.setattr(histories, "MOST_READ", 1)
    open_now = explained(customer, now=NOW).evidence["unhealed"]
    assert open_now.touchpoints == whole.evidence["unhealed"].touchpoints
    for part, found in newest.evidence.items():
        assert {one.pk for one in found.touchpoints} <= set(last)
        assert found.in_all <= whole.evidence[part].in_all
    assert newest.evidence["presence"].in_all < whole.evidence["presence"].in_all
    assert newest.changed.distance_then == round(whole.changed.distance_then)
    assert (newest.changed.changes, newest.changed.parts_then) == ([], {})


@pytest.mark.parametrize("is_folded", [True, False])
def test_page_says_that_a_history_is_too_long_to_look_through(
    customer, manager, monkeypatch, is_folded
):
    monkeypatch.setattr(histories, "MOST_READ", 30)
    if not is_folded:
        PolicyVersion.objects.create(values={"horizon_days": 30.0})
    client = Client()
    client.force_login(manager)

    page = client.get(f"/customers/{customer.pk}/", {"behind": "presence"})

    text = " ".join(page.content.decode().split())
    assert "is looked for among the newest of these" in text
    assert "too many to say here what moved the distance" in text
    assert ("A call together" in text) == is_folded
    last = Touchpoint.objects.order_by("-occurred_at").values_list("pk", flat=True)[:30]
    shown = {event.touchpoint.pk for day in page.context["days"] for event in day.events}
    assert shown
    assert shown <= set(last)
