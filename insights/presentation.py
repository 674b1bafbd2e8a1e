"""How customers' readings are shown in lists: every cell written once, before the template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils import timezone

from insights.charts import Svg, sparkline
from insights.columns import KNOWN_BY
from insights.models import Band, Reading
from insights.mondays import UNKNOWN
from insights.words import ago, money, percent, signed

WEEKS_SHOWN = 52
BAND_KEYS: Mapping[int, str] = {band.value: band.name.lower() for band in Band}


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer in a list, as text."""

    pk: int
    name: str
    url: str
    actions_url: str
    band: str
    band_label: str
    distance: str
    sparkline: Svg
    drift: str
    direction: str
    doors: str
    windows: str
    at_risk: str
    owner: str
    team: str
    segment: str
    stage: str
    last_touch: str
    value: str
    warmth: str
    silence: str
    known_by: str


def customer_url(pk: int) -> str:
    """Return the address of a customer's page."""
    # A map has hundreds of them, and Django takes as long for one as for drawing its mark.
    before, after = _around("customer")
    return f"{before}{pk}{after}"


@cache
def _around(name: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[0]).rpartition("0")
    return before, after


def customer_row(reading: Reading, *, today: date) -> CustomerRow:
    """Write a reading, with its customer, owner, team and segment, as a row of a list."""
    customer = reading.customer
    is_known = reading.distance is not None
    before, after = _around("customer_actions")
    drift, direction = signed(reading.drift)
    last_day = timezone.localtime(reading.last_at).date() if reading.last_at else None
    return CustomerRow(
        pk=reading.pk,
        name=customer.name,
        url=customer_url(reading.pk),
        actions_url=f"{before}{reading.pk}{after}",
        band=BAND_KEYS[reading.band],
        band_label=Band(reading.band).label,
        distance=f"{reading.distance:.0f}" if is_known else "",
        sparkline=year_of_distance(reading),
        drift=drift,
        direction=direction,
        doors=f"{reading.doors:.0f}",
        windows=f"{reading.windows:.0f}",
        at_risk=money(reading.at_risk, reading.currency),
        owner=customer.owner.name if customer.owner else "",
        team=customer.team.name if customer.team else "",
        segment=customer.segment.name if customer.segment else "",
        stage="" if customer.stage == customer.Stage.CURRENT else customer.get_stage_display(),
        last_touch=ago(last_day, today),
        value=money(reading.yearly_value, reading.currency),
        warmth="" if reading.warmth is None else f"{reading.warmth:.0f}",
        silence="" if reading.silence is None else percent(reading.silence),
        known_by=KNOWN_BY[reading.known_by],
    )


def year_of_distance(reading: Reading) -> Svg:
    """Draw the last year of a customer's distance, up to now."""
    weeks: list[float | None] = [
        None if point == UNKNOWN else point for point in bytes(reading.history)[-WEEKS_SHOWN:]
    ]
    known = [week for week in weeks if week is not None]
    label = "No distance yet"
    if reading.distance is not None:
        began = f" from {known[0]:.0f}" if known else ""
        label = f"Distance over a year:{began} to {reading.distance:.0f}"
    return sparkline([*weeks, reading.distance], label=label)


def why_values(reading: Reading) -> dict[str, Any]:
    """Return a reading as `insights.scoring.why` wants it."""
    return {**reading.__dict__, "known": reading.distance is not None}
