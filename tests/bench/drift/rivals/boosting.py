"""Gradient boosting, trained on what happened after the same organisation's earlier cut-offs."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from tests.bench.drift.earlier import lessons
from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers, Rhythm
from tests.bench.drift.rival import Judge

WINDOWS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Of a horizon: half-lives of decayed counts, and spans that active days are counted over."""

RECENT_GAPS = (1, 2, 3)
SEED = 7


def boosting(history: History, cut: float, horizon: float) -> Judge:
    """Learn from up to six earlier cut-offs whose horizon is over."""
    taught = list(lessons(history, cut, horizon))
    label = np.concatenate([lesson.silent for lesson in taught]) if taught else np.zeros(0)
    if not len(label) or label.min() == label.max():
        share = float(label.mean()) if len(label) else 0.5
        return lambda known, moment: np.full(len(known.customers), share)
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=8,
        min_samples_leaf=30,
        l2_regularization=5.0,
        early_stopping=False,
        random_state=SEED,
    )
    rows = [features(lesson.known, lesson.cut, lesson.horizon) for lesson in taught]
    table = np.concatenate(rows)
    # Of so few customers that none has a gap, the library takes no column of gaps.
    has_numbers = ~np.isnan(table).all(axis=0)
    model.fit(table[:, has_numbers], label)

    def judge(known: History, moment: float) -> Numbers:
        return model.predict_proba(features(known, moment, horizon)[:, has_numbers])[:, 1]

    return judge


def features(history: History, cut: float, horizon: float) -> Numbers:
    """Describe each customer: silence, gaps, counts by window and, where there is one, value."""
    rhythm = Rhythm.of(history)
    columns = [*_gap_features(rhythm, cut)]
    columns += [_nth_last_gap(rhythm, nth) for nth in RECENT_GAPS]
    columns += [rhythm.decayed(cut, share * horizon) for share in WINDOWS]
    columns += [rhythm.days_since(cut - share * horizon) for share in WINDOWS]
    columns.append(history.total(np.ones(len(history.at))))
    if history.value is not None:
        columns.append(history.total(history.value))
    return np.stack(columns, axis=1)


def _gap_features(rhythm: Rhythm, cut: float) -> list[Numbers]:
    """Describe silence and gaps, and the one by the other."""
    silent, age, days = cut - rhythm.last_at, cut - rhythm.first, rhythm.days
    gaps, owner = rhythm.gaps()
    mean, median = rhythm.mean_gap(np.nan), rhythm.median_gap()
    longer = rhythm.per_customer(owner, (gaps >= silent[owner]).astype(np.float64))
    longest = np.zeros(len(days))
    np.maximum.at(longest, owner, gaps)
    logs = np.log(gaps)
    centre = rhythm.per_customer(owner, logs) / np.maximum(days - 1.0, 1.0)
    squares = rhythm.per_customer(owner, (logs - centre[owner]) ** 2)
    spread = np.sqrt(squares / np.maximum(days - 2.0, 1.0))
    own = [silent / mean, silent / median, (longer + 0.25) / days, days / age]
    return [silent, age, days, mean, median, longest, spread, *own]


def _nth_last_gap(rhythm: Rhythm, nth: int) -> Numbers:
    """Take the nth gap from the end, NaN where there are fewer."""
    gap = np.diff(rhythm.day, prepend=np.nan)
    place = rhythm.offsets[1:] - nth
    return np.where(rhythm.days > nth, gap[np.maximum(place, 0)], np.nan)
