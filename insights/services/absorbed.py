"""Customers merged into another have no scores: theirs are part of the other's."""

import numpy as np
from django.db.backends.utils import CursorWrapper

from insights.services.counted import Counted, counted
from insights.services.rollups import move_totals
from insights.services.snoozes import hand_over_snoozes
from insights.services.states import Locked

_ABSORBED = """
    SELECT id FROM relationships_customer WHERE id = ANY(%s) AND merged_into_id IS NOT NULL
"""


def forget_absorbed(cursor: CursorWrapper, locked: Locked) -> Locked:
    """Take away the states and readings of those who were merged, and return the others.

    The totals count them no longer; should they be parted again, their touchpoints tell all. Who
    snoozed one of them has snoozed the other now.
    """
    cursor.execute(_ABSORBED, [locked.ids.tolist()])
    absorbed = [customer for (customer,) in cursor]
    if not absorbed:
        return locked
    old = counted(cursor, "customer_id = ANY(%s)", [absorbed])
    cursor.execute("DELETE FROM insights_reading WHERE customer_id = ANY(%s)", [absorbed])
    cursor.execute("DELETE FROM insights_customerstate WHERE customer_id = ANY(%s)", [absorbed])
    move_totals(cursor, old, Counted.of_rows([]))
    hand_over_snoozes(cursor, absorbed)
    return locked.only(~np.isin(locked.ids, absorbed))
