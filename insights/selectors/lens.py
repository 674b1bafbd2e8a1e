"""What touchpoints are seen through: policies, catalogue and population, taken once for a batch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.models import Rhythm
from insights.scoring import (
    Events,
    Kinds,
    Policy,
    Population,
    Readings,
    Silence,
    empty_states,
    fold,
    next_bands,
    population,
    read,
    trail,
)
from insights.selectors.events import kinds_by_type
from insights.selectors.policy import Policies, newest_version, policies_of
from insights.selectors.profiles import Profiles
from insights.selectors.silence import current_silence

Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lens:
    """Everything that a reading depends on besides the touchpoints themselves.

    A segment may have a policy of its own: customers are taken together by the policy they
    share, which is nearly always one for all.
    """

    policies: Policies
    policy_version: int
    kinds: Kinds
    row_of_type: Mapping[int, int]
    population: Population
    silence: Silence

    @property
    def policy(self) -> Policy:
        """The policy of everyone whose segment has none of its own."""
        return self.policies.everyone

    def fold(
        self, events: Events, profiles: Profiles, states: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Fold touchpoints into states f8[n, STATE_SIZE]; see `scoring.fold`."""
        if not self.policies.by_segment:
            return fold(events, self.kinds, self.policy, states).states
        folded = empty_states(events.customers)
        for policy, rows in self.shared(profiles):
            start = None if states is None else states[rows]
            folded[rows] = fold(events.only(rows), self.kinds, policy, start).states
        return folded

    def read(self, states: NDArray[np.float64], as_of: float, profiles: Profiles) -> Readings:
        """Read states f8[n, STATE_SIZE] as of a moment (days since 1970 UTC)."""
        if not self.policies.by_segment:
            return read(
                states, as_of, self.policy, self.population, self.silence, styles=profiles.styles
            )
        readings = Readings.blank(len(states))
        for policy, rows in self.shared(profiles):
            styles = profiles.styles[rows]
            piece = read(states[rows], as_of, policy, self.population, self.silence, styles=styles)
            readings.put(rows, piece)
        return readings

    def trail(
        self, events: Events, profiles: Profiles, cuts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Read distances f8[n, c] as of rising moments; see `scoring.trail`."""
        distances = np.full((events.customers, len(cuts)), np.nan)
        for policy, rows in self.shared(profiles):
            distances[rows] = trail(
                events if rows.all() else events.only(rows), self.kinds, policy, cuts,
                self.population, self.silence, profiles.styles[rows],
            )  # fmt: skip
        return distances

    def bands(
        self, readings: Readings, previous: NDArray[np.int8], profiles: Profiles
    ) -> NDArray[np.int8]:
        """Give customers their bands i1[n], by the edges of their segments; see `next_bands`."""
        bands = np.zeros(len(readings), dtype=np.int8)
        for policy, rows in self.shared(profiles):
            bands[rows] = next_bands(
                readings.distance[rows], readings.known[rows], previous[rows], policy
            )
        return bands

    def shared(self, profiles: Profiles) -> Iterator[tuple[Policy, Rows]]:
        """Yield each policy that some of the customers share, and who they are: bool[n]."""
        segments_of: dict[Policy, list[int]] = {}
        for segment in np.unique(profiles.segments).tolist():
            segments_of.setdefault(self.policies.of(segment), []).append(segment)
        for policy, segments in segments_of.items():
            yield policy, np.isin(profiles.segments, segments)


def current_lens() -> Lens:
    """Return the lens in use now."""
    version = newest_version()
    policies = policies_of(version)
    kinds, row_of_type = kinds_by_type(policies.types)
    return Lens(
        policies=policies,
        policy_version=version.pk if version else 0,
        kinds=kinds,
        row_of_type=row_of_type,
        population=current_population(policies.everyone),
        silence=current_silence(),
    )


def current_population(policy: Policy) -> Population:
    """Return the newest rhythm of the population; the shipped prior when there is none yet."""
    rhythm = newest_rhythm()
    if rhythm is None:
        return population(empty_states(0), policy)
    return Population(
        sw2=rhythm.within_variance,
        mu0=rhythm.mean_log_gap,
        tau2=rhythm.between_variance,
        k=rhythm.within_variance / rhythm.between_variance,
    )


def newest_rhythm() -> Rhythm | None:
    """Return the rhythm in use, if one was ever estimated."""
    return Rhythm.objects.order_by("-pk").first()
