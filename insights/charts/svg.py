"""The few words charts are drawn with: elements, scales, ticks, numbers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from typing import Any, TypedDict
from unicodedata import east_asian_width
from zlib import crc32

PAPER, PHONE = 700.0, 340.0
"""Widths of drawings, in units, at which letters are as large as those around them."""


class Svg(str):
    """Markup that is already escaped; templates print it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Tell template engines not to escape this again."""
        return str(self)


@dataclass(frozen=True)
class Chart:
    """A drawing, its narrow twin for phones, and the same values as a table.

    One that is too wide for paper has a third, `paper_svg`; both others may be empty.

    `data` are the rows as numbers and days, under `data_head` where they say more than the table.
    What a drawing leaves out is in the table, and said in a `note`.
    A chart with a `name` can be taken along as a file of that name, where `key` (class and words)
    says what its marks mean.
    """

    svg: Svg
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    phone_svg: Svg = Svg("")  # noqa: RUF009 - a str cannot be changed
    paper_svg: Svg = Svg("")  # noqa: RUF009
    data: Sequence[Sequence[Any]] = ()
    data_head: Sequence[str] = ()
    name: str = ""
    said: str = ""
    key: Sequence[tuple[str, str]] = ()
    note: str = ""

    def named(self, name: str, *, said: str = "") -> "Chart":
        """Return the chart as one that can be taken along; `said` is what it is narrowed to."""
        return replace(self, name=name, said=said)


class Drawings(TypedDict):
    """The drawings of a chart, by their names in `Chart`."""

    svg: Svg
    phone_svg: Svg
    paper_svg: Svg


def in_each_size(draw: Callable[[float, str], Svg], width: float) -> Drawings:
    """Draw for a width and "desk", for "phone", and for "paper" what would be too wide for it."""
    return {
        "svg": draw(width, "desk"),
        "phone_svg": draw(PHONE, "phone"),
        "paper_svg": draw(PAPER, "paper") if width > PAPER else Svg(""),
    }


def number(value: float) -> str:
    """Write a coordinate in as few characters as a tenth of a unit needs.

    >>> number(12.0), number(3.14159), number(-0.04)
    ('12', '3.1', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def ticks(top: float, at_most: int = 4) -> list[float]:
    """Choose round marks from zero that reach at least `top`.

    >>> ticks(87), ticks(0), ticks(3), ticks(1_900_000)
    ([0.0, 25.0, 50.0, 75.0, 100.0], [0.0, 1.0], [0.0, 1.0, 2.0, 3.0], [0.0, 500000.0, 1000000.0, 1500000.0, 2000000.0])
    """  # noqa: E501
    if not math.isfinite(top) or top <= 0:
        return [0.0, 1.0]
    least = max(top / at_most, 1)
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * k for k in (1, 2, 2.5, 5, 10) if power * k >= least * (1 - 1e-9))
    if power == 1 and step == 2.5:
        step = 5.0
    return [step * i for i in range(math.ceil(top / step - 1e-9) + 1)]


_NARROW, _WIDE = frozenset("fijlrtI.,:;'!|()[]- "), frozenset("mwMW%@…—")
_STRONG = 1.12
"""How much more room bold letters take."""


def text_width(text: str, *, is_strong: bool = False) -> float:
    """Return how many units a text takes: about, for no font is known, and rather too many.

    >>> text_width("ill"), text_width("Wow"), text_width("日本")
    (15.0, 31.7, 26.0)
    """
    return sum(map(_letter_width, text)) * (_STRONG if is_strong else 1)


def cut(text: str, room: float) -> str:
    """Shorten bold text that is too wide; the title of a mark says all of it.

    >>> cut("Gemeinschaftspraxis", 200), cut("Gemeinschaftspraxis", 100)
    ('Gemeinschaftspraxis', 'Gemeinsch…')
    """
    if text_width(text, is_strong=True) <= room:
        return text
    while text and text_width(f"{text}…", is_strong=True) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _letter_width(letter: str) -> float:
    if letter in _NARROW:
        return 5.0
    if letter in _WIDE:
        return 12.0
    if east_asian_width(letter) in "WF":
        return 13.0
    return 9.3 if letter.isupper() else 7.7


def element(tag: str, /, *children: str, **attributes: object) -> Svg:
    """Write one element; text and attribute values are escaped, `Svg` children are not.

    A trailing underscore is dropped (`class_`), others become hyphens; None leaves one out.

    >>> element("text", "a < b", class_="end", x=1.25, text_anchor=None)
    '<text class="end" x="1.2">a &lt; b</text>'
    """
    said = "".join(
        [
            f' {_attribute(name)}="{_written(value)}"'
            for name, value in attributes.items()
            if value is not None
        ]
    )
    inner = "".join([c if isinstance(c, Svg) else escape(c, quote=False) for c in children])
    return Svg(f"<{tag}{said}>{inner}</{tag}>" if inner else f"<{tag}{said}/>")


@cache
def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _written(value: object) -> str:
    return number(value) if isinstance(value, (int, float)) else escape(str(value))


def linked(href: str, *children: str, **attributes: object) -> Svg:
    """Wrap marks in a link, or in a plain group when there is nowhere to go."""
    if href:
        return element("a", *children, href=href, **attributes)
    attributes.pop("tabindex", None)
    return element("g", *children, **attributes)


class _LinkedText(str):
    """Text of a table that leads somewhere: on a page it is a link, and elsewhere what it says."""

    __slots__ = ("href",)

    href: str

    def __html__(self) -> str:
        """Tell template engines to print a link."""
        return element("a", str(self), href=self.href)


def linked_text(text: str, href: str) -> str:
    """Return text of a chart's table that leads somewhere, or plain text when it leads nowhere."""
    if not href:
        return text
    linked = _LinkedText(text)
    linked.href = href
    return linked


def drawing(
    title: str,
    description: str,
    *marks: str,
    size: tuple[float, float] | None,
    class_: str,
    has_links: bool = False,
) -> Svg:
    """Put marks on a canvas that says what it shows.

    With links inside it is a group: what a `role=img` holds cannot be reached by a reader.
    Without `size` the stylesheet gives the canvas one, and marks are placed by percentages.
    """
    ident = f"chart-{crc32(f'{title} {class_}'.encode()):x}"
    return element(
        "svg",
        element("title", title, id=f"{ident}-t"),
        element("desc", description, id=f"{ident}-d"),
        *marks,
        class_=f"chart-svg {class_}",
        role="group" if has_links else "img",
        aria_labelledby=f"{ident}-t",
        aria_describedby=f"{ident}-d",
        viewBox=f"0 0 {number(size[0])} {number(size[1])}" if size else None,
    )
