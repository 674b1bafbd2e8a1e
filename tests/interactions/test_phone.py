"""Installing Hearth on a phone: the manifest, the worker, and the page that is kept."""

import json
import re
import struct

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

pytestmark = pytest.mark.django_db


def kept(response) -> dict:
    return json.loads(re.search(r"self\.KEPT = (\{.*?\});", response.text)[1])


def test_the_manifest_says_what_is_installed(client):
    response = client.get("/manifest.webmanifest")

    assert response.headers["Content-Type"] == "application/manifest+json"
    said = response.json()
    assert (said["start_url"], said["scope"], said["display"]) == ("/", "/", "standalone")
    assert {one["purpose"] for one in said["icons"]} == {"any", "maskable"}
    assert [one["url"] for one in said["shortcuts"]] == ["/log/", "/"]
    assert said["share_target"]["action"] == "/log/shared/"


def test_every_icon_is_there_in_the_size_it_says(client):
    for icon in client.get("/manifest.webmanifest").json()["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        assert path, icon["src"]
        if icon["type"] == "image/png":
            with open(path, "rb") as image:
                width, height = struct.unpack(">II", image.read(24)[16:])
            assert icon["sizes"] == f"{width}x{height}"


def test_every_page_names_the_manifest_and_whose_it_is(browser, manager, client):
    assert '<link rel="manifest" href="/manifest.webmanifest">' in browser.get("/log/").text
    assert f'<meta name="hearth-person" content="{manager.pk}">' in browser.get("/log/").text
    assert '<meta name="hearth-person" content="">' in client.get("/accounts/login/").text


def test_the_worker_stands_at_the_root_and_is_always_asked_for_anew(client):
    response = client.get("/service-worker.js")

    assert response.headers["Content-Type"] == "text/javascript"
    assert "no-cache" in response.headers["Cache-Control"]
    assert "/static/js/worker.js" in response.text
    said = kept(response)
    assert said["page"] == "/offline/"
    assert {"/static/css/hearth.css", "/static/js/waiting.js", "/static/js/offline.js"} <= set(
        said["files"]
    )
    assert all(finders.find(path.removeprefix("/static/")) for path in said["files"])


def test_pages_may_use_a_manifest_and_workers_of_our_own_only(client):
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"].split("; ")
    assert {"manifest-src 'self'", "worker-src 'self'"} <= set(policy)


def test_the_page_that_is_kept_holds_nothing_of_the_person(browser, manager):
    mine, nobodys = browser.get("/offline/").text, Client().get("/offline/").text

    assert mine == nobodys
    for personal in (manager.name, manager.email, "csrfmiddlewaretoken", "hearth-person"):
        assert personal not in mine


def test_the_version_of_the_worker_changes_with_the_page_only(browser, client):
    assert kept(browser.get("/service-worker.js")) == kept(client.get("/service-worker.js"))
