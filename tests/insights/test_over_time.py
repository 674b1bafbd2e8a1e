"""Distance over time and flows count as one would by hand, and their links lead to as many."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from insights import demo
from insights.charts import linked_text
from insights.charts.bands import BAND_NAMES
from insights.demo import build
from insights.models import (
    EVERY_TEAM,
    Band,
    BandFlow,
    BandTotal,
    DistanceTotal,
    KnownTotal,
    PlaceTotal,
    QuarterTotal,
    Reading,
)
from insights.mondays import last_monday
from insights.moves import BACK, move_codes
from insights.scoring import Policy
from insights.selectors.organisation import comparison_days
from insights.selectors.over_time import over_time
from insights.selectors.readings import visible_history
from insights.services.drain import drain
from insights.services.nightly import read_everyone_again
from insights.services.rollups import rebuild_rollups
from insights.words import percent, thousands
from relationships.models import Contact, Customer
from relationships.services import mark_profiles_changed
from relationships.words import plural
from tests.factories import (
    CustomerFactory,
    PersonFactory,
    ReadingFactory,
    SegmentFactory,
    TeamFactory,
    count_total,
)
from tests.insights.test_distance_totals import CAST, questions

pytestmark = pytest.mark.django_db
URL = "/distance/over-time/"
POLICY = Policy()
EDGES = (POLICY.steady_from, POLICY.cooling_from, POLICY.drifting_from, POLICY.gone_from)
SIZES = ("Nobody by name", "1 person", "2 to 4 people", "5 to 9 people", "10 people or more")


@pytest.fixture
def customers(monkeypatch, executive):
    """Load every 12th customer of the demonstration, and let a night pass."""
    monkeypatch.setattr(build, "profiles", lambda seed: CAST[::12])
    demo.load_demonstration(today=timezone.localdate())
    unknown = CustomerFactory(name="Never heard from", team=None)
    lonely = Customer.objects.filter(stage="current").order_by("pk").first()
    Contact.objects.filter(customer=lonely).delete()
    Customer.objects.filter(pk=lonely.pk).update(team=None, owner=None, yearly_value=0)
    mark_profiles_changed(customer_ids=[unknown.pk, lonely.pk])
    while drain(now=timezone.now()):
        pass
    read_everyone_again(now=timezone.now())
    return [Seen(one, executive) for one in Customer.objects.filter(merged_into=None)]


class Seen:
    """A customer, looked at one by one and not through totals."""

    def __init__(self, customer, executive):
        self.customer, self.reading = customer, customer.reading
        self.stage = customer.stage
        self.team_id, self.segment_id = customer.team_id, customer.segment_id
        self.owner_id = customer.owner_id
        history = visible_history(executive, customer.pk)
        self.past = {monday.on: monday.distance for monday in history.mondays}
        self.contacts = customer.contacts.filter(left_on=None).count()

    def distance(self, day):
        """Return the distance on a Monday or now; None where unknown."""
        if day == BandTotal.NOW:
            return self.reading.distance
        return self.past.get(day)

    def band(self, day):
        """Return the band on a Monday, by the edges alone, or the one that is shown now."""
        if day == BandTotal.NOW:
            return Band(self.reading.band)
        distance = self.past.get(day)
        return Band.UNKNOWN if distance is None else Band(1 + sum(e <= distance for e in EDGES))

    def size(self):
        """Return how many people are known there, in words."""
        return SIZES[sum(self.contacts >= least for least in (1, 2, 5, 10))]


def value_classes(customers):
    """Go through the customers of each currency from the most worth on, and add up."""
    found = {one.customer.pk: "No value known" for one in customers}
    by_currency = defaultdict(list)
    for one in customers:
        if one.customer.yearly_value > 0:
            by_currency[one.customer.currency].append(one)
    for some in by_currency.values():
        current = [one.customer.yearly_value for one in some if one.stage == "current"]
        if not current:
            continue
        for one in some:
            worth = one.customer.yearly_value
            before = sum(value for value in current if value > worth) / sum(current)
            name = "A, the first 80 %" if before < Decimal("0.8") else "B, the next 15 %"
            # Who is worth less than the last of the current ones is not worth more than C.
            is_last = before >= Decimal("0.95") or worth < min(current)
            found[one.customer.pk] = "C, the last 5 %" if is_last else name
    return found


def among(customers, asked, *, any_stage=False):
    stage = "any" if any_stage else asked.get("stage", "current")
    return [
        one
        for one in customers
        if stage in ("any", one.stage)
        if asked.get("team") in (None, one.team_id or 0)
        if asked.get("segment") in (None, one.segment_id or 0)
        if asked.get("owner") in (None, one.owner_id or 0)
        if one.reading.band != Band.UNKNOWN
    ]


def part_of(one, by, classes):
    if by in ("team", "segment"):
        return str(getattr(one.customer, by) or f"No {by}")
    if by == "stage":
        return one.customer.get_stage_display()
    return one.size() if by == "size" else classes[one.customer.pk]


def summary(browser, url):
    return browser.get(url).context["summary"]


def all_questions(customers):
    """Ask by everything of all customers, and by one thing after the other of some of them."""
    ways = ("team", "segment", "stage", "value", "size")
    for number, asked in enumerate(questions(customers)):
        for by in ways if not asked else [ways[number % len(ways)]]:
            yield asked, by


def test_every_number_over_time_is_what_a_slow_count_says(executive_browser, customers):
    classes, followed = value_classes(customers), set()
    month, year = comparison_days(timezone.now())
    days = (year, month, BandTotal.NOW)
    assert len({*classes.values()}) == 4
    for asked, by in all_questions(customers):
        some = among(customers, asked, any_stage=by == "stage")
        page = executive_browser.get(URL, {**asked, "by": by}).context
        parts = defaultdict(list)
        for one in some:
            parts[part_of(one, by, classes)].append(one)
        if not some:
            assert not page["has_data"]
            continue
        assert {row["name"] for row in page["rows"]} == {*parts, "All"}, (asked, by)
        for row in page["rows"]:
            of_row = some if row["name"] == "All" else parts[row["name"]]
            check_row(row, of_row, days)
            for cell, day in zip(row["means"] + row["far"], days * 2, strict=True):
                if cell.url and cell.url not in followed:
                    followed.add(cell.url)
                    is_far = "Far" in cell.label
                    counted = len(there(of_row, day, is_far=is_far))
                    assert summary(executive_browser, cell.url) == plural(counted, "customer"), cell
    assert len(followed) > 80


def there(some, day, *, is_far=False):
    known = [one for one in some if one.band(day) != Band.UNKNOWN]
    return [one for one in known if one.band(day) >= Band.DRIFTING] if is_far else known


def check_row(row, some, days):
    assert row["customers"].text == thousands(len(there(some, BandTotal.NOW)))
    for mean, far, day in zip(row["means"], row["far"], days, strict=True):
        known, gone = there(some, day), there(some, day, is_far=True)
        distances = [one.distance(day) for one in known]
        if not known:
            assert mean.text == ""
            assert far.text == ""
            continue
        assert abs(float(mean.text) - sum(distances) / len(known)) <= 0.51
        share = f" ({percent(len(gone) / len(known))})" if len(known) >= 10 and gone else ""
        assert far.text == f"{len(gone)}{share}"


def test_every_week_of_the_charts_is_what_a_slow_count_says_and_leads_to_as_many(
    executive_browser, customers
):
    for show, is_far in (("distance", False), ("far", True)):
        page = executive_browser.get(URL, {"show": show}).context
        some, today = among(customers, {}), timezone.localdate()
        for day, value, *counts in page["whole"].data[:-1]:
            known = there(some, day)
            assert counts == [*([len(there(some, day, is_far=True))] * is_far), len(known)]
            check_value(value, known, day, is_far=is_far)
        assert page["whole"].data[-1][0] == today
        # On a Monday that day stands for itself as of now alone.
        assert len(page["whole"].data) == 54 - (today.weekday() == 0)
        weeks = page["parts"].data
        for (team, day, value, *counts), after in zip(weeks, [*weeks[1:], [None]], strict=True):
            on = day if after[0] == team else BandTotal.NOW
            known = there([one for one in some if part_of(one, "team", {}) == team], on)
            assert counts[-1] == len(known)
            check_value(value, known, on, is_far=is_far)
        links = [one.get("href") for one in ET.fromstring(page["whole"].svg).iter("a")]
        # A week in which nobody was far leads nowhere.
        days = [day for day, _, counted, *_ in page["whole"].data[:-1] if counted]
        for url, day in list(zip(links, days, strict=False))[::6]:
            counted = len(there(some, day, is_far=is_far))
            assert summary(executive_browser, url) == plural(counted, "customer")


def test_every_week_is_reached_by_keyboard_through_its_number_in_the_table(
    executive_browser, customers
):
    for show, head in (("distance", ["Customers"]), ("far", ["Drifting or gone", "Customers"])):
        response = executive_browser.get(URL, {"show": show})
        whole = response.context["whole"]
        assert whole.head[2:] == head
        numbers = [number for _, _, number, *_ in whole.rows if number != "0"]
        for number in numbers[::6]:
            assert (
                f'<td class="num">{linked_text(number, number.href).__html__()}</td>'
                in response.text
            )
            assert summary(executive_browser, number.href).split()[0] == number


def check_value(value, known, day, *, is_far):
    if not known or (is_far and len(known) < 10):
        assert value is None
    elif is_far:
        far = sum(one.band(day) >= Band.DRIFTING for one in known)
        assert value == pytest.approx(100 * far / len(known))
    else:
        mean = sum(one.distance(day) for one in known) / len(known)
        assert value == pytest.approx(mean, abs=0.006)


def test_every_flow_is_what_a_slow_count_says_and_leads_to_exactly_those(
    executive_browser, customers
):
    days = comparison_days(timezone.now())
    for asked in questions(customers):
        some = among(customers, asked)
        page = executive_browser.get("/distance/", asked).context
        shown = {move["title"]: move for move in page.get("moves") or []}
        for day, title in zip(days, ("In four weeks", "In a year"), strict=True):
            pairs = Counter((one.band(day), one.band(BandTotal.NOW)) for one in some)
            if not any(was for was, _ in pairs):
                assert title not in shown
                continue
            check_flow(shown[title], pairs)
            if not asked or len(asked) > 1:
                follow_flow(executive_browser, shown[title], some, day)
        if some:
            check_bands(page, shown)


def check_flow(move, pairs):
    keys = [*list(BAND_NAMES)[:5]]
    rows = {row[0]: row[1:] for row in move["chart"].data}
    for was in Band:
        name = "Not heard from" if was == Band.UNKNOWN else was.label
        counts = [pairs[was, Band[now.upper()]] for now in keys]
        if was == Band.UNKNOWN and not sum(counts):
            assert name not in rows
        else:
            assert rows[name] == [*counts, sum(counts)]


def follow_flow(browser, move, some, day):
    further = {o.customer.pk for o in some if o.band(BandTotal.NOW) > o.band(day) > Band.UNKNOWN}
    nearer = {o.customer.pk for o in some if o.band(BandTotal.NOW) < o.band(day)}
    assert move["words"][0].startswith(thousands(len(further)) if further else "None")
    for url, ids in ((move["further_url"], further), (move["nearer_url"], nearer)):
        assert bool(url) == bool(ids)
        assert not url or listed(browser, url) == ids
    for one in ET.fromstring(move["chart"].svg).iter("a"):
        was, now = stood(one.find("title").text)
        ids = {
            o.customer.pk
            for o in some
            if was is None or o.band(day) == was
            if now is None or o.band(BandTotal.NOW) == now
        }
        assert listed(browser, one.get("href")) == ids, one.get("href")


def stood(title):
    """Read what a cell says of itself."""
    said = title.rpartition(":")[0]
    names = {band.label.lower(): band for band in Band} | {"not heard from": Band.UNKNOWN}
    was = next((names[n] for n in names if said.split(", ")[0].endswith(f" ago {n}")), None)
    now = next((names[n] for n in names if said.endswith(f"now {n}")), None)
    return was, now


def listed(browser, url):
    return {row.pk for row in browser.get(url).context["rows"]}


def check_bands(page, shown):
    """Hold what flows say of then and now against the strips of bands."""
    strips = {row[0]: row[1:6] for row in page["strips"].data}
    for title, label in (("In four weeks", "Four weeks ago"), ("In a year", "A year ago")):
        if title in shown:
            data = shown[title]["chart"].data
            assert data[-1][1:-1] == strips["Now"]
            assert [row[-1] for row in data[:5]] == strips[label]


def test_flows_agree_with_the_bands_of_their_mondays(customers):
    def bands(day, field, totals):
        found = Counter()
        for one in totals.objects.filter(on_date=day):
            found[one.stage, one.team_id, one.segment_id, getattr(one, field)] += one.customers
        return {key: n for key, n in found.items() if n and key[-1] != Band.UNKNOWN}

    month, year = comparison_days(timezone.now())
    assert bands(month, "was", BandFlow) == bands(month, "band", BandTotal)
    assert bands(year, "was", BandFlow) == bands(year, "band", BandTotal)
    assert bands(month, "band", BandFlow) == bands(BandTotal.NOW, "band", BandTotal)


def test_totals_of_classes_agree_with_the_bands_of_every_day(customers):
    bands, far = Counter(), Counter()
    for one in BandTotal.objects.exclude(band=Band.UNKNOWN):
        bands[one.on_date] += one.customers
        far[one.on_date] += one.customers * (one.band >= Band.DRIFTING)
    for by in DistanceTotal.By:
        found = defaultdict(lambda: [0, 0])
        for one in DistanceTotal.objects.filter(by=by):
            found[one.on_date][0] += one.customers
            found[one.on_date][1] += one.far
        assert {day: tuple(counts) for day, counts in found.items() if counts[0]} == {
            day: (bands[day], far[day]) for day in bands if bands[day]
        }


def test_all_teams_together_are_the_sum_of_the_teams_in_every_rollup(customers):
    for model in (
        BandTotal, DistanceTotal, BandFlow, PlaceTotal, QuarterTotal, KnownTotal
    ):  # fmt: skip
        teams, together = Counter(), Counter()
        cells, amounts = cells_of(model)
        for one in model.objects.all():
            found = together if one.team_id == EVERY_TEAM else teams
            for name in amounts:
                found[name, *(getattr(one, key) for key in cells)] += getattr(one, name)
        assert {key: n for key, n in together.items() if n} == {
            key: n for key, n in teams.items() if n
        }, model


def cells_of(model):
    """Return by what a rollup counts beside teams, and what it counts."""
    names = [one.attname for one in model._meta.concrete_fields if one.attname != "id"]
    amounts = [name for name in ("customers", "yearly_value", "at_risk", "far", "distance")
               if name in names]  # fmt: skip
    return [name for name in names if name not in (*amounts, "team_id")], amounts


def test_all_classes_of_a_team_are_the_sum_of_its_classes(customers):
    found = {by: Counter() for by in DistanceTotal.By}
    for one in DistanceTotal.objects.all():
        for name in ("customers", "far", "distance"):
            found[one.by][name, one.on_date, one.team_id, one.stage] += getattr(one, name)
    by_team = {key: n for key, n in found[DistanceTotal.By.TEAM].items() if n}
    assert by_team
    for by in (DistanceTotal.By.VALUE, DistanceTotal.By.SIZE):
        assert {key: n for key, n in found[by].items() if n} == by_team


def test_who_was_read_before_there_were_classes_is_counted_when_next_written(customers):
    Reading.objects.update(value_class=None, size_class=None)
    DistanceTotal.objects.all().delete()
    BandFlow.objects.all().delete()
    one = next(one for one in customers if one.past.get(comparison_days(timezone.now())[1]))
    mark_profiles_changed(customer_ids=[one.customer.pk])
    drain(now=timezone.now())
    now = DistanceTotal.objects.filter(on_date=BandTotal.NOW, customers__gt=0)
    assert [row.customers for row in now] == [1] * 6
    assert not DistanceTotal.objects.filter(customers__lt=0).exists()
    assert not BandFlow.objects.filter(customers__lt=0).exists()
    read_everyone_again(now=timezone.now())
    kept = rows()
    rebuild_rollups()
    assert rows() == kept


def rows():
    return [
        sorted(
            tuple(getattr(one, f.attname) for f in model._meta.concrete_fields[1:])
            for one in model.objects.filter(customers__gt=0)
        )
        for model in (DistanceTotal, BandFlow)
    ]


def test_the_number_of_queries_does_not_grow(executive_browser, django_assert_num_queries):
    def make(number):
        for _ in range(number):
            total(team_id=TeamFactory().pk)

    make(1)
    with django_assert_num_queries(10):
        executive_browser.get(URL)
    make(20)
    with django_assert_num_queries(10):
        executive_browser.get(URL)


def total(day=BandTotal.NOW, customers=10, far=0, distance=300, **fields):
    given = {"by": 1, "part": 0, "stage": "current"} | fields
    return count_total(
        DistanceTotal, on_date=day, customers=customers, far=far, distance=distance, **given
    )


def test_of_many_teams_the_largest_are_drawn_and_all_of_them_compared(
    executive_browser, monkeypatch
):
    monkeypatch.setattr("insights.selectors.over_time.DRAWN_AT_MOST", 2)
    month, year = comparison_days(timezone.now())
    between = last_monday(timezone.now()) - timedelta(weeks=9)
    teams = [TeamFactory(name=name) for name in ("North", "South", "West")]
    segment = SegmentFactory()
    for team, customers in zip(teams, (10, 30, 20), strict=True):
        for day in (year, between, month, BandTotal.NOW):
            total(day, customers, 5, 40 * customers, team_id=team.pk, segment_id=segment.pk)
    for asked in ({}, {"segment": segment.pk}):
        page = executive_browser.get(URL, asked).context
        assert {line[0] for line in page["parts"].data} == {"South", "West"}
        assert page["whole"].data[1] == [between, 40.0, 60]
        cells = {row["name"]: [cell.text for cell in row["far"]] for row in page["rows"]}
        assert set(cells) == {"North", "South", "West", "All"}
        assert cells["North"] == ["5 (50 %)"] * 3
    parts = over_time(timezone.now()).parts
    assert {one.name: len(one.weeks) for one in parts} == {"North": 3, "South": 4, "West": 4}


def test_a_monday_that_the_night_is_still_reading_is_left_out():
    now = datetime(2026, 3, 2, 1, tzinfo=timezone.get_fixed_timezone(0))
    for weeks, customers in ((2, 100), (1, 100), (0, 7)):
        total(last_monday(now) - timedelta(weeks=weeks), customers)
    total(customers=100)
    assert over_time(now).days == [date(2026, 2, 16), date(2026, 2, 23), BandTotal.NOW]


def test_with_nobody_at_all_it_says_so_and_with_few_it_does_not_judge(executive_browser):
    assert "not heard from any customer" in executive_browser.get(URL).text
    total(customers=3)
    assert "3 customers only" in executive_browser.get(URL).text
    total(customers=20, stage="lead")
    assert "On average these 20 leads are" in executive_browser.get(URL, {"stage": "lead"}).text
    page = executive_browser.get(URL, {"show": "far"})
    assert "Too few to tell" in page.text


def test_an_account_manager_may_not_see_it():
    client = Client()
    client.force_login(PersonFactory())
    assert client.get(URL).status_code == 403


def test_what_makes_no_sense_is_left_out_and_by_stage_every_stage_counts(executive_browser):
    total(stage="lead")
    assert "It is left out." in executive_browser.get(URL, {"by": "colour"}).text
    page = executive_browser.get(URL, {"by": "stage", "stage": "former"})
    assert page.context["chips"] == []
    assert [row["name"] for row in page.context["rows"]] == ["Lead", "All"]


def test_it_can_be_taken_along_with_every_week_of_every_part(executive_browser):
    team = TeamFactory(name="Nørth")
    total(team_id=team.pk)
    total(last_monday(timezone.now()) - timedelta(weeks=1), 5, distance=100, team_id=team.pk)
    text = b"".join(executive_browser.get(URL, {"take": "distance-parts.csv"})).decode("utf-8-sig")
    assert text.splitlines()[0] == "Team,Day,Mean distance,Customers"
    assert "Nørth" in text.splitlines()[1]
    assert text.splitlines()[1].endswith("20.0,5")
    assert executive_browser.get(URL, {"take": "distance-weeks.png"}).content.startswith(b"\x89PNG")


# The list of customers, narrowed to where they stood ---------------------------------------


def remembered(distance, **fields):
    """Make a customer who was that far on all Mondays of a year."""
    reading, monday = ReadingFactory(**fields), last_monday(timezone.now())
    was = Band(1 + sum(edge <= distance for edge in EDGES))
    Reading.objects.filter(pk=reading.pk).update(
        history=bytes([distance]) * 53,
        history_on=monday,
        moves=[
            code
            for back in BACK
            for code in move_codes(monday - timedelta(weeks=back), [was], [reading.band])
        ],
    )
    return reading


def test_where_they_stood_combines_with_every_other_filter(executive_browser):
    team, segment = TeamFactory(), SegmentFactory()
    mine = CustomerFactory(name="Ærø", team=team, segment=segment)
    asked = remembered(70, customer=mine, band=Band.GONE, doors=50, value_class=1, size_class=2)
    remembered(70, band=Band.GONE)
    remembered(10, customer=CustomerFactory(team=team, segment=segment), band=Band.GONE)
    query = {
        "q": "ærø", "band": "gone", "was": "drifting", "since": "1y", "team": team.pk,
        "segment": segment.pk, "quarter": "handshake_only", "stage": "current", "value": "a",
        "size": "few", "owner": mine.owner_id or 0, "moved": "further",
    }  # fmt: skip
    page = executive_browser.get("/customers/", query)
    assert [row.pk for row in page.context["rows"]] == [asked.pk]
    chips = {chip["key"]: chip["value"] for chip in page.context["chips"]}
    assert chips["A year ago"] == "drifting, nearer than now"
    assert chips["Value class"] == "A, the first 80 %"
    assert chips["People we know there"] == "2 to 4 people"
    text = b"".join(executive_browser.get("/customers/customers.csv", query)).decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert (
        executive_browser.get("/customers/", {**query, "was": "near"}).context["summary"]
        == "0 customers"
    )


def test_more_of_a_class_or_on_a_monday_than_a_list_counts_are_counted_by_their_totals(
    executive_browser, monkeypatch
):
    monkeypatch.setattr("insights.selectors.portfolio.COUNTED_AT_MOST", 2)
    monday = last_monday(timezone.now()) - timedelta(weeks=9)
    for day in (monday, BandTotal.NOW):
        total(day, 11, 7, by=DistanceTotal.By.SIZE, part=1)
    count_total(
        BandTotal, on_date=monday, stage="current", currency="EUR", band=Band.GONE, customers=5,
        yearly_value=0,
    )  # fmt: skip
    for _ in range(3):
        remembered(90, band=Band.GONE, size_class=1)
    far, known = ["drifting", "gone"], ["near", "steady", "cooling", "drifting", "gone"]
    then = {"since": monday.isoformat()}
    for asked, summary in (
        ({"size": "one", "band": far}, "7 customers"),
        ({"size": "one", "band": known}, "11 customers"),
        ({"size": "one", "was": far, **then}, "7 customers"),
        ({"size": "one", **then}, "11 customers"),
        ({"was": "gone", **then}, "5 customers"),
        ({"size": "one", "band": "gone"}, "More than 2 customers"),
        ({"was": "gone", "moved": "nearer", **then}, "0 customers"),
    ):
        assert executive_browser.get("/customers/", asked).context["summary"] == summary, asked


def test_every_chip_leads_out_of_its_filter_alone(executive_browser):
    remembered(70)
    query = {"was": ["drifting", "gone"], "since": "4w", "value": "a"}
    chips = executive_browser.get("/customers/", query).context["chips"]
    assert [(chip["value"], chip["url"]) for chip in chips] == [
        ("drifting or gone", "/customers/?value=a"),
        ("A, the first 80 %", "/customers/?was=drifting&was=gone&since=4w"),
    ]


def test_a_day_means_its_monday_and_one_that_is_forgotten_is_named(executive_browser):
    remembered(70)
    monday = last_monday(timezone.now()) - timedelta(weeks=9)
    day = (monday + timedelta(days=6)).isoformat()
    page = executive_browser.get("/customers/", {"was": "drifting", "since": day})
    assert page.context["summary"] == "1 customer"
    assert page.context["chips"][0]["key"] == f"On {monday.day} {monday:%B %Y}"
    for wrong in ("2001-01-01", "2999-01-01", "soon"):
        page = executive_browser.get("/customers/", {"was": "near", "since": wrong})
        assert "It is left out." in page.text
        assert page.context["summary"] == "1 customer"


def test_somebody_with_no_past_was_not_heard_from(executive_browser):
    month, _ = comparison_days(timezone.now())
    ReadingFactory(moves=move_codes(month, [Band.UNKNOWN], [Band.STEADY]))
    assert (
        executive_browser.get("/customers/", {"was": "unknown"}).context["summary"] == "1 customer"
    )
    assert executive_browser.get("/customers/", {"since": "4w"}).context["summary"] == "0 customers"


def test_an_account_manager_sees_only_their_team_there():
    manager = PersonFactory()
    ours = remembered(70, customer=CustomerFactory(team=manager.team))
    remembered(70)
    client = Client()
    client.force_login(manager)
    page = client.get("/customers/", {"was": "drifting", "since": "4w"})
    assert [row.pk for row in page.context["rows"]] == [ours.pk]


def test_more_than_a_list_counts_are_counted_by_flows(executive_browser, monkeypatch):
    monkeypatch.setattr("insights.selectors.portfolio.COUNTED_AT_MOST", 2)
    month, _ = comparison_days(timezone.now())
    for _ in range(3):
        remembered(70, band=Band.GONE)
    count_total(BandFlow, on_date=month, stage="current", was=4, band=5, customers=3)
    query = {"was": "drifting", "since": "4w", "band": "gone"}
    assert executive_browser.get("/customers/", query).context["summary"] == "3 customers"
    assert executive_browser.get("/customers/", {**query, "moved": "nearer"}).context[
        "summary"
    ] == ("0 customers")
    query["since"] = last_monday(timezone.now()).isoformat()
    assert executive_browser.get("/customers/", query).context["summary"] == "More than 2 customers"
