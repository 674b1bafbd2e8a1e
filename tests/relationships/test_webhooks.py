"""Endpoints and their messages in the browser: administrators see, change and repeat them."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from relationships.models import Person, WebhookDelivery, WebhookEndpoint, WebhookEvent
from relationships.selectors.webhooks import PAGE
from relationships.services import Announcement, announce, webhooks
from relationships.services.webhooks.deliveries import finish, take
from relationships.services.webhooks.posting import Answer
from relationships.signs_of_life import WEBHOOKS, say_alive
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

OCCURRED = datetime(2026, 3, 4, 11, 59, 58, tzinfo=UTC)
URL = "http://127.0.0.1:9/hooks"


@pytest.fixture(autouse=True)
def _own_network_is_allowed_and_the_worker_is_there(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    say_alive(WEBHOOKS)


@pytest.fixture
def administrator(client) -> Person:
    person = AdministratorFactory(name="Ann")
    client.force_login(person)
    return person


@pytest.fixture
def endpoint(administrator) -> WebhookEndpoint:
    return webhooks.create_endpoint(
        url=URL, kinds=["loop.opened", "loop.closed"], by=administrator, description="Desk"
    )


def happen(*names: str) -> None:
    for name in names:
        customer = CustomerFactory(name=name)
        announce([Announcement("loop.opened", customer.pk, OCCURRED, {"text": "late"})])


def answered(answer: Answer, limit: int = 100) -> None:
    now = timezone.now()
    for parcel in take(now=now, limit=limit):
        finish(parcel=parcel, answer=answer, began_at=now, now=now)


def text(response) -> str:
    return unescape(response.content.decode())


def page(client, name: str, *args: object, **query: object) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return text(response)


def test_without_endpoints_the_page_says_what_they_are_for(client, administrator):
    said = page(client, "webhooks")

    assert "Nobody is told yet" in said
    assert reverse("new_webhook") in said


def test_making_an_endpoint_leads_to_it(client, administrator):
    team = TeamFactory(name="North")
    given = {"url": URL, "description": "Desk", "kinds": ["loop.opened"], "team": team.pk}

    response = client.post(reverse("new_webhook"), given)

    endpoint = WebhookEndpoint.objects.get()
    assert response.url == reverse("webhook", args=[endpoint.pk])
    assert (endpoint.url, endpoint.kinds, endpoint.team) == (URL, ["loop.opened"], team)
    assert endpoint.created_by == administrator
    said = page(client, "webhook", endpoint.pk)
    assert "Of the customers of North alone." in said
    assert "Made by Ann" in said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": ""}, "Enter the address"),
        ({"url": "http://10.0.0.1/"}, "Begin with https://"),
        ({"url": "https://10.0.0.1/"}, "which is not a public address"),
        ({"url": "https://a b/"}, "Leave out spaces"),
        ({"url": "https://a\x00b/"}, "null characters"),
        ({"url": "x" * 3000}, "at most 2000 characters"),
        ({"kinds": []}, "Choose at least one."),
        ({"kinds": ["weather"]}, "weather is not one of the available choices"),
        ({"team": "999"}, "not one of the available choices"),
        ({"description": "x" * 300}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_is_kept(
    client, administrator, settings, given, said
):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    typed = {"url": "https://93.184.215.14/", "description": "Desk", "kinds": ["loop.opened"]}

    response = client.post(reverse("new_webhook"), typed | given)

    assert response.status_code == 200
    assert said.lower() in text(response).lower()
    if "description" not in given:
        assert 'value="Desk"' in text(response)
    assert not WebhookEndpoint.objects.exists()


def test_changing_an_endpoint_begins_with_what_it_has(client, endpoint):
    said = page(client, "edit_webhook", endpoint.pk)
    assert f'value="{URL}"' in said
    assert len(re.findall(r'name="kinds"[^>]* checked', said)) == 2

    client.post(
        reverse("edit_webhook", args=[endpoint.pk]),
        {"url": f"{URL}/2", "kinds": ["customer.merged"], "description": ""},
    )

    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.kinds) == (f"{URL}/2", ["customer.merged"])


def test_a_change_that_cannot_be_taken_changes_nothing(client, endpoint, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = False

    response = client.post(
        reverse("edit_webhook", args=[endpoint.pk]),
        {"url": "https://127.0.0.1/", "kinds": ["customer.merged"]},
    )

    assert "not a public address" in text(response)
    endpoint.refresh_from_db()
    assert endpoint.kinds == ["loop.opened", "loop.closed"]


def test_the_list_says_how_it_goes(client, endpoint):
    happen("Tom", "Zoë", "Kim")
    answered(Answer(12, 200), limit=2)

    said = page(client, "webhooks")

    assert "Desk" in said
    assert "The last 2 messages were delivered; 1 waits" in said
    assert "was not tried" not in said


def test_messages_that_nobody_tries_are_noticed(client, endpoint):
    happen("Tom")
    WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(minutes=5))

    assert "was not tried" in page(client, "webhooks")


def test_a_worker_that_is_missing_is_noticed_before_anything_waits(client, endpoint, settings):
    assert "Nobody sends messages now" not in page(client, "webhooks")

    cache.clear()
    for said in (page(client, "webhooks"), page(client, "webhook", endpoint.pk)):
        assert "Nobody sends messages now" in said
    webhooks.delete_endpoint(endpoint_id=endpoint.pk, now=timezone.now())
    assert "Nobody sends messages now" not in page(client, "webhooks")


def test_the_pages_are_there_without_redis(client, endpoint, settings):
    settings.CACHES = settings.CACHES | {
        "default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}
    }

    assert "Nobody sends messages now" in page(client, "webhooks")


def test_the_list_asks_as_much_for_many_endpoints(client, administrator, django_assert_num_queries):
    def load() -> None:
        page(client, "webhooks")

    for _ in range(2):
        webhooks.create_endpoint(url=URL, kinds=["loop.opened"], by=administrator)
    with django_assert_num_queries(9):
        load()
    for _ in range(10):
        webhooks.create_endpoint(
            url=URL, kinds=["loop.opened"], by=administrator, team=TeamFactory()
        )
    with django_assert_num_queries(9):
        load()


def test_the_log_asks_as_much_for_many_messages(client, endpoint, django_assert_num_queries):
    happen("Tom")
    answered(Answer(1, 200))
    with django_assert_num_queries(11):
        page(client, "webhook", endpoint.pk)
    happen(*(f"Customer {n}" for n in range(30)))
    answered(Answer(1, 500, "no"))
    with django_assert_num_queries(11):
        page(client, "webhook", endpoint.pk)


def test_the_log_shows_what_came_of_each_message(client, endpoint):
    happen("Tom's Bakery")
    answered(Answer(48, 500, "It answered 500.", "out of paper"))

    said = page(client, "webhook", endpoint.pk)

    assert "Tom's Bakery" in said
    assert "A loop was opened, or opened again" in said
    assert "500" in said
    assert "1 try, next in a moment" in said
    assert "Failing" in said


def test_the_log_can_be_narrowed_by_status_and_kind(client, endpoint):
    happen("Tom", "Zoë")
    answered(Answer(1, 200), limit=1)
    webhooks.ping(endpoint_id=endpoint.pk, by=AdministratorFactory(), now=timezone.now())

    assert "Zoë" not in page(client, "webhook", endpoint.pk, status="delivered")
    assert "Tom" not in page(client, "webhook", endpoint.pk, status="waiting", kind="loop.opened")
    assert "Tom" not in page(client, "webhook", endpoint.pk, kind="ping")
    assert "No such message" in page(client, "webhook", endpoint.pk, status="failed")


def test_the_log_is_paged_by_key(client, endpoint):
    happen(*(f"Customer number {n:03}" for n in range(PAGE + 3)))

    first = page(client, "webhook", endpoint.pk)
    ids = list(WebhookDelivery.objects.order_by("-pk").values_list("pk", flat=True))
    assert f"before={ids[PAGE - 1]}" in first
    assert "Customer number 003" in first
    assert "Customer number 002" not in first

    second = page(client, "webhook", endpoint.pk, before=ids[PAGE - 1])
    assert "Customer number 002" in second
    assert f"after={ids[PAGE]}" in second
    assert 'rel="next"' not in second

    again = page(client, "webhook", endpoint.pk, after=ids[PAGE])
    assert "Customer number 003" in again
    assert 'rel="prev"' not in again


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "\x00", "1.5", "\u0663"])
def test_nonsense_in_the_address_is_left_out(client, endpoint, nonsense):
    happen("Tom")

    for name in ("before", "after", "status", "kind"):
        page(client, "webhook", endpoint.pk, **{name: nonsense})


def test_a_test_message_is_sent_and_shown(client, endpoint):
    response = client.post(reverse("ping_webhook", args=[endpoint.pk]))

    delivery = WebhookDelivery.objects.get()
    assert response.url == reverse("webhook_delivery", args=[delivery.pk])
    said = page(client, "webhook_delivery", delivery.pk)
    assert "Ann pressed the test button." in said
    assert "It is on its way." in said
    assert 'hx-trigger="load' in said

    answered(Answer(7, 404, "It answered 404.", "<b>no</b>"))
    said = page(client, "webhook_delivery", delivery.pk)
    assert 'hx-trigger="load' not in said
    assert "1. 404" in said


def test_a_message_that_nobody_will_try_now_says_why_and_is_not_asked_for_again(client, endpoint):
    happen("Tom")
    one = WebhookDelivery.objects.get()

    webhooks.switch_off(endpoint_id=endpoint.pk, now=timezone.now())
    said = page(client, "webhook_delivery", one.pk)
    assert "Waits until it is on again" in said
    assert 'hx-trigger="load' not in said
    webhooks.delete_endpoint(endpoint_id=endpoint.pk, now=timezone.now())
    assert "Its endpoint was deleted" in page(client, "webhook_delivery", one.pk)

    webhooks.restore_endpoint(endpoint_id=endpoint.pk)
    webhooks.switch_on(endpoint_id=endpoint.pk)
    WebhookEndpoint.objects.update(resting_until=timezone.now() + timedelta(minutes=20, seconds=9))
    said = page(client, "webhook_delivery", one.pk)
    assert "Due in 20 minutes" in said
    assert 'hx-trigger="load' not in said
    WebhookEndpoint.objects.update(resting_until=None)
    assert 'hx-trigger="load' in page(client, "webhook_delivery", one.pk)

    WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(minutes=2))
    said = page(client, "webhook_delivery", one.pk)
    assert "It was not tried yet." in said
    assert 'hx-trigger="load' not in said


def test_the_log_says_why_nothing_was_answered(client, endpoint):
    happen("Tom")
    answered(Answer(48, problem="Its certificate cannot be trusted: it has expired."))

    assert "it has expired" in page(client, "webhook", endpoint.pk)


def test_what_a_receiver_answers_is_shown_as_text(client, endpoint):
    happen("<script>alert(1)</script>")
    answered(Answer(7, 404, "no", "<script>alert(2)</script>"))

    for url in (
        reverse("webhook", args=[endpoint.pk]),
        reverse("webhook_delivery", args=[WebhookDelivery.objects.get().pk]),
    ):
        raw = client.get(url).content.decode()
        assert "<script>alert" not in raw


def test_while_it_is_on_its_way_only_the_tries_are_asked_for(client, endpoint):
    happen("Tom")
    url = reverse("webhook_delivery", args=[WebhookDelivery.objects.get().pk])

    said = text(client.get(url, headers={"HX-Request": "true"}))

    assert "It is on its way." in said
    assert "<html" not in said


def test_a_message_is_sent_again(client, endpoint):
    happen("Tom")
    answered(Answer(1, 200))
    delivery = WebhookDelivery.objects.get()

    client.post(reverse("resend_webhook_delivery", args=[delivery.pk]))

    delivery.refresh_from_db()
    assert delivery.status == "waiting"


def test_what_failed_lately_is_sent_again_at_once(client, endpoint):
    happen("Tom", "Zoë")
    WebhookDelivery.objects.update(status="failed", finished_at=timezone.now())
    WebhookEvent.objects.filter(data__customer__name="Tom").update(
        created_at=timezone.now() - timedelta(days=2)
    )

    assert "Send again what failed in" in page(client, "webhook", endpoint.pk, status="failed")
    url = reverse("resend_failed", args=[endpoint.pk])
    said = text(client.post(url, {"hours": "24"}, follow=True))
    assert "1 message will be sent again." in said
    assert "Nothing failed in the last day." in text(client.post(url, {"hours": "x"}, follow=True))
    client.post(url, {"hours": "72"})

    assert not WebhookDelivery.objects.filter(status="failed").exists()


def test_the_secret_is_shown_when_asked_for_and_kept_by_no_cache(client, endpoint):
    secret = endpoint.secrets.get().value
    assert secret not in page(client, "webhook", endpoint.pk)

    response = client.post(reverse("show_webhook_secret", args=[endpoint.pk]))

    assert secret in text(response)
    assert "no-store" in response.headers["Cache-Control"]


def test_rotating_shows_both_until_the_old_one_ends(client, endpoint):
    old = endpoint.secrets.get().value
    client.post(reverse("rotate_webhook_secret", args=[endpoint.pk]))
    shown = reverse("show_webhook_secret", args=[endpoint.pk])
    assert "signed with the old secret too until" in page(client, "webhook", endpoint.pk)
    assert old in text(client.post(shown))

    client.post(reverse("end_webhook_secrets", args=[endpoint.pk]))

    assert old not in text(client.post(shown))
    assert "old secret too" not in page(client, "webhook", endpoint.pk)


def test_switching_off_and_on(client, endpoint):
    url = reverse("switch_webhook", args=[endpoint.pk])

    client.post(url, {"to": "off"})
    assert "nothing that happens meanwhile is kept" in page(client, "webhook", endpoint.pk)
    client.post(url, {"to": "on"})

    endpoint.refresh_from_db()
    assert endpoint.is_on


def test_an_endpoint_that_was_switched_off_is_told_to_administrators_on_every_page(
    client, endpoint
):
    WebhookEndpoint.objects.update(
        off_because="failing",
        off_at=timezone.now(),
        failing_since=timezone.now() - timedelta(days=3, minutes=1),
    )

    assert "A webhook is off: Desk" in page(client, "webhooks")
    assert "A webhook is off: Desk" in page(client, "keys")
    assert "It took nothing for 3 days" in page(client, "webhook", endpoint.pk)
    client.force_login(ExecutiveFactory())
    assert "webhook" not in page(client, "today").lower()


def test_one_that_somebody_switched_off_is_no_news(client, endpoint):
    webhooks.switch_off(endpoint_id=endpoint.pk, now=timezone.now())

    assert "webhooks-bar" not in page(client, "webhooks")


def test_deleting_can_be_undone(client, endpoint):
    said = text(client.post(reverse("delete_webhook", args=[endpoint.pk]), follow=True))
    undo = reverse("restore_webhook", args=[endpoint.pk])
    assert "Deleted Desk." in said
    assert undo in said
    assert "Nobody is told yet" in said

    client.post(undo)

    assert "Desk" in page(client, "webhooks")


def test_undoing_from_the_message_leads_back(client, endpoint):
    webhooks.delete_endpoint(endpoint_id=endpoint.pk, now=timezone.now())

    response = client.post(
        reverse("restore_webhook", args=[endpoint.pk]), headers={"HX-Request": "true"}
    )

    assert response.headers["HX-Redirect"] == reverse("webhook", args=[endpoint.pk])


ONE = (
    "ping_webhook", "switch_webhook", "rotate_webhook_secret", "end_webhook_secrets",
    "delete_webhook", "resend_failed", "show_webhook_secret", "restore_webhook",
)  # fmt: skip


@pytest.mark.parametrize("name", ONE)
def test_what_is_gone_is_not_found(client, administrator, name):
    for pk in (4711, 10**30):
        assert client.post(reverse(name, args=[pk])).status_code == 404


@pytest.mark.parametrize("name", ["webhook", "edit_webhook", "webhook_delivery"])
def test_a_page_of_what_is_gone_is_not_found(client, administrator, name):
    for pk in (4711, 10**30):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert client.post(reverse("resend_webhook_delivery", args=[10**30])).status_code == 404


@pytest.mark.parametrize("factory", [PersonFactory, ExecutiveFactory])
def test_nobody_but_administrators(client, endpoint, factory):
    happen("Tom")
    delivery = WebhookDelivery.objects.get()
    client.force_login(factory())

    for name in ("webhooks", "new_webhook"):
        assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse(name), {"url": URL}).status_code in (403, 405)
    for name in ("webhook", "edit_webhook"):
        assert client.get(reverse(name, args=[endpoint.pk])).status_code == 403
    for name in (*ONE, "edit_webhook"):
        assert client.post(reverse(name, args=[endpoint.pk])).status_code == 403
    assert client.get(reverse("webhook_delivery", args=[delivery.pk])).status_code == 403
    assert client.post(reverse("resend_webhook_delivery", args=[delivery.pk])).status_code == 403


@pytest.mark.parametrize("name", ONE)
def test_nothing_is_changed_by_following_a_link(client, endpoint, name):
    assert client.get(reverse(name, args=[endpoint.pk])).status_code == 405


def test_who_is_not_signed_in_is_asked_to(client, endpoint):
    client.logout()

    assert client.get(reverse("webhooks")).status_code == 302
