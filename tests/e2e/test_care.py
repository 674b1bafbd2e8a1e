"""Do we care, in a browser: readable for everyone, by keys, down to the customer."""

import re
from datetime import datetime, time, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from insights.months import months_before
from insights.services.drain import drain
from interactions.services import NewTouchpoint, record, source_named
from relationships.models import Team
from tests.factories import AdministratorFactory, CustomerFactory, ExecutiveFactory, TeamFactory

TEAMS = ("North", "South", "East", "West", "Alpine", "Key accounts")
TITLES = (
    "Listening", "Promises kept", "Mess-ups", "Say and do", "Noise", "Through others",
    "Asked again",
)  # fmt: skip


@pytest.fixture
def executive():
    return serve(TEAMS[:2])


def serve(teams):
    """Have some teams asked, promised and done for last month; return who answers for all."""
    now = timezone.now()
    begun = months_before(timezone.localdate(), 1)
    moment = datetime.combine(begun, time(9), tzinfo=timezone.get_default_timezone())
    items = []
    for name in teams:
        team = TeamFactory(name=name)
        for number in range(12):
            customer = CustomerFactory(team=team, name=f"{name} {number}")
            items += [
                NewTouchpoint(
                    type=kind,
                    customer=customer.pk,
                    occurred_at=moment,
                    text="Where is it?",
                    external_id=f"{name}{number}{kind}",
                )
                for kind in ("question", "email.campaign", "asked.again", "care.help", "promise")
            ]
            if number % 3:
                items.append(
                    NewTouchpoint(
                        type="call.phone", customer=customer.pk,
                        occurred_at=moment + timedelta(hours=5), closes=f"{name}{number}question",
                    )
                )  # fmt: skip
    record(source=source_named("test"), items=items, by=AdministratorFactory(), now=now)
    while drain(now=now):
        pass
    return ExecutiveFactory()


@pytest.mark.parametrize("width", [1440, 390])
def test_everyone_can_use_the_page(open_page, executive, accessibility_problems, width):
    page = open_page(executive, "/care/", width=width)
    assert accessibility_problems(page) == []
    for what in ("waiting", "said"):
        page.goto(f"/care/behind/{what}/")
        assert accessibility_problems(page) == []


def test_two_keys_and_a_number_lead_down_to_the_timeline(open_page, executive):
    page = open_page(executive, "/")
    page.keyboard.press("g")
    page.keyboard.press("k")
    expect(page.locator(".lede")).to_contain_text(
        "we answered 67 %, half of it within about 5 hours"
    )
    number = page.locator("#listening .care-lists a", has_text="8")
    number.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/care/behind/waiting/"))
    expect(page.locator("[data-row]")).to_have_count(8)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/customers/\d+/\?at=\d+#touchpoint-"))


def test_a_team_is_chosen_without_a_button(open_page, executive):
    page = open_page(executive, "/care/")
    page.get_by_label("Team", exact=True).select_option(label="North")
    expect(page).to_have_url(re.compile("team="))
    expect(page.locator("#asked .care-number")).to_contain_text("12")
    expect(page.locator(".care-teams")).to_have_count(0)


def test_it_works_without_a_script(open_page, executive):
    page = open_page(executive, "/care/", has_script=False)
    page.get_by_label("Period").select_option(label="A year")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("months=12"))
    page.get_by_role("link", name="A month later").click()
    expect(page.get_by_text("has not ended")).to_be_visible()


def test_a_column_of_the_chart_opens_its_month(open_page, executive):
    page = open_page(executive, "/care/")
    page.locator("#asked .trend a").last.click()
    expect(page).to_have_url(re.compile("/care/behind/asked/.*months=1"))
    expect(page.locator("[data-row]")).to_have_count(24)


def test_a_column_says_its_number_to_the_keyboard(open_page, executive):
    page = open_page(executive, "/care/")
    column = page.locator("#asked .trend a").last
    name = page.locator("#asked .trend > text").first
    told = column.locator("+ .told")
    expect(told).to_be_hidden()
    page.locator("#asked .care-number a").focus()
    while not column.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
    expect(told).to_have_text(re.compile(r"^\w+ \d{4}: 24$"))
    expect(told).to_be_visible()
    expect(name).to_be_hidden()


@pytest.mark.parametrize(("filters", "most"), [("", 3), ("?team={}", 2)])
def test_on_paper_pages_are_full_and_no_card_is_cut(open_page, filters, most):
    executive = serve(TEAMS)
    page = open_page(executive, f"/care/{filters.format(Team.objects.first().pk)}")
    printed = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    texts = [re.sub(r"\s+", " ", one.extract_text()) for one in printed]
    assert len(texts) <= most
    for title in TITLES:
        (text,) = (text for text in texts if title in text)
        if not filters:
            # Every team of a card stands on the page on which the card begins.
            cards = sum(one in text for one in TITLES)
            assert [text.count(team) for team in TEAMS] == [cards] * len(TEAMS)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})
    for card in page.locator(".care-card").all():
        assert card.evaluate("one => one.scrollWidth <= one.clientWidth")
