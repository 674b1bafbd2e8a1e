"""The charts of the proof: true to their values, readable without sight."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from insights.charts import Chart, Found, Said, Svg, calibration, lift

TENTHS = [
    Said(0.05, 0.0, 0.0, 0.1, 20),
    Said(0.3, 0.4, 0.25, 0.6, 20),
    Said(0.8, 0.6, 0.4, 0.78, 19),
]
GAINS = [min(step / 5, 1.0) for step in range(21)]
LINES = [
    Found("Hearth", GAINS, is_ours=True),
    Found("Days <since>", [step / 20 for step in range(21)]),
    Found("RFM", GAINS),
]
CHARTS = [
    calibration(TENTHS, title="Said & done"),
    calibration([], title="Nothing said"),
    calibration([Said(0.0, 0.0, 0.0, 0.02, 5)], title="Nobody went"),
    lift(LINES, title="Found & lost"),
    lift([], title="Nothing found"),
]


def parsed(svg: Svg) -> ET.Element:
    return ET.fromstring(svg)


def of_class(svg: Svg, name: str) -> list[ET.Element]:
    return [e for e in parsed(svg).iter() if name in e.get("class", "").split()]


def texts(svg: Svg) -> list[str]:
    return [e.text or "" for e in parsed(svg).iter("text")]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.caption)
def test_charts_are_well_formed_and_say_what_they_show(chart: Chart):
    for svg in (chart.svg, chart.phone_svg):
        root = parsed(svg)
        assert root.find("title").text == chart.caption
        assert root.find("desc").text
        assert "style=" not in svg
        assert "nan" not in svg
    assert all(len(row) == len(chart.head) for row in chart.rows)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.caption)
def test_no_mark_leaves_the_canvas(chart: Chart):
    for svg in (chart.svg, chart.phone_svg):
        _, _, width, height = map(float, parsed(svg).get("viewBox").split())
        for mark in parsed(svg).iter():
            for name, limit in (("cx", width), ("x1", width), ("cy", height), ("y2", height)):
                assert 0 <= float(mark.get(name, 0)) <= limit


def test_a_dot_on_the_diagonal_is_one_that_kept_its_word():
    (dot,) = of_class(calibration([Said(0.5, 0.5, 0.4, 0.6, 9)], title="t").svg, "dot-ours")
    (line,) = of_class(calibration([Said(0.5, 0.5, 0.4, 0.6, 9)], title="t").svg, "diagonal")
    x1, y1, x2, y2 = (float(line.get(name)) for name in ("x1", "y1", "x2", "y2"))
    x, y = float(dot.get("cx")), float(dot.get("cy"))
    assert (x - x1) / (x2 - x1) == pytest.approx((y - y1) / (y2 - y1), abs=0.01)


def test_what_happened_more_often_stands_higher():
    dots = of_class(calibration(TENTHS, title="t").svg, "dot-ours")
    heights = [float(dot.get("cy")) for dot in dots]
    assert heights == sorted(heights, reverse=True)
    assert "Said 80 %: 60 % went silent" in calibration(TENTHS, title="t").svg


def test_far_points_are_labelled_where_they_stand():
    assert "said 80 %, was 60 %" in texts(calibration(TENTHS, title="t").svg)
    assert "said 5 %, was 0 %" not in texts(calibration(TENTHS, title="t").svg)


def test_the_calibration_table_holds_every_tenth():
    assert calibration(TENTHS, title="t").rows[1] == ["20", "30 %", "40 %", "25 % to 60 %"]


def test_each_line_ends_with_its_name_and_share():
    svg = lift(LINES, title="t").svg
    for label in ("Hearth 100 %", "Days <since> 30 %", "RFM 100 %", "Calling blindly 30 %"):
        assert label in texts(svg)


def test_labels_of_lines_that_end_together_stand_apart():
    places = sorted(
        float(text.get("y"))
        for text in parsed(lift(LINES, title="t").svg).iter("text")
        if (text.text or "").endswith("%") and (text.text or "")[0].isalpha()
    )
    assert len(places) == 4
    assert all(below - above >= 16 - 0.1 for above, below in pairwise(places))


def test_our_line_is_drawn_over_the_others():
    paths = [path.get("class") for path in parsed(lift(LINES, title="t").svg).iter("path")]
    assert paths == ["line-rival", "line-rival", "line-ours"]


def test_the_lift_table_holds_what_the_lines_show():
    assert lift(LINES, title="t").rows[1][:3] == ["Days <since>", "5 %", "10 %"]
