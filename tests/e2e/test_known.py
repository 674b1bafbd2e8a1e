"""Who knows our customers, in a browser: readable for everyone, by a key, down to the list."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from tests.factories import AdministratorFactory, CustomerFactory, ExecutiveFactory, PersonFactory


@pytest.fixture
def executive():
    now = timezone.now()
    people = PersonFactory.create_batch(4, function="Sales", level="staff")
    items = [
        NewTouchpoint(
            type="meeting.in_person", customer=CustomerFactory(stage=stage, yearly_value=9000).pk,
            person_id=person.pk, occurred_at=now - timedelta(days=8),
        )
        for person in people for stage in ("lead", "current", "current")
    ]  # fmt: skip
    record(source=source_named("test"), items=items, by=AdministratorFactory(), now=now)
    while drain(now=now):
        pass
    return ExecutiveFactory()


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_page(open_page, executive, accessibility_problems, width):
    page = open_page(executive, "/distance/", width=width)
    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/who-knows/$"))
    page.wait_for_load_state()
    assert accessibility_problems(page) == []
    page.get_by_role("region", name="Known to one of us only").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"known=one"))
    expect(page.get_by_role("status").filter(has_text="8 customers")).to_be_visible()
    assert accessibility_problems(page) == []
