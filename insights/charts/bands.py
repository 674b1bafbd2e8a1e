"""Customers by band at several dates, as strips of one length under each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from insights.charts.svg import Chart, Svg, drawing, element, in_each_size, linked, text_width
from insights.words import percent, thousands

BAND_NAMES = {
    "near": "Near",
    "steady": "Steady",
    "cooling": "Cooling",
    "drifting": "Drifting",
    "gone": "Gone",
    "unknown": "Not heard from",
}

DOT, APART = 12.0, 10.0
"""Room for the colour before a name, and between names."""


@dataclass(frozen=True)
class BandCounts:
    """How many customers were in each band at one date."""

    label: str
    counts: Mapping[str, int]
    hrefs: Mapping[str, str] | None = None

    @property
    def total(self) -> int:
        """All customers counted at this date."""
        return sum(self.counts.get(band, 0) for band in BAND_NAMES)


def band_strips(
    strips: Sequence[BandCounts], *, title: str, nouns: str = "customers", width: float = 1040
) -> Chart:
    """Draw the shares of the bands, one strip a date; each strip is all customers of its date."""
    description = " ".join(_sentence(strip, nouns) for strip in strips) or "Nothing to show."
    # Who was never heard from is counted by some strips only.
    told = [band for band in BAND_NAMES if any(band in strip.counts for strip in strips)]
    return Chart(
        **in_each_size(lambda wide, on: _draw(strips, title, description, wide, on=on), width),
        caption=title,
        head=["Date", *(BAND_NAMES[band] for band in told), "All"],
        rows=[
            [
                strip.label,
                *(thousands(strip.counts.get(band, 0)) for band in told),
                thousands(strip.total),
            ]
            for strip in strips
        ],
        data=[
            [strip.label, *(strip.counts.get(band, 0) for band in told), strip.total]
            for strip in strips
        ],
    )


def _sentence(strip: BandCounts, nouns: str) -> str:
    counts = [
        f"{thousands(strip.counts[band])} {name.lower()}"
        for band, name in BAND_NAMES.items()
        if strip.counts.get(band)
    ]
    return f"{strip.label}: {', '.join(counts) or f'no {nouns}'}."


def _draw(
    strips: Sequence[BandCounts], title: str, description: str, width: float, *, on: str
) -> Svg:
    is_phone = on == "phone"
    left = 0.0 if is_phone else 112.0
    marks: list[Svg] = []
    top = 0.0
    for row, strip in enumerate(strips):
        thick = 34.0 if row == 0 else 18.0
        if row == 0:
            top += 20.0
        if is_phone:
            marks.append(element("text", strip.label, class_="strong", x=0, y=top + 12))
            top += 20 if row else 36
        else:
            marks.append(
                element(
                    "text",
                    strip.label,
                    class_="strong" if row == 0 else "",
                    x=0,
                    y=top + thick / 2 + 4,
                )
            )
        marks += _strip(strip, left, top, width - left, thick)
        if row == 0:
            marks += _names(strips, left, top - 7, width)
        top += thick + (10 if row else 14)
    return drawing(
        title,
        description,
        *marks,
        size=(width, max(top, 1)),
        class_=f"on-{on}",
        has_links=any(strip.hrefs for strip in strips),
    )


def _names(strips: Sequence[BandCounts], left: float, y: float, right: float) -> list[Svg]:
    """Name each band that is drawn, above its part of the first strip.

    Where one is too narrow for its name, names stand as near as they can and show their colours.
    """
    first = strips[0]
    lengths = {b: (right - left) * first.counts.get(b, 0) / max(first.total, 1) for b in BAND_NAMES}
    named = {
        band: text_width(name)
        for band, name in BAND_NAMES.items()
        if any(strip.counts.get(band) for strip in strips)
    }
    has_dots = any(lengths[band] < room for band, room in named.items())
    dot = DOT if has_dots else 0.0
    places, x, end = {}, left + 1, left
    for band, length in lengths.items():
        if band in named:
            places[band] = max(x, end)
            end = places[band] + dot + named[band] + APART
        x += length
    start = right + APART
    marks: list[Svg] = []
    for band in reversed(places):
        start = min(places[band], start - APART - named[band] - dot)
        if has_dots:
            marks.append(element("circle", class_=f"fill-{band}", cx=start + 4, cy=y - 4, r=4))
        marks.append(element("text", BAND_NAMES[band], x=start + dot, y=y))
    return marks


def _strip(strip: BandCounts, left: float, top: float, room: float, thick: float) -> list[Svg]:
    if not strip.total:
        return [element("text", "No readings yet", x=left, y=top + thick / 2 + 4)]
    marks = []
    x = left
    for band, name in BAND_NAMES.items():
        count = strip.counts.get(band, 0)
        length = room * count / strip.total
        if count:
            text = thousands(count)
            inner = [
                element(
                    "title",
                    f"{strip.label}: {text} {name.lower()} ({percent(count / strip.total)})",
                ),
                element(
                    "rect",
                    class_=f"bar fill-{band}",
                    x=x,
                    y=top,
                    width=max(length - 1.5, 1),
                    height=thick,
                    rx=2,
                ),
            ]
            if length > 7.5 * len(text) + 8:
                inner.append(
                    element(
                        "text", text, class_=f"on-{band} strong", x=x + 6, y=top + thick / 2 + 4.5
                    )
                )
            marks.append(linked((strip.hrefs or {}).get(band, ""), *inner))
        x += length
    return marks
