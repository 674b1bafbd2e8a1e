"""The coefficients an honest organisation would have had at a past moment."""

from insights.scoring import Events, Kinds, Policy, Silence


class Coefficients:
    """Coefficients by cut-off, each from what was known before it."""

    def __init__(self, events: Events, kinds: Kinds, policy: Policy) -> None:
        self._events, self._kinds, self._policy = events, kinds, policy
        self._silence = Silence.prior()
        self.refits = 0

    def at(self, cut: float) -> Silence:
        """Return those in use at a cut-off; cut-offs rise."""
        return self._silence
