"""What the API answers about customers, and how that is made from their readings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from msgspec import Struct

from insights.models import Band, Reading
from insights.selectors.changes import Changed
from insights.selectors.customer import Explained, Standing
from insights.selectors.nearer import Nearer
from insights.selectors.reasons import PART_LABELS, whole_points
from relationships.models import Customer

BANDS = {band.value: band.name.lower() for band in Band}
STYLES = {1: "personal", 2: "mixed", 3: "self_service"}
HUNDREDTHS = 100

BandWord = Literal["unknown", "near", "steady", "cooling", "drifting", "gone"]


class Named(Struct):
    """Something with an id and a name."""

    id: int
    name: str

    @classmethod
    def of(cls, thing: Any) -> Self | None:
        """Tell a thing, if there is one."""
        return cls(thing.pk, thing.name) if thing else None


class CustomerSummary(Struct):
    """A customer in a list; the scores are empty until the customer has done anything."""

    id: int
    name: str
    stage: Literal["lead", "current", "former"]
    team: Named | None
    owner: Named | None
    segment: Named | None
    yearly_value: str
    currency: str
    band: BandWord
    distance: float | None
    drift: float | None
    warmth: float | None
    at_risk: str | None
    last_active_at: datetime | None
    as_of: datetime | None

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """Tell a customer with their reading, if there is one yet."""
        reading: Reading | None = getattr(customer, "reading", None)
        is_known = reading is not None and reading.distance is not None
        return cls(
            id=customer.pk,
            name=customer.name,
            stage=customer.stage,  # type: ignore[arg-type]
            team=Named.of(customer.team),
            owner=Named.of(customer.owner),
            segment=Named.of(customer.segment),
            yearly_value=f"{customer.yearly_value:.2f}",
            currency=customer.currency,
            band=BANDS[reading.band if reading else Band.UNKNOWN],  # type: ignore[arg-type]
            distance=_score(reading.distance) if reading else None,
            drift=_score(reading.drift) if reading else None,
            warmth=_score(reading.warmth) if reading else None,
            at_risk=f"{reading.at_risk:.2f}" if reading and is_known else None,
            last_active_at=reading.last_at if reading else None,
            as_of=reading.as_of if reading else None,
        )


class CustomersAnswer(Struct):
    """A page of customers by id, and the address of the next one."""

    results: list[CustomerSummary]
    next: str | None


PartName = Literal["presence", "cooling", "wall", "unhealed"]


class EvidenceItem(Struct):
    """A touchpoint that a part of the distance comes from."""

    id: int
    type: str
    occurred_at: datetime


class Part(Struct):
    """A share of the distance, in points; parts of less than half a point have no sentence.

    `evidence` are the most telling touchpoints behind it, of `evidence_in_all`.
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
        rounded = _hundredths([then[name] for name in then], changed.distance_then)
        return cls(
            since=changed.since,
            distance_then=_score(changed.distance_then),
            distance_now=_score(changed.distance_now),
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


class Scores(Struct):
    """Everything that was read; shares are 0 to 1, all other scores 0 to 100."""

    distance: float
    drift: float | None
    warmth: float
    baseline_warmth: float
    presence_share: float
    silence_share: float
    doors: float
    windows: float
    connection_share: float
    care_share: float
    served_share: float
    goodwill_share: float
    noise_share: float
    hurt: float


class ChangedCustomer(Struct):
    """A customer whose distance changed, and why."""

    customer: Named
    team: Named | None
    owner: Named | None
    segment: Named | None
    band: BandWord
    changed: ChangedAnswer

    @classmethod
    def of(cls, reading: Reading, changed: Changed) -> Self:
        """Tell who changed."""
        return cls(
            customer=Named(reading.customer.pk, reading.customer.name),
            team=Named.of(reading.team),
            owner=Named.of(reading.owner),
            segment=Named.of(reading.segment),
            band=BANDS[reading.band],  # type: ignore[arg-type]
            changed=ChangedAnswer.of(changed),
        )


class ChangesAnswer(Struct):
    """A page of customers who changed, the most first, and the address of the next one."""

    since: datetime
    direction: Literal["further", "nearer"]
    results: list[ChangedCustomer]
    next: str | None


class Health(Struct):
    """Where a customer stands and why: the points of the parts add up to the distance.

    Somebody we never heard from is unknown, which is not cold: there are no scores, no parts,
    nothing changed and nothing to bring them nearer. While something is being scored `nearer`
    is empty too.
    """

    customer: Named
    is_known: bool
    band: BandWord
    as_of: datetime | None
    is_being_scored: bool
    style: Literal["personal", "mixed", "self_service"] | None
    is_style_declared: bool
    scores: Scores | None
    at_risk: str | None
    currency: str
    first_active_at: datetime | None
    last_active_at: datetime | None
    parts: list[Part]
    why: list[str]
    changed: ChangedAnswer | None
    nearer: list[NearerDeed]

    @classmethod
    def of(cls, explained: Explained) -> Self:
        """Tell where a customer stands."""
        standing = explained.standing
        customer, reading = standing.customer, standing.reading
        return cls(
            customer=Named(customer.pk, customer.name),
            is_known=standing.is_known,
            band=BANDS[reading.band if reading else Band.UNKNOWN],  # type: ignore[arg-type]
            as_of=reading.as_of if reading else None,
            is_being_scored=standing.is_waiting or reading is None,
            style=_style(standing),
            is_style_declared=bool(customer.style),
            scores=_scores(reading) if reading and standing.is_known else None,
            at_risk=f"{reading.at_risk:.2f}" if reading and standing.is_known else None,
            currency=customer.currency,
            first_active_at=reading.first_at if reading else None,
            last_active_at=reading.last_at if reading else None,
            parts=_parts(explained) if standing.is_known else [],
            why=[reason.sentence for reason in standing.reasons] or [NOT_READ_YET],
            changed=ChangedAnswer.of(explained.changed) if explained.changed else None,
            nearer=[NearerDeed.of(one) for one in explained.nearer],
        )


NOT_READ_YET = "Not scored yet; ask again in a moment."


def _style(standing: Standing) -> Any:
    if standing.customer.style:
        return standing.customer.style
    return STYLES.get(standing.reading.style) if standing.is_known and standing.reading else None


def _scores(reading: Reading) -> Scores:
    return Scores(
        distance=_score(reading.distance) or 0.0,
        drift=_score(reading.drift),
        warmth=_score(reading.warmth) or 0.0,
        baseline_warmth=_score(reading.baseline) or 0.0,
        presence_share=_share(reading.presence),
        silence_share=_share(reading.silence),
        doors=_score(reading.doors) or 0.0,
        windows=_score(reading.windows) or 0.0,
        connection_share=_share(reading.connection),
        care_share=_share(reading.care),
        served_share=_share(reading.served),
        goodwill_share=_share(reading.goodwill),
        noise_share=_share(reading.noise),
        hurt=_score(reading.hurt) or 0.0,
    )


def _parts(explained: Explained) -> list[Part]:
    """Return every part, rounded so that they add up to the rounded distance."""
    reading = explained.standing.reading
    assert reading is not None
    exact = [getattr(reading, f"part_{name}") for name in PART_LABELS]
    sentences = {reason.name: reason.sentence for reason in explained.standing.reasons}
    return [
        Part(
            name=name,  # type: ignore[arg-type]
            label=label,
            points=points,
            sentence=sentences.get(name),
            evidence=_evidence(explained, name),
            evidence_in_all=explained.evidence[name].in_all if name in explained.evidence else 0,
        )
        for (name, label), points in zip(
            PART_LABELS.items(), _hundredths(exact, reading.distance), strict=True
        )
    ]


def _evidence(explained: Explained, part: str) -> list[EvidenceItem]:
    if part not in explained.evidence:
        return []
    return [
        EvidenceItem(touchpoint.pk, touchpoint.type.key, touchpoint.occurred_at)
        for touchpoint in explained.evidence[part].touchpoints
    ]


def _hundredths(points: Sequence[float], total: float | None) -> list[float]:
    """Round to hundredths so that they add up to the rounded total."""
    exact = [number * HUNDREDTHS for number in points]
    return [whole / HUNDREDTHS for whole in whole_points(exact, round((total or 0.0) * HUNDREDTHS))]


def _score(number: float | None) -> float | None:
    return None if number is None else round(number, 2)


def _share(number: float | None) -> float:
    return round(number or 0.0, 4)
