"""Keys in a browser: made, copied, used from a web page of others, rotated and revoked."""

import re
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from relationships.models import AccessKey
from relationships.services import create_key, revoke_key, rotate_key
from tests.factories import AdministratorFactory, TeamFactory

LIST = "/integrations/keys/"


@pytest.fixture
def admin():
    """Return an administrator."""
    return AdministratorFactory(name="Ada")


def fill_with_keys() -> AccessKey:
    """Make accounts in every state, and return a key that works."""
    now = timezone.now()
    shop = create_key(
        name="Webshop", scopes=["touchpoints:write", "customers:read"], requests_per_minute=60,
        origins=["https://shop.example"], expires_at=now + timedelta(days=9),
    ).key  # fmt: skip
    desk = create_key(name="Help desk", scopes=["touchpoints:write"], team=TeamFactory()).key
    rotate_key(key_id=desk.pk, overlap=timedelta(days=1), now=now)
    lost = create_key(name="Telephone", scopes=["touchpoints:write"]).key
    revoke_key(key_id=lost.pk, now=now)
    AccessKey.objects.filter(pk=lost.pk).update(last_refused_at=now, last_refused_from="192.0.2.7")
    return shop


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_pages(open_page, admin, accessibility_problems, width):
    page = open_page(admin, LIST, width=width)
    expect(page.get_by_text("Nothing is connected yet")).to_be_visible()
    assert accessibility_problems(page) == []
    shop = fill_with_keys()
    paths = [LIST, f"{LIST}new/", f"{LIST}{shop.pk}/", f"{LIST}{shop.pk}/revoke/"]
    for path in paths:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details:not(.menu)').forEach(d => d.open = true)")
        assert accessibility_problems(page) == []
    page.goto(f"{LIST}{shop.pk}/")
    page.get_by_role("button", name="Rotate").click()
    expect(page.get_by_role("heading", name="Your new key for Webshop")).to_be_visible()
    assert accessibility_problems(page) == []


def test_key_is_made_copied_used_rotated_and_revoked(open_page, admin):
    page = open_page(admin, LIST)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Make the first key").click()
    page.get_by_label("Name").fill("Webshop")
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_text("Copied")).to_be_visible()
    secret = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"hearth_[\w-]{43}", secret)
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    assert api.get("/api/v1/touchpoint-types/").status_code == 200

    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text("Last used just now from 127.0.0.1")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Manage")).click()
    page.get_by_label("works for another hour").check()
    page.get_by_role("button", name="Rotate").click()
    new = page.locator("#secret").inner_text()
    assert new != secret

    page.goto(LIST)
    old_row = page.locator("li", has_text="Being replaced")
    old_row.get_by_role("link", name=re.compile("^Manage")).click()
    page.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke it now").click()
    expect(page.get_by_text("Nothing works with it now.")).to_be_visible()
    assert api.get("/api/v1/touchpoint-types/").status_code == 401
    again = Client(headers={"Authorization": f"Bearer {new}"})
    assert again.get("/api/v1/touchpoint-types/").status_code == 200


def test_it_all_works_without_script(open_page, admin):
    page = open_page(admin, f"{LIST}new/", has_script=False)
    page.get_by_label("Name").fill("Webshop")
    page.get_by_label("until a day of your choice").check()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("Give the last day on which it works.")).to_be_visible()
    page.get_by_label("Last day").fill(f"{timezone.now() + timedelta(days=40):%Y-%m-%d}")
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("#secret")).to_have_text(re.compile("^hearth_"))
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.goto(LIST)
    page.get_by_role("button", name="Switch off Webshop").click()
    expect(page.get_by_role("button", name="Switch on Webshop")).to_be_visible()


class Shop(BaseHTTPRequestHandler):
    """A web page of somebody else."""

    def do_GET(self) -> None:
        """Serve it."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>A shop</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def origins():
    """Serve two web pages of others, and return their origins."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Shop) for _ in range(2)]
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    yield [f"http://127.0.0.1:{server.server_port}" for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


def test_browser_lets_a_page_use_the_key_that_names_it_and_no_other(live_server, chrome, origins):
    made = create_key(name="Page", scopes=["touchpoints:write"], origins=origins[:1])
    types = f"{live_server.url}/api/v1/touchpoint-types/"
    ask = """([url, secret]) => fetch(url, {headers: {Authorization: `Bearer ${secret}`}})
        .then((answer) => answer.status, () => "blocked")"""
    context = chrome.new_context()
    page = context.new_page()

    answers = []
    for origin in origins:
        page.goto(f"{origin}/")
        answers += [page.evaluate(ask, [types, secret]) for secret in (made.secret, "hearth_x")]

    assert answers == [200, 401, "blocked", "blocked"]
    context.close()
