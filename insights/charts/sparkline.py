"""The last year of a score in the height of a line of text."""

from collections.abc import Sequence
from functools import cache, lru_cache

from insights.charts.svg import Svg, element, number

_WIDTH, _HEIGHT, _MARGIN = 96, 24, 3


def sparkline(
    values: Sequence[float | None], *, label: str, low: float = 0, high: float = 100
) -> Svg:
    """Draw `values` oldest first, up for more; None is a gap, never a zero.

    The scale is fixed, so that the lines of a list can be compared with each other.
    """
    path, pen, x, y = [], "M", "", ""
    for x, value in zip(_across(len(values)), values, strict=True):
        if value is None:
            pen = "M"
            continue
        y = _up(value, low, high)
        # A length of nothing has round ends: a week between two gaps is a dot.
        path.append(f"L{x} {y}" if pen == "L" else f"M{x} {y}h0")
        pen = "L"
    marks = [element("path", class_="spark-line", d="".join(path))] if path else []
    if pen == "L":
        marks.append(element("circle", class_="spark-end", cx=x, cy=y, r=2.5))
    box = f"0 0 {_WIDTH} {_HEIGHT}"
    return element("svg", *marks, viewBox=box, role="img", aria_label=label)


@cache
def _across(count: int) -> tuple[str, ...]:
    """Return where each of so many values stands, left to right."""
    step = (_WIDTH - 2 * _MARGIN) / max(count - 1, 1)
    return tuple(number(_MARGIN + i * step) for i in range(count))


# What is drawn most are whole numbers of 0 to 100, thousands on a page.
@lru_cache(maxsize=1024)
def _up(value: float, low: float, high: float) -> str:
    """Return how far from the top a value stands."""
    scale = (_HEIGHT - 2 * _MARGIN) / ((high - low) or 1)
    return f"{_HEIGHT - _MARGIN - (min(max(value, low), high) - low) * scale:.1f}"
