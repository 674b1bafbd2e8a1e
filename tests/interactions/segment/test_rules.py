"""Rules say what events are, also of those that came before; old events are taken away."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from interactions.models import EventRule, ReceivedEvent, Touchpoint, TouchpointType
from interactions.services.segment.rework import (
    RuleExistsError,
    delete_rule,
    prune_events,
    save_rule,
)
from interactions.tasks import settle_events
from tests.factories import AdministratorFactory
from tests.interactions.segment.conftest import NOW, fates

pytestmark = pytest.mark.django_db


def event(name, **said):
    return {"type": "track", "userId": "u1", "event": name, **said}


def rule(pattern, type_key="", kind="track", **said):
    kept = TouchpointType.objects.filter(key=type_key).first()
    made = EventRule(kind=kind, pattern=pattern, type=kept, **said)
    save_rule(rule=made, by=AdministratorFactory(), now=NOW)
    return made


@pytest.mark.parametrize("name", ["Order Completed", "order_completed", "orderCompleted"])
def test_spelling_does_not_matter(send, name):
    send(event(name))
    assert fates() == [(name, "Recorded")]


def test_what_speaks_most_closely_decides(send):
    rule("*", "web.visit")
    rule("Report *", "app.used")
    rule("Report Exported", "self_service.done")

    send(event("Report Exported"), event("Report Opened"), event("Anything"))

    keys = Touchpoint.objects.order_by("id").values_list("external_id", "type__key")
    assert sorted(key for _, key in keys) == ["app.used", "self_service.done", "web.visit"]


def test_a_rule_added_later_records_what_was_kept_with_its_own_time(send):
    before = NOW - timedelta(days=3)
    send(event("Report Exported", timestamp=before.isoformat()), event("Report Opened"))
    assert [fate for _, fate in fates()] == ["No rule", "No rule"]

    rule("report exported", "app.used")
    settle_events()
    settle_events()

    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.occurred_at, touchpoint.type.key) == (before, "app.used")
    assert [fate for _, fate in fates()] == ["Recorded", "No rule"]


def test_what_was_recorded_stays_when_its_rule_is_changed_or_deleted(send):
    made = rule("Report Exported", "app.used")
    send(event("Report Exported"))
    made.type = TouchpointType.objects.get(key="web.visit")
    save_rule(rule=made, by=AdministratorFactory(), now=NOW)
    send(event("Report Exported", messageId="m2"))
    delete_rule(rule=made)
    send(event("Report Exported", messageId="m3"))

    keys = Touchpoint.objects.order_by("id").values_list("type__key", flat=True)
    assert list(keys) == ["app.used", "web.visit"]
    assert fates()[-1] == ("Report Exported", "No rule")


def test_a_rule_says_direction_and_value(send):
    rule("Refund Asked", "care.refund", direction=0, value_property="amount, total")
    send(event("Refund Asked", properties={"amount": "none", "total": "1,234.50"}))

    touchpoint = Touchpoint.objects.get()
    assert (touchpoint.direction, str(touchpoint.value)) == (0, "1234.50")


def test_a_rule_is_said_once():
    with pytest.raises(RuleExistsError):
        rule("order_completed", "web.visit")
    with pytest.raises(IntegrityError), transaction.atomic():
        EventRule.objects.create(kind="track", pattern="x", matches="order completed")


def test_what_waits_is_of_a_visitor(send):
    send({"type": "page", "anonymousId": "a1"})
    with pytest.raises(IntegrityError), transaction.atomic():
        ReceivedEvent.objects.update(anonymous_id="")


def test_old_events_are_taken_away_and_touchpoints_stay(send, settings):
    send(event("Order Completed"), event("Report Exported"))
    prune_events(now=NOW + timedelta(days=settings.EVENTS_SHOWN_DAYS, hours=1))
    assert fates() == [("Report Exported", "No rule")]
    prune_events(now=NOW + timedelta(days=settings.EVENTS_KEPT_DAYS, hours=1))
    assert fates() == []
    assert Touchpoint.objects.count() == 1


def test_too_many_events_are_taken_away_the_oldest_first(send, settings):
    settings.EVENTS_KEPT_AT_MOST = 3
    send(*(event(f"Report {number}") for number in range(5)))
    assert prune_events(now=NOW) == 2
    assert [name for name, _ in fates()] == ["Report 2", "Report 3", "Report 4"]


def test_the_page_takes_as_many_queries_for_many_events(
    client, send, django_assert_max_num_queries
):
    client.force_login(AdministratorFactory())
    send(*(event(f"Report {number}") for number in range(40)), event("Order Completed"))
    with django_assert_max_num_queries(14):
        page = client.get("/integrations/events/")
    assert page.status_code == 200
    older = client.get(f"/integrations/events/?before={ReceivedEvent.objects.first().pk + 5}")
    assert b"Newest" in older.content


@pytest.mark.parametrize("query", ["status=x&before=-1", "status=99", "before=" + "9" * 18])
def test_a_garbled_address_of_the_page_is_no_defect(client, query):
    client.force_login(AdministratorFactory())
    assert client.get(f"/integrations/events/?{query}").status_code == 200
