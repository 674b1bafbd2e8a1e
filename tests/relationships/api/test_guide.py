"""Every snippet of docs/api.md does what the guide says."""

import json
import re
import shlex
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from relationships.models import Contact, Customer

GUIDE = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
FROM_A_CRM = re.search(r"## Customers and contacts from a CRM\n.*?(?=\n## )", GUIDE, re.DOTALL)[0]


def snippets(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


COMMANDS = snippets(GUIDE.replace(FROM_A_CRM, ""), "sh")
ANSWERS = [json.loads(text) for text in snippets(GUIDE.replace(FROM_A_CRM, ""), "json")]

pytestmark = pytest.mark.django_db


def key_of(command: str) -> str:
    out = StringIO()
    call_command(*shlex.split(command)[2:], stdout=out)
    return re.search(r"hearth_\S+", out.getvalue())[0]


@pytest.fixture
def key() -> str:
    return key_of(next(text for text in COMMANDS if "create_key" in text))


def curl(command: str, key: str) -> Any:
    """Do what a curl command of the guide does."""
    words = shlex.split(command.replace("$HEARTH", "").replace("$KEY", key).replace("\\\n", " "))
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    url = next(word for word in words if word.startswith("/api/"))
    kind = headers.pop("Content-Type", None)
    client = Client(headers=headers)
    body = words[words.index("-d") + 1] if "-d" in words else ""
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if body else "GET"
    return client.generic(method, url, body, content_type=kind or "")


def test_guide_from_top_to_bottom(key):
    requests = [text for text in COMMANDS if text.startswith("curl")]
    one, many, loop, correction, removal = requests[:5]
    one, many, loop, correction = (curl(text, key) for text in (one, many, loop, correction))
    deleted, restored = (curl(line, key) for line in removal.splitlines())
    customers, changes = (curl(requests[number], key) for number in (5, 7))

    assert (one.status_code, many.status_code) == (201, 200)
    customer_id = one.json()["customer_id"]
    first, batch = one.json(), many.json()
    assert first | {"id": 1, "customer_id": 1} == ANSWERS[0]
    batch["results"][0] |= {"id": 2, "customer_id": 2}
    assert batch == ANSWERS[1]
    assert loop.json()["recorded"] == 2
    assert (correction.status_code, correction.json()["duration_minutes"]) == (200, 25)
    assert (deleted.status_code, restored.status_code) == (204, 200)
    assert restored.json() | {"updated_at": ""} == correction.json() | {"updated_at": ""}
    assert customers.status_code == 200
    health = curl(requests[6].replace("customers/1/", f"customers/{customer_id}/"), key)
    assert health.json()["customer"]["name"] == "C-1001"
    assert health.json().keys() >= {"parts", "why", "changed", "nearer"}
    assert (changes.status_code, changes.json()["direction"]) == (200, "nearer")


def test_whoever_reads_on_is_answered():
    key = key_of(next(text for text in COMMANDS if "create_key warehouse" in text))
    snippets = [text for text in COMMANDS if text.startswith("curl")][8:]
    requests = [line for text in snippets for line in text.splitlines()]

    answers = [curl(text, key) for text in requests]

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    *lists, export = answers
    assert len(lists) == 7
    for answer in lists:
        assert answer.json()["results"] == []
    assert export.getvalue().startswith(b"id,source,external_id,")
    assert export.headers["Hearth-Rows"] == "0"


def test_crm_keeps_customers_and_contacts_in_step():
    made, *answers = [json.loads(text) for text in snippets(FROM_A_CRM, "json")]
    create, upsert, change, many, contact = snippets(FROM_A_CRM, "sh")
    key = key_of(create)

    first, again = curl(upsert, key), curl(upsert, key)
    customer = Customer.objects.get()
    here = change.replace("customers/1/", f"customers/{customer.pk}/")
    seen = Client(headers={"Authorization": f"Bearer {key}"}).get(
        re.search(r"/api/\S+(?=\")", here)[0]
    )
    changed = curl(here.replace("$ETAG", seen.headers["ETag"].replace('"', '\\"')), key)
    lost = curl(here.replace("$ETAG", seen.headers["ETag"].replace('"', '\\"')), key)
    batch, person, same = curl(many, key), curl(contact, key), curl(contact, key)

    assert (first.status_code, first.json()) == (201, made | {"id": customer.pk})
    assert again.json()["status"] == "unchanged"
    assert [changed.status_code, lost.status_code] == [200, 412]
    told = batch.json()
    assert told["results"][0] == answers[0]["results"][0] | {"id": customer.pk}
    assert told | {"results": told["results"][1:]} == answers[0] | {
        "results": answers[0]["results"][1:]
    }
    assert [one.json()["status"] for one in (person, same)] == ["made", "unchanged"]
    assert Contact.objects.get().customer == customer


def test_error_in_the_guide_is_what_is_answered(key):
    command = next(text for text in COMMANDS if text.startswith("curl"))

    response = curl(command.replace('"inbound"', '"sideways"'), key)

    assert response.json() | {"title": ""} == ANSWERS[2] | {"title": ""}


def test_log_of_the_guide_is_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text("customer,occurred_at,value\nann,2026-01-01,5\n")
    words = shlex.split(next(text for text in COMMANDS if "load_log" in text))
    out = StringIO()

    call_command(*words[2:], stdout=out)

    assert "1 recorded" in out.getvalue()
