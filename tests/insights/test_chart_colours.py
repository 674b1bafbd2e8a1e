"""Colours of charts: what is drawn can be seen, and what is written can be read, also in the dark.

Contrasts are those that WCAG 2.2 AA asks for: 3 for marks and lines, 4.5 for text.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

from insights.charts.flows import FAINT, FULL

CSS = (Path(settings.BASE_DIR) / "static" / "css" / "hearth.css").read_text(encoding="utf-8")
BANDS = ("near", "steady", "cooling", "drifting", "gone")
MARKS, TEXT = 3, 4.5
TOLD_APART = 1.5
"""Brightness of one beside another, where colours are seen alike or not at all."""

Colour = tuple[float, ...]


def colour(said: str) -> Colour:
    return tuple(int(said[i : i + 2], 16) for i in (1, 3, 5))


def pair(said: str, place: int) -> Colour:
    return colour(re.findall(r"#[0-9a-f]{6}", said)[place])


def token(name: str, place: int) -> Colour:
    """Return what a token is in light (0) or in the dark (1)."""
    return pair(re.search(rf"--{name}: (light-dark\(.*?\));", CSS)[1], place)


def rule(selector: str) -> str:
    """Return what stands in a rule of charts."""
    return re.search(rf"\.chart-svg {re.escape(selector)} \{{ (.*?) \}}", CSS)[1]


def over(upper: Colour, lower: Colour, opacity: float) -> Colour:
    return tuple(u * opacity + w * (1 - opacity) for u, w in zip(upper, lower, strict=True))


def brightness(one: Colour) -> float:
    parts = (c / 255 for c in one)
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    dark, bright = sorted(map(brightness, (one, other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("band", BANDS)
def test_a_mark_on_the_map_can_be_seen(band, place):
    opacity = re.search(r"fill-opacity: ([\d.]+)", rule(".mark"))
    surface = token("surface", place)
    drawn = over(token(band, place), surface, float(opacity[1]) if opacity else 1)
    assert contrast(drawn, surface) >= MARKS


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("line", ["line-strong", "ink"])
def test_a_line_on_the_map_can_be_seen(line, place):
    assert contrast(token(line, place), token("surface", place)) >= MARKS


@pytest.mark.parametrize("place", [0, 1])
def test_people_and_screens_can_be_seen_and_told_apart_without_colour(place):
    assert rule(".fill-human") == "fill: var(--human);"
    assert rule(".fill-digital") == "fill: var(--digital-area);"
    human, digital = token("human", place), token("digital-area", place)
    for ground in ("surface", "bg"):
        assert contrast(human, token(ground, place)) >= MARKS
        assert contrast(digital, token(ground, place)) >= MARKS
    assert contrast(human, digital) >= TOLD_APART


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("strength", ["", ".strength-2", ".strength-3"])
def test_a_day_on_screens_can_be_seen(strength, place):
    said = re.search(rf"\.rhythm \.day\.digital{re.escape(strength)} \{{ (.*?) \}}", CSS)[1]
    opacity = re.search(r"stroke-opacity: ([\d.]+)", said)
    surface, stroke = token("surface", place), re.search(r"var\(--(.+?)\)", said)[1]
    drawn = over(token(stroke, place), surface, float(opacity[1]) if opacity else 1)
    assert contrast(drawn, surface) >= MARKS


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("fill", [".fill-human", ":is(.fill-digital, .fill-plain)", ".fill-value"])
def test_a_column_that_has_not_ended_can_be_seen_by_its_outline(fill, place):
    stroke = re.search(r"stroke: var\(--(.+?)\)", rule(f".column.partial {fill}"))[1]
    assert contrast(token(stroke, place), token("surface", place)) >= MARKS
    assert ".column.partial { opacity" not in CSS


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("text", ["ink", "ink-2", "ink-3", "human", "digital"])
def test_text_beside_marks_can_be_read(text, place):
    assert contrast(token(text, place), token("surface", place)) >= TEXT


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("band", BANDS)
def test_a_number_on_a_band_can_be_read(band, place):
    on = ".on-near, .chart-svg .on-near.strong" if band == "near" else (
        ":is(.on-steady, .on-cooling, .on-drifting, .on-gone, .on-unknown).strong"
    )  # fmt: skip
    assert contrast(pair(rule(on), place), token(band, place)) >= TEXT


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("strength", [FAINT, FULL])
def test_a_number_of_who_moved_can_be_read(band, place, strength):
    cell = over(token(band, place), token("surface", place), strength)
    assert contrast(token("ink", place), cell) >= TEXT
