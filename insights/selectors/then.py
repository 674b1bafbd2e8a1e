"""Where customers stood on a past Monday, as their readings remember it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, IntegerField, Q, QuerySet, When
from django.db.models.expressions import RawSQL

from insights.models import Band, BandFlow, PolicyVersion, Reading
from insights.mondays import UNKNOWN, WEEKS
from insights.moves import move_codes
from insights.scoring import Policy
from insights.selectors.changes import FURTHER, NEARER
from insights.selectors.policy import policies_of

Edges = tuple[int, ...]

# As totals count it (`selectors.past_bands`): by the edges of the policy that a reading was made
# with, and without a margin. Distances are remembered in whole points.
_BAND = f"""
    CASE WHEN length(insights_reading.history) = {WEEKS}
              AND insights_reading.history_on - %s::date BETWEEN 0 AND {7 * (WEEKS - 1)}
         THEN coalesce(1 + width_bucket(
             nullif(get_byte(insights_reading.history,
                             {WEEKS - 1} - (insights_reading.history_on - %s::date) / 7),
                    {UNKNOWN}),
             %s::int[]), {Band.UNKNOWN.value})
         ELSE {Band.UNKNOWN.value} END
"""


@dataclass(frozen=True, slots=True)
class Then:
    """Bands that customers stood in on a Monday; none of them means whoever was known.

    `way` leaves only those who moved `FURTHER` or `NEARER` since, by at least a band. A Monday
    that pages compare with is found by an index, others by reading on.
    """

    on: date
    bands: Sequence[int] = ()
    way: str = ""
    is_compared: bool = False

    @property
    def chosen(self) -> list[int]:
        """The bands that are meant."""
        return [*self.bands] or [band.value for band in Band if band != Band.UNKNOWN]

    def among(self, readings: QuerySet[Reading], bands: Sequence[int] = ()) -> QuerySet[Reading]:
        """Return those of the readings whose customers stood there."""
        if self.is_compared:
            return readings.filter(moves__overlap=self._codes(bands or [*Band]))
        stood = readings.alias(band_then=_band_on(self.on)).filter(band_then__in=self.chosen)
        return stood.filter(self._moved("band_then"))

    def _codes(self, bands: Sequence[int]) -> list[int]:
        moved = {
            FURTHER: [(was, [now for now in bands if now > was > 0]) for was in self.chosen],
            NEARER: [(was, [now for now in bands if now < was]) for was in self.chosen],
        }.get(self.way, [(was, bands) for was in self.chosen])
        return [code for was, now in moved for code in move_codes(self.on, [was], now)]

    def flows(self) -> QuerySet[BandFlow]:
        """Return what rollups know of customers who stood there, if it is a day they compare."""
        stood = BandFlow.objects.filter(on_date=self.on, was__in=self.chosen)
        return stood.filter(self._moved("was"))

    def _moved(self, was: str) -> Q:
        if not self.way:
            return Q()
        further, nearer = Q(band__gt=F(was)), Q(band__lt=F(was))
        return (further if self.way == FURTHER else nearer) & ~Q(**{was: Band.UNKNOWN})


def _band_on(monday: date) -> Case | RawSQL:
    """Return the band on a Monday; unknown where nothing is remembered of it."""
    versions = {version.pk: policies_of(version) for version in PolicyVersion.objects.all()}
    versions[0] = policies_of(None)
    usual = _edges(versions[max(versions)].everyone)
    whens = []
    for pk, policies in versions.items():
        for segment, policy in policies.by_segment.items():
            whens.append((_edges(policy), {"policy_version": pk, "segment_id": segment}))
        whens.append((_edges(policies.everyone), {"policy_version": pk}))
    if all(edges == usual for edges, _ in whens):
        return _band(monday, usual)
    return Case(
        *(When(**of, then=_band(monday, edges)) for edges, of in whens),
        default=_band(monday, usual),
        output_field=IntegerField(),
    )


def _band(monday: date, edges: Edges) -> RawSQL:
    return RawSQL(_BAND, [monday, monday, list(edges)], output_field=IntegerField())


def _edges(policy: Policy) -> Edges:
    edges = (policy.steady_from, policy.cooling_from, policy.drifting_from, policy.gone_from)
    return tuple(math.ceil(edge) for edge in edges)
