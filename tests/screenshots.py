"""`make screenshots`: a picture of every page, on a desk and a phone, light and dark.

It starts servers of its own, loads the demonstration, signs in as each role, and writes
docs/images/PAGE-WIDTH-SCHEME.webp and docs/pages.md. Arguments choose among the pages:
`python -m tests.screenshots today customer`. It needs Chromium.
"""

import base64
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from tests.bench.database import connection, scratch_database  # first: sets up
from tests.browser import chromium

from django.conf import settings  # isort: skip
from django.db import DEFAULT_DB_ALIAS, connections  # isort: skip
from django.contrib.staticfiles.handlers import StaticFilesHandler  # isort: skip
from django.test import Client  # isort: skip
from django.test.testcases import LiveServerThread  # isort: skip
from playwright.sync_api import Browser, BrowserContext, sync_playwright  # isort: skip

from relationships.signs_of_life import DRAIN, WEBHOOKS, WORKER, say_alive  # isort: skip
from tests.organisation import Organisation, demonstration  # isort: skip
from tests.pages import ADMINISTRATOR, EXECUTIVE, MANAGER, PAGES, VISITOR, Page  # isort: skip

DOCS = Path(__file__).resolve().parents[1] / "docs"
IMAGES = DOCS / "images"
SIZES = {1440: 900, 390: 844}
SCHEMES = ("light", "dark")
QUALITY = 50
"""Of WebP: text stays sharp, and all pictures together take less than 6 MB."""

LARGEST_BYTES = 8_000_000
ROLES = {
    VISITOR: "Before signing in",
    MANAGER: "Account managers",
    EXECUTIVE: "Executives",
    ADMINISTRATOR: "Administrators",
}


def main(chosen: Sequence[str]) -> None:
    """Take the pictures and write the page that shows them."""
    if chromium() is None:
        raise SystemExit("This needs Chromium: apt-get install chromium")
    IMAGES.mkdir(exist_ok=True)
    pages = [page for page in PAGES if not chosen or page.name in chosen]
    with scratch_database(), _served() as root, _browser() as browser:
        organisation = demonstration()
        for who in ROLES:
            for width, scheme in product(SIZES, SCHEMES):
                with _signed_in(browser, organisation, who, root, width, scheme) as context:
                    for page in (one for one in pages if one.who == who):
                        _let_workers_seem_alive()
                        path = IMAGES / image(page, width, scheme)
                        path.write_bytes(_picture(context, organisation.address(page)))
                        print(path.name, flush=True)
    _remove_others()
    (DOCS / "pages.md").write_text(document())
    total = sum(path.stat().st_size for path in IMAGES.iterdir())
    print(f"{len(pages)} pages, {total / 1e6:.1f} MB in {IMAGES}")
    if total > LARGEST_BYTES:
        raise SystemExit(f"More than {LARGEST_BYTES / 1e6:.0f} MB: lower QUALITY.")


def image(page: Page, width: int, scheme: str) -> str:
    """Return the name of a picture."""
    return f"{page.name}-{width}-{scheme}.webp"


def document() -> str:
    """Return the page that shows every page."""
    lines = ["# Every page", "", "Made by `make screenshots`, with demonstration data."]
    for who, title in ROLES.items():
        lines += ["", f"## {title}"]
        for page in (one for one in PAGES if one.who == who):
            lines += ["", f"### {page.name.replace('_', ' ').capitalize()}", "", page.line, ""]
            lines.append(_pictures(page))
    return "\n".join(lines) + "\n"


def _pictures(page: Page) -> str:
    """Return the pictures of a page side by side: those of a phone are a quarter as wide."""
    shown = [
        f'<img src="images/{image(page, width, scheme)}" width="{380 if width > 1000 else 110}"'
        f' alt="{page.line} {width} px, {scheme}">'
        for width in SIZES
        for scheme in SCHEMES
    ]
    return "\n".join(shown)


@contextmanager
def _served() -> Iterator[str]:
    """Serve the scratch database's Hearth with its static files; yield its address."""
    connection.inc_thread_sharing()
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    try:
        yield f"http://127.0.0.1:{thread.port}"
    finally:
        thread.terminate()
        connection.dec_thread_sharing()


@contextmanager
def _browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, where Django would refuse the database, and would
    # open another connection that stays open.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    kept = connections[DEFAULT_DB_ALIAS]
    with sync_playwright() as playwright:
        connections[DEFAULT_DB_ALIAS] = kept
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def _signed_in(
    browser: Browser, organisation: Organisation, who: str, root: str, width: int, scheme: str
) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme, base_url=root,
        reduced_motion="reduce",
    )  # fmt: skip
    if who != VISITOR:
        client = Client()
        client.force_login(organisation.people[who])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": root}])
    yield context
    context.close()


def _picture(context: BrowserContext, address: str) -> bytes:
    tab = context.new_page()
    answer = tab.goto(address, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise SystemExit(f"{address} answered {answer and answer.status}.")
    asked = {"format": "webp", "quality": QUALITY}
    taken = context.new_cdp_session(tab).send("Page.captureScreenshot", asked)
    tab.close()
    return base64.b64decode(taken["data"])


def _let_workers_seem_alive() -> None:
    """Pages would warn of workers that are not there, and here none has anything to do."""
    for worker in (DRAIN, WORKER, WEBHOOKS):
        say_alive(worker)


def _remove_others() -> None:
    """Remove pictures of pages that are no more."""
    known = {image(page, width, scheme) for page in PAGES for width in SIZES for scheme in SCHEMES}
    for path in IMAGES.iterdir():
        if path.name not in known:
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
