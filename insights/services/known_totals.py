"""How many customers are known to how many of us, kept by whoever writes their readings."""

from collections import Counter

from insights.services.cells import Addition
from insights.services.counted import Circle, Counted, Group

Key = tuple[int, str, str, *Circle]

_ADD = """
    INSERT INTO insights_knowntotal AS known
        (team_id, stage, currency, known_by, has_lost_person, is_met_lately,
         customers, yearly_value, at_risk)
    SELECT team_id, stage, currency, known_by, has_lost_person, is_met_lately,
           customers, cents / 100.0, risk_cents / 100.0
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::bool[], %s::bool[],
                %s::int[], %s::numeric[], %s::numeric[])
        AS change (team_id, stage, currency, known_by, has_lost_person, is_met_lately,
                   customers, cents, risk_cents)
    ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (team_id, stage, currency, known_by, has_lost_person, is_met_lately) DO UPDATE
    SET customers = known.customers + excluded.customers,
        yearly_value = known.yearly_value + excluded.yearly_value,
        at_risk = known.at_risk + excluded.at_risk
"""


def moved_known(old: Counted, new: Counted) -> list[Addition]:
    """Return what moves customers from where they were counted to where they are now."""
    customers, cents, risk_cents = Counter[Key](), Counter[Key](), Counter[Key]()
    for sign, some in ((-1, old), (1, new)):
        for group, circle, value, risk in zip(
            some.groups, some.circles, some.cents.tolist(), some.risk_cents.tolist(), strict=True
        ):
            key = _key(group, circle)
            customers[key] += sign
            cents[key] += sign * value
            risk_cents[key] += sign * risk
    rows = [
        (*key, customers[key], cents[key], risk_cents[key])
        for key in customers
        if customers[key] or cents[key] or risk_cents[key]
    ]
    return [(_ADD, [list(column) for column in zip(*rows, strict=True)])] if rows else []


def _key(group: Group, circle: Circle) -> Key:
    team, _, stage, currency = group
    return (team, stage, currency, *circle)
