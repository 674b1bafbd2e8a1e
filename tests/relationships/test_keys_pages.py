"""Administrators make, change, rotate and revoke keys in the browser; others see nothing of it."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from relationships.models import AccessKey, Person
from relationships.services import create_key, key_digest, revoke_key, rotate_key
from tests.factories import (
    AdministratorFactory,
    ExecutiveFactory,
    PersonFactory,
    ServiceFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

LIST = "/integrations/keys/"
NEW = "/integrations/keys/new/"
DAY = timedelta(days=1)


@pytest.fixture
def administrator() -> Person:
    return AdministratorFactory(name="Ada")


@pytest.fixture
def browser(administrator) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def form(**fields) -> dict[str, object]:
    asked = {"name": "Webshop", "team": "", "scopes": ["touchpoints:write"], "life": "90"}
    return asked | {"form_id": str(uuid4())} | fields


def made(**fields) -> AccessKey:
    return create_key(**{"name": "Webshop", "scopes": ["touchpoints:write"]} | fields).key


def secret_in(response) -> str:
    return re.search(r'id="secret"[^>]*>(hearth_[\w-]+)<', response.content.decode())[1]


def words(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.mark.parametrize("factory", [PersonFactory, ExecutiveFactory, ServiceFactory])
def test_only_administrators_see_or_do_anything(factory):
    key = made()
    client = Client()
    client.force_login(factory())
    page = f"{LIST}{key.pk}/"

    for path in ("/integrations/", LIST, NEW, page, f"{page}revoke/"):
        assert client.get(path).status_code == 403
    for path in (NEW, page, f"{page}rotate/", f"{page}revoke/", f"{LIST}accounts/{key.person_id}/"):
        assert client.post(path, form()).status_code == 403
    assert b"/integrations/" not in client.get("/accounts/logout/").content
    key.refresh_from_db()
    assert key.revoked_at is None
    assert AccessKey.objects.count() == 1


def test_nobody_who_is_not_signed_in_gets_in():
    assert Client().get(LIST).status_code == 302


def test_empty_list_leads_to_the_first_key(browser):
    response = browser.get("/integrations/", follow=True)

    assert "Nothing is connected yet" in words(response)
    assert f'href="{NEW}"' in response.content.decode()


def test_key_made_in_the_browser_is_shown_once_and_works(browser, administrator):
    team = TeamFactory(name="North")

    response = browser.post(
        NEW,
        form(
            team=team.pk, requests_per_minute="60", scopes=["touchpoints:write", "customers:write"]
        ),
    )

    secret = secret_in(response)
    key = AccessKey.objects.get()
    assert key.digest == key_digest(secret)
    assert (key.person.name, key.person.team, key.created_by) == ("Webshop", team, administrator)
    assert key.requests_per_minute == 60
    assert timedelta(days=89) < key.expires_at - timezone.now() < timedelta(days=91)
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in browser.get(LIST).content.decode()
    assert all(secret not in str(one.get_decoded()) for one in Session.objects.all())
    assert secret not in str(response.cookies)
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    assert api.get("/api/v1/touchpoint-types/").status_code == 200


def test_commands_on_the_page_work_as_they_stand(browser):
    shown = browser.post(NEW, form(scopes=["touchpoints:write", "customers:write"]))
    secret, text = secret_in(shown), unescape(shown.content.decode())
    body = re.search(r"-d '(\{.*?\})'</pre>", text)[1]
    api = Client(headers={"Authorization": f"Bearer {secret}"})

    answer = api.post("/api/v1/touchpoints/", body, content_type="application/json")

    assert answer.status_code == 201
    assert f'/api/v1/touchpoint-types/ \\\n  -H "Authorization: Bearer {secret}"' in text


def test_form_sent_twice_makes_one_key_and_shows_it_once(browser):
    sent = form()
    browser.post(NEW, sent)

    again = browser.post(
        f"{NEW}?account={Person.objects.get(name='Webshop').pk}", sent, follow=True
    )

    assert "was made already" in words(again)
    assert 'id="secret"' not in again.content.decode()
    assert AccessKey.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "x\x00"}, "Null characters are not allowed."),
        ({"name": "known"}, "There is a service account Known already."),
        ({"name": "hearth"}, "Hearth is the source of what people log here; use another name."),
        ({"name": "Hearth (by hand)"}, "Hearth is the source of what people log here"),
        ({"scopes": []}, "Choose at least one thing it may do."),
        ({"scopes": ["everything"]}, "everything is not one of the available choices"),
        ({"team": "999999"}, "not one of the available choices"),
        ({"life": "as_it_is"}, "not one of the available choices"),
        ({"life": "date"}, "Give the last day on which it works."),
        ({"life": "date", "ends_on": "2020-01-01"}, "Give a day from today on"),
        ({"life": "date", "ends_on": "9999-12-31"}, "Give a day from today on"),
        ({"life": "date", "ends_on": "soon"}, "Give a day, such as"),
        ({"requests_per_minute": "0"}, "greater than or equal to 1"),
        ({"requests_per_minute": "9" * 30}, "less than or equal to 1000000"),
        ({"origins": "shop.example.com/path"}, "Use scheme and name without a path"),
        ({"origins": "https://a.example\n" * 51}, "use at most 50"),
        ({"form_id": "x"}, "form_id"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(browser, fields, sentence):
    create_key(name="Known", scopes=["customers:read"])

    response = browser.post(NEW, form(**fields))

    assert response.status_code == 200
    assert sentence in words(response) or sentence in response.content.decode()
    assert AccessKey.objects.count() == 1


def test_last_day_is_whole_and_in_the_readers_time_zone(browser, administrator, time_machine):
    administrator.time_zone = "Europe/Berlin"
    administrator.save()
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=UTC))

    browser.post(NEW, form(life="date", ends_on="2026-03-05"))

    assert AccessKey.objects.get().expires_at == datetime(2026, 3, 5, 23, tzinfo=UTC)


def test_second_key_of_an_account_keeps_its_team(browser):
    key = made(team=TeamFactory(name="North"))

    response = browser.post(f"{NEW}?account={key.person_id}", form(team=""))

    assert secret_in(response)
    assert {one.person for one in AccessKey.objects.all()} == {key.person}


@pytest.mark.parametrize("account", ["0", "999999", "x", "9" * 40, "-1"])
def test_account_that_is_none_is_404(browser, account):
    assert browser.get(f"{NEW}?account={account}").status_code == 404


def test_person_is_no_account(browser):
    person = PersonFactory()

    assert browser.get(f"{NEW}?account={person.pk}").status_code == 404
    assert browser.post(f"{LIST}accounts/{person.pk}/", {"to": "off"}).status_code == 404


def test_rights_are_changed_and_the_moment_it_ends_stays(browser):
    ends = timezone.now() + 3 * DAY
    key = made(expires_at=ends)
    api_rights = {"scopes": ["customers:read", "exports:read"], "origins": "https://A.example"}

    response = browser.post(
        f"{LIST}{key.pk}/", api_rights | {"life": "as_it_is", "requests_per_minute": ""}
    )

    assert response.status_code == 302
    key.refresh_from_db()
    assert key.scopes == ["customers:read", "exports:read"]
    assert key.origins == ["https://a.example"]
    assert key.expires_at == ends


def test_rotated_key_shows_the_new_secret_and_when_the_old_one_ends(browser):
    key = made()

    response = browser.post(
        f"{LIST}{key.pk}/rotate/", {"overlap_hours": "1", "form_id": str(uuid4())}
    )

    new = AccessKey.objects.get(replaces=key)
    assert new.digest == key_digest(secret_in(response))
    assert f"It replaces {key.prefix}… , which still works." in words(response)
    assert "Being replaced" in words(browser.get(LIST))


@pytest.mark.parametrize("overlap", ["2", "-1", "", "x", "8760"])
def test_overlap_that_is_not_offered_is_refused(browser, overlap):
    key = made()

    browser.post(f"{LIST}{key.pk}/rotate/", {"overlap_hours": overlap, "form_id": str(uuid4())})

    assert AccessKey.objects.count() == 1


def test_key_that_ended_or_was_replaced_is_not_rotated(browser):
    replaced, ended = made(), made()
    rotate_key(key_id=replaced.pk, overlap=DAY, now=timezone.now())
    revoke_key(key_id=ended.pk, now=timezone.now())

    for key in (replaced, ended):
        sent = {"overlap_hours": "1", "form_id": str(uuid4())}
        response = browser.post(f"{LIST}{key.pk}/rotate/", sent, follow=True)
        assert "was replaced already" in words(response) or "has ended" in words(response)

    assert AccessKey.objects.count() == 3


def test_revoking_asks_first_and_says_who_did_it(browser, administrator):
    key = made()
    assert "There is no way back" in words(browser.get(f"{LIST}{key.pk}/revoke/"))
    key.refresh_from_db()
    assert key.revoked_at is None

    response = browser.post(f"{LIST}{key.pk}/revoke/", follow=True)

    assert "is revoked" in words(response)
    key.refresh_from_db()
    assert key.revoked_by == administrator
    assert "by Ada" in words(browser.get(f"{LIST}{key.pk}/"))
    assert "had ended already" in words(browser.post(f"{LIST}{key.pk}/revoke/", follow=True))


@pytest.mark.parametrize("pk", ["999999", "9" * 30])
def test_key_that_is_not_there_is_404(browser, pk):
    assert browser.get(f"{LIST}{pk}/").status_code == 404


def test_account_is_switched_off_and_on(browser):
    key = made()

    off = browser.post(f"{LIST}accounts/{key.person_id}/", {"to": "off"}, follow=True)
    assert "Switched off" in words(off)
    assert not Person.objects.get(pk=key.person_id).is_active
    browser.post(f"{LIST}accounts/{key.person_id}/", {"to": "on"})

    assert Person.objects.get(pk=key.person_id).is_active


def test_keys_that_end_soon_and_those_nobody_uses_are_named(browser):
    now = timezone.now()
    made(expires_at=now + 13 * DAY)
    made(expires_at=now + 15 * DAY)
    soon_but_replaced = made(expires_at=now + 5 * DAY)
    new = rotate_key(key_id=soon_but_replaced.pk, overlap=DAY, now=now).key
    AccessKey.objects.filter(pk=new.pk).update(expires_at=None)
    used, unused, never = made(), made(), made()
    old = {"created_at": now - 100 * DAY}
    AccessKey.objects.filter(pk=used.pk).update(last_used_at=now - 89 * DAY, **old)
    AccessKey.objects.filter(pk=unused.pk).update(last_used_at=now - 91 * DAY, **old)
    AccessKey.objects.filter(pk=never.pk).update(**old)

    said = words(browser.get(LIST))

    assert "1 key ends within 14 days" in said
    assert "2 keys have not been used for 90 days" in said
    assert said.count("Unused for 90 days") == 2


def test_list_says_where_a_key_was_used_and_that_an_ended_one_is_tried(browser):
    now, key = timezone.now(), made(origins=["https://a.example"], scopes=["customers:read"])
    revoked = made(name="Telephone")
    revoke_key(key_id=revoked.pk, now=now)
    AccessKey.objects.filter(pk=key.pk).update(
        last_used_at=now - timedelta(minutes=3), last_used_from="192.0.2.7"
    )
    AccessKey.objects.filter(pk=revoked.pk).update(last_refused_at=now - timedelta(minutes=2))

    said = words(browser.get(LIST))

    assert "Last used 3 minutes ago from 192.0.2.7" in said
    assert "only from https://a.example" in said
    assert "Visitors of a page can read with it" in said
    assert "1 key that ended, still tried 2 minutes ago" in said


def test_list_asks_as_often_for_many_as_for_few(browser, django_assert_max_num_queries):
    for number in range(30):
        key = made(name=f"Account {number:02}", team=TeamFactory())
        if number % 2:
            rotate_key(key_id=key.pk, overlap=DAY, now=timezone.now())
    browser.get(LIST)

    with django_assert_max_num_queries(10):
        first = browser.get(LIST)

    assert "Page 1 of 2" in words(first)
    assert "Account 29" in words(browser.get(f"{LIST}?page=2"))


def test_names_are_written_as_text(browser):
    made(name="<script>alert(1)</script> shop")

    assert b"<script>alert" not in browser.get(LIST).content
