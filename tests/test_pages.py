"""Every page of Hearth is known by name, opens, and is light."""

import re
from gzip import compress
from http import HTTPStatus
from uuid import UUID

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.converters import UUIDConverter

from insights import urls as insights_urls
from interactions import urls as interactions_urls
from relationships import urls as relationships_urls
from tests.factories import AdministratorFactory
from tests.organisation import Organisation, demonstration
from tests.pages import OTHERS, PAGES, PARTS, VISITOR

pytestmark = pytest.mark.django_db

LARGEST_BYTES = 100_000
GZIP_LEVEL = 9
"""WhiteNoise compresses static files once, as well as it can."""


def named() -> set[str]:
    """Return the names of all addresses for browsers."""
    ours = (insights_urls, interactions_urls, relationships_urls)
    return {pattern.name for module in ours for pattern in module.urlpatterns if pattern.name}


def nothing(name: str) -> list[int | UUID]:
    """Return arguments of an address that name nothing there is."""
    ((((_, arguments), *_), _, _, converters), *_) = get_resolver().reverse_dict.getlist(name)
    return [UUID(int=0) if isinstance(converters[a], UUIDConverter) else 0 for a in arguments]


def test_every_address_for_browsers_is_a_page_that_is_known_or_said_to_be_none():
    client = Client()
    client.force_login(AdministratorFactory())
    known = {page.name for page in PAGES}
    forgotten = []
    for name in sorted(named() - known - PARTS - OTHERS):
        url = reverse(name, args=nothing(name))
        # What only takes what is sent to it is no page.
        if client.get(url).status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            forgotten.append(name)
    assert forgotten == [], "Add them to tests/pages.py."
    assert named() >= (PARTS | OTHERS)


def resources(text: str) -> set[str]:
    """Return the files of ours that a browser fetches for a page."""
    found = re.findall(r'<(?:script|img|link)\b[^>]*?\b(?:src|href)="(/[^"]+)"', text)
    return {url for url in found if url.startswith("/static/")}


def static_bytes(url: str) -> int:
    """Return what a static file weighs as it is sent: text compressed, images as they are."""
    path = finders.find(url.removeprefix("/static/").partition("?")[0])
    with open(path, "rb") as file:
        content = file.read()
    if url.endswith((".png", ".webp", ".woff2")):
        return len(content)
    nested = re.findall(rb"url\([\"']?([^\"')]+)", content) if url.endswith(".css") else []
    assert [one for one in nested if not one.startswith(b"data:")] == [], "Weigh these too."
    return len(compress(content, GZIP_LEVEL))


def fetched(text: str) -> set[str]:
    """Return the addresses from which a page fetches parts of itself as soon as it is there."""
    return set(re.findall(r'hx-get="([^"]+)" hx-trigger="load"', text))


def client_of(organisation: Organisation, who: str) -> Client:
    client = Client(headers={"accept-encoding": "gzip"})
    if who != VISITOR:
        client.force_login(organisation.people[who])
    return client


def test_every_page_opens_and_weighs_less_than_100_kb_with_all_its_files():
    organisation = demonstration()
    heavy, weights = [], {}
    for page in PAGES:
        address = organisation.address(page)
        plain = client_of(organisation, page.who)
        sent = plain.get(address)
        assert sent.status_code == HTTPStatus.OK, f"{page.name}: {address}"
        text = plain.get(address, headers={"accept-encoding": "identity"}).text
        parts = [plain.get(url, headers={"hx-request": "true", "hx-target": "story"}).content
                 for url in fetched(text)]  # fmt: skip
        documents = sum(map(len, [sent.content, *parts]))
        weights[page.name] = documents + sum(map(static_bytes, resources(text)))
        if weights[page.name] >= LARGEST_BYTES:
            heavy.append((page.name, weights[page.name]))
        assert len(resources(text)) > 5, page.name
    print(sorted(weights.items(), key=lambda one: -one[1]))
    assert heavy == []
