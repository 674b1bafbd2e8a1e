"""What touchpoints are seen through: policy, catalogue and population, taken once for a batch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.models import PolicyVersion, Rhythm
from insights.scoring import (
    Events,
    Kinds,
    Policy,
    Population,
    Readings,
    Silence,
    empty_states,
    fold,
    population,
    read,
    trail,
)
from insights.selectors.events import kinds_by_type
from insights.selectors.profiles import Profiles
from insights.selectors.silence import current_silence


@dataclass(frozen=True, slots=True)
class Lens:
    """Everything that a reading depends on besides the touchpoints themselves."""

    policy: Policy
    policy_version: int
    kinds: Kinds
    row_of_type: Mapping[int, int]
    population: Population
    silence: Silence

    def fold(
        self, events: Events, profiles: Profiles, states: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Fold touchpoints into states f8[n, STATE_SIZE]; see `scoring.fold`."""
        return fold(events, self.kinds, self.policy, states).states

    def read(self, states: NDArray[np.float64], as_of: float, profiles: Profiles) -> Readings:
        """Read states f8[n, STATE_SIZE] as of a moment (days since 1970 UTC)."""
        return read(
            states, as_of, self.policy, self.population, self.silence, styles=profiles.styles
        )

    def trail(
        self, events: Events, profiles: Profiles, cuts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Read distances f8[n, c] as of rising moments; see `scoring.trail`."""
        return trail(
            events, self.kinds, self.policy, cuts,
            self.population, self.silence, profiles.styles,
        )  # fmt: skip


def current_lens() -> Lens:
    """Return the lens in use now."""
    policy, policy_version = current_policy()
    kinds, row_of_type = kinds_by_type()
    return Lens(
        policy=policy,
        policy_version=policy_version,
        kinds=kinds,
        row_of_type=row_of_type,
        population=current_population(policy),
        silence=current_silence(),
    )


def current_population(policy: Policy) -> Population:
    """Return the newest rhythm of the population; the shipped prior when there is none yet."""
    rhythm = Rhythm.objects.order_by("-pk").first()
    if rhythm is None:
        return population(empty_states(0), policy)
    return Population(
        sw2=rhythm.within_variance,
        mu0=rhythm.mean_log_gap,
        tau2=rhythm.between_variance,
        k=rhythm.within_variance / rhythm.between_variance,
    )


def current_policy() -> tuple[Policy, int]:
    """Return the newest policy and its version; version 0 is what Hearth ships."""
    version = PolicyVersion.objects.order_by("-pk").first()
    return (Policy.from_json(version.values), version.pk) if version else (Policy(), 0)
