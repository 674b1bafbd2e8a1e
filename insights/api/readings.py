"""Readings of everyone by REST, with all scores and the parts of the distance."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self

from django.http import HttpResponse
from msgspec import Struct
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.api.answers import BANDS, STYLES, BandWord, Scores, scores_of
from insights.api.explained import part_points
from insights.models import Band, Reading
from insights.selectors.readings import readings_visible_to
from relationships.api.answers import Named
from relationships.api.collection import Collection, Sort
from relationships.api.described import list_of
from relationships.api.filters import before, choices, customers, ids, since
from relationships.api.lists import answer_list
from relationships.api.permissions import HasScope
from relationships.models import Customer

STAGES = {stage: stage for stage in Customer.Stage.values}
BAND_WORDS = {band.name.lower(): band.value for band in Band}


class Parts(Struct):
    """The distance in points; together they are the distance."""

    presence: float
    cooling: float
    wall: float
    unhealed: float


class ReadingItem(Struct):
    """All scores of a customer as of a moment; of somebody never heard from there are none."""

    customer_id: int
    customer: Named
    team: Named | None
    owner: Named | None
    segment: Named | None
    stage: Literal["lead", "current", "former"]
    yearly_value: str
    currency: str
    band: BandWord
    scores: Scores | None
    parts: Parts | None
    at_risk: str | None
    style: Literal["personal", "mixed", "self_service"] | None
    active_days: int
    silent_days: float | None
    usual_gap_days: float | None
    first_active_at: datetime | None
    last_active_at: datetime | None
    policy_version: int
    as_of: datetime
    updated_at: datetime

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """Tell a reading."""
        is_known = reading.distance is not None
        return cls(
            customer_id=reading.pk,
            customer=Named(reading.pk, reading.customer.name),
            team=Named.of(reading.team),
            owner=Named.of(reading.owner),
            segment=Named.of(reading.segment),
            stage=reading.stage,  # type: ignore[arg-type]
            yearly_value=f"{reading.yearly_value:.2f}",
            currency=reading.currency,
            band=BANDS[reading.band],  # type: ignore[arg-type]
            scores=scores_of(reading) if is_known else None,
            parts=Parts(*part_points(reading)) if is_known else None,
            at_risk=f"{reading.at_risk:.2f}" if is_known else None,
            style=STYLES.get(reading.style) if is_known else None,  # type: ignore[arg-type]
            active_days=reading.active_days,
            silent_days=_tenths(reading.silent_days),
            usual_gap_days=_tenths(reading.usual_gap_days),
            first_active_at=reading.first_at,
            last_active_at=reading.last_at,
            policy_version=reading.policy_version,
            as_of=reading.as_of,
            updated_at=reading.updated_at,
        )


def _tenths(days: float | None) -> float | None:
    return None if days is None else round(days, 1)


READINGS: Collection[Any] = Collection(
    singular="reading",
    plural="readings",
    tag="Readings",
    item=ReadingItem,
    rows=readings_visible_to,
    example={
        "customer_id": 12,
        "customer": {"id": 12, "name": "Meridian Press"},
        "team": {"id": 3, "name": "North"},
        "owner": {"id": 7, "name": "Tom Brandt"},
        "segment": None,
        "stage": "current",
        "yearly_value": "48000.00",
        "currency": "EUR",
        "band": "drifting",
        "scores": {
            "distance": 67.4,
            "drift": 21.08,
            "warmth": 31.5,
            "baseline_warmth": 58.2,
            "presence_share": 0.41,
            "silence_share": 0.644,
            "doors": 28.0,
            "windows": 12.0,
            "connection_share": 0.28,
            "care_share": 0.1,
            "served_share": 0.28,
            "goodwill_share": 0.168,
            "noise_share": 0.0,
            "hurt": 0.0,
        },
        "parts": {"presence": 53.6, "cooling": 13.8, "wall": 0.0, "unhealed": 0.0},
        "at_risk": "30912.00",
        "style": "personal",
        "active_days": 38,
        "silent_days": 41.2,
        "usual_gap_days": 12.3,
        "first_active_at": "2023-05-02T08:00:00Z",
        "last_active_at": "2026-01-20T10:15:00Z",
        "policy_version": 0,
        "as_of": "2026-03-02T02:15:00Z",
        "updated_at": "2026-03-02T02:15:04Z",
    },
    filters={
        "customer": customers("customer_id"),
        "band": choices("band", BAND_WORDS, "Where the customer stands"),
        "team": ids("team_id", "a team"),
        "owner": ids("owner_id", "a person"),
        "segment": ids("segment_id", "a segment"),
        "stage": choices("stage", STAGES, "How far the relationship has come"),
        "active_since": since("last_at", "Last active"),
        "active_before": before("last_at", "Last active"),
        "updated_since": since("updated_at", "Read again"),
    },
    sorts={
        "customer_id": Sort("pk", int),
        "band": Sort("band", int),
        "at_risk": Sort("at_risk", Decimal, is_turned=True),
        "distance": Sort("distance", float, may_be_empty=True, is_turned=True),
        "drift": Sort("drift", float, may_be_empty=True, is_turned=True),
        "last_active_at": Sort("last_at", datetime, may_be_empty=True, is_turned=True),
        "updated_at": Sort("updated_at", datetime),
    },
    default_sort="customer_id",
)


class Readings(APIView):
    """Lists readings."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "customers:read"

    @list_of(
        READINGS,
        "The readings of the customers this key may see: every score, and the parts that add up "
        "to the distance. They are taken again with every touchpoint and every night. Why a "
        "customer stands there, down to the touchpoints, is told by `/customers/{id}/health/`.",
        scope=scope,
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of readings."""
        return answer_list(READINGS, request)
