"""What of a touchpoint each measure of care counts: one definition for sums, traces and lists.

The conditions are SQL over `type`, a row of the catalogue, and `touched`, which says what a
touchpoint or a sum of them was: `is_via`, `is_template`. Bookkeeping counts nowhere.
"""

from enum import IntEnum

from interactions.catalogue import ASKED_AGAIN
from interactions.models import Direction, TouchpointType


class Measure(IntEnum):
    """A measure that leads to the customers behind it; the numbers are stored."""

    SAID = 1
    SHOWN = 2
    NOISE = 3
    VIA = 4
    ASKED = 5


_HAPPENED = f"type.mode <> '{TouchpointType.Mode.NONE.value}'"
_KEYS = ", ".join(f"'{key}'" for key in ASKED_AGAIN)

# A type's own direction stands for that of its touchpoints: the sums by month do not know more.
# Only what we sent is ever found to be written from a template.
CONDITIONS: dict[Measure, str] = {
    Measure.SAID: f"type.is_said_care AND {_HAPPENED}",
    Measure.SHOWN: f"type.nature = '{TouchpointType.Nature.CARE.value}' AND {_HAPPENED}",
    Measure.NOISE: (
        f"(type.nature = '{TouchpointType.Nature.BROADCAST.value}'"
        f" AND type.direction = {Direction.OUTBOUND.value} OR touched.is_template) AND {_HAPPENED}"
    ),
    Measure.VIA: f"touched.is_via AND {_HAPPENED}",
    Measure.ASKED: f"type.key IN ({_KEYS})",
}
HEARD = f"type.direction = {Direction.INBOUND.value} AND {_HAPPENED}"
"""Whatever came from a customer: what noise is measured against."""

ALL = _HAPPENED
"""Everything that passed between us: what the share of intermediaries is of."""

HUMAN = f"type.mode = '{TouchpointType.Mode.HUMAN.value}'"
"""What of it had a person in it; the rest was digital."""
