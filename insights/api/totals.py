"""What the API answers about totals, and how that is made from what is kept."""

from datetime import date
from typing import Any, Literal, Self

from msgspec import UNSET, Struct, UnsetType

from insights.api.answers import BANDS, BandWord
from insights.models import BandTotal
from insights.selectors.rollups import BandCount, TouchpointCount
from relationships.api.answers import Named

NOW = "now"


class TouchpointTotal(Struct, omit_defaults=True):
    """Touchpoints of one month, with what they are counted by; a team of null is none."""

    month: date
    count: int
    team: Named | UnsetType | None = UNSET
    type: str | UnsetType = UNSET
    mode: Literal["human", "digital", "none"] | UnsetType = UNSET
    channel: str | UnsetType = UNSET
    via: bool | UnsetType = UNSET

    @classmethod
    def of(cls, found: TouchpointCount) -> Self:
        """Tell a total."""
        return cls(found.month, found.count, **_told(found.of))


class TouchpointTotals(Struct):
    """Touchpoints by month, the oldest first; months and groups without any are left out."""

    since: date
    until: date
    results: list[TouchpointTotal]


class BandTotalItem(Struct, omit_defaults=True):
    """Customers in one band, on a Monday (its midnight, UTC) or `now`; `at_risk` is kept for now.

    Money is by currency, and never added across currencies.
    """

    on: str
    band: BandWord
    currency: str
    customers: int
    yearly_value: str
    at_risk: str | None
    team: Named | UnsetType | None = UNSET
    segment: Named | UnsetType | None = UNSET
    stage: Literal["lead", "current", "former"] | UnsetType = UNSET

    @classmethod
    def of(cls, found: BandCount) -> Self:
        """Tell a total."""
        is_now = found.on == BandTotal.NOW
        return cls(
            on=NOW if is_now else found.on.isoformat(),
            band=BANDS[found.band],  # type: ignore[arg-type]
            currency=found.currency,
            customers=found.customers,
            yearly_value=f"{found.yearly_value:.2f}",
            at_risk=f"{found.at_risk:.2f}" if is_now else None,
            **_told(found.of),
        )


class BandTotals(Struct):
    """Customers by band, the earliest day first."""

    results: list[BandTotalItem]


def _told(of: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Named.of(value) if name in ("team", "segment") else value
        for name, value in of.items()
    }
