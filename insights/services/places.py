"""Counts of the map of doors and windows, kept with the totals of bands."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from insights.models import EVERY_TEAM, Band
from insights.region import SIDE, SPLIT, corner_of
from insights.services.cells import Addition
from insights.services.counted import Counted, Group

PLACES = SIDE * SIDE
HAS_DOORS, HAS_WINDOWS = np.array([corner_of(place) for place in range(PLACES)]).T >= SPLIT
Ints = NDArray[np.int64]

_ADD_PLACES = """
    INSERT INTO insights_placetotal AS known (team_id, segment_id, stage, place, customers)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::int[])
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (team_id, segment_id, stage, place) DO UPDATE
    SET customers = known.customers + excluded.customers
"""
_ADD_QUARTERS = """
    INSERT INTO insights_quartertotal AS known
        (team_id, segment_id, stage, currency, has_doors, has_windows,
         customers, yearly_value, at_risk)
    SELECT team_id, segment_id, stage, currency, has_doors, has_windows,
           customers, cents / 100.0, risk_cents / 100.0
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bool[], %s::bool[],
                %s::int[], %s::numeric[], %s::numeric[])
        AS change (team_id, segment_id, stage, currency, has_doors, has_windows,
                   customers, cents, risk_cents)
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (team_id, segment_id, stage, currency, has_doors, has_windows) DO UPDATE
    SET customers = known.customers + excluded.customers,
        yearly_value = known.yearly_value + excluded.yearly_value,
        at_risk = known.at_risk + excluded.at_risk
"""


def places_moved(old: Counted, new: Counted) -> Iterator[Addition]:
    """Yield what counts customers where they stand now and no longer where they stood.

    Who was never heard from stands nowhere.
    """
    old, new = (one.only(one.bands != Band.UNKNOWN) for one in (old, new))
    numbers: dict[Group, int] = {}
    whose = [numbers.setdefault(group, len(numbers)) for group in (*old.groups, *new.groups)]
    keys = np.array(whose, np.int64) * PLACES + np.concatenate([old.places, new.places])
    signs = np.repeat(np.array([-1, 1]), [len(old.ids), len(new.ids)])
    money = (
        signs * np.concatenate([getattr(old, name), getattr(new, name)])
        for name in ("cents", "risk_cents")
    )
    keys, amounts = _summed(keys, np.stack([signs, *money], axis=1))
    if len(keys):
        every = [(EVERY_TEAM, segment, stage, currency) for _, segment, stage, currency in numbers]
        together = np.array([numbers.setdefault(one, len(numbers)) for one in every])
        group, place = np.divmod(keys, PLACES)
        keys = np.concatenate([keys, together[group] * PLACES + place])
        keys, amounts = _summed(keys, np.concatenate([amounts, amounts]))
        groups = list(numbers)
        yield from _customers(groups, keys, amounts[:, 0])
        yield from _quarters(groups, keys, amounts)


def _customers(groups: list[Group], keys: Ints, added: Ints) -> Iterator[Addition]:
    counts: Counter[tuple[int, int, str, int]] = Counter()
    for key, customers in zip(keys.tolist(), added.tolist(), strict=True):
        team, segment, stage, _ = groups[key // PLACES]
        counts[team, segment, stage, key % PLACES] += customers
    rows = [(*key, customers) for key, customers in counts.items() if customers]
    if rows:
        yield _ADD_PLACES, [list(column) for column in zip(*rows, strict=True)]


def _quarters(groups: list[Group], keys: Ints, added: Ints) -> Iterator[Addition]:
    group, place = np.divmod(keys, PLACES)
    keys, sums = _summed(group * 4 + 2 * HAS_DOORS[place] + HAS_WINDOWS[place], added)
    if len(keys):
        whose = [groups[number] for number in (keys // 4).tolist()]
        columns = [list(column) for column in zip(*whose, strict=True)]
        opened = [(keys % 4 >= 2).tolist(), (keys % 2 == 1).tolist()]
        yield _ADD_QUARTERS, [*columns, *opened, *sums.T.tolist()]


def _summed(keys: Ints, amounts: Ints) -> tuple[Ints, Ints]:
    """Sum amounts i8[n, k] up by key i8[n]; what comes to nothing is left out."""
    different, places = np.unique(keys, return_inverse=True)
    sums = np.zeros((len(different), amounts.shape[1]), np.int64)
    np.add.at(sums, places, amounts)
    changed = sums.any(axis=1)
    return different[changed], sums[changed]
