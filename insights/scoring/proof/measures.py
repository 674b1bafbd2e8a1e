"""How good the score was, for everyone and for each kind of customer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insights.scoring.metrics import (
    average_precision,
    brier,
    calibration_by_tenths,
    calibration_error,
    lift_in_top,
)
from insights.scoring.proof.chance import Estimate, Measure, ahead, area_of, drawn, ranking, wilson
from insights.scoring.proof.rollcall import SCORES, RollCall

LEAST_CASES = 20
LEAST_OF_EACH = 5
"""Cases, and silent and not silent ones, below which a number says more of chance than of us."""

DRAWN_AT_MOST = 6_000
"""Cases above which chance no longer touches a digit that is shown."""

OVERALL = ("in_touch", "early", "known")
"""Kinds that are not a segment or a style."""

GAIN_STEPS = 20
"""Points of a gain curve, besides zero."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How good the score was on one kind of customer; nothing where there are too few.

    Attributes
    ----------
    kind : str
        "in_touch", "early", "known", "segment" or "style".
    number : int
        Of the segment or style, else 0.
    cases, customers, silent : int
        A customer is a case in each month.
    auc, service, connection : Estimate
        Area under the ROC curve of Hearth and of each axis alone.
    leans : int
        1 when service foretells better than connection, -1 when worse, 0 when either may be.
    average_precision, lift, brier, calibration_error : Estimate
        Of Hearth, see `metrics`.
    brier_of_guess : float, optional
        The Brier score of saying the overall share of everyone.
    """

    kind: str
    number: int
    cases: int
    customers: int
    silent: int
    auc: Estimate
    service: Estimate
    connection: Estimate
    leans: int
    average_precision: Estimate
    lift: Estimate
    brier: Estimate
    calibration_error: Estimate
    brier_of_guess: float | None


@dataclass(frozen=True, slots=True)
class Rival:
    """How well one score ranked the customers in touch.

    Attributes
    ----------
    name : str
        One of `SCORES`.
    auc, average_precision, lift : Estimate
        See `metrics`.
    is_behind : int
        1 when Hearth ranks better, -1 when worse, 0 when it may be chance.
    gains : list of floats
        Share of the silent among the top 0, 5, 10 ... 100 % of customers.
    """

    name: str
    auc: Estimate
    average_precision: Estimate
    lift: Estimate
    is_behind: int
    gains: list[float]


@dataclass(frozen=True, slots=True)
class Tenth:
    """What was said of a tenth of the cases, and what happened."""

    customers: int
    said: float
    happened: Estimate


def is_enough(is_silent: NDArray[np.bool_]) -> bool:
    """Say whether there is anything to measure.

    Examples
    --------
    >>> is_enough(np.arange(20) < 5), is_enough(np.arange(20) < 4)
    (True, False)
    """
    silent = int(is_silent.sum())
    return len(is_silent) >= LEAST_CASES and min(silent, len(is_silent) - silent) >= LEAST_OF_EACH


def kinds_of_customer(call: RollCall, segments: NDArray[np.int64]) -> Iterator[Kind]:
    """Measure the score on each kind of customer.

    Parameters
    ----------
    call : RollCall
        All cases, also of customers no longer in touch.
    segments : i8[everyone]
        0 for none.

    Yields
    ------
    Kind
        Those in touch, early drift, everyone known; then the segments and styles of those in
        touch.
    """
    everyone = np.ones(len(call), dtype=np.bool_)
    yield _kind("in_touch", 0, call, call.is_in_touch)
    yield _kind("early", 0, call, call.is_early & call.is_in_touch)
    yield _kind("known", 0, call, everyone)
    for name, column in (("segment", segments[call.place]), ("style", call.style)):
        for number in np.unique(column[call.is_in_touch]):
            yield _kind(name, int(number), call, call.is_in_touch & (column == number))


def _kind(kind: str, number: int, everyone: RollCall, rows: NDArray[np.bool_]) -> Kind:
    call = everyone.only(rows)
    silent, customers = call.is_silent, len(np.unique(call.place))
    sizes = (kind, number, len(call), customers, int(silent.sum()))
    if not is_enough(silent):
        nothing = Estimate()
        return Kind(*sizes, nothing, nothing, nothing, 0, nothing, nothing, nothing, nothing, None)
    estimate = _estimate if kind in OVERALL else _plain
    service, connection = ranking(silent, call.service), ranking(silent, call.connection)
    share = float(silent.mean())
    return Kind(
        *sizes,
        auc=area_of(ranking(silent, call.hearth), call.place),
        service=area_of(service, call.place),
        connection=area_of(connection, call.place),
        leans=ahead(service, connection, call.place),
        average_precision=estimate(average_precision, call, call.hearth),
        lift=estimate(lift_in_top, call, call.hearth),
        brier=estimate(brier, call, call.hearth),
        calibration_error=estimate(calibration_error, call, call.hearth),
        brier_of_guess=share * (1.0 - share),
    )


def rivals_of(call: RollCall) -> Iterator[Rival]:
    """Measure Hearth and its rivals on the same cases, enough of both sorts."""
    hearth = ranking(call.is_silent, call.hearth)
    for name in SCORES:
        score = getattr(call, name)
        found = ranking(call.is_silent, score)
        yield Rival(
            name=name,
            auc=area_of(found, call.place),
            average_precision=_estimate(average_precision, call, score),
            lift=_estimate(lift_in_top, call, score),
            is_behind=ahead(hearth, found, call.place),
            gains=_gains(call.is_silent, score),
        )


def tenths_of(call: RollCall) -> list[Tenth]:
    """Compare what Hearth said with what happened, by tenths."""
    tenths = calibration_by_tenths(call.is_silent, call.hearth)
    return [
        Tenth(int(customers), float(said), wilson(float(silent), int(customers)))
        for customers, said, silent in zip(
            tenths.customers, tenths.said, tenths.silent, strict=True
        )
    ]


def _estimate(measure: Measure, call: RollCall, score: NDArray[np.float64]) -> Estimate:
    if len(call) > DRAWN_AT_MOST:
        return Estimate(measure(call.is_silent, score))
    return drawn(measure, call.is_silent, score, call.place)


def _plain(measure: Measure, call: RollCall, score: NDArray[np.float64]) -> Estimate:
    """Measure without an interval: that of the AUC says how few they are."""
    return Estimate(measure(call.is_silent, score))


def _gains(silent: NDArray[np.bool_], score: NDArray[np.float64]) -> list[float]:
    """Share of the silent among those on top, at even steps; a tie is taken part by part."""
    tops = calibration_by_tenths(silent, score, bins=len(score)).silent[::-1]
    found = np.concatenate([[0.0], np.cumsum(tops)]) / silent.sum()
    steps = np.linspace(0.0, len(score), GAIN_STEPS + 1)
    return [float(share) for share in np.interp(steps, np.arange(len(found)), found)]
