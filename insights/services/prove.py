"""Working out how often the score was right, from all touchpoints, in the background."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models.functions import Now
from numpy.typing import NDArray

from insights.models import Proof
from insights.mondays import days_of
from insights.packed import copy_in, pack
from insights.scoring import Events, Policy
from insights.scoring.proof import (
    Cases,
    Evidence,
    Group,
    cut_offs,
    days_missing,
    first_activity,
    joined,
    longest_horizon,
    prove,
)
from insights.selectors.events import histories_in_pieces
from insights.selectors.lens import Lens, current_lens
from insights.selectors.profiles import Profiles, profiles_of
from insights.selectors.proof import Question, Results, proof_standing, running_proofs
from insights.services.coefficients import Coefficients
from relationships.models import Person

MOST_CUSTOMERS = 100_000
"""Of more, so many are chosen by chance: no digit on the page would change."""

CHUNK = 10_000
"""Customers whose touchpoints are loaded at a time."""

MOST_AT_ONCE = 3
"""Proofs worked out at a time, so that workers stay free for other work."""

KEPT = timedelta(days=30)
"""A proof nobody has asked for again is kept for so long."""

SHARE_LOADED = 0.4
"""Of the work, what loading is."""

_CHOSEN = """
    SELECT id, count(*) OVER () FROM relationships_customer WHERE merged_into_id IS NULL
    ORDER BY hashint8extended(id, 1), id LIMIT %s
"""

CASE_FIELDS = {
    "proof_id": ">i8",
    "customer_id": ">i8",
    "month": ">i4",
    "cut_on": ">i4",
    "silence": ">f8",
    "distance": ">f8",
    "is_flagged": "?",
    "is_silent": "?",
}
POSTGRES_DAY_0 = 10_957
"""1 January 2000, in days since 1970: PostgreSQL counts dates from there."""

Progress = Callable[[float], None]


class TooManyProofsError(Exception):
    """As many proofs as allowed are being worked out."""


@transaction.atomic
def start_proof(*, question: Question, by: Person | None, now: datetime) -> tuple[Proof, bool]:
    """Note that a proof is wanted; return the run, and whether it still has to be worked out.

    Raises `TooManyProofsError`.
    """
    with connection.cursor() as cursor:
        # Two who press the button at once get one run.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insights.start_proof'))")
    standing = proof_standing(question)
    if standing.run is not None and standing.is_running(now):
        return standing.run, False
    if running_proofs(now).count() >= MOST_AT_ONCE:
        raise TooManyProofsError
    return Proof.objects.create(as_of=now, created_by=by, moved_at=now, **question.fields), True


def work_out(*, proof_id: int) -> None:
    """Work a proof out and store it; one that is finished or gone is left alone."""
    proof = Proof.objects.filter(pk=proof_id, results__isnull=True).first()
    if proof is None:
        return
    try:
        results, cases, ids = _results(proof, lambda share: _move(proof, share))
    except Exception:
        problem = "Something went wrong while working it out; the log of the workers says what."
        Proof.objects.filter(pk=proof.pk).update(problem=problem)
        raise
    _store(proof, results, cases, ids)


def _move(proof: Proof, share: float) -> None:
    Proof.objects.filter(pk=proof.pk).update(done_share=min(share, 1.0), moved_at=Now())


@dataclass(frozen=True, slots=True)
class _Everyone:
    """All touchpoints of the customers looked at."""

    profiles: Profiles
    events: Events
    customers_in_all: int


def _results(proof: Proof, move: Progress) -> tuple[Results, list[Cases], NDArray[np.int64]]:
    """Load, prove and sum up."""
    lens = current_lens()
    everyone = _load(lens, lambda share: move(SHARE_LOADED * share))
    sizes = {
        "customers": len(everyone.profiles.ids),
        "customers_in_all": everyone.customers_in_all,
    }
    as_of, horizon = days_of(proof.as_of), float(proof.horizon_days)
    first_at = first_activity(everyone.events, lens.kinds)
    known_from = as_of if first_at is None else first_at
    cuts = cut_offs(known_from, as_of, float(proof.window_days), horizon)
    lack = Results(
        None, **sizes, refits=0,
        days_missing=days_missing(known_from, as_of, horizon),
        longest_horizon=longest_horizon(known_from, as_of),
    )  # fmt: skip
    if not len(cuts):
        return lack, [], everyone.profiles.ids
    evidence, refits = _prove(
        lens, everyone, cuts, proof, lambda share: move(SHARE_LOADED + (1 - SHARE_LOADED) * share)
    )
    results = replace(lack, numbers=evidence.numbers, refits=refits)
    return results, evidence.cases, everyone.profiles.ids


def _prove(
    lens: Lens, everyone: _Everyone, cuts: NDArray[np.float64], proof: Proof, move: Progress
) -> tuple[Evidence, int]:
    """Hold the score against what happened; also count the refits it had."""
    policy = replace(lens.policy, horizon_days=float(proof.horizon_days))
    coefficients = Coefficients(everyone.events, lens.kinds, policy)
    evidence = prove(
        list(_groups(lens, everyone, policy.horizon_days)), policy, cuts,
        proof.budget_percent / 100, everyone.profiles.segments, coefficients.at, move,
    )  # fmt: skip
    return evidence, coefficients.refits


def _groups(lens: Lens, everyone: _Everyone, horizon: float) -> Iterator[Group]:
    """Yield the customers who share a policy together."""
    profiles = everyone.profiles
    segments_of: dict[Policy, list[int]] = {}
    for segment in np.unique(profiles.segments).tolist():
        segments_of.setdefault(lens.policies.of(segment), []).append(segment)
    for policy, segments in segments_of.items():
        rows = np.isin(profiles.segments, segments)
        yield Group(
            places=np.flatnonzero(rows),
            events=everyone.events if rows.all() else everyone.events.only(rows),
            kinds=lens.kinds,
            policy=replace(policy, horizon_days=horizon),
            styles=profiles.styles[rows],
        )


def _load(lens: Lens, move: Progress) -> _Everyone:
    """Load the touchpoints of everyone, or of many chosen by chance, chunk by chunk."""
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, [MOST_CUSTOMERS])
        rows = cursor.fetchall()
        ids = np.sort(np.array([customer for customer, _ in rows], dtype=np.int64))
        profiles = profiles_of(cursor, ids)
    pieces = []
    for piece in histories_in_pieces(ids, lens.row_of_type, CHUNK):
        pieces.append(piece)
        move(min(len(pieces) * CHUNK / max(len(ids), 1), 1.0))
    return _Everyone(profiles, joined(pieces), rows[0][1] if rows else 0)


@transaction.atomic
def _store(proof: Proof, results: Results, cases: list[Cases], ids: NDArray[np.int64]) -> None:
    """Store what was found unless someone else did, and drop what it replaces."""
    if not Proof.objects.select_for_update().filter(pk=proof.pk, results__isnull=True).exists():
        return
    with connection.cursor() as cursor:
        columns = f"insights_proofcase ({', '.join(CASE_FIELDS)})"
        for month in cases:
            copy_in(cursor, columns, pack(CASE_FIELDS, _columns(proof, month, ids)))
    Proof.objects.filter(pk=proof.pk).update(
        results=results.to_json(), problem="", done_share=1.0, moved_at=Now()
    )
    same = Question(proof.window_days, proof.horizon_days, proof.budget_percent).fields
    Proof.objects.filter(pk__lt=proof.pk, **same).delete()
    Proof.objects.filter(created_at__lt=proof.as_of - KEPT).exclude(pk=proof.pk).delete()


def _columns(proof: Proof, month: Cases, ids: NDArray[np.int64]) -> dict[str, NDArray[np.generic]]:
    """Take the cases worth a name: whoever was flagged, and whoever went silent unflagged."""
    rows = month.is_flagged | month.call.is_silent
    call = month.call.only(rows)
    first_day = int(np.datetime64(month.month, "M").astype("datetime64[D]").astype(np.int64))
    return {
        "proof_id": np.full(len(call), proof.pk),
        "customer_id": ids[call.place],
        "month": np.full(len(call), first_day - POSTGRES_DAY_0),
        "cut_on": call.cut.astype(np.int64) - POSTGRES_DAY_0,
        "silence": call.hearth,
        "distance": call.distance,
        "is_flagged": month.is_flagged[rows],
        "is_silent": call.is_silent,
    }
