"""The shell of every page: navigation, colours, demonstration bar, error pages, strict content."""

import gzip
import os
import re
import subprocess
import sys

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client

from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
)

pytestmark = pytest.mark.django_db


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize(
    ("factory", "sees"),
    [(PersonFactory, False), (ExecutiveFactory, True), (AdministratorFactory, True)],
)
def test_the_navigation_offers_distance_to_those_who_may_see_it(factory, sees):
    page = signed_in(factory()).get("/customers/").text
    assert ('href="/distance/"' in page) is sees


def test_the_page_one_is_on_is_marked():
    page = signed_in(ExecutiveFactory()).get("/distance/").text
    (current,) = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', page)
    assert current == "/distance/"


@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [("dark", 'data-scheme="dark"'), ("light", 'data-scheme="light"'), ("auto", ""), ('"><x', "")],
)
def test_the_server_renders_the_chosen_colours_and_nothing_else(cookie, attribute):
    client = signed_in(PersonFactory())
    client.cookies["scheme"] = cookie
    (head,) = re.findall(r"<html[^>]*>", client.get("/customers/").text)
    assert head == f'<html lang="en"{attribute and " " + attribute}>'


def test_demonstration_data_is_said_on_every_page_and_taken_away_by_administrators_only():
    assert "Demonstration data" not in signed_in(PersonFactory()).get("/customers/").text
    CustomerFactory(is_demo=True)
    manager = signed_in(PersonFactory()).get("/customers/").text
    administrator = signed_in(AdministratorFactory()).get("/customers/").text
    assert "Demonstration data" in manager
    assert "Remove it" not in manager
    assert "Remove it" in administrator
    assert "Demonstration data" in Client().get("/accounts/login/").text


@pytest.mark.parametrize("path", ["/customers/", "/distance/", "/accounts/login/", "/nowhere/"])
def test_no_page_needs_an_inline_script_or_style(path):
    ReadingFactory()
    response = (Client() if "login" in path else signed_in(ExecutiveFactory())).get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|hx-on|<script>", response.text)


def test_json_needs_no_policy_but_a_drawing_does():
    ReadingFactory()
    executive = signed_in(ExecutiveFactory())
    assert "Content-Security-Policy" in executive.get("/distance/?take=bands.svg").headers
    assert "Content-Security-Policy" not in Client().get("/api/v1/customers/").headers


def test_pages_are_compressed_for_those_who_take_it():
    client = signed_in(PersonFactory())
    plain = client.get("/customers/")
    small = client.get("/customers/", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.content) * 3 < len(plain.content)
    assert b"<h1>Customers</h1>" in gzip.decompress(small.content)
    assert int(small.headers["Content-Length"]) == len(small.content)


@pytest.mark.parametrize(
    "path",
    # A tag of the API names its bytes; what is shown once must not be guessed by its length.
    ["/api/v1/people/", "/integrations/keys/new/", "/customers/customers.csv"],
)
def test_nothing_else_is_compressed(path):
    ReadingFactory()
    response = signed_in(AdministratorFactory()).get(path, headers={"accept-encoding": "gzip"})
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers


def test_static_files_are_compressed_once_where_hearth_is_in_use():
    environment = os.environ | {"TESTING": "0", "DEBUG": "0"}
    asked = "from config import settings; print(settings.STORAGES['staticfiles']['BACKEND'])"
    said = subprocess.check_output([sys.executable, "-c", asked], env=environment, text=True)
    assert said.strip() == "whitenoise.storage.CompressedManifestStaticFilesStorage"


def test_an_icon_is_drawn_once_and_its_attributes_are_escaped():
    icon = Template('{% lucide "sun" size=16 aria_label=label %}')
    drawn = [icon.render(Context({"label": label})) for label in ('"><b>', '"><b>', "Day")]
    assert drawn[0] == drawn[1]
    assert drawn[0].startswith("<svg")
    assert "<b>" not in drawn[0]
    assert 'aria-label="Day"' in drawn[2]


def test_nothing_here_is_a_page_that_leads_on():
    response = signed_in(PersonFactory()).get("/nowhere/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.text
    assert 'href="/"' in response.text


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_neither_request_nor_context(name):
    page = render_to_string(name)
    assert page.count("<h1>") == 1
    assert "site-nav" not in page


def test_an_old_form_is_answered_in_words():
    client = Client(enforce_csrf_checks=True)
    client.force_login(PersonFactory())
    response = client.post("/accounts/logout/")
    assert response.status_code == 403
    assert "This page has expired" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-nothing/",
    ],
)
def test_the_entrance_pages_are_ours(path):
    response = Client().get(path)
    assert response.status_code == 200
    assert 'class="entrance"' in response.text
