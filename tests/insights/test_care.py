"""Do we care: who may see it, and that its numbers and lists are those of what happened."""

import pytest
from django.test import Client

from tests.factories import ExecutiveFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def executive():
    client = Client()
    client.force_login(ExecutiveFactory())
    return client


def test_an_account_manager_is_told_why_this_is_not_for_them():
    client = Client()
    client.force_login(PersonFactory())
    for url in ("/care/", "/care/behind/waiting/"):
        response = client.get(url)
        assert response.status_code == 403
        assert "for executives and administrators" in response.text


def test_an_empty_organisation_is_told_so(executive):
    response = executive.get("/care/")
    assert response.status_code == 200
    assert "there is nothing to tell" in response.text
    for what in ("waiting", "said", "not-due"):
        assert "Nothing here" in executive.get(f"/care/behind/{what}/").text
