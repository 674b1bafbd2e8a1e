"""Bands of distance, which change only when an edge is well passed."""

import numpy as np
from numpy.typing import NDArray

from insights.scoring.policy import Policy

BANDS = ("unknown", "near", "steady", "cooling", "drifting", "gone")
SHIPPED = Policy()


def next_bands(
    distance: NDArray[np.float64],
    known: NDArray[np.bool_],
    previous: NDArray[np.int8],
    policy: Policy = SHIPPED,
) -> NDArray[np.int8]:
    """Give each customer a band; one they were in before yields only when passed by 3 points.

    Parameters
    ----------
    distance : f8[n]
        0 to 100; anything where not known.
    known : bool[n]
        Unknown customers have no band.
    previous : i1[n]
        The band before, 0 for none.
    policy : Policy
        The edges and the margin.

    Returns
    -------
    i1[n]
        Rows of `BANDS`: 0 unknown, 1 near, 2 steady, 3 cooling, 4 drifting, 5 gone.

    Raises
    ------
    ValueError
        When the lengths differ.

    Examples
    --------
    >>> distance = np.array([26.0, 26.0, 28.0, np.nan])
    >>> previous = np.array([0, 1, 1, 2], dtype=np.int8)
    >>> next_bands(distance, ~np.isnan(distance), previous).tolist()
    [2, 1, 2, 0]
    """
    if not len(distance) == len(known) == len(previous):
        raise ValueError(f"{len(distance)} distances, {len(known)} known, {len(previous)} previous")
    edges = (policy.steady_from, policy.cooling_from, policy.drifting_from, policy.gone_from)
    at = np.where(known, distance, 0.0)
    plain = _band(at, np.array(edges))
    risen_to = _band(at, np.array(edges) + policy.band_margin)
    fallen_to = _band(at, np.array(edges) - policy.band_margin)
    bands = np.where(previous > 0, np.clip(previous, risen_to, fallen_to), plain)
    return np.where(known, bands, 0).astype(np.int8)


def _band(distance: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.intp]:
    """Count the edges reached, from 1."""
    return np.searchsorted(edges, distance, side="right") + 1
