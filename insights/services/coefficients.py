"""The coefficients an honest organisation would have had at a past moment."""

from insights.scoring import Events, Kinds, Policy, Silence
from insights.scoring.refit import TooLittleHistoryError, refit

REFITTED_EVERY_DAYS = 91.0
"""A refit takes seconds; whoever refits weekly has newer coefficients, never older ones."""

TRIED_AGAIN_AFTER_DAYS = 28.0
"""After there was too little history."""


class Coefficients:
    """Coefficients by cut-off, each learned from what was known before it alone.

    They begin with those that ship. A refit is taken into use as it would have been then: when
    it did no worse than what was in use.
    """

    def __init__(self, events: Events, kinds: Kinds, policy: Policy) -> None:
        self._events, self._kinds, self._policy = events, kinds, policy
        self._silence = Silence.prior()
        self._next = float("-inf")
        self.refits = 0

    def at(self, cut: float) -> Silence:
        """Return those in use at a cut-off; cut-offs rise."""
        if cut >= self._next:
            self._refit(cut)
        return self._silence

    def _refit(self, cut: float) -> None:
        try:
            found = refit(self._events, self._kinds, self._policy, cut, self._silence)
        except TooLittleHistoryError:
            self._next = cut + TRIED_AGAIN_AFTER_DAYS
            return
        self._next = cut + REFITTED_EVERY_DAYS
        if found.is_better:
            self._silence, self.refits = found.silence, self.refits + 1
