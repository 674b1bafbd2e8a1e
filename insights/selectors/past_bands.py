"""Bands of past Mondays: of the distance that is remembered, by the policy it was read with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from insights.models import Band
from insights.mondays import UNKNOWN, WEEKS
from insights.moves import BACK, BANDS
from insights.scoring import next_bands
from insights.selectors.policy import policies_by_version

Numbers = NDArray[np.int64]


def past_bands(
    versions: Numbers, segments: Numbers, distance: NDArray[np.uint8]
) -> NDArray[np.int8]:
    """Return the bands of n remembered distances: i1[n].

    Each was read with the policy of one of `versions` i8[n] and `segments` i8[n]. Without a
    margin: what the band was before is not remembered.
    """
    bands = np.full(len(distance), Band.UNKNOWN, np.int8)
    known = distance != UNKNOWN
    used = {*zip(versions[known].tolist(), segments[known].tolist(), strict=True)}
    policies = policies_by_version({version for version, _ in used}) if used else {}
    for version, segment in used:
        rows = known & (versions == version) & (segments == segment)
        points = distance[rows].astype(np.float64)
        is_known, nothing = np.ones(len(points), np.bool_), np.zeros(len(points), np.int8)
        bands[rows] = next_bands(points, is_known, nothing, policies[version].of(segment))
    return bands


def bands_back(
    versions: Numbers, segments: Numbers, history: NDArray[np.uint8], weeks: Sequence[int]
) -> NDArray[np.int8]:
    """Return the bands of n customers k numbers of weeks before their histories end: i1[n, k].

    `history` u1[n, WEEKS] ends on a Monday.
    """
    distance = history[:, [WEEKS - 1 - back for back in weeks]]
    # All weeks at once: each time the policies are asked for.
    number = len(weeks)
    bands = past_bands(np.repeat(versions, number), np.repeat(segments, number), distance.ravel())
    return bands.reshape(distance.shape)


def moves_of(
    versions: Numbers,
    segments: Numbers,
    history: NDArray[np.uint8],
    week: int,
    bands: NDArray[np.int8],
) -> NDArray[np.int64]:
    """Return the codes of where n customers stood and stand, as `move_codes` has them: i8[n, 4].

    `history` u1[n, WEEKS] ends on the Monday that many weeks after the first.
    """
    were = bands_back(versions, segments, history, BACK).astype(np.int64)
    return ((week - np.array(BACK)) * BANDS + were) * BANDS + bands[:, np.newaxis]
