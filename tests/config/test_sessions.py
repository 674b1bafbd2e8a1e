"""Who is signed in is read by a statement of our own, and otherwise as Django does."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from config.sessions import SessionStore
from tests.factories import ExecutiveFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.force_login(ExecutiveFactory())
    return client


def test_session_that_is_over_is_none_and_gets_another_key(signed_in):
    key = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    assert signed_in.get("/").status_code == HTTPStatus.OK
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    over = SessionStore(key)

    assert signed_in.get("/").status_code == HTTPStatus.FOUND
    assert (over.load(), over.session_key) == ({}, None)


def test_session_that_never_was_is_none_and_is_asked_for_once(django_assert_num_queries):
    never = SessionStore("a" * 32)

    with django_assert_num_queries(1):
        assert (never.load(), never.session_key) == ({}, None)
    assert SessionStore(None).load() == {}
