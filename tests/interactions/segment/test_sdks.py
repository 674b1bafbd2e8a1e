"""The SDKs themselves, over a socket: nothing of them is changed but the host and the key."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rudderstack.analytics import request as rudderstack_requests
from rudderstack.analytics.client import Client as RudderStack
from segment.analytics import request as segment_requests
from segment.analytics.client import Client as Segment

from interactions.models import ReceivedEvent, Touchpoint
from interactions.tasks import settle_events
from relationships.models import Contact, Customer
from relationships.services import create_key
from tests.node import node

HERE = Path(__file__).parent / "node"

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def secret() -> str:
    return create_key(name="shop", scopes=["touchpoints:write", "customers:write"]).secret


@pytest.fixture(autouse=True)
def _connections_end() -> Iterator[None]:
    """End the connections that the SDKs keep: the server's threads hold the database."""
    yield
    for module in (rudderstack_requests, segment_requests):
        module._session.close()


def say_everything(sdk: Any, errors: list[Any]) -> None:
    """Make every call there is, in the order in which a site would."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    sdk.page(anonymous_id="a-1", name="Prices", timestamp=yesterday)
    traits = {"name": "Zoë Müller", "email": "zoe@example.com"}
    sdk.identify("u-17", traits, anonymous_id="a-1")
    sdk.group("u-17", "g-1", {"name": "Łódź & Söhne"})
    sdk.track("u-17", "Order Completed", {"total": 39.95})
    sdk.screen("u-17", name="Home")
    sdk.alias("old-17", "u-17")
    sdk.flush()
    sdk.join()
    assert errors == []


def check_everything() -> None:
    """Check what became of it: one company with one contact, and what they did."""
    settle_events()
    company = Customer.objects.get(merged_into=None)
    contact = Contact.objects.get(customer=company)
    touchpoints = Touchpoint.objects.select_related("type")
    assert (company.name, contact.name) == ("Łódź & Söhne", "Zoë Müller")
    assert sorted(one.type.key for one in touchpoints) == ["app.used", "order.placed", "web.visit"]
    assert {one.customer_id for one in touchpoints} == {company.pk}
    assert contact.identities.filter(kind="email", value="zoe@example.com").exists()
    fates = ReceivedEvent.objects.values_list("status", flat=True)
    assert set(fates) == {ReceivedEvent.Status.RECORDED, ReceivedEvent.Status.APPLIED}


@pytest.mark.parametrize("is_gzip", [True, False])
@pytest.mark.parametrize("prefix", ["", "/segment"])
@pytest.mark.parametrize("make", [Segment, RudderStack])
def test_the_python_sdks(
    live_server: Any, secret: str, make: Callable[..., Any], prefix: str, is_gzip: bool
) -> None:
    errors: list[Any] = []
    sdk = make(
        secret, host=live_server.url + prefix, gzip=is_gzip, max_retries=0,
        on_error=lambda error, items: errors.append(error),
    )  # fmt: skip
    say_everything(sdk, errors)
    check_everything()


@pytest.mark.parametrize("make", [Segment, RudderStack])
def test_a_wrong_key_is_told_to_the_python_sdks(live_server: Any, make: Callable[..., Any]) -> None:
    sdk = make("hearth_no", host=live_server.url, sync_mode=True)
    with pytest.raises(Exception, match="unauthorized"):
        sdk.track("u-17", "Order Completed")
    assert not ReceivedEvent.objects.exists()


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a script beside the SDK for Node, as the lock file has it."""
    place = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "send.mjs"):
        shutil.copy(HERE / name, place)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=place, check=True, capture_output=True, timeout=180)
    return place / "send.mjs"


@pytest.mark.node
@pytest.mark.parametrize("path", ["/v1/batch", "/segment/v1/batch", "/segment/batch/"])
def test_the_sdk_for_node(live_server: Any, secret: str, script: Path, path: str) -> None:
    done = subprocess.run(
        [node() or "node", script, live_server.url, path, secret],
        capture_output=True, check=False, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    check_everything()
