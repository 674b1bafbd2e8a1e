"""What a draft of the policy does to the proof: both are held against what happened."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from insights.mondays import days_of
from insights.scoring import Events
from insights.scoring.metrics import auc, average_precision, brier, calibration_error
from insights.scoring.proof import cut_offs, first_activity, joined
from insights.scoring.proof.rollcall import Group, RollCall, roll_calls
from insights.selectors.events import histories_in_pieces
from insights.selectors.lens import Lens
from insights.selectors.preview import Effect, ProofEffect
from insights.selectors.profiles import Profiles

CHUNK = 10_000
MOST_CUT_OFFS = 3
WINDOW_DAYS = 365.0
LEAST_SILENT = 10
"""So many who went silent, and so many who did not, say something."""

MEASURES = (
    ("auc", auc),
    ("average_precision", average_precision),
    ("brier", brier),
    ("calibration_error", calibration_error),
)


def proof_effect(profiles: Profiles, lens: Lens, draft: Lens, now: datetime) -> ProofEffect:
    """Hold the policy in use and a draft of it against what happened after past Mondays.

    Each is asked for silence of its own horizon.
    """
    events = _events(profiles, lens)
    old, cuts = _called(events, profiles, lens, now)
    new, _ = _called(events, profiles, draft, now)
    return ProofEffect(
        customers=len(profiles.ids),
        cut_offs=cuts,
        old_horizon=lens.policy.horizon_days,
        new_horizon=draft.policy.horizon_days,
        effects=tuple(_effects(old, new)),
    )


def _events(profiles: Profiles, lens: Lens) -> Events:
    return joined(list(histories_in_pieces(profiles.ids, lens.row_of_type, CHUNK)))


def _called(
    events: Events, profiles: Profiles, lens: Lens, now: datetime
) -> tuple[RollCall | None, int]:
    """Return what the policy of a lens said of everyone at past Mondays, and how many Mondays."""
    first_at = first_activity(events, lens.kinds)
    if first_at is None:
        return None, 0
    cuts = cut_offs(first_at, days_of(now), WINDOW_DAYS, lens.policy.horizon_days)
    if not len(cuts):
        return None, 0
    spread = np.unique(np.linspace(0, len(cuts) - 1, MOST_CUT_OFFS).round().astype(int))
    groups = list(_groups(events, profiles, lens))
    calls = roll_calls(groups, lens.policy, cuts[spread].tolist(), lambda cut: lens.silence)
    return RollCall.joined(calls), len(spread)


def _groups(events: Events, profiles: Profiles, lens: Lens) -> Iterator[Group]:
    for policy, rows in lens.shared(profiles):
        yield Group(
            places=np.flatnonzero(rows),
            events=events if rows.all() else events.only(rows),
            kinds=lens.kinds,
            policy=replace(policy, horizon_days=lens.policy.horizon_days),
            styles=profiles.styles[rows],
        )


def _effects(old: RollCall | None, new: RollCall | None) -> Iterator[Effect]:
    if old is None or new is None or not (_is_enough(old.is_silent) and _is_enough(new.is_silent)):
        return
    for name, measure in MEASURES:
        yield Effect(name, measure(old.is_silent, old.hearth), measure(new.is_silent, new.hearth))
    yield Effect(
        "auc_of_distance",
        auc(old.is_silent, old.distance),
        auc(new.is_silent, new.distance),
    )


def _is_enough(silent: NDArray[np.bool_]) -> bool:
    return bool(LEAST_SILENT <= silent.sum() <= len(silent) - LEAST_SILENT)
