"""The whole organisation counted once more, slowly and plainly, from its raw rows.

Rows of touchpoints, loops, customers, contacts and people are read as dictionaries; everything
else here is loops over them. Scores are those of `Oracle`, which is SCORING.md written down once
more. Nothing that pages read (states, readings, rollups) is looked at, and no selector is called.
"""

import math
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django.conf import settings

from insights.models import WallEvent
from insights.scoring import Policy, Silence
from interactions.models import Loop, Touchpoint, TouchpointType
from relationships.models import Contact, Customer, Fact, Person, Segment, Team
from tests.insights.scoring.oracle import Oracle

POLICY = Policy()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BANDS = ("unknown", "near", "steady", "cooling", "drifting", "gone")
EDGES = (25, 45, 65, 85)
MARGIN = 3
STYLES = {"personal": 1, "mixed": 2, "self_service": 3}
WARM = 10
OUTBOUND = 1


def days(moment):
    """Days since 1970, the unit of scoring."""
    return (moment - EPOCH) / timedelta(days=1)


def local_moment(moment):
    """Return a moment by the clocks of the organisation's time zone."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))


def local_day(moment):
    """Return the day in the organisation's time zone."""
    return local_moment(moment).date()


def month_of(moment):
    """Return the first day of the month in the organisation's time zone."""
    return local_day(moment).replace(day=1)


def months_before(day, months):
    """Return the first day of an earlier month, or of a later one where it is below zero."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def band_of(distance, before="unknown"):
    """Return the band of a distance; the one before yields when it is passed by three points."""
    if distance is None:
        return "unknown"
    plain = 1 + sum(distance >= edge for edge in EDGES)
    if before == "unknown":
        return BANDS[plain]
    risen = 1 + sum(distance >= edge + MARGIN for edge in EDGES)
    fallen = 1 + sum(distance >= edge - MARGIN for edge in EDGES)
    return BANDS[min(max(BANDS.index(before), risen), fallen)]


def band_then(points):
    """Return the band of a past Monday, whose distance is remembered in whole points."""
    return band_of(points)


def rhythm_of(gaps_of_each):
    """How often customers are in touch: SCORING.md, section 2."""
    logs = [[math.log(gap) for gap in gaps] for gaps in gaps_of_each if gaps]
    means = [sum(row) / len(row) for row in logs]
    weights = [len(row) / (len(row) + 2) for row in logs]
    pairs = list(zip(logs, means, weights, strict=True))
    within = sum((x - mean) ** 2 for row, mean, _ in pairs for x in row)
    sw2 = (10 + within) / (10 + sum(len(row) - 1 for row in logs))
    mu0 = (10 * math.log(21) + sum(w * mean for _, mean, w in pairs)) / (10 + sum(weights))
    between = sum(w * ((mean - mu0) ** 2 - sw2 / len(row)) for row, mean, w in pairs)
    tau2 = max((10 + between) / (10 + sum(weights)), 0.1)
    return SimpleNamespace(sw2=sw2, mu0=mu0, tau2=tau2, k=sw2 / tau2)


def rows(model, **filters):
    """All rows of a table, as dictionaries by their number."""
    return {row["id"]: row for row in model.objects.filter(**filters).order_by("pk").values()}


class Past(dict):
    """The distances of a customer on past Mondays, each worked out when it is asked for."""

    def __init__(self, read):
        super().__init__()
        self.read = read

    def __missing__(self, monday):
        """Work a Monday out."""
        self[monday] = self.read(monday)
        return self[monday]


class Recount:
    """The organisation as of a moment, counted from raw rows.

    It was scored as where Hearth is in use: a drain read everyone first, knowing no rhythm yet and
    looking back on all Mondays, and a night estimated the rhythm and read them again.
    """

    def __init__(self, now):
        self.now, self.today = now, local_day(now)
        self.types = rows(TouchpointType)
        self.customers = rows(Customer, merged_into=None)
        self.contacts, self.people = rows(Contact), rows(Person)
        self.teams, self.segments = rows(Team), rows(Segment)
        self.loops, self.facts = rows(Loop), rows(Fact)
        self.noted = sorted(
            rows(WallEvent, deleted_at=None).values(), key=lambda one: (one["on_date"], one["id"])
        )
        self.touchpoints = rows(Touchpoint, deleted_at=None)
        self.of_customer, self.by_month = defaultdict(list), defaultdict(list)
        order = sorted(self.touchpoints.values(), key=lambda t: (t["occurred_at"], t["id"]))
        for touchpoint in order:
            touchpoint["type"] = self.types[touchpoint["type_id"]]
            touchpoint["mode"] = touchpoint["type"]["mode"]
            touchpoint["month"] = month_of(touchpoint["occurred_at"])
            self.of_customer[touchpoint["customer_id"]].append(touchpoint)
            self.by_month[touchpoint["month"]].append(touchpoint)
        self.kinds = {pk: kind_of(one) for pk, one in self.types.items()}
        for loop in self.loops.values():
            loop["month"] = month_of(loop["opened_at"])
        self.closed = {loop["closed_by_id"]: loop for loop in self.loops.values()}
        self.open = {loop["opened_by_id"] for loop in self.loops.values() if not loop["closed_at"]}

    @cached_property
    def oracles(self):
        """What happened with each customer, as scoring sees it."""
        return {
            pk: Oracle(self.touches(self.of_customer[pk]), self.kinds, POLICY)
            for pk in self.customers
        }

    def touches(self, touchpoints):
        """Touchpoints in time order as the oracle of scoring wants them."""
        place = {one["id"]: number for number, one in enumerate(touchpoints)}
        return [touch_of(one, self.closed.get(one["id"]), place) for one in touchpoints]

    @cached_property
    def rhythm(self):
        """The rhythm that the night estimated."""
        return rhythm_of([oracle.gaps() for oracle in self.oracles.values()])

    @cached_property
    def no_rhythm(self):
        """What is leaned on before the first night."""
        return rhythm_of([])

    def read(self, pk, moment, rhythm):
        """Return a reading as of a moment, which knows nothing later; None if unknown."""
        oracle = self.oracles[pk].before(moment)
        style = STYLES.get(self.customers[pk]["style"])
        found = oracle.reading(moment, rhythm, Silence.prior(), POLICY.horizon_days, style=style)
        if "distance" not in found:
            return None
        more = {"active_days": len(oracle.days()), "usual_gap_days": oracle.usual_gap(rhythm)}
        return found | more | {"known": True}

    @cached_property
    def mondays(self):
        """The midnights of a year of Mondays that are looked back on, the oldest first."""
        last = self.now.astimezone(UTC).date()
        last -= timedelta(days=last.weekday())
        return [last - timedelta(weeks=back) for back in range(52, -1, -1)]

    @property
    def four_weeks_ago(self):
        """The Monday nearest to four weeks ago."""
        wanted = self.now.astimezone(UTC).date() - timedelta(days=28)
        return min(self.mondays, key=lambda monday: abs((monday - wanted).days))

    @property
    def year_ago(self):
        """The Monday a year before the last one."""
        return self.mondays[0]

    def year_of(self, one):
        """Return what the line of a customer's year is said to be."""
        known = (one.past[monday] for monday in self.mondays[1:])
        first = next((points for points in known if points is not None), None)
        began = "" if first is None else f" from {first}"
        return f"Distance over a year:{began} to {one.distance:.0f}"

    @cached_property
    def everyone(self):
        """All customers with what is read of them, in the order of their numbers."""
        return [self._reading(pk) for pk in self.customers]

    def _reading(self, pk):
        row = self.customers[pk]
        first = self.read(pk, days(self.now), self.no_rhythm)
        score = self.read(pk, days(self.now), self.rhythm)
        past = Past(lambda monday: self._past(pk, monday))
        silence = score["silence"] if score else 0.0
        cents = Decimal(float(row["yearly_value"] * 100) * silence)
        distance, then = score and score["distance"], past[self.four_weeks_ago]
        owner = self.people.get(row["owner_id"])
        return SimpleNamespace(
            pk=pk,
            name=row["name"],
            stage=row["stage"],
            team=row["team_id"] or 0,
            segment=row["segment_id"] or 0,
            owner=owner["name"] if owner else "",
            owner_id=row["owner_id"],
            currency=row["currency"],
            yearly_value=row["yearly_value"],
            at_risk=cents.to_integral_value(ROUND_HALF_EVEN) / 100,
            score=score or {},
            distance=distance,
            past=past,
            band=band_of(distance, band_of(first and first["distance"])),
            drift=None if None in (distance, then) else distance - then,
            value_class=self._value_class(row),
            size_class=self._size_class(pk),
            **self._circle(pk),
        )

    def _past(self, pk, monday):
        """Return the distance that is remembered of a Monday, in whole points."""
        midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
        found = self.read(pk, days(midnight), self.no_rhythm)
        return None if found is None else round(found["distance"])

    @cached_property
    def _value_steps(self):
        """From what value on customers of a currency make its first 80 and 95 %."""
        valued = defaultdict(list)
        for row in self.customers.values():
            if row["stage"] == "current" and row["yearly_value"] > 0:
                valued[row["currency"]].append(row["yearly_value"])
        steps = {}
        for currency, values in valued.items():
            before = {value: sum(v for v in values if v > value) for value in values}
            steps[currency] = [
                min(v for v in values if before[v] < Decimal(share) * sum(values))
                for share in ("0.80", "0.95")
            ]
        return steps

    def _value_class(self, row):
        value, steps = row["yearly_value"], self._value_steps.get(row["currency"])
        if not value or not steps:
            return "No value known"
        if value >= steps[0]:
            return "A, the first 80 %"
        return "B, the next 15 %" if value >= steps[1] else "C, the last 5 %"

    def _size_class(self, pk):
        there = [c for c in self.contacts.values() if c["customer_id"] == pk and not c["left_on"]]
        names = ("Nobody by name", "1 person", "2 to 4 people", "5 to 9 people")
        for name, below in zip(names, (1, 2, 5, 10), strict=True):
            if len(there) < below:
                return name
        return "10 people or more"

    # Who of us knows whom.

    def pairs(self, pk):
        """Return what was between each of us and each of them; None for nobody by name."""
        between = defaultdict(list)
        for one in self.of_customer[pk]:
            person = self.people.get(one["person_id"])
            if person and person["role"] != "service":
                contact = self.contacts.get(one["contact_id"])
                is_theirs = contact and contact["customer_id"] == pk
                between[one["person_id"], one["contact_id"] if is_theirs else None].append(one)
        return between

    def pair_warmth(self, touchpoints):
        """Return the warmth of two people, as of a customer with whom nothing else happened."""
        touches = [
            touch | {"opener": -1, "opens": touch["opens"] if one["id"] in self.open else 0}
            for one, touch in zip(touchpoints, self.touches(touchpoints), strict=True)
        ]
        return Oracle(touches, self.kinds, POLICY).warmth_now(days(self.now))["warmth"]

    def _circle(self, pk):
        """Who of us knows a customer, whether their person left, and whether they were met."""
        knowing = set()
        for (person, contact), touchpoints in self.pairs(pk).items():
            left_on = self.contacts[contact]["left_on"] if contact else None
            is_there = left_on is None or left_on > self.today
            if is_there and self.pair_warmth(touchpoints) >= WARM:
                knowing.add(person)
        ours = {person for person in knowing if self.people[person]["is_active"]}
        owner = self.people.get(self.customers[pk]["owner_id"])
        since = self.today - timedelta(days=89)
        return {
            "known_by": len(ours),
            "is_lost": bool(owner and not owner["is_active"]) or bool(knowing and not ours),
            "is_met": any(
                one["mode"] == "human" and local_day(one["occurred_at"]) >= since
                for one in self.of_customer[pk]
            ),
        }

    def visible_to(self, person):
        """Return the customers that one of us may see: their team's and their own, or all."""
        if person["role"] in ("executive", "administrator"):
            return list(self.everyone)
        team = person["team_id"] or 0
        return [o for o in self.everyone if o.owner_id == person["id"] or (team and o.team == team)]

    def last_active(self, pk):
        """When a customer last did anything, or something was done together."""
        active = [
            one["occurred_at"]
            for one in self.of_customer[pk]
            if one["mode"] != "none"
            and (one["direction"] != OUTBOUND or one["type"]["nature"] == "purchase")
        ]
        return max(active, default=None)

    def among(self, stage="current", team=None, segment=None, owner=None, heard=True):
        """Return some of the customers, without those never heard from unless asked for."""
        return [
            one
            for one in self.everyone
            if stage in ("any", one.stage)
            and team in (None, one.team)
            and segment in (None, one.segment)
            and owner in (None, one.owner_id or 0)
            and (one.band != "unknown" or not heard)
        ]


def money_of(customers, field):
    """Return sums by currency."""
    sums = defaultdict(Decimal)
    for one in customers:
        sums[one.currency] += getattr(one, field)
    return sums


def kind_of(entry):
    """Return a touchpoint type as the oracle of scoring wants it."""
    digital = entry["mode"] == "digital"
    return {
        "points": entry["points"],
        "care": entry["care"],
        "served": 1.0 if digital and entry["nature"] in ("service", "purchase") else 0.0,
        "severity": float(entry["severity"] or 0),
        "human": entry["mode"] == "human",
        "digital": digital,
        "broadcast": entry["nature"] == "broadcast",
        "feedback": entry["is_feedback"],
        "purchase": entry["nature"] == "purchase",
        "counts": entry["mode"] != "none",
    }


def touch_of(one, closed, place):
    """Return a touchpoint, with the loop it closed, as the oracle of scoring wants it."""
    touch = {
        "at": days(one["occurred_at"]),
        "day": (local_day(one["occurred_at"]) - EPOCH.date()).days,
        "kind": one["type_id"],
        "direction": one["direction"],
        "in_room": one["customers_in_room"],
        "sentiment": math.nan if one["sentiment"] is None else one["sentiment"],
        "severity": math.nan if one["severity"] is None else one["severity"],
        "template": one["is_template"],
        "via": one["via"] != "",
        "opens": one["opens"] or 0,
        "closes": 0,
        "opened_at": math.nan,
        "expected": math.nan,
        "opener": -1,
    }
    if closed:
        touch["closes"] = closed["kind"]
        touch["opened_at"] = days(closed["opened_at"])
        # Whatever was due at once is given an hour.
        touch["expected"] = max(days(closed["due_at"]) - days(closed["opened_at"]), 1 / 24)
        touch["opener"] = place.get(closed["opened_by_id"], -1)
    return touch
