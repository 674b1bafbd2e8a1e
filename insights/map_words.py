"""The map of doors and windows as pages show it: its quarters in words, its marks and ways."""

from collections.abc import Mapping, Sequence

from insights.among_words import ONE, WHO, List, noun_of, unheard
from insights.charts import Arrow, Chart, Mark, Quarter, arrows, chosen, quarter_map
from insights.presentation import BAND_KEYS, customer_url
from insights.region import EVERYWHERE, QUARTERS, Region
from insights.selectors.organisation import Among
from insights.selectors.places import DoorsAndWindows, QuarterLine, Way
from insights.sentences import risk_said
from insights.words import monies, thousands
from relationships.words import plural

NAMES = {
    "handshake_only": ("Handshake only", "We meet them, and see little of what they do"),
    "open_house": ("Open house", "We meet them, and see what they do"),
    "walled_off": ("Walled off", "We neither meet them nor see what they do"),
    "through_the_glass": ("Through the glass", "We see what they do, and never meet"),
}

WAYS = ", and the way of the largest over a year"


def map_of(
    found: DoorsAndWindows,
    listed: List,
    among: Among,
    *,
    lines: Mapping[str, QuarterLine] | None = None,
    ways: Sequence[Way] = (),
    region: Region = EVERYWHERE,
) -> Chart:
    """Draw the map; with `lines`, what stands in each quarter, as large as a page allows."""
    most = max((float(place.at_risk) for place in found.places), default=0) or 1
    return quarter_map(
        [_quarter(key, found, listed, lines) for key in NAMES],
        title=f"{WHO[among.stage]} by doors and windows{WAYS if ways else ''}",
        marks=[
            Mark(
                place.name, place.doors, place.windows, BAND_KEYS[place.band],
                customer_url(place.customer_id), float(place.at_risk) / most,
            )
            for place in found.places
        ],
        cells=() if found.places else found.cells,
        over=[
            *([] if region.is_everywhere else [chosen(region)]),
            *arrows([_arrow(way) for way in ways]),
        ],
        is_large=lines is not None,
        noun=noun_of(among.stage),
    )  # fmt: skip


def _quarter(
    key: str, found: DoorsAndWindows, listed: List, lines: Mapping[str, QuarterLine] | None
) -> Quarter:
    (name, meaning), region = NAMES[key], QUARTERS[key]
    line = lines[key] if lines else None
    return Quarter(
        name=name,
        meaning=meaning,
        has_doors=region.doors_from > 0,
        has_windows=region.windows_from > 0,
        count=found.count(region),
        href=listed(quarter=key),
        yearly_value=monies(line.yearly_value) if line else "",
        at_risk=monies(line.at_risk) if line else "",
    )


def _arrow(way: Way) -> Arrow:
    return Arrow(way.name, way.doors, way.windows, customer_url(way.customer_id))


def map_sentence(customers: int, lines: Mapping[str, QuarterLine], among: Among) -> str:
    """Say how many are walled off, and what of theirs is at risk."""
    if not customers:
        return f"{unheard(among)} nobody stands on the map."
    walled = lines["walled_off"]
    if not walled.customers:
        return f"None of {_whom(customers, among)} is walled off: we meet them or see what they do."
    verb = "is" if walled.customers == 1 else "are"
    said = (
        f"{thousands(walled.customers)} of {_whom(customers, among)} {verb} walled off: we neither "
        f"meet them nor see what they do"
    )
    risk = risk_said(walled.at_risk)
    return f"{said}; {risk} there." if risk else f"{said}."


def _whom(customers: int, among: Among) -> str:
    """Count whom a page is about.

    >>> _whom(1, Among()), _whom(1200, Among(stage="lead"))
    ('1 current customer', '1,200 leads')
    """
    return plural(customers, ONE[among.stage])


def region_words(region: Region) -> str:
    """Say a part of the map.

    >>> region_words(Region(20, 60)), region_words(Region(windows_from=5, windows_to=15))
    ('doors 20 to 60, any windows', 'any doors, windows 5 to 15')
    """
    parts = (
        ("doors", region.doors_from, region.doors_to),
        ("windows", region.windows_from, region.windows_to),
    )
    return ", ".join(
        f"any {name}" if (begins, ends) == (0, 100) else f"{name} {begins} to {ends}"
        for name, begins, ends in parts
    )
