"""How many customers each of us looks after, kept by whoever writes their readings."""

from insights.services.cells import Addition, blank, summed
from insights.services.counted import Counted

_ADD = """
    INSERT INTO insights_ownertotal AS known (owner_id, customers)
    SELECT * FROM unnest(%s::bigint[], %s::int[]) ORDER BY 1
    ON CONFLICT (owner_id) DO UPDATE SET customers = known.customers + excluded.customers
"""


def moved_owners(old: Counted, new: Counted) -> list[Addition]:
    """Return what takes customers from the owners they had and gives them to those they have."""
    pieces = [
        blank(("owner", "customers"), len(some.ids), owner=some.owners, customers=sign)
        for sign, some in ((-1, old), (1, new))
    ]
    moved = summed(pieces, ("owner",), ("customers",))
    return [(_ADD, [moved[name].tolist() for name in ("owner", "customers")])] if len(moved) else []
