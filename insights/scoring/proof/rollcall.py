"""Roll calls: at a past Monday, what was known of every customer, and what happened then."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from insights.scoring.backtests import Backtest, backtests
from insights.scoring.events import Events
from insights.scoring.kinds import Kinds
from insights.scoring.metrics import early_drift
from insights.scoring.policy import Policy
from insights.scoring.population import Population
from insights.scoring.proof.rivals import Decay, rfm
from insights.scoring.read import read
from insights.scoring.silence import Silence
from insights.scoring.state import FIELD

Column = NDArray[np.float64]

ENOUGH_FOR_RHYTHM = 20_000
"""Customers whose rhythm tells that of everyone."""

SCORES = ("hearth", "days_since", "rfm", "decay")
"""Hearth's silence and its plain rivals, each rising with the risk of silence."""


@dataclass(frozen=True, slots=True)
class Group:
    """Customers who share a policy.

    Attributes
    ----------
    places : i8[n]
        Where they stand among everyone.
    events : Events
        Theirs, of n customers.
    kinds, policy
        What they are folded with; the policy's horizon is the one asked for.
    styles : i1[n]
        Declared styles as `read` takes them.
    """

    places: NDArray[np.int64]
    events: Events
    kinds: Kinds
    policy: Policy
    styles: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class RollCall:
    """Customers known at a cut-off: columns of n.

    Attributes
    ----------
    place : i8[n]
        The customer, among everyone.
    cut : f8[n]
        The cut-off, days since 1970 UTC.
    is_silent : bool[n]
        Whether the customer then was silent through the horizon.
    is_in_touch : bool[n]
        Heard from within the horizon before: of others a warning would come too late.
    is_early : bool[n]
        Early drift, see `metrics.early_drift`; only looked at where everyone is called.
    last_at : f8[n]
        Last active before the cut-off, days since 1970 UTC.
    distance : f8[n]
        0 to 100.
    style : i1[n]
        As read then.
    hearth, days_since, rfm, decay : f8[n]
        Scores, each rising with the risk of silence; `hearth` is its probability, `rfm` ranks
        among those in touch.
    service, connection : f8[n]
        The two axes as predictors: 0 is all there is of it, 1 is none.
    """

    place: NDArray[np.int64]
    cut: Column
    is_silent: NDArray[np.bool_]
    is_in_touch: NDArray[np.bool_]
    is_early: NDArray[np.bool_]
    last_at: Column
    distance: Column
    style: NDArray[np.int8]
    hearth: Column
    days_since: Column
    rfm: Column
    decay: Column
    service: Column
    connection: Column

    def __len__(self) -> int:
        """Count the customers."""
        return len(self.place)

    def only(self, rows: NDArray[np.bool_]) -> "RollCall":
        """Take some of the customers."""
        return RollCall(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @classmethod
    def joined(cls, parts: Iterable["RollCall"]) -> "RollCall":
        """Put several, at least one, one after the other."""
        listed = list(parts)
        if len(listed) == 1:
            return listed[0]
        return cls(
            **{f.name: np.concatenate([getattr(p, f.name) for p in listed]) for f in fields(cls)}
        )


def roll_calls(
    groups: Sequence[Group],
    policy: Policy,
    cuts: Sequence[float],
    silence_at: Callable[[float], Silence],
    in_full: Collection[float] | None = None,
) -> Iterator[RollCall]:
    """Call the roll at each cut-off, knowing only what was before it.

    Parameters
    ----------
    groups : sequence of Group
        Everyone, in any number of groups, at least one.
    policy : Policy
        Everyone's, for the population; its horizon is the days of silence asked for.
    cuts : sequence of c floats
        Rising, days since 1970 UTC; the horizon after the last must be over.
    silence_at : callable
        The coefficients in use at a cut-off.
    in_full : collection of floats, optional
        Cut-offs at which everyone known is called, not only those in touch; by default all.

    Yields
    ------
    RollCall
        One a cut-off, in the order of `places` within each group.

    Raises
    ------
    ValueError
        As for `backtests`.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"customer": ["a", "a", "b"], "at": [1.0, 9.0, 2.0]})
    >>> everyone = Group(
    ...     np.arange(2), Events.from_frame(log), Kinds.from_rows([{}]), Policy(), np.zeros(2, "i1")
    ... )
    >>> calls = roll_calls([everyone], Policy(), [5.0], lambda cut: Silence.prior())
    >>> [(call.place.tolist(), call.is_silent.tolist()) for call in calls]
    [([0, 1], [False, True])]
    """
    horizon = policy.horizon_days
    decays = [Decay(group.events, group.kinds) for group in groups]
    runs = [backtests(g.events, g.kinds, g.policy, cuts, horizon) for g in groups]
    for tests in zip(*runs, strict=True):
        cut = tests[0].as_of
        population = _population(groups, tests, policy)
        silence, is_full = silence_at(cut), in_full is None or cut in in_full
        call = RollCall.joined(
            _called(group, test, population, silence, decay.until(cut), is_full=is_full)
            for group, test, decay in zip(groups, tests, decays, strict=True)
        )
        # Ranks are among all in touch, whichever policy they are read with.
        active_days, ranks = call.rfm, np.zeros(len(call))
        rows = call.is_in_touch
        ranks[rows] = rfm(call.days_since[rows], active_days[rows].astype(np.int64))
        yield replace(call, rfm=ranks)


def in_touch(last_at: Column, cut: float, horizon: float) -> NDArray[np.bool_]:
    """Say who was heard from within the horizon before a cut-off; only they can be warned of.

    Parameters
    ----------
    last_at : f8[n]
        Last active before the cut-off, days since 1970 UTC; NaN for never.
    cut : float
        Days since 1970 UTC.
    horizon : float
        Days.

    Returns
    -------
    bool[n]
        Of whom a warning would be in time.

    Examples
    --------
    >>> in_touch(np.array([1.0, 9.0, np.nan]), 10.0, 5.0).tolist()
    [False, True, False]
    """
    return cut - last_at < horizon


def _population(groups: Sequence[Group], tests: Sequence[Backtest], policy: Policy) -> Population:
    """Work out everyone's rhythm as it was, from some of them where they are very many."""
    known = sum(len(test.rows) for test in tests)
    every = max(known // ENOUGH_FOR_RHYTHM, 1)
    sums = [
        Population.gather(test.states[::every], group.policy.mean_trust_gaps)
        for group, test in zip(groups, tests, strict=True)
    ]
    return Population.from_sums(np.sum(sums, axis=0), policy)


def _called(
    group: Group,
    test: Backtest,
    population: Population,
    silence: Silence,
    decay: Column,
    *,
    is_full: bool,
) -> RollCall:
    """Read one group at a cut-off; `rfm` still holds the active days, which want ranks."""
    cut, horizon = test.as_of, group.policy.horizon_days
    is_in_touch = in_touch(test.states[:, FIELD["last_at"]], cut, horizon)
    kept = np.ones(len(test.rows), dtype=np.bool_) if is_full else is_in_touch
    states, rows = test.states[kept], test.rows[kept]
    reading = read(states, cut, group.policy, population, silence, horizon, group.styles[rows])
    return RollCall(
        place=group.places[rows],
        cut=np.full(len(rows), cut),
        is_silent=test.is_silent[kept],
        is_in_touch=is_in_touch[kept],
        is_early=early_drift(states, cut) if is_full else np.zeros(len(rows), dtype=np.bool_),
        last_at=reading.last_at,
        distance=reading.distance,
        style=reading.style,
        hearth=reading.silence,
        days_since=reading.silent_days,
        rfm=reading.active_days.astype(np.float64),
        decay=-decay[rows],
        service=1.0 - reading.served,
        connection=1.0 - reading.connection,
    )
