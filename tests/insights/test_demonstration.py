"""The page that takes the demonstration away."""

import pytest
from django.test import Client

from relationships.models import Customer
from tests.factories import (
    AdministratorFactory,
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
)

pytestmark = pytest.mark.django_db


def test_administrators_remove_the_demonstration_with_one_click():
    CustomerFactory(is_demo=True)
    client = Client()
    client.force_login(AdministratorFactory())

    bar = client.get("/").content.decode()
    response = client.post("/demonstration/remove/", follow=True)

    assert 'action="/demonstration/remove/"' in bar
    assert "Demonstration data removed: 1 customer and 0 touchpoints." in response.content.decode()
    assert not Customer.objects.exists()


@pytest.mark.parametrize("factory", [PersonFactory, ExecutiveFactory])
def test_nobody_else_removes_the_demonstration(factory):
    CustomerFactory(is_demo=True)
    client = Client()
    client.force_login(factory())

    assert client.post("/demonstration/remove/").status_code == 403
    assert "/demonstration/remove/" not in client.get("/").content.decode()
    assert Customer.objects.exists()
