"""A chart as a file that stands alone: its styles within, light, with its title and source."""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from insights.charts.svg import Chart, Svg, drawing, element, number, text_width

MARGIN = 24.0
TITLE_LINE, NOTE_LINE, KEY_LINE = 24.0, 17.0, 26.0
PLANE = (540.0, 52.0, 68.0, 40.0)
"""Side, and room above, below and beside it, of a chart that the page gives its size."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r"(--[\w-]+):\s*([^;]+);")
_RULE = re.compile(r"([^{};]*\.chart-svg[^{};]*)\{([^{}]*)\}")
_VARIABLE = re.compile(r"var\((--[\w-]+)[^)]*\)")
_PART = r"((?:[^(),]|\([^()]*\))+)"
_LIGHT_DARK = re.compile(rf"light-dark\({_PART},{_PART}\)")
_CHOICE = re.compile(r":is\(([^()]*)\)")
_AT_COMMAS = re.compile(r",(?![^()]*\))")


@dataclass(frozen=True)
class _Canvas:
    """What was drawn, with the size and the room that it needs."""

    drawn: ET.Element
    width: float
    height: float
    above: float = 0.0
    below: float = 0.0
    beside: float = 0.0


def light_styles(stylesheet: str) -> str:
    """Return the rules of charts from a stylesheet, with every token as its light value.

    >>> light_styles(
    ...     ":root { --ink: light-dark(#241d18, #f2ece5); }"
    ...     ".chart-svg :is(.a, .b).strong { fill: var(--ink); }"
    ...     ".chart-svg a:hover .bar { opacity: 0.8; }"
    ... )
    '.chart-svg .a.strong,.chart-svg .b.strong{fill: #241d18;}'
    """
    plain = _COMMENT.sub("", stylesheet)
    tokens: dict[str, str] = {}
    for name, value in _TOKEN.findall(plain):
        # What stands first is the token; later ones are of components, or for print.
        tokens.setdefault(name, value.strip())
    rules = []
    for selectors, body in _RULE.findall(plain):
        kept = [one for one in _each(selectors) if ":" not in one and "*" not in one]
        if kept:
            rules.append(f"{','.join(kept)}{{{_light(body.strip(), tokens)}}}")
    return "\n".join(rules)


def standalone(chart: Chart, *, styles: str, note: str) -> Svg:
    """Return a chart as a drawing of its own, with its title above and a note of its source below.

    Links are left out: they would lead nowhere from a document.
    """
    canvas = _canvas(chart.svg)
    width = canvas.width + 2 * (MARGIN + canvas.beside)
    titles = textwrap.wrap(chart.caption, int((width - 2 * MARGIN) / 9.5)) or [""]
    notes = textwrap.wrap(note, int((width - 2 * MARGIN) / 6.5)) or [""]
    top = MARGIN + TITLE_LINE * len(titles) + 8 + canvas.above
    key = list(_key(chart.key, width - 2 * MARGIN))
    below = top + canvas.height + canvas.below + 14
    bottom = below + KEY_LINE * (1 + key[-1].line if key else 0)
    height = bottom + NOTE_LINE * len(notes) + MARGIN - 8
    canvas.drawn.attrib |= {"x": number(MARGIN + canvas.beside), "y": number(top)}
    marks = [
        element("style", Svg(styles.replace("<", ""))),
        element("rect", class_="paper", width="100%", height="100%"),
        *_lines(titles, MARGIN + 18, TITLE_LINE, "title"),
        Svg(ET.tostring(canvas.drawn, encoding="unicode")),
        *(mark for one in key for mark in one.drawn(below + KEY_LINE - 14)),
        *_lines(notes, bottom + NOTE_LINE - 4, NOTE_LINE, "source"),
    ]
    drawn = drawing(chart.caption, note, *marks, size=(width, height), class_="alone")
    sized = f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(width)}" '
    return Svg(f'{sized}height="{number(height)}"{drawn.removeprefix("<svg")}')


def embedded(chart: Chart, *, styles: str) -> Svg:
    """Return a chart as a drawing for a document with titles of its own: only its styles within."""
    canvas = _canvas(chart.svg)
    drawn = drawing(
        chart.caption,
        described(chart),
        element("style", Svg(styles.replace("<", ""))),
        Svg(ET.tostring(canvas.drawn, encoding="unicode")),
        size=(canvas.width, canvas.height),
        class_="alone",
    )
    return Svg(f'<svg xmlns="http://www.w3.org/2000/svg"{drawn.removeprefix("<svg")}')


def described(chart: Chart) -> str:
    """Return what a drawing shows in words, as a reader hears it."""
    return next((said.text or "" for said in ET.fromstring(chart.svg).findall("desc")), "")


def _canvas(svg: str) -> _Canvas:
    """Read a drawing, make it plain, and find the room that it needs."""
    root = ET.fromstring(svg)
    box = root.get("viewBox")
    if box is None:
        side, above, below, beside = PLANE
        canvas = _Canvas(root, side, side, above, below, beside)
    else:
        _, _, width, height = map(float, box.split())
        canvas = _Canvas(root, width, height)
    for one in root.iter():
        _make_plain(one, canvas.height)
    for name in ("role", "aria-labelledby", "aria-describedby"):
        root.attrib.pop(name, None)
    for name in ("title", "desc"):
        for said in root.findall(name):
            root.remove(said)
    root.attrib |= {
        "width": number(canvas.width), "height": number(canvas.height), "overflow": "visible",
    }  # fmt: skip
    return canvas


def _make_plain(one: ET.Element, height: float) -> None:
    if one.tag == "a":
        one.tag = "g"
        one.attrib.pop("href", None)
        one.attrib.pop("tabindex", None)
    if "sideways" in one.get("class", "").split():
        # No renderer but a browser writes sideways, so the text is turned around its place.
        x = float(one.attrib.pop("dx", "0"))
        y = float(one.get("y", "0").rstrip("%")) / 100 * height
        one.attrib |= {"x": number(x + 4), "y": number(y)}
        one.set("transform", f"rotate(-90 {number(x + 4)} {number(y)})")


def _lines(texts: list[str], top: float, step: float, style: str) -> Iterator[Svg]:
    for place, text in enumerate(texts):
        yield element("text", text, class_=style, x=MARGIN, y=top + step * place)


@dataclass(frozen=True)
class _Meaning:
    """What a mark of a class means, and where that is said; a number needs no mark."""

    style: str
    words: str
    x: float
    line: int

    def drawn(self, top: float) -> Iterator[Svg]:
        y = top + KEY_LINE * self.line
        if self.style:
            yield element("circle", class_=self.style, cx=self.x + 5, cy=y - 4, r=5)
        yield element("text", self.words, x=self.x + (15 if self.style else 0), y=y)


def _key(key: Sequence[tuple[str, str]], room: float) -> Iterator[_Meaning]:
    """Say what marks mean, in as many lines as that takes."""
    x, line = 0.0, 0
    for style, words in key:
        long = text_width(words) + (15 if style else 0)
        if x and x + long > room:
            x, line = 0.0, line + 1
        yield _Meaning(style, words, MARGIN + x, line)
        x += long + 20


def _each(selectors: str) -> Iterator[str]:
    """Return selectors one by one; renderers of files know no `:is()`."""
    for selector in _AT_COMMAS.split(" ".join(selectors.split())):
        choice = _CHOICE.search(selector)
        if choice is None:
            yield selector.strip()
            continue
        for option in choice.group(1).split(","):
            yield (selector[: choice.start()] + option.strip() + selector[choice.end() :]).strip()


def _light(text: str, tokens: Mapping[str, str]) -> str:
    while found := _VARIABLE.search(text):
        text = text[: found.start()] + tokens.get(found.group(1), "") + text[found.end() :]
    return _LIGHT_DARK.sub(lambda pair: pair.group(1).strip(), text)
