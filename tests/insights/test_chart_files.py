"""Charts that are taken along: whole, readable anywhere, as the page shows them."""

import csv
import re
import struct
from datetime import date
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone

from insights import chart_files, spreadsheets
from insights.charts import (
    BandCounts,
    Bar,
    Line,
    Mark,
    Moment,
    Quarter,
    WallMonth,
    WallNote,
    band_strips,
    bars,
    course,
    courses,
    flow_table,
    quarter_map,
    standalone,
    wall,
)
from insights.models import Band, BandTotal, Proof
from insights.selectors.proof import Question
from tests.factories import PersonFactory, ReadingFactory, TeamFactory, count_total
from tests.insights.test_proof import numbers, results

SVG = "{http://www.w3.org/2000/svg}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HOSTILE = "<script>alert(1)</script> & Żółć"
MONTHS = [WallMonth(date(2025, m, 1), 10 * m, 100 - m) for m in range(1, 13)]
LINE = Line(HOSTILE, [Moment(date(2025, m, 1), 3.0 * m, f"{m}") for m in range(1, 13)], "/c/")
CHARTS = [
    course(LINE, title=HOSTILE, what="Distance"),
    courses([LINE] * 5, LINE, title="Parts", what="Distance", parts="Team"),
    flow_table(
        {("near", "gone"): 3, ("near", "near"): 1},
        title="Moved",
        when="Before",
        leads=lambda was, now: "/customers/",
    ),
    wall(MONTHS, title=HOSTILE, notes=[WallNote(date(2025, 5, 9), HOSTILE, 1)]),
    wall([], title="Empty"),
    band_strips([BandCounts("Now", {"near": 3, "gone": 1}, {"near": "/customers/"})], title="B"),
    bars([Bar(HOSTILE, 3, href="/customers/"), Bar("B", -4)], title="Bars " * 40, unit="EUR"),
    quarter_map(
        [Quarter("Open house", "Both", True, True, 1, "/customers/")],
        title="Map",
        marks=[Mark(HOSTILE, 50, 60, "near", "/customers/1/")],
    ),
]


def drawn(chart):
    return ET.fromstring(standalone(chart, styles=chart_files._styles(), note="Hearth"))


@pytest.mark.parametrize("chart", CHARTS)
def test_a_drawing_stands_alone_with_its_styles_and_without_links(chart):
    root = drawn(chart)
    assert root.tag == f"{SVG}svg"
    assert float(root.get("width")) > 300
    assert float(root.get("height")) > 100
    style = root.find(f"{SVG}style").text
    assert ".fill-human{fill: #b4452a;}" in style
    assert not any(word in style for word in ("var(", "light-dark(", ":is(", ":hover", "@"))
    assert not [one for one in root.iter() if "href" in one.attrib or one.tag == f"{SVG}a"]
    assert not [one for one in root.iter() if one.tag.endswith("script")]
    assert chart.caption.split()[0] in "".join(root.itertext())


def test_renderers_of_files_can_read_every_weight():
    weights = re.findall(r"font-weight: ?(\d+)", chart_files._styles())
    assert weights
    assert all(int(weight) % 100 == 0 for weight in weights)


def test_a_key_takes_as_many_lines_as_it_needs():
    notes = [WallNote(date(2025, 5, 9), f"Event of some length {i}", i) for i in range(30)]
    root = drawn(wall(MONTHS, title="The Wall", notes=notes))
    width, height = float(root.get("width")), float(root.get("height"))
    key = [text for text in root.findall(f"{SVG}text") if text.text.endswith("length 29")]
    assert len(key) == 1
    assert float(key[0].get("x")) + 6.7 * len(key[0].text) < width
    assert float(key[0].get("y")) < height - 30


def test_every_class_that_is_drawn_has_a_style():
    style = chart_files._styles() + chart_files.FRAME
    # These are hooks for pointers and layout; nothing of them can be seen.
    unseen = {"chart-svg", "on-phone", "on-desk", "plane", "bars", "bar", "column", "alone",
              "quarter-heading", "sideways", "square", "flows"}  # fmt: skip
    for chart in CHARTS:
        for one in drawn(chart).iter():
            for name in set(one.get("class", "").split()) - unseen:
                assert f".{name}" in style, name


@pytest.mark.parametrize("chart", CHARTS)
def test_a_picture_is_as_large_as_the_drawing_twice(chart):
    png = chart_files._png(chart, "x.png", "Hearth").content
    assert png.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", png[16:24])
    root = drawn(chart)
    assert width == pytest.approx(2 * float(root.get("width")), abs=2)
    assert height == pytest.approx(2 * float(root.get("height")), abs=40)


def test_text_is_drawn_without_any_font_of_the_machine(monkeypatch):
    render, told = chart_files.resvg_py.svg_to_bytes, {}

    def alone(**options):
        told.update(options)
        return render(**options, skip_system_fonts=True)

    monkeypatch.setattr(chart_files.resvg_py, "svg_to_bytes", alone)
    with_text = chart_files._png(bars([Bar("Żółć", 3)], title="Ø", unit="u"), "x", "Hearth").content
    told["font_files"] = []
    without = bytes(render(**told, skip_system_fonts=True))
    assert len(with_text) > len(without) + 500


def test_what_a_chart_has_no_numbers_for_is_taken_as_its_table():
    chart = quarter_map([Quarter("Open house", "Both", True, True, 1)], title="Map")
    assert list(chart_files._lines(chart)) == [
        ["Quarter", "What it means", "Customers"],
        ["Open house", "Both", 1],
    ]


def counted(team, customers):
    return count_total(
        BandTotal,
        on_date=BandTotal.NOW, team_id=team.pk, stage="current", currency="EUR", band=Band.STEADY,
        customers=customers, yearly_value=1, at_risk=customers,
    )  # fmt: skip


def test_a_file_shows_what_the_page_shows_with_the_same_filter(executive_browser):
    north, south = TeamFactory(name="Nørth"), TeamFactory()
    counted(north, 3)
    counted(south, 4)
    asked = {"team": north.pk, "take": "bands.csv"}
    response = executive_browser.get("/distance/", asked)
    assert response["Content-Disposition"].startswith(
        'attachment; filename="bands-current-customers-team-north-20'
    )
    head, now = csv.reader(b"".join(response).decode().splitlines())
    assert (head[0], now[2], now[-1]) == ("Date", "3", "3")
    page = executive_browser.get("/distance/", {"team": north.pk}).text
    assert f'href="?team={north.pk}&amp;take=bands.csv"' in page
    assert "Team: Nørth" in executive_browser.get("/distance/", {**asked, "take": "bands.svg"}).text


def test_a_workbook_has_numbers(executive_browser):
    counted(TeamFactory(), 3)
    response = executive_browser.get("/distance/", {"take": "bands.xlsx"})
    sheet = ZipFile(BytesIO(b"".join(response))).read("xl/worksheets/sheet1.xml").decode()
    assert "<v>3</v>" in sheet


def test_a_workbook_says_what_it_is_narrowed_to_on_paper_and_in_its_properties(executive_browser):
    team = TeamFactory(name="Søn & Co " + 16 * "&&& ")
    counted(team, 3)
    response = executive_browser.get("/distance/", {"team": team.pk, "take": "bands.xlsx"})
    book = ZipFile(BytesIO(b"".join(response)))
    told = list(ET.fromstring(book.read("docProps/core.xml")).itertext())
    assert any(one.startswith(f"Hearth · Current customers, Team: {team.name} · ") for one in told)
    footer = ET.fromstring(book.read("xl/worksheets/sheet1.xml")).findtext(f".//{SHEET}oddFooter")
    note = re.fullmatch(r"&L(.*)&R&P / &N", footer).group(1)
    said = note.replace("&&", "&")
    assert said.startswith(f"Hearth · Current customers, Team: {team.name} · ")
    assert len(said) == spreadsheets.LONGEST_FOOTER
    assert len(footer) <= 255


@pytest.mark.parametrize("name", ["bands", "wall", "doors-and-windows", "at-risk-eur"])
@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)  # fmt: skip
def test_every_chart_of_distance_is_there_in_every_kind(executive_browser, name, ending, kind):
    counted(TeamFactory(), 3)
    ReadingFactory()
    response = executive_browser.get("/distance/", {"take": f"{name}.{ending}"})
    assert response["Content-Type"] == kind
    assert response["Cache-Control"] == "private"
    response.close()


@pytest.mark.parametrize("name", ["calibration", "lift"])
def test_the_charts_of_a_proof_are_taken_along_with_what_was_asked(executive_browser, name):
    Proof.objects.create(
        as_of=timezone.now(), results=results(numbers(0)), done_share=1, **Question().fields
    )
    drawing = executive_browser.get("/proof/", {"take": f"{name}.svg"}).text
    assert "Looking back 365 days, silence of 90 days" in drawing
    assert "text/csv" in executive_browser.get("/proof/", {"take": f"{name}.csv"})["Content-Type"]
    assert f"take={name}.svg" in executive_browser.get("/proof/").text


def test_a_proof_that_is_not_worked_out_has_no_chart(executive_browser):
    assert executive_browser.get("/proof/", {"take": "lift.svg"}).status_code == 404


@pytest.mark.parametrize("asked", ["", "bands", "bands.pdf", "nothing.svg", ".svg", "../bands.svg"])
def test_what_is_not_on_the_page_is_not_found(executive_browser, asked):
    assert executive_browser.get("/distance/", {"take": asked}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["/distance/", "/wall/"])
def test_a_chart_is_for_those_whom_its_page_is_for(page):
    client = Client()
    client.force_login(PersonFactory())
    assert client.get(page, {"take": "wall.svg"}).status_code == 403
    assert Client().get(page, {"take": "wall.svg"}).status_code == 302
