"""Charts as SVG, made from plain values: crisp, every mark a link, with a table beside each.

Colours come from classes of the stylesheet, so a chart follows light and dark. Each function
takes values and returns a `Chart` (or bare `Svg`); none of them knows a model or a clock.
"""

from insights.charts.bands import BandCounts, band_strips
from insights.charts.bars import Bar, bars
from insights.charts.calibration import Said, calibration
from insights.charts.courses import Line, Moment, course, courses
from insights.charts.distances import distances
from insights.charts.flows import flow_table
from insights.charts.lift import Found, lift
from insights.charts.notes import WallNote
from insights.charts.quarters import MARKS_AT_MOST, Cell, Mark, Quarter, cells_of, quarter_map
from insights.charts.rhythm import rhythm
from insights.charts.sparkline import sparkline
from insights.charts.standalone import described, embedded, light_styles, standalone
from insights.charts.svg import PAPER, Chart, Svg, linked_text
from insights.charts.trend import TrendMonth, trend
from insights.charts.wall import Listed, WallMonth, wall
from insights.charts.ways import Arrow, arrows, chosen

__all__ = [
    "MARKS_AT_MOST",
    "PAPER",
    "Arrow",
    "BandCounts",
    "Bar",
    "Cell",
    "Chart",
    "Found",
    "Line",
    "Listed",
    "Mark",
    "Moment",
    "Quarter",
    "Said",
    "Svg",
    "TrendMonth",
    "WallMonth",
    "WallNote",
    "arrows",
    "band_strips",
    "bars",
    "calibration",
    "cells_of",
    "chosen",
    "course",
    "courses",
    "described",
    "distances",
    "embedded",
    "flow_table",
    "lift",
    "light_styles",
    "linked_text",
    "quarter_map",
    "rhythm",
    "sparkline",
    "standalone",
    "trend",
    "wall",
]
