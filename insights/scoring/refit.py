"""Refit: silence learned from the organisation's own past (SCORING.md, section 2).

Backtests stand in for experience: at past cut-offs, what was known then against who was silent
after. Besides cut-offs one horizon ago there are newer ones that ask for half and a quarter of
it, for much may have changed within a horizon.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.activity import PLAIN, Activity
from insights.scoring.events import Events
from insights.scoring.fold import Fold
from insights.scoring.kinds import Kinds
from insights.scoring.logistic import Pull, fit_logistic
from insights.scoring.metrics import auc, average_precision, brier, calibration_error, log_loss
from insights.scoring.policy import Policy
from insights.scoring.population import population
from insights.scoring.presence import features, rhythm_of
from insights.scoring.silence import SIGNS, Silence, logistic
from insights.scoring.state import FIELD

Column = NDArray[np.float64]

ASKED = {1.0: 1.0, 0.5: 2.0, 0.25: 1.0}
"""Horizons asked for, as shares of the policy's, and the weight of their cut-offs."""
CUTS = 4
FADE = 0.4
"""Weight of a cut-off against that of the next newer one."""
LEAST_STEP_DAYS = 7.0
LEAST_HISTORY = 0.5
"""History needed before a cut-off, as a share of what it asks for."""

PRIOR_PRECISION = 10.0
INTERCEPT_PRECISION = 5.0
TREND_PRECISION = 0.001
"""Of the drift of log odds a horizon, for each lesson: how loath to see a trend in them."""
FITTED_SHARE = 0.9
"""The rest is the shipped prior."""

MOST_CUSTOMERS = 20_000
"""Learned from; more change nothing that could be seen in the metrics."""
NO_WORSE = 1e-3
"""Log loss, nats: what is less than this is no difference."""


class TooLittleHistoryError(ValueError):
    """There is too little history to learn from; the text says what would be enough."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One cut-off to learn from: features f8[n, k], `is_silent` f8[n], and its weight."""

    cut: float
    columns: Column
    is_silent: Column
    weight: float


@dataclass(frozen=True, slots=True)
class Refit:
    """What a refit found.

    Attributes
    ----------
    silence : Silence
        The challenger, learned from everything up to the moment of the refit.
    is_better : bool
        Whether it did no worse than the champion where neither had seen what came.
    champion, challenger : dict
        Metrics of both on the newest cut-off held out: auc, average_precision, brier,
        calibration_error, log_loss.
    cuts : f8[c]
        Cut-offs learned from, days since 1970 UTC, rising.
    customers : int
        Learned from.
    """

    silence: Silence
    is_better: bool
    champion: dict[str, float]
    challenger: dict[str, float]
    cuts: Column
    customers: int


def refit(
    events: Events,
    kinds: Kinds,
    policy: Policy,
    as_of: float,
    champion: Silence | None = None,
    progress: Callable[[float], None] | None = None,
) -> Refit:
    """Learn the coefficients of silence anew and hold them against those in use.

    The challenger is judged on the newest complete cut-off, with a copy of itself that learned
    from what was before that cut-off only.

    Parameters
    ----------
    events, kinds, policy
        As for `fold`.
    as_of : float
        Days since 1970 UTC; nothing from then on is looked at.
    champion : Silence, optional
        What is in use; by default the shipped prior.
    progress : callable, optional
        Told the share done, 0 to 1.

    Returns
    -------
    Refit
        The challenger, and how both did.

    Raises
    ------
    TooLittleHistoryError
        When no cut-off can be learned from and another held out.

    Examples
    --------
    >>> import pandas as pd
    >>> weekly = pd.DataFrame({"customer": np.repeat(np.arange(20), 30)})
    >>> weekly["at"] = np.tile(np.arange(30) * 7.0, 20) + weekly["customer"] / 4
    >>> found = refit(Events.from_frame(weekly), PLAIN, Policy(), 210.0)
    >>> found.customers, found.challenger["brier"] < 0.2
    (20, True)
    """
    tell = progress or (lambda share: None)
    activity = Activity.of(events, kinds).sample(MOST_CUSTOMERS).before(as_of)
    held_out, asked = _held_out(activity, policy, as_of)
    then = learn(activity, policy, held_out)
    tell(0.4)
    lesson = next(lessons(activity, policy, [(held_out, asked, 1.0)]))
    rivals = [_measure(lesson, known) for known in (champion or Silence.prior(), then)]
    tell(0.5)
    silence = learn(activity, policy, as_of)
    tell(1.0)
    return Refit(
        silence=silence,
        is_better=rivals[1]["log_loss"] <= rivals[0]["log_loss"] + NO_WORSE,
        champion=rivals[0],
        challenger=rivals[1],
        cuts=np.array(sorted({cut for cut, _, _ in _cuts(activity, policy, as_of)})),
        customers=len(np.unique(activity.customer)),
    )


def learn(
    activity: Activity, policy: Policy, as_of: float, prior: Silence | None = None
) -> Silence:
    """Fit the coefficients of silence to backtests before a moment.

    Parameters
    ----------
    activity : Activity
        What happened; only what was before `as_of` has any influence.
    policy : Policy
        Its horizon is what silence is asked for.
    as_of : float
        Days since 1970 UTC.
    prior : Silence, optional
        What to lean on; by default the shipped one.

    Returns
    -------
    Silence
        Nine tenths fitted, one tenth prior.

    Raises
    ------
    TooLittleHistoryError
        When no cut-off has enough history before and after it.

    Examples
    --------
    >>> nothing = Activity(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int32), 0)
    >>> learn(nothing, Policy(), 0.0)
    Traceback (most recent call last):
    insights.scoring.refit.TooLittleHistoryError: nobody has been active yet; 34 days of history ...
    """
    prior = prior or Silence.prior()
    activity = activity.sample(MOST_CUSTOMERS).before(as_of)
    cuts = _cuts(activity, policy, as_of)
    if not cuts:
        raise TooLittleHistoryError(_what_is_missing(activity, policy, as_of))
    learned = list(lessons(activity, policy, cuts))
    known = np.array([prior.intercept, *prior.coefficients])
    fitted = _fit(learned, known, as_of, policy.horizon_days)
    blend = FITTED_SHARE * fitted + (1.0 - FITTED_SHARE) * known
    return Silence(float(blend[0]), tuple(blend[1:].tolist()))


def _fit(lessons: list[Lesson], prior: Column, as_of: float, horizon: float) -> Column:
    """Fit intercept and coefficients f8[1 + k].

    One more column counts the horizons since each cut-off. What it explains is a trend of the
    whole organisation, which goes on until `as_of`, where the column is 0.
    """
    rows = sum(len(lesson.is_silent) for lesson in lessons)
    total = sum(lesson.weight for lesson in lessons)
    columns, weights = [], []
    for lesson in lessons:
        number = len(lesson.is_silent)
        ago = (lesson.cut - as_of) / horizon
        columns.append(np.column_stack([np.ones(number), lesson.columns, np.full(number, ago)]))
        weights.append(np.full(number, lesson.weight / total * rows / number))
    precision = np.full(len(SIGNS), PRIOR_PRECISION)
    pull = Pull(
        centre=np.append(prior, 0.0),
        precision=np.array([INTERCEPT_PRECISION, *precision, TREND_PRECISION * rows]),
        signs=np.array([0, *SIGNS, 0]),
    )
    silent = np.concatenate([lesson.is_silent for lesson in lessons])
    return fit_logistic(np.concatenate(columns), silent, np.concatenate(weights), pull)[:-1]


def _cuts(activity: Activity, policy: Policy, as_of: float) -> list[tuple[float, float, float]]:
    """List the cut-offs: moment, days asked for, weight; all over by `as_of`."""
    if not len(activity.at):
        return []
    start = float(activity.at.min())
    step = max(LEAST_STEP_DAYS, policy.horizon_days / 3.0)
    cuts = []
    for share, weight in ASKED.items():
        asked = share * policy.horizon_days
        for age in range(CUTS):
            cut = as_of - asked - age * step
            if cut >= start + LEAST_HISTORY * asked:
                cuts.append((cut, asked, weight * FADE**age))
    return sorted(cuts)


def lessons(
    activity: Activity, policy: Policy, cuts: list[tuple[float, float, float]]
) -> Iterator[Lesson]:
    """Yield a lesson for each cut-off, folding every touchpoint once.

    Parameters
    ----------
    activity : Activity
        What happened, also after the cut-offs.
    policy : Policy
        As for `fold`.
    cuts : list of (moment, days asked for, weight)
        Moments rise, days since 1970 UTC.

    Yields
    ------
    Lesson
        Of the customers known at its cut-off.
    """
    folding = Fold(activity.events(), PLAIN, policy)
    for cut, asked, weight in cuts:
        folding.until(cut)
        rows = folding.states[:, FIELD["active_days"]] > 0.0
        states = folding.states[rows]
        rhythm = rhythm_of(states, population(states, policy), policy)
        silent_days = cut - states[:, FIELD["last_at"]]
        columns = features(states, silent_days, rhythm, policy, asked)
        silent = activity.silent(cut, cut + asked)[rows]
        yield Lesson(cut, columns, silent.astype(np.float64), weight)


def _held_out(activity: Activity, policy: Policy, as_of: float) -> tuple[float, float]:
    """Choose the cut-off to judge on and the days it asks for: the longest that can be."""
    for share in ASKED:
        asked = share * policy.horizon_days
        if _cuts(activity.before(as_of - asked), policy, as_of - asked):
            return as_of - asked, asked
    raise TooLittleHistoryError(_what_is_missing(activity, policy, as_of, is_judged=True))


def _what_is_missing(
    activity: Activity, policy: Policy, as_of: float, *, is_judged: bool = False
) -> str:
    """Say how much history there is and what would be enough."""
    shortest = min(ASKED) * policy.horizon_days
    needed = shortest * (1.0 + LEAST_HISTORY + is_judged)
    if not len(activity.at):
        return f"nobody has been active yet; {np.ceil(needed):.0f} days of history are needed"
    there = as_of - float(activity.at.min())
    return (
        f"there are {there:.0f} days of history; {np.ceil(needed):.0f} are needed "
        f"for a horizon of {policy.horizon_days:.0f} days"
    )


def _measure(lesson: Lesson, silence: Silence) -> dict[str, float]:
    """Measure how well coefficients foretold what happened after one cut-off."""
    said = logistic(silence.log_odds(lesson.columns))
    silent = lesson.is_silent > 0.0
    measures = (auc, average_precision, brier, calibration_error, log_loss)
    return {measure.__name__: float(measure(silent, said)) for measure in measures}
