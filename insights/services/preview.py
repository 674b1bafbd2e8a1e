"""Works out what a draft of the policy would do to this organisation's own customers."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray

from insights.models import Band
from insights.mondays import days_of
from insights.scoring import Events, Population, Readings
from insights.scoring.rules import rules_of
from insights.scoring.tunables import POPULATION
from insights.selectors.events import events_of, kinds_by_type
from insights.selectors.lens import Lens, current_lens
from insights.selectors.policy import Settings, policies_from
from insights.selectors.preview import Mover, Preview
from insights.selectors.profiles import Profiles, profiles_of
from insights.services.preview_proof import proof_effect
from insights.services.states import unpack
from relationships.models import Customer

MOST_CUSTOMERS = 100_000
"""Of more, so many are looked at: of each band by chance, as its size."""

LEAST_OF_A_BAND = 100

CHUNK = 10_000
PROOF_CUSTOMERS = 10_000
"""Customers the proof is held against: two measures of so many differ by chance by 0.01."""

MOVERS_NAMED = 50
HISTOGRAM_STEP = 5
CUSTOMERS_REFOLDED_A_SECOND = 2_000
"""As bench_preview measures it, on one worker."""

Tell = Callable[[float], None]

_KNOWN = """
    SELECT customer_id, band FROM insights_reading JOIN insights_customerstate USING (customer_id)
    WHERE EXISTS (SELECT FROM relationships_customer WHERE id = customer_id)
    ORDER BY customer_id
"""
_STATES = """
    SELECT numbers, policy_version, state.segment_id
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (id, place)
    JOIN insights_customerstate AS state ON state.customer_id = wanted.id
    ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Customers looked at: their band now, and how many each stands for."""

    ids: NDArray[np.int64]
    bands: NDArray[np.int8]
    weights: NDArray[np.float64]
    total: int
    margin_of: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Both:
    """Customers' states under the policy in use and under the draft."""

    profiles: Profiles
    old: NDArray[np.float64]
    new: NDArray[np.float64]


def preview(*, settings: Settings, now: datetime, tell: Tell = lambda share: None) -> Preview:
    """Fold and read under the policy in use and under a draft, and hold them beside each other.

    Nothing is written. `tell` is told the share done.
    """
    started = time.monotonic()
    lens = current_lens()
    draft = _draft_lens(lens, settings)
    with connection.cursor() as cursor:
        chosen = _choose(cursor)
        both = _states(cursor, chosen.ids, lens, draft, lambda share: tell(0.7 * share))
    draft = _with_rhythm(draft, lens, both.new)
    old = lens.read(both.old, days_of(now), both.profiles)
    new = draft.read(both.new, days_of(now), both.profiles)
    old_bands = lens.bands(old, chosen.bands, both.profiles)
    new_bands = draft.bands(new, chosen.bands, both.profiles)
    tell(0.8)
    moved = old_bands != new_bands
    return Preview(
        at=now,
        customers=chosen.total,
        looked_at=len(chosen.ids),
        margin=_margin(chosen, new_bands),
        matrix=_matrix(old_bands, new_bands, chosen.weights),
        old_histogram=_histogram(old, chosen.weights),
        new_histogram=_histogram(new, chosen.weights),
        movers=_movers(both.profiles, old, new, old_bands, new_bands),
        moving=round(float(chosen.weights[moved].sum())),
        proof=proof_effect(_some(both.profiles), lens, draft, now),
        refold_seconds=chosen.total / CUSTOMERS_REFOLDED_A_SECOND,
        seconds=time.monotonic() - started,
    )


def _draft_lens(lens: Lens, settings: Settings) -> Lens:
    policies = policies_from(settings)
    return replace(lens, policies=policies, kinds=kinds_by_type(policies.types)[0])


def _with_rhythm(draft: Lens, lens: Lens, states: NDArray[np.float64]) -> Lens:
    """Estimate the rhythm of all as saving would: only when what it leans on changes."""
    policy = draft.policies.everyone
    if all(getattr(policy, name) == getattr(lens.policy, name) for name in POPULATION):
        return draft
    sums = Population.gather(states, policy.mean_trust_gaps)
    return replace(draft, population=Population.from_sums(sums, policy))


def _choose(cursor: CursorWrapper) -> _Chosen:
    """Take everyone, or of each band as many by chance as its share of `MOST_CUSTOMERS`."""
    cursor.execute(_KNOWN)
    rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
    ids, bands, total = rows[:, 0], rows[:, 1].astype(np.int8), len(rows)
    if total <= MOST_CUSTOMERS:
        return _Chosen(ids, bands, np.ones(total), total, np.zeros(total))
    draw = np.random.default_rng(total)
    picked, weights, spread = [], [], []
    for band in np.unique(bands):
        here = np.flatnonzero(bands == band)
        number = max(round(len(here) * MOST_CUSTOMERS / total), min(len(here), LEAST_OF_A_BAND))
        picked.append(draw.choice(here, number, replace=False))
        weights.append(np.full(number, len(here) / number))
        # Of the variance of an estimated count, what each customer looked at adds.
        spread.append(np.full(number, len(here) * (len(here) - number) / number / number))
    order = np.argsort(np.concatenate(picked))
    at = np.concatenate(picked)[order]
    return _Chosen(
        ids[at], bands[at], np.concatenate(weights)[order], total, np.concatenate(spread)[order]
    )


def _states(
    cursor: CursorWrapper, ids: NDArray[np.int64], lens: Lens, draft: Lens, tell: Tell
) -> _Both:
    """Load states chunk by chunk, and fold those that are of another policy."""
    pieces = []
    for start in range(0, max(len(ids), 1), CHUNK):
        chunk = ids[start : start + CHUNK]
        pieces.append(_states_of_chunk(cursor, chunk, lens, draft))
        tell(min((start + CHUNK) / max(len(ids), 1), 1.0))
    profiles = [piece.profiles for piece in pieces]
    return _Both(
        Profiles(
            ids,
            np.concatenate([piece.cents for piece in profiles]),
            np.concatenate([piece.styles for piece in profiles]),
            np.concatenate([piece.segments for piece in profiles]),
            np.concatenate([piece.stages for piece in profiles]),
        ),
        np.concatenate([piece.old for piece in pieces]),
        np.concatenate([piece.new for piece in pieces]),
    )


def _states_of_chunk(
    cursor: CursorWrapper, ids: NDArray[np.int64], lens: Lens, draft: Lens
) -> _Both:
    profiles = profiles_of(cursor, ids)
    cursor.execute(_STATES, [ids.tolist()])
    rows = cursor.fetchall()
    old = unpack([bytes(numbers) for numbers, *_ in rows])
    new = old.copy()
    is_outdated = _is_outdated(rows, profiles, lens)
    folds_anew = is_outdated | _folds_otherwise(profiles, lens, draft)
    if folds_anew.any():
        group = profiles.only(folds_anew)
        events, _ = events_of(group.ids, lens.row_of_type)
        new[folds_anew] = draft.fold(events, group)
        if is_outdated.any():
            among = is_outdated[folds_anew]
            old[is_outdated] = lens.fold(_only(events, among), profiles.only(is_outdated))
    return _Both(profiles, old, new)


def _only(events: Events, rows: NDArray[np.bool_]) -> Events:
    return events if rows.all() else events.only(rows)


def _is_outdated(
    rows: list[tuple[bytes, int, int]], profiles: Profiles, lens: Lens
) -> NDArray[np.bool_]:
    """Say whose stored state is not of the policy in use, as while everyone is scored again."""
    of = lens.policies.of
    return np.array(
        [
            version != lens.policy_version or of(then) != of(now)
            for (_, version, then), now in zip(rows, profiles.segments.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )


def _folds_otherwise(profiles: Profiles, lens: Lens, draft: Lens) -> NDArray[np.bool_]:
    """Say for whom the draft changes what is folded, and not only how it is read."""
    if not np.array_equal(lens.kinds.records(), draft.kinds.records()):
        return np.ones(len(profiles.ids), dtype=np.bool_)
    changed = [
        segment
        for segment in np.unique(profiles.segments).tolist()
        if rules_of(lens.policies.of(segment)) != rules_of(draft.policies.of(segment))
    ]
    return np.isin(profiles.segments, changed)


def _some(profiles: Profiles) -> Profiles:
    """Choose by chance whom the proof is held against."""
    total = len(profiles.ids)
    if total <= PROOF_CUSTOMERS:
        return profiles
    rows = np.zeros(total, dtype=np.bool_)
    rows[np.random.default_rng(total).choice(total, PROOF_CUSTOMERS, replace=False)] = True
    return profiles.only(rows)


def _matrix(
    old: NDArray[np.int8], new: NDArray[np.int8], weights: NDArray[np.float64]
) -> tuple[tuple[int, ...], ...]:
    counts = np.zeros((len(Band), len(Band)))
    np.add.at(counts, (old, new), weights)
    return tuple(tuple(row) for row in np.rint(counts).astype(int).tolist())


def _histogram(readings: Readings, weights: NDArray[np.float64]) -> tuple[int, ...]:
    distances = readings.distance[readings.known]
    edges = np.arange(0, 100 + HISTOGRAM_STEP, HISTOGRAM_STEP)
    counts, _ = np.histogram(distances, edges, weights=weights[readings.known])
    return tuple(np.rint(counts).astype(int).tolist())


def _margin(chosen: _Chosen, bands: NDArray[np.int8]) -> int:
    """Return the half-width of the 95 % interval of the count of the least certain band."""
    widths = [_half_width(chosen, bands == band) for band in np.unique(bands)]
    return round(max(widths, default=0.0))


def _half_width(chosen: _Chosen, inside: NDArray[np.bool_]) -> float:
    """Add up over strata what chance leaves open (Cochran, Sampling Techniques, 5.3)."""
    variance = 0.0
    for band in np.unique(chosen.bands):
        stratum = chosen.bands == band
        share = inside[stratum].mean()
        variance += chosen.margin_of[stratum].sum() * share * (1.0 - share)
    return float(1.96 * np.sqrt(variance))


def _movers(
    profiles: Profiles,
    old: Readings,
    new: Readings,
    old_bands: NDArray[np.int8],
    new_bands: NDArray[np.int8],
) -> tuple[Mover, ...]:
    """Name those of most value who change band."""
    rows = np.flatnonzero(old_bands != new_bands)
    rows = rows[np.argsort(-profiles.cents[rows], kind="stable")][:MOVERS_NAMED]
    named = Customer.objects.in_bulk(profiles.ids[rows].tolist())
    return tuple(_each_mover(rows.tolist(), profiles, old, new, old_bands, new_bands, named))


def _each_mover(
    rows: list[int],
    profiles: Profiles,
    old: Readings,
    new: Readings,
    old_bands: NDArray[np.int8],
    new_bands: NDArray[np.int8],
    named: dict[int, Customer],
) -> Iterator[Mover]:
    for row in rows:
        customer = named.get(int(profiles.ids[row]))
        if customer:
            yield Mover(
                customer_id=customer.pk,
                name=customer.name,
                old_band=int(old_bands[row]),
                new_band=int(new_bands[row]),
                old_distance=float(old.distance[row]),
                new_distance=float(new.distance[row]),
                yearly_value=float(customer.yearly_value),
                currency=customer.currency,
            )
