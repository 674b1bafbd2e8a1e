"""A page that waits until everyone is counted, in a browser."""

from playwright.sync_api import expect

from insights.models import CustomerState
from tests.factories import CustomerFactory, ExecutiveFactory


def test_the_page_that_waited_shows_what_it_is_about_once_everyone_is_counted(
    open_page, accessibility_problems
):
    for version in (0, -1):
        CustomerState.objects.create(customer=CustomerFactory(), policy_version=version)
    page = open_page(ExecutiveFactory(), "/who-knows/", width=390)
    expect(page.get_by_text("1 of 2 customers, 50 %.")).to_be_visible()
    assert accessibility_problems(page) == []
    CustomerState.objects.update(policy_version=0)
    expect(page.get_by_role("heading", name="Who of us meets customers")).to_be_visible()
