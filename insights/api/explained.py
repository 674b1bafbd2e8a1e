"""What the API answers when a reading explains itself: evidence, what changed, what would help."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self

from msgspec import Struct

from insights.models import Reading
from insights.selectors.changes import Changed
from insights.selectors.customer import Explained
from insights.selectors.evidence import Evidence
from insights.selectors.nearer import Nearer
from insights.selectors.reasons import PART_LABELS, whole_points

HUNDREDTHS = 100

PartName = Literal["presence", "cooling", "wall", "unhealed"]


class EvidenceItem(Struct):
    """A touchpoint that a part of the distance comes from."""

    id: int
    type: str
    occurred_at: datetime


class Part(Struct):
    """A share of the distance, in points; parts of less than half a point have no sentence.

    `evidence` are the most telling touchpoints behind it, of `evidence_in_all`. Of a customer
    with more than 20,000 touchpoints only the newest of these are looked through.
    """

    name: PartName
    label: str
    points: float
    sentence: str | None
    evidence: list[EvidenceItem]
    evidence_in_all: int


class NearerDeed(Struct):
    """Something that would bring the customer nearer, folded as if it had just happened."""

    deed: Literal["call", "meeting", "email", "question", "settle"]
    text: str
    type: str
    closes_loop: int | None
    distance_before: float
    distance_after: float

    @classmethod
    def of(cls, nearer: Nearer) -> Self:
        """Tell a deed."""
        return cls(
            deed=nearer.deed,  # type: ignore[arg-type]
            text=nearer.text,
            type=nearer.type_key,
            closes_loop=nearer.loop_id,
            distance_before=round(nearer.distance_before, 2),
            distance_after=round(nearer.distance_after, 2),
        )


class PartThen(Struct):
    """A share of the distance as it was."""

    name: PartName
    points: float


class ChangeCause(Struct):
    """What a part has to do with a change, in whole points; above 0 is further."""

    part: PartName
    points: int
    text: str


class ChangedAnswer(Struct):
    """What changed since a Monday, `because` adding up to the change of the rounded distances.

    `distance_then` is empty for a customer who was not known yet.
    """

    since: datetime
    distance_then: float | None
    distance_now: float | None
    parts_then: list[PartThen]
    because: list[ChangeCause]
    sentence: str

    @classmethod
    def of(cls, changed: Changed) -> Self:
        """Tell what changed."""
        then = changed.parts_then
        rounded = _rounded([then[name] for name in then], changed.distance_then)
        return cls(
            since=changed.since,
            distance_then=hundredths(changed.distance_then),
            distance_now=hundredths(changed.distance_now),
            parts_then=[
                PartThen(name, points)  # type: ignore[arg-type]
                for name, points in zip(then, rounded, strict=True)
            ],
            because=[
                ChangeCause(one.name, one.points, one.phrase)  # type: ignore[arg-type]
                for one in changed.changes
            ],
            sentence=changed.sentence,
        )


def part_points(reading: Reading) -> list[float]:
    """Return the points of the parts, rounded so that they add up to the rounded distance."""
    exact = [getattr(reading, f"part_{name}") for name in PART_LABELS]
    return _rounded(exact, reading.distance)


def parts_of(explained: Explained) -> list[Part]:
    """Return every part, rounded so that they add up to the rounded distance."""
    reading = explained.standing.reading
    assert reading is not None
    sentences = {reason.name: reason.sentence for reason in explained.standing.reasons}
    return [
        Part(
            name=name,  # type: ignore[arg-type]
            label=label,
            points=points,
            sentence=sentences.get(name),
            evidence=items_of(explained.evidence.get(name)),
            evidence_in_all=explained.evidence[name].in_all if name in explained.evidence else 0,
        )
        for (name, label), points in zip(PART_LABELS.items(), part_points(reading), strict=True)
    ]


def items_of(evidence: Evidence | None) -> list[EvidenceItem]:
    """Tell touchpoints."""
    found = evidence.touchpoints if evidence else ()
    return [EvidenceItem(one.pk, one.type.key, one.occurred_at) for one in found]


def _rounded(points: Sequence[float], total: float | None) -> list[float]:
    """Round to hundredths so that they add up to the rounded total."""
    exact = [number * HUNDREDTHS for number in points]
    return [whole / HUNDREDTHS for whole in whole_points(exact, round((total or 0.0) * HUNDREDTHS))]


def hundredths(number: float | None) -> float | None:
    """Round a score as the API tells it."""
    return None if number is None else round(number, 2)
