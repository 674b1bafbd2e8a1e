"""A browser that tolerates no error, and someone signed in."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from relationships.models import Person
from tests.browser import chromium

Open = Callable[..., Page]

NO_WORKER = "Service Worker registration blocked by Playwright"
NO_NETWORK = "Failed to load resource: net::ERR_"
GIVEN_UP = ("htmx:afterRequest", "htmx:sendError")
"""What a page says of a request that it had not got an answer to when it was left."""

STORY_TO_COME = '#story[hx-trigger="load"]'

# What is fading in has too little contrast until it is there. It is asked for again and again, for
# a promise that all of it is finished was once waited for without end.
SETTLED = """
    () => document.getAnimations().every(
        (one) => one.playState !== "running"
            || one.effect.getComputedTiming().endTime === Infinity
    )
"""

# axe is a large script: a page that has it already is not given it again.
HAS_AXE = "() => typeof axe !== 'undefined'"
AXE = (
    "(rules) => axe.run({resultTypes: ['violations'], ...rules}).then((found) => found.violations)"
)
ONLY_CONTRAST = {"runOnly": ["color-contrast"]}
"""The one rule that asks for colours, and takes as long as all others."""
WIDTH = "() => document.documentElement.scrollWidth"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here: it needs Chromium, committed data, and the catalogue afterwards.

    On a busy machine a browser may take longer than any test waits: what fails is run once more,
    and the summary names what needed it. What fails twice has failed.
    """
    for item in items:
        if "tests/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True))


@pytest.fixture(scope="session")
def chrome(django_db_setup: None) -> Iterator[Browser]:
    """Start the browser of this machine once."""
    # Playwright's loop runs in this thread, where Django would refuse the database, and would
    # open another connection that knows nothing of the catalogue to put back.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    connection = connections[DEFAULT_DB_ALIAS]
    with sync_playwright() as playwright:
        connections[DEFAULT_DB_ALIAS] = connection
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _is_complaint(text: str, kind: str, *, has_worker: bool) -> bool:
    """Whether a page complains of what a test did not ask for: no worker, or else no network."""
    is_asked_for = text.startswith(NO_NETWORK) if has_worker else text == NO_WORKER
    return kind in {"error", "warning"} and not (is_asked_for or text.startswith(GIVEN_UP))


@pytest.fixture
def open_page(chrome: Browser, live_server: Any) -> Iterator[Open]:
    """Open pages as a person, at a width, in light colours; any error fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_as(
        person: Person, path: str, *, width: int = 1440, has_script: bool = True,
        has_worker: bool = False,
    ) -> Page:  # fmt: skip
        client = Client()
        client.force_login(person)
        context = chrome.new_context(
            viewport={"width": width, "height": 900}, color_scheme="light",
            java_script_enabled=has_script, base_url=live_server.url,
            service_workers="allow" if has_worker else "block",
        )  # fmt: skip
        contexts.append(context)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text)
                if _is_complaint(said.text, said.type, has_worker=has_worker)
                else None
            ),
        )
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def accessibility_problems() -> Callable[[Page], list[str]]:
    """Return a check that names what is wrong with a page as it stands, light and dark.

    What axe finds, and a page that must be scrolled sideways (WCAG 1.4.10).
    """

    def check(page: Page) -> list[str]:
        page.wait_for_selector(STORY_TO_COME, state="detached")
        if not page.evaluate(HAS_AXE):
            page.evaluate(Axe().axe_script)
        problems = []
        for scheme, rules in (("dark", ONLY_CONTRAST), ("light", {})):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(SETTLED)
            problems += [
                f"{v['id']} ({scheme}): {v['nodes'][0]['html'][:200]}"
                for v in page.evaluate(AXE, rules)
            ]
        needed, there = page.evaluate(WIDTH), page.viewport_size["width"]
        return [*problems, f"{needed} px wide on {there}"] if needed > there else problems

    return check
