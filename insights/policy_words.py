"""The scoring policy in words: names, units, and what differs between two versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from insights.scoring.tunables import GROUPS, UNITS
from insights.selectors.policy import DEFAULTS, TUNABLES, Change, Place

LABELS: Mapping[str, str] = {t.name: t.label for group in GROUPS for t in group.tunables}

TYPE_NUMBERS: Mapping[str, tuple[str, str]] = {
    "points": ("Points", "Connection it builds up; a meeting in person is 10."),
    "care": ("Care", "Care shown by the deed itself, in points."),
    "severity": ("Severity", "How much such a failure hurts: 1 small, 3 serious, 8 grave."),
}
"""What a policy says of touchpoint types: the name and the meaning of each number."""

NARROW = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Names:
    """What segments and touchpoint types are called, by id and by key."""

    segments: Mapping[str, str]
    types: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """One difference: of what, of whose, and the numbers with their unit."""

    what: str
    whose: str
    old: str
    new: str


def number(value: float) -> str:
    """Write a number of the policy in full, with no more digits than it has.

    >>> number(90.0), number(0.3), number(1e6), number(12345.5)
    ('90', '0.3', '1,000,000', '12,345.5')
    """
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def with_unit(name: str, value: float) -> str:
    """Write a number of the policy with its unit.

    >>> with_unit("care_half_life", 120.0).replace(NARROW, " "), with_unit("points", 3.0)
    ('120 days', '3')
    """
    if name not in TUNABLES:
        return number(value)
    return f"{number(value)}{NARROW}{unit(name, value)}"


def unit(name: str, value: float = 0) -> str:
    """Return the unit of a tunable, as it stands after a number.

    >>> unit("care_half_life"), unit("care_half_life", 1)
    ('days', 'day')
    """
    words = UNITS[TUNABLES[name].metadata["unit"]]
    return words[:-1] if value == 1 and words in {"days", "points", "gaps", "customers"} else words


def change_words(changes: Iterable[Change], names: Names) -> list[ChangeWords]:
    """Say what changed; what is said nowhere is told as what counts instead."""
    return [
        ChangeWords(
            what=_what(change.place),
            whose=_whose(change.place, names),
            old=_value(change.place, change.old),
            new=_value(change.place, change.new),
        )
        for change in changes
    ]


def _what(place: Place) -> str:
    if place.part == "type":
        return TYPE_NUMBERS.get(place.name, (place.name, ""))[0]
    return LABELS.get(place.name, place.name)


def _whose(place: Place, names: Names) -> str:
    if place.part == "segment":
        return names.segments.get(place.owner, f"Segment {place.owner}, deleted since")
    return names.types.get(place.owner, place.owner) if place.part == "type" else ""


def _value(place: Place, value: float | None) -> str:
    if value is None and place.part == "everyone" and place.name in DEFAULTS:
        value = DEFAULTS[place.name]
    if value is None:
        return "as everyone" if place.part == "segment" else "as in the catalogue"
    # What an older Hearth wrote may be no number any more.
    return with_unit(place.name, value) if isinstance(value, int | float) else str(value)
