"""The list of customers as files, its columns and its totals."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from insights import spreadsheets
from insights.columns import COLUMNS, DEFAULT_COLUMNS
from insights.models import Band, BandTotal
from insights.selectors import portfolio as module
from insights.services.saved_views import save_view
from tests.factories import (
    CustomerFactory,
    ExecutiveFactory,
    PersonFactory,
    ReadingFactory,
    SegmentFactory,
    TeamFactory,
    count_total,
)

pytestmark = pytest.mark.django_db
URL = "/customers/"
CSV = "/customers/customers.csv"
XLSX = "/customers/customers.xlsx"
NAMESPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture
def executive():
    return ExecutiveFactory(name="Eva")


def reading_of(name, **values):
    customer = {k: values.pop(k) for k in ("team", "owner", "stage", "currency") if k in values}
    if "yearly_value" in values:
        customer["yearly_value"] = values.pop("yearly_value")
    return ReadingFactory(customer=CustomerFactory(name=name, **customer), **values)


def csv_rows(response):
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))


def sheets(response):
    """Return the sheets of a workbook: rows of (kind, text) of each cell."""
    book = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    found = []
    for name in sorted(n for n in book.namelist() if n.startswith("xl/worksheets/")):
        rows = ET.fromstring(book.read(name)).findall(".//m:row", NAMESPACE)
        assert not any(row.findall(".//m:f", NAMESPACE) for row in rows)
        found.append([[cell_of(c) for c in row.findall("m:c", NAMESPACE)] for row in rows])
    return found


def cell_of(cell):
    return (cell.get("t", "number"), "".join(cell.itertext()))


def test_a_file_has_all_pages_with_the_filters_order_and_columns_of_the_page(
    executive_browser, monkeypatch
):
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    monkeypatch.setattr(module, "READ_AT_ONCE", 1)
    for i in range(5):
        reading_of(f"Gone {i}", band=Band.GONE, distance=None if i == 4 else 50.0 + i % 2)
    reading_of("Near", band=Band.NEAR)
    query = {"band": "gone", "sort": "-distance", "columns": "owner.distance"}
    seen, place = [], ""
    while True:
        page = executive_browser.get(URL, query | {"after": place}).context
        seen += [row.name for row in page["rows"]]
        if not page["next_url"]:
            break
        place = page["next_url"].rpartition("after=")[2].replace("%3A", ":")
    head, *rows = csv_rows(executive_browser.get(CSV, query))
    assert head == ["Customer", "Segment", "Stage", "Owner", "Team", "Distance, a year"]
    assert [row[0] for row in rows] == seen
    assert len(rows) == 5
    assert [rows[-1][at] for at in (0, 3, 5)] == ["Gone 4", "", ""]
    (sheet,) = sheets(executive_browser.get(XLSX, query))
    assert [row[0][1] for row in sheet] == ["Customer", *seen]


def test_what_stands_beneath_a_name_and_an_owner_is_in_the_file(executive_browser):
    team, segment = TeamFactory(name="North"), SegmentFactory(name="Hotels")
    customer = CustomerFactory(name="Søn", team=team, segment=segment, stage="lead")
    ReadingFactory(customer=customer)

    rows = csv_rows(executive_browser.get(CSV, {"columns": "owner.band"}))
    assert rows[0] == ["Customer", "Segment", "Stage", "Owner", "Team", "Band"]
    assert rows[1][:5] == ["Søn", "Hotels", "Lead", "", "North"]
    assert csv_rows(executive_browser.get(CSV, {"columns": "team.owner"}))[0][3:] == [
        "Team", "Owner",
    ]  # fmt: skip


@pytest.mark.parametrize("sort", ["name", "-name", "last_at", "-at_risk", "drift"])
def test_a_file_is_in_the_order_of_the_page(executive_browser, sort):
    for i in range(4):
        reading_of(f"Name {i % 2}", drift=None if i == 1 else float(i), at_risk=Decimal(i // 2))
    shown = [row.pk for row in executive_browser.get(URL, {"sort": sort}).context["rows"]]
    found = module.everyone(ExecutiveFactory(), module.Filters(), sort=sort, fields=["pk"])
    assert [pk for (pk,) in found] == shown


def test_lines_of_a_csv_come_some_at_a_time(monkeypatch):
    monkeypatch.setattr(spreadsheets, "LINES_AT_ONCE", 2)
    response = spreadsheets.csv_file("some.csv", [["Søn", n] for n in range(5)])
    assert [piece.decode() for piece in response.streaming_content] == [
        "Søn,0\r\nSøn,1\r\n", "Søn,2\r\nSøn,3\r\n", "Søn,4\r\n",
    ]  # fmt: skip


def test_cells_are_typed_and_the_day_is_of_the_readers_zone(executive_browser, settings):
    settings.TIME_ZONE = "Europe/Amsterdam"
    reading_of(
        "Søn", distance=61.66, at_risk=Decimal("1234.50"), currency="USD",
        last_at=datetime(2026, 2, 27, 23, 30, tzinfo=UTC), yearly_value=Decimal("9000.00"),
    )  # fmt: skip
    query = {"columns": "distance.at_risk.value.last_touch.segment.stage"}
    head, row = csv_rows(executive_browser.get(CSV, query))
    assert head[1:4] == ["Distance, a year", "At risk a year", "Currency"]
    assert row == ["Søn", "61.7", "1234.50", "USD", "9000.00", "2026-02-28", "", "Current"]
    (sheet,) = sheets(executive_browser.get(XLSX, query))
    assert [kind for kind, _ in sheet[1]][:6] == [
        "inlineStr", "number", "number", "inlineStr", "number", "number",
    ]  # fmt: skip
    # Days are counted from 1899-12-30.
    assert sheet[1][5][1] == "46081"
    assert float(sheet[1][2][1]) == 1234.5


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "{=1}", "http://x.test"])
def test_no_name_becomes_a_formula_or_a_link(executive_browser, name):
    reading_of(name)
    _, row = csv_rows(executive_browser.get(CSV))
    assert not row[0].startswith(spreadsheets.FORMULA_STARTS)
    (sheet,) = sheets(executive_browser.get(XLSX))
    assert sheet[1][0] == ("inlineStr", name)


def test_more_rows_than_a_sheet_holds_go_onto_the_next(executive_browser, monkeypatch):
    monkeypatch.setattr(spreadsheets, "SHEET_ROWS", 3)
    for i in range(5):
        reading_of(f"Name {i}")
    found = sheets(executive_browser.get(XLSX, {"sort": "name"}))
    assert [[row[0][1] for row in sheet] for sheet in found] == [
        ["Customer", "Name 0", "Name 1"],
        ["Customer", "Name 2", "Name 3"],
        ["Customer", "Name 4"],
    ]


def test_an_empty_list_is_a_file_with_its_head(executive_browser):
    assert len(csv_rows(executive_browser.get(CSV))) == 1
    assert len(sheets(executive_browser.get(XLSX))[0]) == 1


def test_every_column_can_be_in_a_file_and_on_the_page(executive_browser):
    reading_of("Acme", silence=0.25, warmth=None)
    query = {"columns": ".".join(COLUMNS)}
    head, row = csv_rows(executive_browser.get(CSV, query))
    assert len(head) == len(row) == len(COLUMNS) + 2
    page = executive_browser.get(URL, query)
    assert page.text.count("<td") == len(COLUMNS)
    assert "25 %" in page.text


def test_nobody_takes_along_customers_of_others():
    manager = PersonFactory()
    reading_of("Ours", team=manager.team)
    theirs = reading_of("Theirs")
    client = Client()
    client.force_login(manager)
    assert [row[0] for row in csv_rows(client.get(CSV))[1:]] == ["Ours"]
    assert csv_rows(client.get(CSV, {"team": theirs.team_id}))[1:] != []
    assert "Theirs" not in str(csv_rows(client.get(CSV, {"team": theirs.team_id})))
    assert "Theirs" not in str(sheets(client.get(XLSX)))
    assert Client().get(CSV).status_code == 302


def test_the_name_of_a_file_says_what_and_when(executive_browser, executive):
    team = PersonFactory(team__name="Nørth & Co").team
    answer = executive_browser.get(CSV, {"team": team.pk, "band": "gone", "q": "Åse"})
    assert 'filename="customers-ase-gone-north-co-20' in answer["Content-Disposition"]
    assert answer["Content-Disposition"].endswith('.csv"')
    view = save_view(name="My Ærlig view", query="band=gone", is_for_team=False, by=executive)
    answer = executive_browser.get(XLSX, {"band": "gone", "view": view.pk})
    assert 'filename="customers-my-aerlig-view-20' in answer["Content-Disposition"]
    assert len(sheets(answer)[0]) == 1
    answer = executive_browser.get(CSV, {"view": view.pk})
    assert 'filename="customers-20' in answer["Content-Disposition"]


def test_a_workbook_can_be_read_whatever_was_searched_for(executive_browser):
    answer = executive_browser.get(XLSX, {"q": "a\x01<b>&\ufffe"})
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    for name in ("docProps/core.xml", "xl/worksheets/sheet1.xml"):
        assert "a <b>&" in " ".join(ET.fromstring(book.read(name)).itertext()).replace("&&", "&")


def test_the_number_of_queries_of_a_file_does_not_grow(
    executive_browser, django_assert_num_queries
):
    for _ in range(2):
        reading_of("A", owner=PersonFactory())
    with django_assert_num_queries(6):
        csv_rows(executive_browser.get(CSV))
    for _ in range(20):
        reading_of("B", owner=PersonFactory())
    with django_assert_num_queries(6):
        csv_rows(executive_browser.get(CSV))


def test_columns_are_in_the_order_of_the_address_and_stay_with_filters(executive_browser):
    reading_of("Acme")
    page = executive_browser.get(URL, {"columns": "drift.band", "stage": "current"})
    assert [column["label"] for column in page.context["columns"]] == [
        "Customer", "Drift, 4 weeks", "Band",
    ]  # fmt: skip
    assert page.context["address"].cleared == f"{URL}?columns=drift.band"
    assert '<input type="hidden" name="columns" value="drift.band">' in page.text


def test_the_usual_columns_need_no_address(executive_browser):
    page = executive_browser.get(URL, {"columns": ".".join(DEFAULT_COLUMNS)})
    assert page.context["address"].to() == URL


def test_columns_that_there_are_not_are_named_and_left_out(executive_browser):
    page = executive_browser.get(URL, {"columns": "drift.colour.size"})
    assert "There is no column colour or size." in page.text
    assert page.context["form"].columns_shown() == ("drift",)
    assert (
        executive_browser.get(URL, {"columns": "colour"}).context["form"].columns_shown()
        == DEFAULT_COLUMNS
    )


def test_the_panel_leads_to_an_address_that_says_the_columns(executive_browser):
    query = {"panel": "1", "column": ["band", "value"], "q": "acme"}
    assert (
        executive_browser.get(URL, query).headers["Location"] == f"{URL}?q=acme&columns=band.value"
    )


def test_without_javascript_a_column_is_moved_by_the_page(executive_browser):
    query = {"panel": "1", "column": ["band", "value", "drift"]}
    page = executive_browser.get(URL, query | {"earlier": "drift"})
    assert page.context["form"].columns_shown() == ("band", "drift", "value")
    assert page.context["is_panel_open"]
    later = executive_browser.get(URL, query | {"later": "band"}).context["form"]
    assert later.columns_shown() == ("value", "band", "drift")


def said(page):
    return {one["label"]: one["value"].replace("\N{NO-BREAK SPACE}", " ") for one in page["totals"]}


def test_totals_are_of_what_is_shown_on_all_pages_by_currency(executive_browser, monkeypatch):
    monkeypatch.setattr(module, "PAGE_SIZE", 1)
    reading_of("A", band=Band.GONE, distance=80.0, at_risk=50, yearly_value=Decimal(1000))
    reading_of("B", band=Band.GONE, distance=41.0, at_risk=25, yearly_value=Decimal(500))
    reading_of(
        "C", band=Band.GONE, distance=None, at_risk=0, yearly_value=Decimal(300), currency="USD"
    )
    reading_of("D", band=Band.NEAR, at_risk=9999)
    page = executive_browser.get(URL, {"band": "gone"}).context
    assert page["summary"] == "3 customers"
    assert said(page) == {
        "Worth a year": "EUR 1.5 k and USD 300", "At risk": "EUR 75", "Mean distance": "60",
    }  # fmt: skip


def test_beyond_the_limit_the_rollups_count_if_they_know_the_filters(
    executive_browser, monkeypatch
):
    monkeypatch.setattr(module, "COUNTED_AT_MOST", 2)
    for _ in range(3):
        reading_of("Acme", band=Band.GONE)
    for band, customers in ((Band.GONE, 1_200_000), (Band.NEAR, 5)):
        count_total(
            BandTotal,
            on_date=BandTotal.NOW, stage="current", currency="EUR", band=band,
            customers=customers, yearly_value=7_000_000, at_risk=2_000_000,
        )  # fmt: skip
    page = executive_browser.get(URL, {"band": "gone"}).context
    assert page["summary"] == "1,200,000 customers"
    assert said(page) == {"Worth a year": "EUR 7 M", "At risk": "EUR 2 M"}
    page = executive_browser.get(URL, {"q": "acme"}).context
    assert page["summary"] == "More than 2 customers"
    assert said(page) == {}


def test_nobody_has_no_totals():
    client = Client()
    client.force_login(PersonFactory(team=None))
    page = client.get(URL).context
    assert (page["summary"], page["totals"]) == ("0 customers", [])
