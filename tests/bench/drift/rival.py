"""What a rival is: it learns from a history, and then judges customers at any later moment."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from tests.bench.drift.earlier import lessons
from tests.bench.drift.logs import History
from tests.bench.drift.rhythm import Numbers

Judge = Callable[[History, float], Numbers]
"""Of a history and a moment it ends before: a number for each customer, in order."""

Learn = Callable[[History, float, float], Judge]
"""Of a history, the moment it ends before, and a horizon in days."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A way to say who goes silent.

    Attributes
    ----------
    name
        As the tables have it.
    about
        What it is, for those who read the tables.
    learn
        Gives its judge; a higher number means sooner silent.
    is_ranking
        Whether that is a mere order, to be calibrated into a probability.
    is_ours
        Whether it is Hearth.
    """

    name: str
    about: str
    learn: Learn
    is_ranking: bool = False
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is said of each customer: the order, and the probability of silence."""

    score: Numbers
    probability: Numbers

    def of(self, chosen: NDArray[np.bool_]) -> "Prediction":
        """Keep some of the customers."""
        return Prediction(self.score[chosen], self.probability[chosen])


def teach(
    rival: Rival, history: History, cut: float, horizon: float
) -> Callable[[History, float], Prediction]:
    """Let a rival learn; a mere ranking is calibrated on the newest lesson there is."""
    judge = rival.learn(history, cut, horizon)
    if not rival.is_ranking:

        def said(known: History, moment: float) -> Prediction:
            score = judge(known, moment)
            return Prediction(score, score)

        return said
    probability = _logistic(rival, history, cut, horizon)

    def calibrated(known: History, moment: float) -> Prediction:
        score = judge(known, moment)
        return Prediction(score, probability(score))

    return calibrated


def _logistic(
    rival: Rival, history: History, cut: float, horizon: float
) -> Callable[[Numbers], Numbers]:
    """Fit a logistic of the score alone."""
    lesson = next(iter(lessons(history, cut, horizon)), None)
    if lesson is None or lesson.silent.min() == lesson.silent.max():
        share = 0.5 if lesson is None else float(lesson.silent.mean())
        return lambda score: np.full(len(score), share)
    then = rival.learn(lesson.known, lesson.cut, lesson.horizon)(lesson.known, lesson.cut)
    model = LogisticRegression(C=np.inf).fit(then[:, None], lesson.silent)
    return lambda score: model.predict_proba(score[:, None])[:, 1]
