"""What was once proven, and whose score was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import QuerySet

from insights.models import Proof, ProofCase
from insights.scoring.proof import Numbers
from relationships.access import customers_visible_to
from relationships.models import Person, Segment
from relationships.prepared import prepared

STUCK_AFTER = timedelta(minutes=3)
"""A run that has not got further for so long was interrupted."""

FRESH_FOR = timedelta(days=1)
FRESH_WITHOUT_ANSWER = timedelta(hours=1)
"""How soon to look again when there was too little history."""

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be proven: how far back, silence of how long, how many warnings a week."""

    window_days: int = 365
    horizon_days: int = 90
    budget_percent: int = 5

    @property
    def fields(self) -> dict[str, int]:
        """As a `Proof` holds them."""
        return {
            "window_days": self.window_days,
            "horizon_days": self.horizon_days,
            "budget_percent": self.budget_percent,
        }


@dataclass(frozen=True, slots=True)
class Results:
    """What a proof found; without numbers there was too little history.

    `customers` of `customers_in_all` were looked at; of the cut-offs, `refits` came with newly
    fitted coefficients, 0 when the shipped ones were used throughout.
    """

    numbers: Numbers | None
    customers: int
    customers_in_all: int
    refits: int
    days_missing: int
    longest_horizon: int

    def to_json(self) -> Any:
        """Give them as JSON can hold them."""
        return msgspec.to_builtins(self)

    @classmethod
    def from_json(cls, given: Any) -> "Results | None":
        """Take them as `to_json` gave them; None when another Hearth wrote them."""
        try:
            return msgspec.convert(given, cls)
        except msgspec.ValidationError:
            return None


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest finished proof of a question, and the newest run if it is another one."""

    proof: Proof | None
    results: Results | None
    run: Proof | None

    def is_running(self, now: datetime) -> bool:
        """Whether it is being worked out now."""
        return self.run is not None and is_moving(self.run, now)


def proof_standing(question: Question) -> Standing:
    """Return where the proof of a question stands."""
    runs = Proof.objects.filter(**question.fields).order_by("-pk")
    newest = runs.defer("results").first()
    if newest is None:
        return Standing(None, None, None)
    done = runs.filter(results__isnull=False).first()
    results = Results.from_json(done.results) if done else None
    return Standing(
        proof=done if results else None,
        results=results,
        run=None if done is not None and done.pk == newest.pk else newest,
    )


def is_moving(run: Proof, now: datetime) -> bool:
    """Whether an unfinished run still gets further."""
    return not run.problem and now - run.moved_at < STUCK_AFTER


def running_proofs(now: datetime) -> QuerySet[Proof]:
    """Return the runs that are being worked out."""
    return Proof.objects.filter(results__isnull=True, problem="", moved_at__gt=now - STUCK_AFTER)


def proof_is_due(question: Question, now: datetime) -> bool:
    """Whether it is time to work a proof out again, and nobody does."""
    standing = proof_standing(question)
    if standing.run is not None and now - standing.run.created_at < FRESH_WITHOUT_ANSWER:
        return False
    if standing.proof is None or standing.results is None:
        return True
    fresh = FRESH_FOR if standing.results.numbers else FRESH_WITHOUT_ANSWER
    return now - standing.proof.as_of > fresh


CASE_KINDS: Mapping[str, tuple[bool, bool, str]] = {
    "came_back": (True, False, "-silence"),
    "went_silent": (False, True, "silence"),
    "foreseen": (True, True, "-silence"),
}
"""Flagged, silent, and the order that puts the worst mistakes (or the surest hits) first."""


def proof_cases(person: Person, proof: Proof, *, month: date, kind: str) -> QuerySet[ProofCase]:
    """Return the cases of a kind in a month of the customers `person` may see, worst first."""
    is_flagged, is_silent, order = CASE_KINDS[kind]
    return (
        ProofCase.objects.filter(
            proof=proof.pk,
            month=month,
            is_flagged=is_flagged,
            is_silent=is_silent,
            customer__in=customers_visible_to(person),
        )
        .select_related("customer__owner", "customer__reading")
        .order_by(order, "pk")
    )


@prepared
def worst_cases(
    person: Person, proof: Proof, month: date, *, kind: str, at_most: int
) -> QuerySet[ProofCase]:
    """Return the first of these cases."""
    return proof_cases(person, proof, month=month, kind=kind)[:at_most]


def segment_names() -> dict[int, str]:
    """Return the names of the segments."""
    return dict(Segment.objects.values_list("pk", "name"))
