"""Charts: true to their values at the edges, escaped, reachable, readable without sight."""

from datetime import date
from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest
from django.template import Context, Template

from insights.charts import (
    Arrow,
    BandCounts,
    Bar,
    Cell,
    Chart,
    Line,
    Mark,
    Moment,
    Quarter,
    Svg,
    TrendMonth,
    WallMonth,
    WallNote,
    arrows,
    band_strips,
    bars,
    course,
    courses,
    flow_table,
    quarter_map,
    rhythm,
    sparkline,
    trend,
    wall,
)
from insights.charts.bands import BAND_NAMES
from insights.charts.standalone import PLANE
from insights.charts.svg import text_width

HOSTILE = "<script>alert('1')</script> & \"Søns\""
QUARTERS = [
    Quarter("Open house", "We meet and see them", True, True, 2, "/c/?q=open"),
    Quarter("Handshake only", "We meet them", True, False, 1, "/c/?q=hand"),
    Quarter("Through the glass", "We see them", False, True, 0, "/c/?q=glass"),
    Quarter("Walled off", "Neither", False, False, 1_000_000, "/c/?q=wall"),
]


def parsed(svg: Svg) -> ET.Element:
    return ET.fromstring(svg)


def of_class(svg: Svg, name: str) -> list[ET.Element]:
    return [e for e in parsed(svg).iter() if name in e.get("class", "").split()]


def place_of(text: ET.Element, letter: float, side: float = 0) -> tuple[float, float, float]:
    """Return from where to where a text runs, and how low, with letters so wide."""
    x, y = (
        float(at.removesuffix("%")) / 100 * side if at.endswith("%") else float(at)
        for at in (text.get("x"), text.get("y"))
    )
    x, y = x + float(text.get("dx", 0)), y + float(text.get("dy", 0))
    long = letter * len(text.text)
    style = text.get("class", "").split()
    left = x - long * (1 if "end" in style else 0.5 if "middle" in style else 0)
    return left, left + long, y


def months(*counts: tuple[int, int]) -> list[WallMonth]:
    return [
        WallMonth(date(2023 + i // 12, i % 12 + 1, 1), human, digital)
        for i, (human, digital) in enumerate(counts)
    ]


def line(name, *values, href="/c/?a=1&b=2"):
    return Line(
        name,
        [
            Moment(date(2026, 1, 5 + 7 * i), value, f"{value}", f"day {i}", href)
            for i, value in enumerate(values)
        ],
        href,
        "3 customers",
    )


def flowing(moves, title="Moved"):
    return flow_table(moves, title=title, when="Before", leads=lambda was, now: f"/?{was}&{now}")


ALL_EMPTY = [
    course(line("All"), title="Course", what="Distance"),
    course(line("All", None, None), title="Course", what="Distance"),
    courses([], line("All"), title="Courses", what="Distance", parts="Team"),
    flowing({}),
    wall([], title="Wall"),
    bars([], title="Bars", unit="EUR"),
    band_strips([], title="Bands"),
    band_strips([BandCounts("Now", {})], title="Bands"),
    quarter_map([], title="Map"),
    trend([], title="Trend", what="answered"),
    trend([TrendMonth(date(2026, 1, 1), None)], title="Trend", what="answered"),
]
ALL_FULL = [
    course(line(HOSTILE, 0, None, 100), title=HOSTILE, what=HOSTILE),
    courses(
        [line(HOSTILE * 3, 3, 99), line("B", None), line("C", 7)],
        line("All", 5, 50),
        title=HOSTILE,
        what=HOSTILE,
        parts=HOSTILE,
    ),
    flowing({("near", "gone"): 10**6, ("gone", "gone"): 1, ("unknown", "near"): 2}, HOSTILE),
    wall(months((3, 9), (0, 0), (0, 10**9)), title=HOSTILE),
    bars(
        [Bar(HOSTILE, 10**12, HOSTILE, "/a?b=1&c=2"), Bar("B", -4), Bar("C", 0)],
        title=HOSTILE,
        unit=HOSTILE,
    ),
    band_strips(
        [BandCounts(HOSTILE, {"near": 1, "gone": 10**6}, {"near": "/?a=1&b=2"})], title=HOSTILE
    ),
    quarter_map(QUARTERS, title=HOSTILE, marks=[Mark(HOSTILE, 140, -3, "gone", "/?a=1&b=2")]),
    quarter_map(QUARTERS, title=HOSTILE, cells=[Cell(0, 0, 900_000), Cell(95, 95, 1)]),
]


@pytest.mark.parametrize("chart", ALL_EMPTY + ALL_FULL)
def test_every_drawing_is_well_formed_and_says_what_it_shows(chart: Chart):
    for svg in filter(None, (chart.svg, chart.phone_svg, chart.paper_svg)):
        root = parsed(svg)
        ids = {e.get("id"): e.text for e in root.iter() if e.get("id")}
        assert ids[root.get("aria-labelledby")] == chart.caption
        assert ids[root.get("aria-describedby")]


@pytest.mark.parametrize("chart", ALL_FULL)
def test_hostile_text_is_shown_and_never_run(chart: Chart):
    assert "<script" not in chart.svg + chart.phone_svg + chart.paper_svg


@pytest.mark.parametrize("chart", ALL_EMPTY + ALL_FULL)
def test_nothing_needs_an_inline_style(chart: Chart):
    assert not any("style" in e.attrib for e in parsed(chart.svg).iter())


@pytest.mark.parametrize("chart", ALL_FULL)
def test_the_table_has_a_cell_for_every_heading(chart: Chart):
    assert all(len(row) == len(chart.head) for row in chart.rows)


def test_templates_print_a_drawing_and_escape_a_label():
    shown = Template("{{ svg }}{{ label }}").render(
        Context({"svg": sparkline([1, 2], label="<b>"), "label": "<b>"})
    )
    assert shown.startswith("<svg ")
    assert shown.endswith("&lt;b&gt;")


def test_a_drawing_with_links_is_a_group_since_an_image_hides_what_it_holds():
    assert parsed(bars([Bar("A", 1, href="/a")], title="t", unit="u").svg).get("role") == "group"
    assert parsed(bars([Bar("A", 1)], title="t", unit="u").svg).get("role") == "img"


def test_sparkline_leaves_a_gap_where_nothing_is_known():
    (line,) = of_class(sparkline([10, 20, None, 40, 50], label="Acme"), "spark-line")
    assert line.get("d").count("M") == 2


def test_sparkline_has_an_end_only_where_the_last_value_is_known():
    assert of_class(sparkline([10, 20], label="Acme"), "spark-end")
    assert not of_class(sparkline([10, None], label="Acme"), "spark-end")


def test_sparkline_keeps_what_is_out_of_range_on_the_canvas():
    (end,) = of_class(sparkline([-50, 900], label="Acme"), "spark-end")
    assert float(end.get("cy")) == 3


@pytest.mark.parametrize("values", [[], [None], [7], [None, None]])
def test_sparkline_of_little_or_nothing_is_still_a_drawing(values):
    assert parsed(sparkline(values, label="Acme")).get("aria-label") == "Acme"


def test_bars_are_as_long_as_their_values():
    chart = bars([Bar("A", 200), Bar("B", 100), Bar("C", 0)], title="t", unit="u")
    a, b, c = (float(e.get("width")) for e in of_class(chart.svg, "bar"))
    assert a == pytest.approx(2 * b, rel=0.01)
    assert c < 2


def test_a_single_bar_is_said_to_be_one():
    assert "1 bar; the longest is A with 200." in bars([Bar("A", 200)], title="t", unit="u").svg


def test_a_negative_bar_ends_where_a_positive_one_starts():
    chart = bars([Bar("A", -50), Bar("B", 50)], title="t", unit="u")
    a, b = of_class(chart.svg, "bar")
    assert float(a.get("x")) + float(a.get("width")) == pytest.approx(float(b.get("x")), abs=0.2)


def test_wall_stacks_both_counts_on_one_scale():
    chart = wall(months((10, 30)), title="The Wall")
    human = next(e for e in of_class(chart.svg, "fill-human") if e.get("rx") is None)
    digital = next(e for e in of_class(chart.svg, "fill-digital") if e.get("rx") is None)
    assert float(digital.get("height")) == pytest.approx(3 * float(human.get("height")), rel=0.01)
    assert float(digital.get("y")) + float(digital.get("height")) == pytest.approx(
        float(human.get("y")), abs=0.2
    )


def test_both_parts_of_a_column_lead_to_what_they_count_and_leave_the_tab_key_to_the_table():
    chart = wall(
        months((1, 900), (0, 4), (0, 0)),
        title="The Wall",
        listed=lambda month, mode: f"/list/?{mode}&{month:%m}",
    )
    links = [mark for mark in parsed(chart.svg).iter() if mark.get("href")]
    assert [link.get("href") for link in links] == [
        "/list/?digital&01", "/list/?human&01", "/list/?digital&02",
    ]  # fmt: skip
    assert {link.get("tabindex") for link in links} == {"-1"}
    # A person among 900 screens is thin; what is pressed is not.
    assert float(of_class(chart.svg, "fill-human")[0].get("height")) < 1
    assert float(of_class(chart.svg, "quarter")[1].get("height")) == 16
    assert chart.rows[0][1:3] == ["1", "900"]
    assert chart.rows[0][1].__html__() == '<a href="/list/?human&amp;01">1</a>'
    assert not hasattr(chart.rows[1][1], "__html__")
    assert "<a " not in wall(months((1, 900)), title="The Wall").svg


def test_wall_breaks_the_share_line_over_a_silent_month():
    chart = wall(months((1, 1), (0, 0), (1, 3)), title="The Wall")
    (line,) = of_class(chart.svg, "line-share")
    assert line.get("d").count("M") == 2


def test_wall_draws_the_month_that_has_not_ended_apart_and_outside_the_share():
    running = WallMonth(date(2024, 2, 1), 1, 0, is_whole=False)
    chart = wall([WallMonth(date(2024, 1, 1), 1, 1), running], title="The Wall")
    assert len(of_class(chart.svg, "partial")) == 1
    assert of_class(chart.svg, "line-share")[0].get("d").count("L") == 0
    assert chart.rows[1][0] == "February 2024 (so far)"


def test_wall_of_a_first_month_says_what_there_is_so_far():
    running = WallMonth(date(2024, 2, 1), 1, 0, is_whole=False)
    chart = wall([running], title="The Wall")
    said = "February 2024 so far: 1 with a person, 0 digital, 100 % human."
    assert said in chart.svg
    assert "50 %" in [mark.text for mark in of_class(chart.svg, "end")]
    assert chart.data == [[date(2024, 2, 1), 1, 0, 1.0, "so far"]]


def test_a_note_stands_at_its_day_over_both_panels_with_its_words_and_in_the_table():
    note = WallNote(date(2023, 2, 15), "Branch closed", 1)
    chart = wall(months((1, 1), (1, 3), (2, 2)), title="The Wall", notes=[note])
    (line,) = of_class(chart.svg, "note-line")
    # The plot runs from 44 to 996 in three months; the 15th is half of 28 days.
    assert float(line.get("x1")) == pytest.approx(44 + 952 / 3 * 1.5, abs=0.1)
    assert [e.text for e in of_class(chart.svg, "note")] == ["1 Branch closed"]
    assert [e.text for e in of_class(chart.phone_svg, "note")] == ["1"]
    assert [row[-1] for row in chart.rows] == ["", "Branch closed", ""]
    assert len(chart.head) == 5


def test_a_note_from_before_the_first_month_is_left_out():
    note = WallNote(date(2022, 12, 31), "Branch closed", 1)
    chart = wall(months((1, 1)), title="The Wall", notes=[note])
    assert not of_class(chart.svg, "note-line")
    assert len(chart.head) == 4


def test_words_of_notes_never_cover_each_other_and_stay_on_the_canvas():
    notes = [WallNote(date(2023, 1 + i % 12, 1 + i), f"Event number {i}", i) for i in range(25)]
    chart = wall(months(*[(1, 1)] * 12), title="The Wall", notes=notes)
    for svg, width in ((chart.svg, 1040), (chart.paper_svg, 700), (chart.phone_svg, 340)):
        places = [place_of(text, 6.7) for text in of_class(svg, "note")]
        assert {text.text.split()[0] for text in of_class(svg, "note")} == set(map(str, range(25)))
        assert all(left >= 0 and right <= width for left, right, _ in places)
        for (left, right, y), (other_left, other_right, other_y) in combinations(places, 2):
            assert y != other_y or right <= other_left or other_right <= left
        lines = [(float(e.get("x1")), float(e.get("y1"))) for e in of_class(svg, "note-line")]
        assert len(lines) == 25
        for left, right, y in places:
            assert not [x for x, top in lines if left < x < right and top < y - 6]


def test_a_note_without_room_for_its_words_says_them_in_the_key_of_a_file():
    notes = [WallNote(date(2023, 6, 1 + i), f"Event number {i}", i) for i in range(9)]
    chart = wall(months(*[(1, 1)] * 12), title="The Wall", notes=notes)
    drawn = {text.text for text in of_class(chart.svg, "note")}
    assert {*drawn, *(words for _, words in chart.key)} >= {
        f"{i} Event number {i}" for i in range(9)
    }
    assert len(chart.key) == 5


def test_words_left_of_the_right_edge_are_not_crossed_by_the_lines_of_earlier_notes():
    notes = [WallNote(date(2023, 9, 1), "The first", 1), WallNote(date(2023, 12, 1), "T" * 40, 2)]
    chart = wall(months(*[(1, 1)] * 12), title="The Wall", notes=notes)
    first, second = sorted(of_class(chart.svg, "note"), key=lambda text: text.text)
    assert float(first.get("y")) > float(second.get("y"))
    assert len(chart.key) == 0


def test_band_strips_share_the_whole_length():
    strip = BandCounts("Now", {"near": 75, "gone": 25})
    chart = band_strips([strip], title="Bands")
    near, gone = (float(e.get("width")) for e in of_class(chart.svg, "bar"))
    assert near / gone == pytest.approx(3, rel=0.02)
    assert chart.head == ["Date", "Near", "Gone", "All"]
    assert chart.rows == [["Now", "75", "25", "100"]]


@pytest.mark.parametrize(
    "counts",
    [
        {"near": 230, "steady": 48, "cooling": 39, "drifting": 41, "gone": 15},
        {"near": 999_000, "steady": 400, "cooling": 300, "drifting": 200, "gone": 100},
        {"near": 1, "steady": 1, "cooling": 1, "drifting": 1, "gone": 100_000},
        {"near": 1},
        {},
    ],
)
def test_each_band_of_any_strip_is_named_and_shows_its_colour_where_it_is_too_narrow(counts):
    before = dict.fromkeys(["near", "steady", "cooling", "drifting", "gone"], 8)
    chart = band_strips([BandCounts("Now", counts), BandCounts("Before", before)], title="Bands")
    for svg, width in ((chart.svg, 1040), (chart.paper_svg, 700), (chart.phone_svg, 340)):
        names = [text for text in parsed(svg).iter("text") if text.text in BAND_NAMES.values()]
        assert [name.text for name in names] == ["Gone", "Drifting", "Cooling", "Steady", "Near"]
        places = [place_of(name, 6.7) for name in names]
        assert all(left >= 0 and right <= width for left, right, _ in places)
        assert all(other[1] <= one[0] for one, other in pairwise(places))
        dots = [mark.get("class") for mark in parsed(svg).iter("circle")]
        assert dots in (
            [],
            ["fill-gone", "fill-drifting", "fill-cooling", "fill-steady", "fill-near"],
        )
        assert dots or counts.get("gone") == 15


def test_labels_of_bars_end_before_the_bars():
    chart = bars([Bar("Wholesale MAMMOTHS " * 3, 3), Bar("B", 1)], title="t", unit="u")
    label, _ = (text for text in of_class(chart.svg, "strong"))
    assert label.text.endswith("…")
    assert text_width(label.text, is_strong=True) < float(of_class(chart.svg, "bar")[0].get("x"))


@pytest.mark.parametrize("count", [0, 1, 12, 40])
@pytest.mark.parametrize("side", [525, 540, 736])
def test_names_on_the_map_never_cover_each_other_on_a_desk_in_a_file_or_on_paper(count, side):
    ways = [
        Arrow(f"Customer {i}", (i * 37 % 101, i * 53 % 101), (i * 71 % 101, i * 29 % 101))
        for i in range(1, count + 1)
    ]
    names = [
        e for mark in arrows(ways) for e in parsed(mark).iter() if "way-name" in e.get("class", "")
    ]
    assert len(names) >= min(count, 8)
    bold = text_width("Customer 40", is_strong=True) / len("Customer 40")
    places = [place_of(name, bold, side) for name in names]
    for (left, right, y), (other_left, other_right, other_y) in combinations(places, 2):
        assert right <= other_left or other_right <= left or abs(y - other_y) >= 15


def test_a_name_that_has_room_on_a_large_screen_only_does_not_cover_the_next_mark_in_a_file():
    ways = [Arrow("Dunwhistle Lodge", (90, 50), (20, 20)), Arrow("B", (90, 50), (45, 45))]
    name = next(mark for mark in map(parsed, arrows(ways)) if mark.text == "Dunwhistle Lodge")
    side, *_ = PLANE
    letter = text_width(name.text, is_strong=True) / len(name.text)
    _, right, y = place_of(name, letter, side)
    assert right <= 0.45 * side - 4 or abs(y - 0.5 * side) > 8


def test_a_name_on_the_map_stands_beside_the_lines_where_it_can():
    coming_from_the_right = Arrow("Acme", (50, 50), (90, 50))
    *_, name = map(parsed, arrows([coming_from_the_right]))
    assert (name.text, name.get("class")) == ("Acme", "way-name end")


def test_map_places_marks_by_windows_and_doors_and_links_them():
    chart = quarter_map(QUARTERS, title="Map", marks=[Mark("Acme", 90, 20, "near", "/c/1/")])
    (mark,) = of_class(chart.svg, "mark")
    assert (mark.get("cx"), mark.get("cy")) == ("20.0%", "10.0%")
    assert 'href="/c/1/"' in chart.svg


def test_map_keeps_the_tab_key_for_the_quarters():
    chart = quarter_map(QUARTERS, title="Map", marks=[Mark("Acme", 90, 20, "near", "/c/1/")])
    links = [e for e in parsed(chart.svg).iter() if e.tag == "a"]
    assert [e.get("tabindex") for e in links] == [None, None, None, None, "-1"]


def test_map_shades_squares_when_marks_are_too_many():
    crowd = [Mark("x", i % 100, (i * 7) % 100, "near") for i in range(2_001)]
    chart = quarter_map(QUARTERS, title="Map", marks=crowd)
    assert not of_class(chart.svg, "mark")
    assert len(of_class(chart.svg, "fill-drifting")) <= 400


def year_of_days(days: dict[date, tuple[int, int]], today: date = date(2026, 3, 4)) -> Chart:
    def href(first: date, last: date) -> str:
        return f"?since={first}&until={last}"

    return rhythm(days, title=HOSTILE, begins=date(2025, 3, 3), today=today, href=href)


def test_the_year_of_days_marks_people_and_screens_apart():
    chart = year_of_days(
        {date(2026, 3, 4): (1, 9), date(2026, 3, 3): (3, 0), date(2026, 3, 2): (0, 1)}
    )

    human, digital = of_class(chart.svg, "human"), of_class(chart.svg, "digital")
    assert [path.get("class") for path in human] == ["day human strength-1", "day human strength-2"]
    assert [path.get("d").count("M") for path in (*human, *digital)] == [1, 1, 1, 1]
    assert {path.get("stroke-linecap") for path in human} == {"round"}
    (days,) = of_class(chart.svg, "none")
    assert days.get("d").count("M") == 52 * 7 + 3


def test_each_week_of_the_year_leads_to_its_days_and_none_to_tomorrow():
    chart = year_of_days({date(2026, 2, 24): (1, 2), date(2026, 2, 26): (0, 2)})

    links = [e for e in parsed(chart.svg).iter() if e.tag == "a"]
    assert len(links) == 53
    assert links[-1].get("href") == "?since=2026-03-02&until=2026-03-04"
    assert links[-2][0].text == (
        "Week of 23 February 2026: 1 day with a person and 2 days on screens"
    )
    assert links[0][0].text == "Week of 3 March 2025: nothing happened"
    assert len([e for e in parsed(chart.phone_svg).iter() if e.tag == "a"]) == 53


def test_the_months_of_the_year_of_days_are_a_table():
    chart = year_of_days({date(2026, 3, 4): (1, 0), date(2026, 3, 3): (2, 2)})

    assert len(chart.rows) == 13
    assert chart.rows[-1] == ["March 2026", "2", "1"]
    assert "2 days with a person and 1 day on screens." in chart.svg


def test_an_empty_year_of_days_says_so():
    assert "Nothing happened. Each week" in year_of_days({}).svg


def test_a_month_whose_number_cannot_be_drawn_says_it_in_words():
    month = TrendMonth(date(2026, 1, 1), None, "only said")
    chart = trend([month], title="t", what="said for each shown")
    assert chart.rows == [["January 2026", "only said"]]
    assert of_class(chart.svg, "bar") == []


def test_columns_say_the_last_whole_number_and_the_highest_above_all_they_cover():
    shares = (0.2, 1.0, 0.1, 0.9, 0.3, 0.0)
    months = [
        TrendMonth(date(2026, 1 + i, 1), share, f"{share:.0%}", is_whole=i < 5)
        for i, share in enumerate(shares)
    ]
    chart = trend(months, title="Trend", what="answered", top=1.0)
    numbers = {mark.text: mark for mark in of_class(chart.svg, "middle") if "%" in mark.text}
    assert set(numbers) == {"30%", "100%"}
    tops = [float(bar.get("y")) for bar in of_class(chart.svg, "bar")]
    assert float(numbers["100%"].get("y")) < tops[1]
    assert float(numbers["30%"].get("y")) < tops[4]
    wide = [TrendMonth(one.month, one.value, 40 * "n", is_whole=one.is_whole) for one in months]
    chart = trend(wide, title="Trend", what="answered", top=1.0)
    (number,) = (mark for mark in of_class(chart.svg, "middle") if mark.text == 40 * "n")
    assert float(number.get("y")) < min(tops)
    assert chart.data[-1] == [date(2026, 6, 1), 0.0, 40 * "n", "so far"]


def test_a_month_with_too_little_has_no_column_and_says_so():
    chart = trend(
        [
            TrendMonth(date(2026, 1, 1), 0.5, "50 %", "/january/", is_chosen=False),
            TrendMonth(date(2026, 2, 1), None),
            TrendMonth(date(2026, 3, 1), 1.0, "100 %", is_whole=False),
        ],
        title=HOSTILE,
        what="answered",
        top=1.0,
    )
    assert chart.rows == [
        ["January 2026", "50 %"],
        ["February 2026", "too few to tell"],
        ["March 2026 (so far)", "100 %"],
    ]
    half, whole = of_class(chart.svg, "bar")
    assert float(half.get("height")) * 2 == float(whole.get("height"))
    assert [mark.get("href") for mark in parsed(chart.svg).iter() if mark.get("href")] == [
        "/january/"
    ]
    # What leads somewhere says its number to the keyboard too.
    assert [mark.text for mark in of_class(chart.svg, "told")] == ["January 2026: 50 %"]


def test_small_charts_share_one_scale_and_say_where_each_line_began_and_ended():
    parts = [line("North", 20, 31), line("South", 44, 38)]
    chart = courses(parts, line("All", 32, 35), title="By team", what="Distance", parts="Team")
    assert [float(text.text) for text in of_class(chart.svg, "end")] == [20, 30, 40, 50] * 2
    assert "North: day 1 31, day 0 20." in chart.svg
    assert chart.data[0] == ["North", date(2026, 1, 5), 20, 0]


def test_the_days_of_a_line_keep_the_large_letter_of_their_month():
    on = Moment(date(2026, 3, 2), 28, "28", "on 2 March 2026")
    chart = course(Line("All", [on]), title="By week", what="Distance")
    assert chart.rows == [["On 2 March 2026", "28", "0"]]


def test_a_week_leads_to_whom_it_counts_and_nowhere_where_those_are_nobody():
    far = Moment(date(2026, 3, 2), 25, "25 %", "on 2 March 2026", "/c/?was=gone", 12, listed=3)
    none = Moment(date(2026, 3, 9), 0, "0 %", "now", "", 12, listed=0)
    chart = course(
        Line("All", [far, none]), title="t", what="Share", counted=["Drifting or gone", "Customers"]
    )
    assert chart.head == ["Day", "Share", "Drifting or gone", "Customers"]
    assert chart.rows == [["Now", "0 %", "0", "12"], ["On 2 March 2026", "25 %", "3", "12"]]
    assert chart.rows[1][2].__html__() == '<a href="/c/?was=gone">3</a>'
    assert not hasattr(chart.rows[0][2], "href")
    assert {link.get("href") for link in parsed(chart.svg).iter("a")} == {"/c/?was=gone"}


def test_a_flow_says_nothing_of_nobody_and_its_sums_are_those_of_its_cells():
    chart = flowing({("near", "gone"): 3, ("near", "near"): 5, ("unknown", "gone"): 1})
    assert chart.rows[0] == ["Near", "5", "0", "0", "0", "3", "8"]
    assert chart.rows[-1] == ["Now", "5", "0", "0", "0", "4", "9"]
    links = [one.get("href") for one in parsed(chart.svg).iter("a")]
    assert "/?near&gone" in links
    assert "/?near&steady" not in links
