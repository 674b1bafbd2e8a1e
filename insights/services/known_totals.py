"""How many customers are known to how many of us, kept by whoever writes their readings."""

from insights.services.cells import Addition, blank, named, numbered, summed, with_every_team
from insights.services.counted import Circle, Counted

Key = tuple[int, str, str, *Circle]

AMOUNTS = ("customers", "cents", "risk_cents")

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
    keys: dict[Key, int] = {}
    pieces = [
        blank(
            ("group", *AMOUNTS), len(some.ids), group=numbered(_keys(some), keys),
            customers=sign, cents=sign * some.cents, risk_cents=sign * some.risk_cents,
        )
        for sign, some in ((-1, old), (1, new))
    ]  # fmt: skip
    moved = summed(pieces, ("group",), AMOUNTS)
    if not len(moved):
        return []
    both = with_every_team(moved, keys, ("group",), AMOUNTS)
    whose = named(both["group"], keys)
    return [(_ADD, [*whose, *(both[name].tolist() for name in AMOUNTS)])]


def _keys(counted: Counted) -> list[Key]:
    return [
        (team, stage, currency, *circle)
        for (team, _, stage, currency), circle in zip(counted.groups, counted.circles, strict=True)
    ]
