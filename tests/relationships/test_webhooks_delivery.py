"""Messages arrive at least once, signed, and no receiver can stop the others."""

import itertools
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from django.core.cache import cache
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from relationships.models import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    WebhookSecret,
)
from relationships.services import Announcement, announce, webhooks
from relationships.services.webhooks import courier, deliveries
from relationships.services.webhooks.deliveries import AGAIN_AFTER, LEASE, finish, take
from relationships.services.webhooks.posting import Answer
from relationships.tasks import deliver_webhooks, prune_webhooks
from tests.factories import AdministratorFactory, CustomerFactory
from tests.relationships.webhook_receiver import Receiver, answer, receiving

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
OCCURRED = datetime(2026, 3, 4, 11, 59, 58, 120_000, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_network_is_allowed(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True


def endpoint_for(receiver: Receiver | None = None, **fields) -> WebhookEndpoint:
    url = receiver.url if receiver else "http://127.0.0.1:9/"
    return webhooks.create_endpoint(
        url=url, kinds=["loop.opened"], by=AdministratorFactory(), **fields
    )


def happen(count: int = 1, name: str = "Tom's Bakery") -> None:
    customer = CustomerFactory(name=name)
    announce(
        [Announcement("loop.opened", customer.pk, OCCURRED, {"place": n}) for n in range(count)]
    )


def deliver(clock: Callable[[], datetime] = timezone.now, **options) -> int:
    return webhooks.deliver(clock=clock, is_over=lambda: False, **options)


def later(**ahead: float) -> Callable[[], datetime]:
    return lambda: timezone.now() + timedelta(**ahead)


def secret_of(endpoint: WebhookEndpoint) -> str:
    return endpoint.secrets.get(ends_at=None).value


def test_a_message_is_signed_as_standard_webhooks_says():
    with receiving() as receiver:
        endpoint = endpoint_for(receiver)
        happen(name="Zoë & Søn")
        assert deliver() == 1

    (message,) = receiver.messages
    event = WebhookEvent.objects.get()
    assert message.headers["webhook-id"] == str(event.message_id)
    assert message.headers["content-type"] == "application/json"
    said = message.verified(secret_of(endpoint))
    assert (said["type"], said["timestamp"]) == ("loop.opened", "2026-03-04T11:59:58.120000Z")
    assert said["data"] == event.data
    assert said["data"]["customer"]["name"] == "Zoë & Søn"
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.tries, delivery.taken_until) == ("delivered", 1, None)
    attempt = delivery.attempts.get()
    assert (attempt.response_code, attempt.problem) == (204, "")


def test_another_secret_does_not_verify_it():
    with receiving() as receiver:
        endpoint_for(receiver)
        happen()
        deliver()

    with pytest.raises(WebhookVerificationError):
        receiver.messages[0].verified(f"whsec_{'A' * 43}=")


def test_a_message_is_delivered_once():
    with receiving() as receiver:
        endpoint_for(receiver)
        happen(3)
        assert deliver() == 3
        assert deliver() == 0

    assert len(set(receiver.ids())) == 3


def test_while_a_secret_is_rotated_both_verify_and_afterwards_the_new_one_alone():
    with receiving() as receiver:
        endpoint = endpoint_for(receiver)
        old = secret_of(endpoint)
        new = webhooks.rotate_secret(endpoint_id=endpoint.pk, now=timezone.now()).value
        newest = webhooks.rotate_secret(endpoint_id=endpoint.pk, now=timezone.now()).value
        happen()
        deliver()
        webhooks.end_old_secrets(endpoint_id=endpoint.pk, now=timezone.now())
        happen()
        deliver()

    during, after = receiver.messages
    assert len({old, new, newest}) == 3
    for secret in (old, new, newest):
        during.verified(secret)
    after.verified(newest)
    for secret in (old, new):
        with pytest.raises(WebhookVerificationError):
            after.verified(secret)


def test_the_old_secret_signs_for_a_day():
    endpoint = endpoint_for()
    webhooks.rotate_secret(endpoint_id=endpoint.pk, now=NOW)
    happen(2)
    WebhookDelivery.objects.update(due_at=NOW)

    (early,) = take(now=NOW + timedelta(hours=23), limit=1)
    (late,) = take(now=NOW + timedelta(hours=24), limit=1)

    assert len(early.headers["webhook-signature"].split()) == 2
    assert len(late.headers["webhook-signature"].split()) == 1


def test_what_fails_is_tried_again_with_the_same_id_and_body_until_it_is_taken():
    with receiving(answer("500 Broken", b"out of paper")) as receiver:
        endpoint_for(receiver)
        happen()
        assert deliver() == 1
        assert deliver() == 0
        assert deliver(later(seconds=6)) == 1
        receiver.behave = answer("200 OK")
        assert deliver(later(minutes=7)) == 1

    assert len(set(receiver.ids())) == 1
    assert len({message.body for message in receiver.messages}) == 1
    attempts = WebhookAttempt.objects.values_list("response_code", "answer")
    assert list(attempts) == [(500, "out of paper"), (500, "out of paper"), (200, "")]
    assert WebhookDelivery.objects.get().status == "delivered"
    assert WebhookEndpoint.objects.get().failing_since is None


def failing_series(now: datetime) -> list[datetime]:
    """Let a delivery fail until it is given up; return when it was tried."""
    tried = []
    while parcels := take(now=now, limit=1):
        tried.append(now)
        finish(parcel=parcels[0], answer=Answer(1, 500, "no"), began_at=now, now=now)
        now = WebhookDelivery.objects.get().due_at
    return tried


def test_tries_are_spread_over_three_days_with_some_jitter():
    endpoint_for()
    happen()
    WebhookDelivery.objects.update(due_at=NOW)

    tried = failing_series(NOW)

    waits = [b - a for a, b in itertools.pairwise(tried)]
    assert len(tried) == 10
    for wait, planned in zip(waits, AGAIN_AFTER, strict=True):
        assert planned <= wait <= planned * 1.1
    assert any(wait > planned for wait, planned in zip(waits, AGAIN_AFTER, strict=True))
    assert timedelta(days=3) < tried[-1] - NOW < timedelta(days=3.6)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.finished_at) == ("failed", tried[-1])


def test_an_endpoint_that_took_nothing_for_days_is_switched_off_and_says_why():
    endpoint_for()
    happen()
    WebhookDelivery.objects.update(due_at=NOW)

    failing_series(NOW)

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.off_because, endpoint.is_on) == ("failing", False)
    assert endpoint.failing_since == NOW
    happen()
    assert WebhookDelivery.objects.count() == 1


def test_one_message_taken_in_between_keeps_it_on():
    endpoint_for()
    happen()
    WebhookDelivery.objects.update(due_at=NOW)
    now = NOW
    for answered in [Answer(1, 500, "no")] * 3 + [Answer(1, 200)]:
        (parcel,) = take(now=now, limit=1)
        finish(parcel=parcel, answer=answered, began_at=now, now=now)
        now = WebhookDelivery.objects.get().due_at

    assert WebhookEndpoint.objects.get().failing_since is None


def test_410_switches_it_off_at_once():
    with receiving(answer("410 Gone")) as receiver:
        endpoint_for(receiver)
        happen()
        deliver()

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.off_because == "gone"
    assert WebhookDelivery.objects.get().status == "failed"


def test_what_waits_while_it_is_off_goes_when_it_is_on_again():
    with receiving() as receiver:
        endpoint = endpoint_for(receiver)
        happen()
        webhooks.switch_off(endpoint_id=endpoint.pk, now=timezone.now())
        assert deliver() == 0
        webhooks.switch_on(endpoint_id=endpoint.pk)
        assert deliver() == 1

    assert len(receiver.messages) == 1


@pytest.mark.parametrize("status", ["429 Slow Down", "503 Busy"])
def test_a_receiver_that_asks_for_rest_gets_it_for_all_its_messages(status):
    with receiving(answer(status, b"", "Retry-After: 120")) as receiver:
        endpoint_for(receiver)
        happen()
        deliver()
        happen()
        receiver.behave = answer("200 OK")
        assert deliver(later(seconds=100)) == 0
        assert deliver(later(seconds=130)) == 2


@pytest.mark.parametrize(
    ("given", "waits"),
    [
        ("", timedelta()),
        ("soon", timedelta()),
        ("-5", timedelta()),
        ("7", timedelta(seconds=7)),
        ("999999999999999999999", timedelta(hours=24)),
        (format_datetime(NOW + timedelta(minutes=3), usegmt=True), timedelta(minutes=3)),
        (format_datetime(NOW - timedelta(minutes=3), usegmt=True), timedelta()),
        (format_datetime(NOW + timedelta(days=300), usegmt=True), timedelta(hours=24)),
        ("Wed, 99 Feb 2026 12:00:00 GMT", timedelta()),
        ("\u0663", timedelta(seconds=3)),
    ],
)
def test_retry_after_is_read_as_far_as_it_makes_sense(given, waits):
    assert deliveries.asked_to_wait(Answer(1, 503, "", "", given), NOW) == waits
    assert deliveries.asked_to_wait(Answer(1, 500, "", "", given), NOW) == timedelta()


def test_a_slow_receiver_holds_nobody_up():
    with receiving(lambda connection: time.sleep(3)) as slow, receiving() as quick:
        endpoint_for(slow)
        endpoint_for(quick)
        happen(20)
        done = threading.Event()
        started = time.monotonic()

        def is_over() -> bool:
            if len(quick.messages) == 20:
                done.set()
            return done.is_set()

        webhooks.deliver(clock=timezone.now, is_over=is_over, seconds=1)

    assert done.is_set()
    assert time.monotonic() - started < 2.5
    assert len(quick.messages) == 20
    assert slow.most_at_once <= deliveries.AT_ONCE


def test_several_go_to_one_endpoint_at_once_but_not_too_many():
    def slowly(connection: socket.socket) -> None:
        time.sleep(0.1)
        connection.sendall(answer("200 OK"))

    with receiving(slowly) as receiver:
        endpoint_for(receiver)
        happen(16)
        deliver()

    assert len(receiver.messages) == 16
    assert receiver.most_at_once == deliveries.AT_ONCE


def test_an_endpoint_that_fails_is_tried_one_at_a_time():
    endpoint = endpoint_for()
    WebhookEndpoint.objects.update(failing_since=timezone.now())
    happen(5)

    assert len(take(now=timezone.now(), limit=10)) == 1
    assert endpoint.deliveries.filter(taken_until__isnull=False).count() == 1


def test_a_worker_that_died_is_followed_by_another():
    endpoint_for()
    happen()
    now = timezone.now()
    (lost,) = take(now=now, limit=10)

    assert take(now=now + LEASE - timedelta(seconds=1), limit=10) == []
    (again,) = take(now=now + LEASE, limit=10)

    assert again.delivery_id == lost.delivery_id
    assert again.headers["webhook-id"] == lost.headers["webhook-id"]
    assert again.body == lost.body


def test_who_comes_late_does_not_undo_what_the_other_did():
    endpoint_for()
    happen()
    now = timezone.now()
    (slow,) = take(now=now, limit=1)
    (quick,) = take(now=now + LEASE, limit=1)

    finish(parcel=quick, answer=Answer(1, 200), began_at=now, now=now + LEASE)
    finish(parcel=slow, answer=Answer(1, 500, "no"), began_at=now, now=now + LEASE)

    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.tries) == ("delivered", 1)
    assert delivery.attempts.count() == 2


def test_a_delivery_that_is_gone_by_the_time_of_the_answer_is_let_go():
    endpoint = endpoint_for()
    happen()
    now = timezone.now()
    (parcel,) = take(now=now, limit=1)
    WebhookDelivery.objects.all().delete()

    finish(parcel=parcel, answer=Answer(1, 200), began_at=now, now=now)

    assert not WebhookAttempt.objects.filter(delivery__endpoint=endpoint).exists()


def test_one_event_goes_to_each_endpoint_with_its_own_signature():
    with receiving() as one, receiving() as two:
        first, second = endpoint_for(one), endpoint_for(two)
        happen()
        deliver()

    assert one.ids() == two.ids()
    one.messages[0].verified(secret_of(first))
    two.messages[0].verified(secret_of(second))


def test_a_ping_goes_to_one_endpoint_whatever_it_wants_and_even_when_it_is_off():
    with receiving() as receiver, receiving() as other:
        endpoint = endpoint_for(receiver)
        endpoint_for(other)
        webhooks.switch_off(endpoint_id=endpoint.pk, now=timezone.now())
        happen()
        webhooks.ping(endpoint_id=endpoint.pk, by=AdministratorFactory(name="Ann"), now=NOW)
        deliver()

    (message,) = receiver.messages
    said = message.verified(secret_of(endpoint))
    assert (said["type"], said["data"]) == ("ping", {"note": "Ann pressed the test button."})
    assert len(other.messages) == 1


def test_a_ping_does_not_wait_for_the_end_of_a_rest():
    with receiving(answer("503 Busy", b"", "Retry-After: 900")) as receiver:
        endpoint = endpoint_for(receiver)
        happen()
        deliver()
        happen()
        receiver.behave = answer("200 OK")
        webhooks.ping(endpoint_id=endpoint.pk, by=AdministratorFactory(), now=timezone.now())
        assert deliver(later(seconds=1)) == 2

    said = [message.verified(secret_of(endpoint))["type"] for message in receiver.messages]
    # Whoever takes the test is no longer left alone.
    assert said == ["loop.opened", "ping", "loop.opened"]


def test_a_ping_goes_before_all_that_waits_for_an_endpoint_that_fails():
    endpoint = endpoint_for()
    WebhookEndpoint.objects.update(failing_since=NOW)
    happen(30)
    WebhookDelivery.objects.update(due_at=NOW - timedelta(hours=1))
    webhooks.ping(endpoint_id=endpoint.pk, by=AdministratorFactory(), now=NOW)

    (first,) = take(now=NOW, limit=10)

    assert b'"type":"ping"' in first.body
    assert take(now=NOW, limit=10) == []


def test_no_message_is_taken_twice_when_pings_are_among_them():
    endpoint = endpoint_for()
    happen(2)
    for _ in range(3):
        webhooks.ping(endpoint_id=endpoint.pk, by=AdministratorFactory(), now=timezone.now())

    taken = [parcel.delivery_id for _ in range(3) for parcel in take(now=later()(), limit=10)]

    assert len(taken) == len(set(taken)) == deliveries.AT_ONCE


def test_redelivery_sends_the_same_message_again_and_begins_a_new_series():
    with receiving() as receiver:
        endpoint_for(receiver)
        happen()
        deliver()
        webhooks.redeliver(delivery_id=WebhookDelivery.objects.get().pk, now=timezone.now())
        assert WebhookDelivery.objects.get().status == "waiting"
        deliver()

    assert len(receiver.ids()) == 2
    assert len(set(receiver.ids())) == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.tries, delivery.attempts.count()) == ("delivered", 1, 2)


def test_all_that_failed_since_a_moment_is_sent_again():
    endpoint, other = endpoint_for(), endpoint_for()
    happen(4)
    events = list(WebhookEvent.objects.order_by("pk"))
    WebhookEvent.objects.filter(pk=events[0].pk).update(created_at=NOW - timedelta(days=3))
    WebhookEvent.objects.filter(pk__gt=events[0].pk).update(created_at=NOW)
    WebhookDelivery.objects.update(status="failed", finished_at=NOW, tries=10)
    WebhookDelivery.objects.filter(event=events[1]).update(status="delivered")

    again = webhooks.redeliver_failed(
        endpoint_id=endpoint.pk, since=NOW - timedelta(days=1), now=NOW
    )

    assert again == 2
    waiting = WebhookDelivery.objects.filter(status="waiting")
    assert {one.event_id for one in waiting} == {events[2].pk, events[3].pk}
    assert {one.endpoint_id for one in waiting} == {endpoint.pk}
    assert not other.deliveries.filter(status="waiting").exists()


def test_nothing_of_a_deleted_endpoint_is_sent_and_it_can_be_brought_back():
    with receiving() as receiver:
        endpoint = endpoint_for(receiver)
        happen()
        webhooks.delete_endpoint(endpoint_id=endpoint.pk, now=timezone.now())
        assert deliver() == 0
        with pytest.raises(webhooks.DeliveryGoneError):
            webhooks.redeliver(delivery_id=endpoint.deliveries.get().pk, now=timezone.now())
        with pytest.raises(webhooks.EndpointGoneError):
            webhooks.rotate_secret(endpoint_id=endpoint.pk, now=timezone.now())
        webhooks.restore_endpoint(endpoint_id=endpoint.pk)
        assert deliver() == 1


def test_the_log_is_forgotten_after_a_month_and_deleted_endpoints_with_it(monkeypatch):
    monkeypatch.setattr("relationships.services.webhooks.resending.PRUNED_AT_ONCE", 2)
    endpoint, deleted = endpoint_for(), endpoint_for()
    happen(5)
    for parcel in take(now=timezone.now(), limit=3):
        finish(parcel=parcel, answer=Answer(1, 200), began_at=NOW, now=NOW)
    webhooks.delete_endpoint(endpoint_id=deleted.pk, now=timezone.now() - timedelta(days=31))
    old = WebhookEvent.objects.order_by("pk")[:4]
    WebhookEvent.objects.filter(pk__in=[one.pk for one in old]).update(
        created_at=timezone.now() - timedelta(days=31)
    )

    prune_webhooks()
    assert WebhookEvent.objects.count() == 1
    assert WebhookDelivery.objects.count() == 2
    WebhookEvent.objects.update(created_at=timezone.now() - timedelta(days=31))
    prune_webhooks()

    assert list(WebhookEndpoint.objects.all()) == [endpoint]
    assert not WebhookAttempt.objects.exists()
    assert not WebhookSecret.objects.filter(endpoint=deleted.pk).exists()


def test_the_task_delivers():
    with receiving() as receiver:
        endpoint_for(receiver)
        happen()
        deliver_webhooks()

    assert len(receiver.messages) == 1


def test_the_task_leaves_signs_of_life_while_it_waits_for_a_slow_receiver():
    with receiving(lambda connection: time.sleep(1.2)) as receiver:
        endpoint_for(receiver)
        happen()
        began_at = time.time()
        deliver_webhooks()

    # The last look at the clock is at most a quarter of a second old, and the answer takes longer.
    assert cache.get("webhooks-seen") > began_at + 0.7


def test_an_endpoint_must_want_what_there_is():
    for kinds in ([], ["loop.opened", "weather.changed"]):
        with pytest.raises(webhooks.UnknownKindError, match=r"customer\.band_changed"):
            webhooks.create_endpoint(
                url="http://127.0.0.1/", kinds=kinds, by=AdministratorFactory()
            )


def test_there_may_not_be_more_endpoints_than_can_be_looked_after(monkeypatch):
    monkeypatch.setattr("relationships.services.webhooks.endpoints.MOST_ENDPOINTS", 1)
    endpoint_for()

    with pytest.raises(webhooks.TooManyEndpointsError, match="delete one"):
        endpoint_for()


def test_secrets_are_as_standard_webhooks_writes_them():
    endpoint_for()
    secret = WebhookSecret.objects.get().value

    assert secret.startswith("whsec_")
    assert len(Webhook(secret)._whsecret) == 32


def test_a_take_asks_three_times_however_many_there_are(django_assert_num_queries):
    for _ in range(5):
        endpoint_for()
    happen(20)

    with django_assert_num_queries(4):  # two are the savepoint's
        assert len(take(now=timezone.now(), limit=32)) == 20


def test_more_wait_than_can_be_on_their_way(monkeypatch):
    monkeypatch.setattr(courier, "ON_THE_WAY", 2)
    with receiving() as receiver:
        endpoint_for(receiver)
        happen(30)
        assert deliver() == 30

    assert len(receiver.messages) == 30
    assert receiver.most_at_once <= 2
