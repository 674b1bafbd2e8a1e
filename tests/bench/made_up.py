"""Made-up touchpoints in any number, quickly and always the same."""

import numpy as np

from insights.scoring import Events, Kinds
from insights.scoring.columns import COLUMNS

KINDS = Kinds.from_rows(
    [
        {"points": 6, "human": True},
        {"points": 2, "human": True},
        {"served": 1, "digital": True},
        {"broadcast": True, "digital": True, "says_care": True},
        {"severity": 3, "digital": True},
        {"care": 5, "human": True},
        {"digital": True, "purchase": True},
        {"feedback": True, "digital": True},
    ]
)


def made_up_events(customers: int, each: int) -> Events:
    """Give every customer as many touchpoints, over three years and half of them on some day."""
    draw = np.random.default_rng(1)
    rows = customers * each
    columns = {name: np.full(rows, default, kind) for name, (kind, default) in COLUMNS.items()}
    at = draw.random((customers, each), dtype=np.float32) * 1000.0 + 18_000.0
    at.sort(axis=1)
    columns["at"] = at.ravel().astype(np.float64)
    columns["day"] = np.floor(columns["at"]).astype(np.int32)
    columns["kind"] = draw.integers(0, len(KINDS), rows, dtype=np.int16)
    columns["direction"] = draw.integers(0, 3, rows, dtype=np.int8)
    columns["sentiment"][::4] = 0.5
    columns["opens"][columns["kind"] == 4] = 3
    return Events(offsets=np.arange(customers + 1, dtype=np.int64) * each, **columns)
