"""What touchpoints are seen through: policies, catalogue and population, taken once for a batch."""

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from insights.models import PolicyVersion, Rhythm, SilenceVersion
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
from insights.selectors.events import kinds_of
from insights.selectors.policy import Policies, policies_of
from insights.selectors.profiles import Profiles
from insights.selectors.silence import coefficients_of
from interactions.models import TouchpointType

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


# Names each column, so that one that a newer Hearth adds means nothing to an older worker.
_WRITTEN = f"""
    SELECT json_build_object(
        'policy', (
            SELECT json_build_object('id', id, 'values', version.values, 'segments', segments,
                                     'types', types)
            FROM {PolicyVersion._meta.db_table} AS version ORDER BY id DESC LIMIT 1
        ),
        'rhythm', (
            SELECT json_build_object('within_variance', within_variance,
                                     'mean_log_gap', mean_log_gap,
                                     'between_variance', between_variance)
            FROM {Rhythm._meta.db_table} ORDER BY id DESC LIMIT 1
        ),
        'silence', (
            SELECT json_build_object('id', id, 'values', version.values)
            FROM {SilenceVersion._meta.db_table} AS version WHERE is_in_use LIMIT 1
        ),
        'types', (
            SELECT json_agg(json_build_object(
                'id', id, 'key', key, 'mode', mode, 'nature', nature, 'points', points,
                'care', care, 'severity', severity, 'is_said_care', is_said_care,
                'is_feedback', is_feedback
            ) ORDER BY id)
            FROM {TouchpointType._meta.db_table}
        )
    )::text
"""


def current_lens() -> Lens:
    """Return the lens in use now.

    What it is made of is read by one statement, and made into a lens again only when that says
    something else than before: a drain asks several times a second.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        (written,) = cursor.fetchone()
    return _lens(written)


@functools.lru_cache(maxsize=4)
def _lens(written: str) -> Lens:
    """Make a lens of the rows it is written in."""
    rows = json.loads(written)
    version = PolicyVersion(**rows["policy"]) if rows["policy"] else None
    fitted = coefficients_of(SilenceVersion(**rows["silence"])) if rows["silence"] else None
    policies = policies_of(version)
    types = [TouchpointType(**row) for row in rows["types"] or ()]
    return Lens(
        policies=policies,
        policy_version=version.pk if version else 0,
        kinds=kinds_of(types, policies.types),
        row_of_type={entry.pk: row for row, entry in enumerate(types)},
        population=_population(rows["rhythm"], policies.everyone),
        silence=fitted or Silence.prior(),
    )


def _population(rhythm: Mapping[str, float] | None, policy: Policy) -> Population:
    """Make a population of a rhythm; the shipped prior when there is none yet."""
    if rhythm is None:
        return population(empty_states(0), policy)
    return Population(
        sw2=rhythm["within_variance"],
        mu0=rhythm["mean_log_gap"],
        tau2=rhythm["between_variance"],
        k=rhythm["within_variance"] / rhythm["between_variance"],
    )


def newest_rhythm() -> Rhythm | None:
    """Return the rhythm in use, if one was ever estimated."""
    return Rhythm.objects.order_by("-pk").first()
