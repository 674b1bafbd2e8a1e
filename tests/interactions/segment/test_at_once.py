"""Many requests about the same few people at once leave nobody waiting and nothing doubled."""

import base64
import json
import random
import threading
import urllib.request

import pytest

from interactions.models import ReceivedEvent, Touchpoint
from interactions.tasks import settle_events
from relationships.models import Customer
from relationships.services import create_key

REQUESTS, MESSAGES, SENDERS = 15, 6, 4


def messages(chance: random.Random, prefix: str) -> list[dict[str, object]]:
    made = []
    for number in range(MESSAGES):
        user = chance.randrange(8)
        who = {"userId": f"u{user}", "anonymousId": f"a{user}"}
        said = chance.choice(
            [
                {"type": "page", "anonymousId": f"a{user}"},
                {"type": "track", "event": "Order Completed", "userId": f"u{user}"},
                {"type": "identify", "traits": {"email": f"e{user}@example.com"}, **who},
                {"type": "group", "userId": f"u{user}", "groupId": f"g{user % 3}"},
                {"type": "alias", "userId": f"u{user}", "previousId": f"old{user}"},
            ]
        )
        made.append({**said, "messageId": f"{prefix}-{number}"})
    return made


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_requests_about_the_same_people_at_once(live_server):
    secret = create_key(name="shop", scopes=["touchpoints:write", "customers:write"]).secret
    signed = base64.b64encode(f"{secret}:".encode()).decode()
    failures: list[object] = []

    def send(batch):
        request = urllib.request.Request(
            f"{live_server.url}/v1/batch",
            json.dumps({"batch": batch}).encode(),
            {"Authorization": f"Basic {signed}"},
        )
        try:
            urllib.request.urlopen(request, timeout=60).close()
        except OSError as error:
            failures.append(error)

    def send_all(sender):
        chance = random.Random(sender)
        for number in range(REQUESTS):
            send(messages(chance, f"{sender}-{number}"))

    senders = [threading.Thread(target=send_all, args=(number,)) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    everyone = [{"type": "identify", "userId": f"u{n}", "anonymousId": f"a{n}"} for n in range(8)]
    groups = [{"type": "group", "userId": f"u{n}", "groupId": f"g{n % 3}"} for n in range(8)]
    send([*everyone, *groups])
    settle_events()

    assert failures == []
    happened = ReceivedEvent.objects.filter(kind__in=("page", "track"))
    assert ReceivedEvent.objects.count() == REQUESTS * MESSAGES * SENDERS + 16
    assert set(happened.values_list("status", flat=True)) == {ReceivedEvent.Status.RECORDED}
    assert Touchpoint.objects.count() == happened.count()
    assert Customer.objects.filter(merged_into=None).count() == 3
