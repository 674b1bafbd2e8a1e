"""The columns of events, and what their small numbers mean."""

import numpy as np

INBOUND, OUTBOUND, MUTUAL = 0, 1, 2
NO_LOOP, QUESTION, COMPLAINT, FAILURE, PROMISE = 0, 1, 2, 3, 4

COLUMNS: dict[str, tuple[str, float]] = {
    "at": ("f8", np.nan),
    "day": ("i4", 0),
    "kind": ("i2", 0),
    "direction": ("i1", INBOUND),
    "in_room": ("f4", 1),
    "sentiment": ("f4", np.nan),
    "severity": ("f4", np.nan),
    "template": ("?", False),
    "via": ("?", False),
    "opens": ("u1", NO_LOOP),
    "closes": ("u1", NO_LOOP),
    "opened_at": ("f8", np.nan),
    "expected": ("f8", np.nan),
    "opener": ("i8", -1),
    "carried_hurt": ("f8", 0),
}
"""Type of each column and what it is when a frame does not have it."""
