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

GUIDE = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
SNIPPETS = re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = [text for language, text in SNIPPETS if language == "sh"]
ANSWERS = [json.loads(text) for language, text in SNIPPETS if language == "json"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    words = shlex.split(next(text for text in COMMANDS if "create_key" in text))
    out = StringIO()
    call_command(*words[2:], stdout=out)
    return re.search(r"hearth_\S+", out.getvalue())[0]


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
    out = StringIO()
    words = shlex.split(next(text for text in COMMANDS if "create_key warehouse" in text))
    call_command(*words[2:], stdout=out)
    key = re.search(r"hearth_\S+", out.getvalue())[0]
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
