"""What Distance counts, it counts as one would by hand, and its links lead to as many."""

from collections import Counter
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from insights import demo
from insights.demo import build
from insights.models import Band, Reading
from insights.services.drain import drain
from insights.words import monies, thousands
from interactions.models import Touchpoint, TouchpointType
from relationships.models import Customer
from relationships.services import mark_profiles_changed
from relationships.words import plural
from tests.factories import CustomerFactory, ExecutiveFactory, months_counted

pytestmark = pytest.mark.django_db
CAST = build.profiles(build.SEED)


@pytest.fixture
def browser():
    client = Client()
    client.force_login(ExecutiveFactory())
    return client


@pytest.fixture
def customers(monkeypatch):
    """Load every 12th customer of the demonstration, one of them without a team, and score all."""
    monkeypatch.setattr(build, "profiles", lambda seed: CAST[::12])
    demo.load_demonstration(today=timezone.localdate())
    unknown = CustomerFactory(name="Never heard from", team=None)
    far = Customer.objects.filter(stage="current").order_by("pk").first()
    Customer.objects.filter(pk=far.pk).update(team=None, owner=None)
    mark_profiles_changed(customer_ids=[unknown.pk, far.pk])
    while drain(now=timezone.now()):
        pass
    return Customer.objects.select_related("reading").filter(merged_into=None)


def by_hand(customers, asked):
    """Count customers one by one, by what they are and not by what their readings repeat."""
    stage = asked.get("stage", "current")
    return [
        customer.reading
        for customer in customers
        if (stage in ("any", customer.stage))
        if asked.get("team") in (None, customer.team_id or 0)
        if asked.get("segment") in (None, customer.segment_id or 0)
        if asked.get("owner") in (None, customer.owner_id or 0)
    ]


def money(readings, field):
    amounts = Counter()
    for reading in readings:
        amounts[reading.currency] += Decimal(getattr(reading, field))
    return monies(amounts)


def questions(customers):
    yield {}
    for stage in ("lead", "former", "any"):
        yield {"stage": stage}
    for name in ("team", "segment"):
        for pk in sorted({getattr(one, f"{name}_id") or 0 for one in customers}):
            yield {name: pk}
    some = next(one for one in customers if one.team_id and one.segment_id)
    yield {"team": some.team_id, "segment": some.segment_id, "stage": "any"}
    owner, customers_held = Counter(one.owner_id or 0 for one in customers).most_common(1)[0]
    assert customers_held > 3
    for asked in ({}, {"stage": "any"}, {"segment": some.segment_id}):
        yield {"owner": owner, **asked}
    yield {"owner": 0}
    yield {"owner": some.owner_id, "team": some.team_id, "stage": "any"}


def listed(browser, url):
    context = browser.get(url).context
    totals = {total["label"]: total["value"] for total in context["totals"]}
    return context["summary"], totals.get("At risk", "nothing")


def test_every_number_is_what_a_slow_count_says_and_its_link_leads_to_as_many(browser, customers):
    assert len(customers) > 30
    for asked in questions(customers):
        readings = by_hand(customers, asked)
        known = [reading for reading in readings if reading.band != Band.UNKNOWN]
        page = browser.get("/distance/", asked).context
        if not known:
            assert not page["has_data"]
            continue
        for row in page["bands"]:
            of_band = [one for one in known if one.band == Band[row["key"].upper()]]
            assert row["now"] == thousands(len(of_band)), asked
            assert (row["value"] or "nothing") == money(of_band, "yearly_value"), asked
            assert (row["at_risk"] or "nothing") == money(of_band, "at_risk"), asked
            found = listed(browser, row["url"])
            assert found == (plural(len(of_band), "customer"), money(of_band, "at_risk")), asked
        check_map(browser, page["map"], known)
        check_map_page(browser, asked, known)
        check_risks(browser, page["risks"], readings)
        far = [one for one in known if one.band in (Band.DRIFTING, Band.GONE)]
        if far:
            assert listed(browser, page["far_url"])[0] == plural(len(far), "customer"), asked
        else:
            assert page["far_url"] == ""


def check_map(browser, chart, known):
    counts = dict.fromkeys((row[0] for row in chart.rows), 0)
    for one in known:
        counts[quarter_of(one)] += 1
    assert {row[0]: row[2] for row in chart.rows} == {n: thousands(c) for n, c in counts.items()}
    for url, name in links(chart):
        if "quarter=" in url:
            assert listed(browser, url)[0] == plural(counts[name.split(":")[0]], "customer")


def check_map_page(browser, asked, known):
    part = {"doors_from": 10, "doors_to": 70, "windows_from": 35}
    page = browser.get("/doors-and-windows/", asked | part).context
    for quarter in page["quarters"]:
        of_quarter = [one for one in known if quarter_of(one) == quarter["name"]]
        assert quarter["customers"] == thousands(len(of_quarter)), asked
        assert quarter["value"] == money(of_quarter, "yearly_value"), asked
        assert quarter["at_risk"] == money(of_quarter, "at_risk"), asked
        found = listed(browser, quarter["url"])
        assert found == (plural(len(of_quarter), "customer"), money(of_quarter, "at_risk")), asked
    chosen = [one for one in known if 10 <= one.doors < 70 and one.windows >= 35]
    noun = {"lead": "lead", "former": "former customer"}.get(asked.get("stage"), "customer")
    assert page["chosen"]["customers"] == plural(len(chosen), noun), asked
    assert (page["chosen"]["at_risk"] or "nothing") == money(chosen, "at_risk"), asked
    assert listed(browser, page["chosen"]["url"])[0] == plural(len(chosen), "customer"), asked


def quarter_of(reading):
    names = ("Walled off", "Through the glass", "Handshake only", "Open house")
    return names[2 * (reading.doors >= 40) + (reading.windows >= 40)]


def check_risks(browser, charts, readings):
    assert len(charts) == len({one.currency for one in readings if one.at_risk})
    for chart in charts:
        currency = chart.name.removeprefix("at-risk-").upper()
        total = sum(one.at_risk for one in readings if one.currency == currency)
        assert sum(Decimal(str(row[1])) for row in chart.data) == pytest.approx(total)
        for url, name in links(chart):
            assert name.split(": ")[1] in listed(browser, url)[1]


def links(chart):
    """Return where the marks of a chart lead, with what they say."""
    return [
        (one.get("href"), one.find("title").text)
        for one in ET.fromstring(chart.svg).iter("a")
        if "/customers/?" in one.get("href")
    ]


def test_the_wall_is_what_a_slow_count_of_touchpoints_says(browser, customers):
    modes = dict(TouchpointType.objects.values_list("pk", "mode"))
    team = next(one.team_id for one in customers if one.team_id)
    segments = dict(Customer.objects.values_list("pk", "segment_id"))
    segment = next(filter(None, segments.values()))
    for asked in (
        {},
        {"team": team},
        {"segment": segment},
        {"segment": 0},
        {"team": team, "segment": segment},
    ):
        counted = Counter()
        for one in Touchpoint.objects.filter(deleted_at=None):
            day = timezone.localtime(one.occurred_at).date()
            counts = asked.get("team", one.team_id) == one.team_id and (
                asked.get("segment") in (None, segments[one.customer_id] or 0)
            )
            counted[date(day.year, day.month, 1), modes[one.type_id]] += counts
        chart = browser.get("/wall/", {"months": "any", **asked}).context["chart"]
        for month, human, digital, *_ in chart.data:
            assert (human, digital) == (counted[month, "human"], counted[month, "digital"])
        shown = sum(row[1] + row[2] for row in chart.data)
        assert shown == sum(n for (_, mode), n in counted.items() if mode != "none")
        beside = browser.get("/distance/", {"stage": "any", **asked}).context["wall"].data
        assert beside == [[*row[:4], row[-1]] for row in chart.data][-len(beside) :]
        check_columns(browser, chart)
    assert months_counted().aggregate(n=Sum("count"))["n"] == Touchpoint.objects.count()
    assert Reading.objects.count() == len(customers)


def check_columns(browser, chart):
    """Follow where some of the columns lead, to the end of each list."""
    columns = list(ET.fromstring(chart.svg).iter("a"))
    cells = sum(count > 0 for row in chart.data for count in row[1:3])
    assert len(columns) == cells
    for one in (*columns[-2:], *columns[len(columns) // 2 :][:1]):
        count = one.find("title").text.split("List of the ")[1].split()[0]
        url, listed = one.get("href"), 0
        while url:
            page = browser.get(url).context
            listed, url = listed + len(page["rows"]), page["older_url"]
            assert page["count"].split()[0] == count
        assert thousands(listed) == count
