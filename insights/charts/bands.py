"""Customers by band at several dates, as strips of one length under each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from insights.charts.svg import Chart, Svg, drawing, element, linked
from insights.words import percent, thousands

BAND_NAMES = {
    "near": "Near",
    "steady": "Steady",
    "cooling": "Cooling",
    "drifting": "Drifting",
    "gone": "Gone",
    "unknown": "Not heard from",
}


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


def band_strips(strips: Sequence[BandCounts], *, title: str, width: float = 1040) -> Chart:
    """Draw the shares of the bands, one strip a date; each strip is all customers of its date."""
    description = " ".join(map(_sentence, strips)) or "Nothing to show."
    # Who was never heard from is counted by some strips only.
    told = [band for band in BAND_NAMES if any(band in strip.counts for strip in strips)]
    return Chart(
        svg=_draw(strips, title, description, width, is_phone=False),
        phone_svg=_draw(strips, title, description, 340, is_phone=True),
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


def _sentence(strip: BandCounts) -> str:
    counts = [
        f"{thousands(strip.counts[band])} {name.lower()}"
        for band, name in BAND_NAMES.items()
        if strip.counts.get(band)
    ]
    return f"{strip.label}: {', '.join(counts) or 'no customers'}."


def _draw(
    strips: Sequence[BandCounts], title: str, description: str, width: float, *, is_phone: bool
) -> Svg:
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
        marks += _strip(strip, left, top, width - left, thick, names=row == 0)
        top += thick + (10 if row else 14)
    return drawing(
        title,
        description,
        *marks,
        size=(width, max(top, 1)),
        class_="on-phone" if is_phone else "on-desk",
        has_links=any(strip.hrefs for strip in strips),
    )


def _strip(
    strip: BandCounts, left: float, top: float, room: float, thick: float, *, names: bool
) -> list[Svg]:
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
            if names and length > 7 * len(name):
                inner.append(element("text", name, x=x + 1, y=top - 7))
            marks.append(linked((strip.hrefs or {}).get(band, ""), *inner))
        x += length
    return marks
