"""Bands of past Mondays: of the distance that is remembered, by the policy it was read with."""

import numpy as np
from numpy.typing import NDArray

from insights.scoring import next_bands
from insights.selectors.policy import policies_by_version
from insights.services.counted import Counted


def past_bands(
    counted: Counted, customer: NDArray[np.intp], distance: NDArray[np.uint8]
) -> NDArray[np.int8]:
    """Return the bands of remembered distances, none of which is unknown.

    `customer` i[m] are rows of `counted`, `distance` u1[m] a distance of each. Without a margin:
    what the band was before is not remembered.
    """
    bands = np.zeros(len(customer), np.int8)
    versions = counted.policy_versions
    segments = np.array([segment for _, segment, *_ in counted.groups], np.int64)
    used = {*zip(versions.tolist(), segments.tolist(), strict=True)}
    policies = policies_by_version({version for version, _ in used}) if used else {}
    for version, segment in used:
        rows = ((versions == version) & (segments == segment))[customer]
        points = distance[rows].astype(np.float64)
        known, nothing = np.ones(len(points), np.bool_), np.zeros(len(points), np.int8)
        bands[rows] = next_bands(points, known, nothing, policies[version].of(segment))
    return bands
