"""What the API answers about customers, and how that is made from their readings."""

from datetime import datetime
from typing import Any, Literal, Self

from msgspec import Struct

from insights.api.explained import (
    ChangedAnswer,
    EvidenceItem,
    NearerDeed,
    Part,
    hundredths,
    items_of,
    parts_of,
)
from insights.models import Band, Reading
from insights.selectors.changes import Changed
from insights.selectors.customer import Explained, Standing
from relationships.api.answers import IdentityItem, Named

BANDS = {band.value: band.name.lower() for band in Band}
STYLES = {1: "personal", 2: "mixed", 3: "self_service"}
BandWord = Literal["unknown", "near", "steady", "cooling", "drifting", "gone"]


class CustomerItem(Struct):
    """A customer; the scores are empty until the customer has done anything.

    `merged_into` is who this customer turned out to be: everything of theirs is there. `as_of`
    says when the scores were taken, `updated_at` when anything else changed.
    """

    id: int
    name: str
    stage: Literal["lead", "current", "former"]
    style: Literal["personal", "mixed", "self_service"] | None
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
    identities: list[IdentityItem]
    merged_into: int | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, customer: Any) -> Self:
        """Tell a customer with their reading, if there is one yet."""
        reading: Reading | None = getattr(customer, "reading", None)
        is_known = reading is not None and reading.distance is not None
        return cls(
            id=customer.pk,
            name=customer.name,
            stage=customer.stage,
            style=customer.style or None,
            team=Named.of(customer.team),
            owner=Named.of(customer.owner),
            segment=Named.of(customer.segment),
            yearly_value=f"{customer.yearly_value:.2f}",
            currency=customer.currency,
            band=BANDS[reading.band if reading else Band.UNKNOWN],  # type: ignore[arg-type]
            distance=hundredths(reading.distance) if reading else None,
            drift=hundredths(reading.drift) if reading else None,
            warmth=hundredths(reading.warmth) if reading else None,
            at_risk=f"{reading.at_risk:.2f}" if reading and is_known else None,
            last_active_at=reading.last_at if reading else None,
            as_of=reading.as_of if reading else None,
            identities=[IdentityItem.of(one) for one in customer.own_identities],
            merged_into=customer.merged_into_id,
            created_at=customer.created_at,
            updated_at=customer.updated_at,
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
    happened_since: list[EvidenceItem]
    happened_since_in_all: int
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
            scores=scores_of(reading) if reading and standing.is_known else None,
            at_risk=f"{reading.at_risk:.2f}" if reading and standing.is_known else None,
            currency=customer.currency,
            first_active_at=reading.first_at if reading else None,
            last_active_at=reading.last_at if reading else None,
            parts=parts_of(explained) if standing.is_known else [],
            why=[reason.sentence for reason in standing.reasons] or [NOT_READ_YET],
            changed=ChangedAnswer.of(explained.changed) if explained.changed else None,
            happened_since=items_of(explained.happened_since),
            happened_since_in_all=explained.happened_since.in_all
            if explained.happened_since
            else 0,
            nearer=[NearerDeed.of(one) for one in explained.nearer],
        )


NOT_READ_YET = "Not scored yet; ask again in a moment."


def _style(standing: Standing) -> Any:
    if standing.customer.style:
        return standing.customer.style
    return STYLES.get(standing.reading.style) if standing.is_known and standing.reading else None


def scores_of(reading: Reading) -> Scores:
    """Tell every score of a customer who is known."""
    return Scores(
        distance=hundredths(reading.distance) or 0.0,
        drift=hundredths(reading.drift),
        warmth=hundredths(reading.warmth) or 0.0,
        baseline_warmth=hundredths(reading.baseline) or 0.0,
        presence_share=_share(reading.presence),
        silence_share=_share(reading.silence),
        doors=hundredths(reading.doors) or 0.0,
        windows=hundredths(reading.windows) or 0.0,
        connection_share=_share(reading.connection),
        care_share=_share(reading.care),
        served_share=_share(reading.served),
        goodwill_share=_share(reading.goodwill),
        noise_share=_share(reading.noise),
        hurt=hundredths(reading.hurt) or 0.0,
    )


def _share(number: float | None) -> float:
    return round(number or 0.0, 4)
