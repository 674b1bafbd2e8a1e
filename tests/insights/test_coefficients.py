"""The coefficients of past cut-offs know nothing of what came later."""

from dataclasses import replace

import pandas as pd

from insights.scoring import Events, Policy, Silence
from insights.services.coefficients import Coefficients
from tests.insights.scoring.test_proof import AS_OF, CUTS, KINDS, LOG

POLICY = replace(Policy(), horizon_days=30.0)


def coefficients(log: pd.DataFrame) -> Coefficients:
    return Coefficients(Events.from_frame(log, customers=list(range(40))), KINDS, POLICY)


def test_what_comes_later_changes_no_earlier_coefficients():
    cut = float(CUTS[len(CUTS) // 2])
    later = pd.DataFrame(
        {"customer": [n % 40 for n in range(400)], "at": cut + 0.1, "kind": 0, "direction": 2}
    )
    other = pd.concat([LOG[LOG["at"] < cut], later])
    one, two = coefficients(LOG), coefficients(other)

    for moment in CUTS[cut >= CUTS]:
        assert one.at(float(moment)) == two.at(float(moment))
    assert one.refits == two.refits


def test_with_too_little_history_they_are_those_that_ship():
    known = coefficients(LOG)
    assert known.at(float(LOG["at"].min()) + 1.0) == Silence.prior()
    assert known.refits == 0


def test_they_are_learned_anew_each_quarter():
    known = coefficients(LOG)
    seen = {known.at(AS_OF - 100.0), known.at(AS_OF - 93.0), known.at(AS_OF - 2.0)}
    assert known.refits <= 2
    assert len(seen) == known.refits + (Silence.prior() in seen)
