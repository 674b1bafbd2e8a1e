"""What each team has at risk, kept by whoever writes the readings of its customers."""

from insights.models import Band
from insights.services.cells import Addition, blank, numbered, summed
from insights.services.counted import Counted

Key = tuple[int, str, str]

AMOUNTS = ("customers", "known", "far", "risk_cents")

_ADD = """
    INSERT INTO insights_teamtotal AS total
        (team_id, stage, currency, customers, known, far, at_risk)
    SELECT team_id, stage, currency, customers, known, far, risk_cents / 100.0
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::int[], %s::int[],
                %s::numeric[])
        AS change (team_id, stage, currency, customers, known, far, risk_cents)
    ORDER BY 1, 2, 3
    ON CONFLICT (team_id, stage, currency) DO UPDATE
    SET customers = total.customers + excluded.customers, known = total.known + excluded.known,
        far = total.far + excluded.far, at_risk = total.at_risk + excluded.at_risk
"""


def moved_teams(old: Counted, new: Counted) -> list[Addition]:
    """Return what takes customers from the teams they had and gives them to those they have."""
    keys: dict[Key, int] = {}
    pieces = [
        blank(
            ("key", *AMOUNTS), len(some.ids), key=numbered(_keys(some), keys),
            customers=sign, known=sign * (some.bands != Band.UNKNOWN),
            far=sign * (some.bands >= Band.DRIFTING), risk_cents=sign * some.risk_cents,
        )
        for sign, some in ((-1, old), (1, new))
    ]  # fmt: skip
    moved = summed(pieces, ("key",), AMOUNTS)
    if not len(moved):
        return []
    named = list(keys)
    columns = zip(*(named[number] for number in moved["key"].tolist()), strict=True)
    return [(_ADD, [*map(list, columns), *(moved[name].tolist() for name in AMOUNTS)])]


def _keys(counted: Counted) -> list[Key]:
    return [(team, stage, currency) for team, _, stage, currency in counted.groups]
