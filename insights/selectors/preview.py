"""What a draft of the policy would do, as a page shows it: plain numbers, kept in the cache."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Mover:
    """A customer who would change band."""

    customer_id: int
    name: str
    old_band: int
    new_band: int
    old_distance: float
    new_distance: float
    yearly_value: float
    currency: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One measure of the proof, under the policy in use and under the draft."""

    name: str
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class ProofEffect:
    """What the draft does to the proof; no effects where history is too short to tell."""

    customers: int
    cut_offs: int
    old_horizon: float
    new_horizon: float
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What saving a draft would do.

    `matrix` counts customers from a band (rows) to a band (columns), `old_histogram` and
    `new_histogram` by steps of distance. Of more customers than `looked_at`, all counts are
    estimates, right to within `margin` customers in 19 of 20 cases.
    """

    at: datetime
    seconds: float
    customers: int
    looked_at: int
    margin: int
    matrix: tuple[tuple[int, ...], ...]
    old_histogram: tuple[int, ...]
    new_histogram: tuple[int, ...]
    movers: tuple[Mover, ...]
    moving: int
    proof: ProofEffect
    refold_seconds: float
