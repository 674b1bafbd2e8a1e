"""The last year of a score in the height of a line of text."""

from collections.abc import Iterator, Sequence

from insights.charts.svg import Svg, element, number

_WIDTH, _HEIGHT, _MARGIN = 96.0, 24.0, 3.0


def sparkline(
    values: Sequence[float | None], *, label: str, low: float = 0, high: float = 100
) -> Svg:
    """Draw `values` oldest first, up for more; None is a gap, never a zero.

    The scale is fixed, so that the lines of a list can be compared with each other.
    """
    span = (high - low) or 1
    step = (_WIDTH - 2 * _MARGIN) / max(len(values) - 1, 1)
    points = [
        None
        if value is None
        else (
            _MARGIN + i * step,
            _HEIGHT - _MARGIN - (min(max(value, low), high) - low) / span * (_HEIGHT - 2 * _MARGIN),
        )
        for i, value in enumerate(values)
    ]
    marks = [_line(run) for run in _runs(points)]
    if points and points[-1] is not None:
        x, y = points[-1]
        marks.append(element("circle", class_="spark-end", cx=x, cy=y, r=2.5))
    return element(
        "svg",
        *marks,
        viewBox=f"0 0 {number(_WIDTH)} {number(_HEIGHT)}",
        role="img",
        aria_label=label,
    )


def _runs(
    points: Sequence[tuple[float, float] | None],
) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _line(run: Sequence[tuple[float, float]]) -> Svg:
    path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in run)
    if len(run) == 1:
        path += "h.1"
    return element("path", class_="spark-line", d=path)
