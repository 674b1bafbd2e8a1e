"""What each team has at risk, kept by whoever writes the readings of its customers."""

import numpy as np
from numpy.typing import NDArray

from insights.models import Band, TeamTotal
from insights.services.cells import Addition, blank, named, numbered, summed
from insights.services.counted import Counted

Key = tuple[int, str, str]

NUMBERS = ("customers", "known", "far", *TeamTotal.CIRCLES)
RISKS = ("at_risk", *TeamTotal.CIRCLES_AT_RISK)
"""In cents, until they are added."""

AMOUNTS = (*NUMBERS, *RISKS)

_ADD = f"""
    INSERT INTO insights_teamtotal AS total (team_id, stage, currency, {", ".join(AMOUNTS)})
    SELECT team_id, stage, currency, {", ".join([*NUMBERS, *(f"{name} / 100.0" for name in RISKS)])}
    FROM unnest(%s::bigint[], %s::text[], %s::text[],
                {", ".join(["%s::int[]"] * len(NUMBERS) + ["%s::numeric[]"] * len(RISKS))})
        AS change (team_id, stage, currency, {", ".join(AMOUNTS)})
    ORDER BY 1, 2, 3
    ON CONFLICT (team_id, stage, currency) DO UPDATE
    SET {", ".join(f"{name} = total.{name} + excluded.{name}" for name in AMOUNTS)}
"""


def moved_teams(old: Counted, new: Counted) -> list[Addition]:
    """Return what takes customers from the teams they had and gives them to those they have."""
    keys: dict[Key, int] = {}
    pieces = []
    for sign, some in ((-1, old), (1, new)):
        cells = blank(("key", *AMOUNTS), len(some.ids), key=numbered(_keys(some), keys))
        is_told = {
            "customers": np.ones(len(some.ids), np.bool_),
            "known": some.bands != Band.UNKNOWN,
            "far": some.bands >= Band.DRIFTING,
            **_circles(some),
        }
        for name in NUMBERS:
            cells[name] = sign * is_told[name]
        for name, of_which in zip(RISKS, ("customers", *TeamTotal.CIRCLES), strict=True):
            cells[name] = sign * is_told[of_which] * some.risk_cents
        pieces.append(cells)
    moved = summed(pieces, ("key",), AMOUNTS)
    if not len(moved):
        return []
    whose = named(moved["key"], keys)
    return [(_ADD, [*whose, *(moved[name].tolist() for name in AMOUNTS)])]


def _keys(counted: Counted) -> list[Key]:
    return [(team, stage, currency) for team, _, stage, currency in counted.groups]


def _circles(counted: Counted) -> dict[str, NDArray[np.bool_]]:
    """Return who is in each of `CIRCLES`: bool[n]."""
    known_by, has_lost_person, is_met_lately = np.array(counted.circles, np.int64).reshape(-1, 3).T
    return {
        "one": known_by == 1,
        "nobody": known_by == 0,
        "lost": has_lost_person == 1,
        "unmet": is_met_lately == 0,
    }
