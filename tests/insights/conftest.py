"""What tests of this app share."""

import pytest
from django.core.cache import cache
from django.test import Client

from insights.selectors import silence as selectors
from insights.services import refit as services
from tests.factories import ExecutiveFactory


@pytest.fixture
def executive(db):
    return ExecutiveFactory()


@pytest.fixture
def executive_browser(executive):
    client = Client()
    client.force_login(executive)
    return client


@pytest.fixture
def _nothing_said():
    cache.clear()
    selectors._say_unreadable.cache_clear()


@pytest.fixture
def learns(monkeypatch):
    """Replace the mathematics by an outcome; return what it was given."""
    given = {}

    def learn(outcome):
        def refit(events, kinds, policy, as_of, champion=None, progress=None):
            given.update(events=events, policy=policy, as_of=as_of, champion=champion)
            progress(0.5)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(services, "refit", refit)
        return given

    return learn
