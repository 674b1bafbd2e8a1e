"""Fold touchpoints into states."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.scoring.checks import check_shape
from insights.scoring.columns import COLUMNS
from insights.scoring.events import Events
from insights.scoring.kinds import Kinds
from insights.scoring.loop import fold_until
from insights.scoring.policy import Policy
from insights.scoring.rules import Rules, rules_of
from insights.scoring.state import FIELD, check_states, empty_states


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold gives.

    Attributes
    ----------
    states : f8[n, STATE_SIZE]
        One row a customer.
    hurts : f8[m]
        The hurt each event caused when it happened, 0 if none. Keep that of an event that
        opened a loop: whoever closes it in a later fold passes it as `carried_hurt`.
    """

    states: NDArray[np.float64]
    hurts: NDArray[np.float64]


def fold(
    events: Events,
    kinds: Kinds,
    policy: Policy,
    states: NDArray[np.float64] | None = None,
) -> Folded:
    """Fold each customer's touchpoints, in time order, into their state.

    Folding in pieces gives what folding at once gives.

    Parameters
    ----------
    events : Events
        Of n customers. Only their types and lengths are checked here: call `validate` on events
        that were not made by `from_frame`.
    kinds : Kinds
        What `events.kind` points into.
    policy : Policy
        States folded under different policies must not be mixed.
    states : f8[n, STATE_SIZE], optional
        Where to go on from (not changed); by default nothing is known yet.

    Returns
    -------
    Folded
        New states, and the hurt of each event.

    Raises
    ------
    ValueError
        When an event is earlier than the state it should be folded into (refold that customer
        from the start), when a kind does not exist, or when `states` has the wrong shape.

    Examples
    --------
    >>> import pandas as pd
    >>> kinds = Kinds.from_rows([{"points": 6, "human": True}])
    >>> call = pd.DataFrame({"customer": ["a", "a"], "at": [0.0, 90.0], "direction": 2})
    >>> folded = fold(Events.from_frame(call), kinds, Policy())
    >>> round(float(folded.states[0, FIELD["mutual"]]), 6)  # 6 * 2^-1 + 6
    9.0
    """
    started = Fold(events, kinds, policy, states)
    started.until(np.inf)
    return Folded(started.states, started.hurts)


def load() -> None:
    """Load what is compiled, a second's work, before somebody waits for the first fold.

    Examples
    --------
    >>> load()
    """
    columns = {name: np.full(1, default, kind) for name, (kind, default) in COLUMNS.items()}
    columns["at"][:] = 0.0
    events = Events.from_columns(columns, np.zeros(1, dtype=np.intp), customers=1)
    fold(events, Kinds.from_rows([{}]), Policy())


class Fold:
    """A fold under way, which can be stopped at rising moments.

    Parameters
    ----------
    events, kinds, policy, states
        As for `fold`.

    Attributes
    ----------
    states : f8[n, STATE_SIZE]
        As folded so far.
    hurts : f8[m]
        As caused so far.

    Raises
    ------
    ValueError
        As for `fold`.
    """

    def __init__(
        self,
        events: Events,
        kinds: Kinds,
        policy: Policy,
        states: NDArray[np.float64] | None = None,
    ) -> None:
        check_shape(events)
        if states is None:
            states = empty_states(events.customers)
        else:
            _check_start(events, states)
            states = states.copy()
        if len(events) and int(events.kind.max()) >= len(kinds):
            raise ValueError(f"kind {events.kind.max()} does not exist; there are {len(kinds)}")
        self.states = states
        self.hurts = np.zeros(len(events))
        self._cursor = events.offsets[:-1].copy()
        self._stops = events.offsets[1:].copy()
        self._columns = tuple(_read_only(getattr(events, name)) for name in COLUMNS)
        self._kinds = kinds.records()
        self._rules: Rules = rules_of(policy)

    def until(self, moment: float) -> None:
        """Fold what happened strictly before a moment (days since 1970 UTC)."""
        fold_until(
            moment,
            self._cursor,
            self._stops,
            self._columns,
            self._kinds,
            self._rules,
            self.states,
            self.hurts,
        )


def _read_only(column: NDArray[Any]) -> NDArray[Any]:
    """Take a view that may not be written to.

    Columns straight from a buffer are read-only, and numba compiles anew for each mixture of
    the two kinds; this way there is one.
    """
    view = np.ascontiguousarray(column).view()
    view.flags.writeable = False
    return view


def _check_start(events: Events, states: NDArray[np.float64]) -> None:
    """Refuse states that are not these customers', or that know later events."""
    check_states(states)
    if len(states) != events.customers:
        raise ValueError(f"{len(states)} states for {events.customers} customers")
    busy = np.flatnonzero(np.diff(events.offsets) > 0)
    late = busy[events.at[events.offsets[busy]] < states[busy, FIELD["clock"]]]
    if len(late):
        customer = int(late[0])
        raise ValueError(
            f"customer {customer} has an event before the state's clock; "
            "refold that customer from the start"
        )
