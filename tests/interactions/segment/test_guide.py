"""Every snippet of docs/segment.md does what the guide says."""

import base64
import json
import re
import shlex
import urllib.request
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from segment.analytics import request as segment_requests

from interactions.models import ReceivedEvent, Touchpoint

GUIDE = (Path(settings.BASE_DIR) / "docs" / "segment.md").read_text()
SNIPPETS = re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_guide_from_top_to_bottom(live_server):
    (make_key, curl), (python,), (answer,) = (
        [text for kind, text in SNIPPETS if kind == wanted] for wanted in ("sh", "python", "json")
    )
    out = StringIO()
    call_command(*shlex.split(make_key)[2:], stdout=out)
    key = re.search(r"hearth_\S+", out.getvalue())[0]

    exec(compile(python, "docs/segment.md", "exec"), {"KEY": key, "HEARTH": live_server.url})
    segment_requests._session.close()
    words = shlex.split(curl.replace("$KEY", key).replace("$HEARTH", live_server.url))
    signed = base64.b64encode(words[words.index("-u") + 1].encode()).decode()
    url = next(word for word in words if word.startswith("http"))
    data = words[words.index("-d") + 1].encode()
    # What curl says of data that nobody described; urllib says the same.
    request = urllib.request.Request(url, data, {"Authorization": f"Basic {signed}"})
    with urllib.request.urlopen(request, timeout=20) as response:
        said = json.load(response)

    assert said == json.loads(answer)
    touchpoint = Touchpoint.objects.select_related("customer", "contact").get()
    assert (touchpoint.customer.name, touchpoint.contact.name) == ("Acme", "Zoë Müller")
    unmapped = ReceivedEvent.objects.get(status=ReceivedEvent.Status.UNMAPPED)
    assert unmapped.name == "Report Exported"
