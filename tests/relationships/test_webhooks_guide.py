"""Every snippet of docs/webhooks.md does what the guide says."""

import json
import re
import shlex
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from relationships.api import urls
from relationships.models import WebhookEndpoint
from relationships.services import create_key, webhooks
from relationships.services.webhooks.deliveries import AGAIN_AFTER, Parcel, take
from relationships.services.webhooks.posting import SECONDS
from relationships.webhook_kinds import KINDS
from tests.factories import AdministratorFactory
from tests.node import node

GUIDE = (Path(settings.BASE_DIR) / "docs" / "webhooks.md").read_text()
SNIPPETS = dict(re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL))

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(settings) -> WebhookEndpoint:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    return webhooks.create_endpoint(
        url="http://127.0.0.1:9/hooks", kinds=["loop.opened"], by=AdministratorFactory(name="Zoë")
    )


@pytest.fixture
def parcel(endpoint) -> Parcel:
    """Return a message on its way, signed with the new secret and the old."""
    now = timezone.now()
    webhooks.rotate_secret(endpoint_id=endpoint.pk, now=now)
    webhooks.ping(endpoint_id=endpoint.pk, by=endpoint.created_by, now=now)
    (taken,) = take(now=now, limit=1)
    return taken


@pytest.fixture(params=[0, 1], ids=["new secret", "old secret"])
def secret(request, endpoint, parcel) -> str:
    return endpoint.secrets.all()[request.param].value


def test_endpoint_of_the_guide_is_made(monkeypatch):
    monkeypatch.setattr("relationships.services.webhooks.addresses.addresses_of", lambda _: [])
    words = shlex.split(SNIPPETS["sh"].replace("\\\n", " "))
    key = create_key(name="desk", scopes=["webhooks:manage"]).secret
    client = Client(headers={"Authorization": f"Bearer {key}"})

    response = client.post(
        words[2].removeprefix("$HEARTH"), words[words.index("-d") + 1], "application/json"
    )

    assert response.status_code == 201
    assert response.json()["secret"].startswith("whsec_")


def test_every_call_of_the_guide_is_answered_and_none_is_missing(endpoint):
    key = create_key(name="desk", scopes=["webhooks:manage"]).secret
    client = Client(headers={"Authorization": f"Bearer {key}"})
    calls = [
        (method, path.replace(".../4/", f"/api/v1/webhooks/{endpoint.pk}/"))
        for method, path in re.findall(r"`([A-Z]+) ([./\w]+)`", GUIDE)
    ]

    for method, path in sorted(calls, key=lambda call: call[0] == "DELETE"):
        response = client.generic(method, path, "{}", content_type="application/json")
        assert response.status_code in {200, 202, 204}, (method, path, response.content)

    named = {resolve(path).url_name for _, path in calls}
    assert named == {one.name for one in urls.urlpatterns if "webhook" in (one.name or "")}
    assert {method for method, _ in calls} == {"GET", "PATCH", "DELETE", "POST"}


def test_message_of_the_guide_is_one():
    message = json.loads(SNIPPETS["json"])

    msgspec.convert(message["data"], KINDS[message["type"]].data)


def test_the_table_has_every_kind_with_all_its_fields():
    rows = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|.*\| (.*) \|$", GUIDE, re.MULTILINE))

    assert rows.keys() == KINDS.keys()
    for name, fields in rows.items():
        told = set(KINDS[name].data.__struct_encode_fields__) - {"customer"}
        assert set(re.findall(r"`(\w+)`", fields)) == told


def test_times_of_the_guide_are_those_that_are_kept():
    assert f"within {SECONDS:g} seconds" in GUIDE
    hours = [int(wait / timedelta(hours=1)) for wait in AGAIN_AFTER[3:]]
    assert "after 5 seconds, 5 and 30 minutes, and 2, 5, 10, 14, 20 and 24 hours" in GUIDE
    assert (list(AGAIN_AFTER[:3]), hours) == (
        [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)],
        [2, 5, 10, 14, 20, 24],
    )
    assert f"{webhooks.OVERLAP / timedelta(hours=1):g} hours" in GUIDE
    assert f"last {webhooks.KEPT_FOR.days} days" in GUIDE


def test_python_of_the_guide_takes_what_is_signed_and_nothing_else(parcel, secret):
    names = {"SECRET": secret}
    exec(compile(SNIPPETS["python"], "docs/webhooks.md", "exec"), names)

    assert names["received"](parcel.body, parcel.headers)["type"] == "ping"
    with pytest.raises(WebhookVerificationError):
        names["received"](parcel.body.replace(b"ping", b"pong"), parcel.headers)


@pytest.mark.node
def test_javascript_of_the_guide_takes_what_is_signed_and_nothing_else(parcel, secret):
    def received(body: bytes, headers: dict[str, str]) -> subprocess.CompletedProcess:
        given = json.dumps({"body": body.decode(), "headers": headers})
        script = (
            f"const SECRET = {json.dumps(secret)};\n{SNIPPETS['js']}\n"
            "const given = JSON.parse(require('node:fs').readFileSync(0));\n"
            "const told = received(Buffer.from(given.body), given.headers);\n"
            "console.log(JSON.stringify(told));\n"
        )
        return subprocess.run(
            [node(), "-e", script], input=given.encode(), capture_output=True, check=False
        )

    assert json.loads(received(parcel.body, parcel.headers).stdout) == json.loads(parcel.body)
    before = datetime.now(UTC) - timedelta(minutes=6)
    for body, headers, said in (
        (parcel.body.replace(b"ping", b"pong"), {}, b"Not from Hearth"),
        (parcel.body, {"webhook-signature": "v1,AAAA v2 nonsense"}, b"Not from Hearth"),
        (parcel.body, {"webhook-timestamp": str(int(before.timestamp()))}, b"Too old"),
        (parcel.body, {"webhook-timestamp": "soon"}, b"Too old"),
    ):
        refused = received(body, parcel.headers | headers)
        assert refused.returncode == 1
        assert said in refused.stderr
