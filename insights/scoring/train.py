"""Train the prior that Hearth ships: coefficients of silence for whoever has no history yet."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from insights.scoring.activity import Activity
from insights.scoring.logistic import Pull, fit_logistic
from insights.scoring.policy import Policy
from insights.scoring.predict import read_log
from insights.scoring.refit import Lesson, lessons
from insights.scoring.silence import SIGNS, Silence

HORIZONS = (1 / 3, 1.0, 2.0)
"""Horizons trained for, as shares of the log's own, so that the prior fits faster and slower
businesses than those of the logs."""
MOST_CUTS = 12
HISTORY_BEFORE = 0.25
"""Horizons of history before the first cut-off."""
LEAST_CUSTOMERS = 50
STEP = 1 / 3
SHORTEST_DAYS = 3.0

ROWS = 300.0
"""What all logs together weigh, in customers, against the pull to 0."""
PRECISION = 0.3
INTERCEPT_PRECISION = 1e-6
CELLS_OF_A_LOG = 7


def train(folder: Path, out: Path) -> Silence:
    """Train the prior on every log a folder's README lists, each of equal weight, and write it.

    Parameters
    ----------
    folder : Path
        Logs as `predict` reads them, and a README.md with a table whose rows begin with a file
        and end with its horizon in days.
    out : Path
        Gets JSON, as `Silence.to_json` gives it, and what it was trained on.

    Returns
    -------
    Silence
        What was written.

    Raises
    ------
    ValueError
        When no log is listed, or one cannot be read.
    OSError
        For a file that cannot be read or written.
    """
    listed = list(logs_of(folder))
    if not listed:
        raise ValueError(f"the table in {folder / 'README.md'} lists no CSV file")
    weighted = [
        (lesson, ROWS / len(listed) / number)
        for path, horizon in listed
        for number, lesson in _counted(activity_of(path), horizon)
    ]
    silence = _fit(weighted)
    trained_on = {path.name: horizon for path, horizon in listed}
    text = json.dumps({"trained_on": trained_on, **_rounded(silence)}, indent=2)
    out.write_text(text + "\n")
    return silence


def logs_of(folder: Path) -> Iterator[tuple[Path, float]]:
    """Yield the file and the horizon (days) of each log that a folder's README lists."""
    for line in (folder / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == CELLS_OF_A_LOG and cells[0].endswith(".csv"):
            yield folder / cells[0], float(cells[-1])


def activity_of(path: Path) -> Activity:
    """Read a log as the activity of its customers; days are UTC days."""
    log = read_log(path)
    codes, customers = pd.factorize(log.customer, sort=True)
    return Activity.of_log(codes, log.at, len(customers))


def cuts_of(activity: Activity, horizon: float) -> NDArray[np.float64]:
    """Choose cut-offs spread over the whole log, each with a horizon of log after it.

    Examples
    --------
    >>> moments = np.arange(100.0)
    >>> daily = Activity(np.zeros(100, np.int64), moments, moments.astype(np.int32), 1)
    >>> cuts_of(daily, 30.0).tolist()
    [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
    """
    first, last = float(activity.at.min()), float(activity.at.max())
    step = max(horizon * STEP, SHORTEST_DAYS)
    cuts = np.arange(last + 1.0 - horizon, first + HISTORY_BEFORE * horizon, -step)[::-1]
    if len(cuts) <= MOST_CUTS:
        return cuts
    return cuts[np.linspace(0, len(cuts) - 1, MOST_CUTS).astype(np.int64)]


def _counted(activity: Activity, horizon: float) -> Iterator[tuple[float, Lesson]]:
    """Yield the lessons of a log with the number of them it would take to weigh as one log."""
    for share in HORIZONS:
        policy = replace(Policy(), horizon_days=max(share * horizon, SHORTEST_DAYS))
        asked = policy.horizon_days
        cuts = [(float(cut), asked, 1.0) for cut in cuts_of(activity, asked)]
        found = [
            lesson
            for lesson in lessons(activity, policy, cuts)
            if len(lesson.is_silent) >= LEAST_CUSTOMERS
        ]
        for lesson in found:
            yield float(len(found) * len(HORIZONS)), lesson


def _fit(weighted: list[tuple[Lesson, float]]) -> Silence:
    """Fit to all lessons; each lesson's weight is shared by its customers."""
    columns = np.concatenate([np.insert(lesson.columns, 0, 1.0, axis=1) for lesson, _ in weighted])
    silent = np.concatenate([lesson.is_silent for lesson, _ in weighted])
    weights = np.concatenate(
        [np.full(len(lesson.is_silent), weight / len(lesson.is_silent))
         for lesson, weight in weighted]
    )  # fmt: skip
    pull = Pull(
        centre=np.zeros(1 + len(SIGNS)),
        precision=np.array([INTERCEPT_PRECISION, *[PRECISION] * len(SIGNS)]),
        signs=np.array([0, *SIGNS]),
    )
    fitted = fit_logistic(columns, silent, weights, pull)
    return Silence(float(fitted[0]), tuple(fitted[1:].tolist()))


def _rounded(silence: Silence) -> dict[str, object]:
    """Give the coefficients to four places, which is more than the data can tell."""
    known = silence.to_json()
    named = {name: round(value, 4) + 0.0 for name, value in known["coefficients"].items()}
    return {"intercept": round(known["intercept"], 4), "coefficients": named}
