"""The proof against a slow obvious recomputation from raw touchpoints, and against the future."""

import math
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from insights.scoring import Events, Kinds, Policy, Silence, fold, population, read
from insights.scoring.metrics import auc, brier
from insights.scoring.proof import (
    Estimate,
    Group,
    cut_offs,
    days_missing,
    first_activity,
    joined,
    longest_horizon,
    prove,
)
from insights.scoring.proof.alerts import flagged
from insights.scoring.proof.chance import ahead, area_of, drawn, ranking, wilson
from insights.scoring.proof.rivals import rfm
from insights.scoring.proof.rollcall import roll_calls

HORIZON, BUDGET = 30.0, 0.1
POLICY = replace(Policy(), horizon_days=HORIZON)
KINDS = Kinds.from_rows(
    [{"points": 6, "human": True}, {"served": 1, "digital": True}, {"purchase": True}]
)
AS_OF, WINDOW = 20_400.0, 240.0


def organisation(customers: int = 40, seed: int = 4) -> pd.DataFrame:
    """Make up an organisation some of whose customers leave, in raw touchpoints."""
    draw = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        gap = draw.choice([3.0, 8.0, 20.0])
        at, stop = AS_OF - draw.uniform(150, 400), AS_OF - draw.choice([-1.0, 60.0, 120.0])
        while at < stop:
            kind = int(draw.integers(0, 3))
            rows.append((customer, at, kind, 1 if kind == 2 else int(draw.choice([0, 1, 2]))))
            at += draw.exponential(gap) + 0.01
    return pd.DataFrame(rows, columns=["customer", "at", "kind", "direction"])


LOG = organisation()


def group_of(log: pd.DataFrame, customers: int = 40) -> Group:
    events = Events.from_frame(log, customers=list(range(customers)))
    return Group(np.arange(customers), events, KINDS, POLICY, np.zeros(customers, dtype=np.int8))


def evidence_of(log: pd.DataFrame, cuts: np.ndarray, groups: list[Group] | None = None):
    return prove(
        groups or [group_of(log)], POLICY, cuts, BUDGET, np.arange(40) % 3,
        lambda cut: Silence.prior(), lambda share: None,
    )  # fmt: skip


CUTS = cut_offs(float(LOG["at"].min()), AS_OF, WINDOW, HORIZON)


@pytest.fixture(scope="module")
def evidence():
    return evidence_of(LOG, CUTS)


class SlowCall:
    """A roll call worked out customer by customer from the raw touchpoints."""

    def __init__(self, cut: float) -> None:
        shows = LOG[(LOG["direction"] != 1) | (LOG["kind"] == 2)]
        before, after = LOG[LOG["at"] < cut], shows[shows["at"] >= cut]
        states = fold(Events.from_frame(before, customers=list(range(40))), KINDS, POLICY).states
        rhythm = population(
            states[np.isin(range(40), shows[shows["at"] < cut]["customer"])], POLICY
        )
        self.cut, self.reading = cut, read(states, cut, POLICY, rhythm)
        self.rows = {}
        for customer in range(40):
            own = shows[(shows["customer"] == customer) & (shows["at"] < cut)]["at"]
            if own.empty:
                continue
            later = after[(after["customer"] == customer) & (after["at"] < cut + HORIZON)]
            self.rows[customer] = {
                "cut": cut,
                "last_at": own.max(),
                "silence": self.reading.silence[customer],
                "days": cut - own.max(),
                "decay": sum(0.5 ** ((cut - at) / 90) for at in own),
                "is_silent": later.empty,
                "in_touch": cut - own.max() < HORIZON,
            }

    def in_touch(self) -> dict:
        """Return the customers a warning would not come too late for."""
        return {c: row for c, row in self.rows.items() if row["in_touch"]}

    def flagged(self) -> list[int]:
        """Return whom the budget allows to warn of."""
        known = self.in_touch()
        most = math.ceil(BUDGET * len(known) - 1e-9)
        return sorted(known, key=lambda c: -known[c]["silence"])[:most]


@pytest.fixture(scope="module")
def slow():
    return [SlowCall(cut) for cut in CUTS]


def month_name(cut: float) -> str:
    return f"{date(1970, 1, 1) + timedelta(days=int(cut)):%Y-%m}"


def test_cut_offs_are_mondays_whose_horizon_is_over():
    days = [date(1970, 1, 1) + timedelta(days=int(cut)) for cut in CUTS]
    assert {day.weekday() for day in days} == {0}
    assert CUTS[-1] + HORIZON <= AS_OF < CUTS[-1] + HORIZON + 7
    assert AS_OF - WINDOW <= CUTS[0] < AS_OF - WINDOW + 7


def test_weekly_warnings_are_those_of_the_slow_recomputation(evidence, slow):
    warned = [(c, call.rows[c]) for call in slow for c in call.flagged()]
    right = [row for _, row in warned if row["is_silent"]]
    first = {}
    for customer, row in warned:
        if row["is_silent"]:
            first.setdefault((customer, row["last_at"]), HORIZON - row["days"])
    gone = {
        (c, row["last_at"])
        for call in slow for c, row in call.in_touch().items() if row["is_silent"]
    }  # fmt: skip

    found = evidence.numbers.warned["hearth"]

    assert (found.warnings, found.right) == (len(warned), len(right))
    assert (found.departures, found.caught) == (len(gone), len(first))
    assert found.lead_days == pytest.approx(np.mean(list(first.values())))
    assert found.right > 0


def test_months_count_each_customer_once_as_the_slow_recomputation_does(evidence, slow):
    months = defaultdict(dict)
    for call in slow:
        for customer, row in call.in_touch().items():
            seen = months[month_name(call.cut)].setdefault(customer, (False, row))
            if customer in call.flagged() and not seen[0]:
                months[month_name(call.cut)][customer] = (True, row)

    for month, cases in zip(evidence.numbers.months, evidence.cases, strict=True):
        rows = months[str(np.datetime64(month.month, "M"))]
        flagged_ones = [row for is_flagged, row in rows.values() if is_flagged]
        others = [row for is_flagged, row in rows.values() if not is_flagged]
        assert month.flagged == len(flagged_ones)
        assert month.flagged_silent == sum(row["is_silent"] for row in flagged_ones)
        assert month.others == len(others)
        assert month.others_silent == sum(row["is_silent"] for row in others)
        for place, cut, silence in zip(
            cases.call.place, cases.call.cut, cases.call.hearth, strict=True
        ):
            assert rows[place][1]["cut"] == cut
            assert rows[place][1]["silence"] == pytest.approx(silence)


def test_measures_are_those_of_the_slow_recomputation(evidence, slow):
    firsts = {month_name(call.cut): call for call in reversed(slow)}.values()
    rows = [row for call in firsts for row in call.in_touch().values()]
    silent = np.array([row["is_silent"] for row in rows])
    said = np.array([row["silence"] for row in rows])

    everyone = evidence.numbers.kinds[0]

    assert (everyone.kind, everyone.cases, everyone.silent) == ("in_touch", len(rows), silent.sum())
    assert everyone.auc.value == pytest.approx(auc(silent, said))
    assert everyone.brier.value == pytest.approx(brier(silent, said))
    rivals = {rival.name: rival for rival in evidence.numbers.rivals}
    for name, score in (("days_since", "days"), ("decay", "decay")):
        sign = -1 if name == "decay" else 1
        expected = auc(silent, sign * np.array([row[score] for row in rows]))
        assert rivals[name].auc.value == pytest.approx(expected)
    assert sum(tenth.customers for tenth in evidence.numbers.tenths) == len(rows)


def test_a_kind_with_too_few_has_no_numbers(evidence):
    for kind in evidence.numbers.kinds:
        is_enough = kind.cases >= 20 and min(kind.silent, kind.cases - kind.silent) >= 5
        assert (kind.auc.value is not None) == is_enough
    assert {kind.number for kind in evidence.numbers.kinds if kind.kind == "segment"} == {0, 1, 2}


@pytest.mark.parametrize("week", [0, 9, len(CUTS) - 1])
def test_nothing_after_a_cut_off_touches_what_is_said_of_it(week):
    cut = float(CUTS[week])
    other = LOG[(LOG["at"] < cut) | (LOG["customer"] % 2 == 0)]
    other = pd.concat(
        [other, pd.DataFrame({"customer": [1, 3], "at": cut + 1, "kind": 0, "direction": 2})]
    )
    asked = []

    def calls(log: pd.DataFrame):
        def silence_at(moment: float) -> Silence:
            asked.append(moment)
            return Silence.prior()

        return list(roll_calls([group_of(log)], POLICY, CUTS[: week + 1].tolist(), silence_at))

    one, two = calls(LOG)[-1], calls(other)[-1]

    for name in ("place", "is_in_touch", "is_early", "last_at", "distance", "style", "hearth",
                 "days_since", "rfm", "decay", "service", "connection"):  # fmt: skip
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert set(asked) == set(CUTS[: week + 1])


def test_groups_of_one_policy_give_what_everyone_together_gives(evidence):
    whole = group_of(LOG)
    groups = []
    for rows in (np.arange(40) % 4 == 1, np.arange(40) % 4 != 1):
        groups.append(
            replace(
                whole, places=np.flatnonzero(rows), events=whole.events.only(rows),
                styles=whole.styles[rows],
            )
        )  # fmt: skip

    parts = evidence_of(LOG, CUTS, groups).numbers

    assert parts.warned == evidence.numbers.warned
    assert parts.kinds[0].auc.value == pytest.approx(evidence.numbers.kinds[0].auc.value)
    assert parts.rivals[2].auc.value == pytest.approx(evidence.numbers.rivals[2].auc.value)
    assert [m.flagged_silent for m in parts.months] == [
        m.flagged_silent for m in evidence.numbers.months
    ]


def test_progress_rises_to_all_of_it():
    told = []
    prove([group_of(LOG)], POLICY, CUTS[:3], BUDGET, np.zeros(40, dtype=np.int64),
          lambda cut: Silence.prior(), told.append)  # fmt: skip
    assert told == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_an_organisation_nobody_is_in_touch_with_has_no_months():
    log = pd.DataFrame({"customer": [0], "at": [CUTS[0] - 100.0], "kind": 0, "direction": 0})
    found = evidence_of(log, CUTS[:2])
    assert found.cases == []
    assert found.numbers.rivals == []
    assert found.numbers.warned["hearth"].warnings == 0


@pytest.mark.parametrize("horizon", [7.0, 30.0, 90.0])
@pytest.mark.parametrize("first_at", [0.0, 3.3, 18_000.7])
def test_so_many_days_more_are_enough_and_one_less_is_not(first_at, horizon):
    missing = days_missing(first_at, first_at + 5.0, horizon)
    assert missing > 0
    assert len(cut_offs(first_at, first_at + 5.0 + missing, 3650.0, horizon)) == 1
    assert not len(cut_offs(first_at, first_at + 5.0 + missing - 1.001, 3650.0, horizon))


def test_the_longest_horizon_offered_can_be_proven():
    possible = longest_horizon(18_000.7, 18_101.2)
    assert len(cut_offs(18_000.7, 18_101.2, 3650.0, possible))
    assert not len(cut_offs(18_000.7, 18_101.2, 3650.0, possible + 1.0))


def test_pieces_joined_are_the_whole():
    whole = Events.from_frame(LOG, customers=list(range(40)))
    halves = [
        Events.from_frame(
            LOG[LOG["customer"] // 20 == half], list(range(20 * half, 20 * half + 20))
        )
        for half in (0, 1)
    ]
    np.testing.assert_array_equal(joined(halves).offsets, whole.offsets)
    np.testing.assert_array_equal(joined(halves).at, whole.at)
    assert (
        first_activity(whole, KINDS)
        == LOG[(LOG["direction"] != 1) | (LOG["kind"] == 2)]["at"].min()
    )


def test_openers_move_with_their_piece():
    frame = pd.DataFrame(
        {"customer": [1, 1], "at": [1.0, 2.0], "opens": [1, 0], "closes": [0, 1],
         "opened_at": [np.nan, 1.0], "expected": [np.nan, 1.0], "opener": [-1, 0]}
    )  # fmt: skip
    piece = Events.from_frame(frame)
    assert joined([piece, piece]).opener.tolist() == [-1, 0, -1, 2]


def test_ties_at_the_edge_of_the_budget_are_broken_the_same_way_each_week():
    score, place = np.full(10, 0.5), np.arange(10)
    chosen = flagged(score, place, 0.3)
    assert chosen.sum() == 3
    order = np.random.default_rng(0).permutation(10)
    again = flagged(score, place[order], 0.3)
    assert set(place[order][again]) == set(place[chosen])


def test_customers_who_are_as_late_and_as_rare_share_a_rank():
    places = np.arange(9)
    found = rfm(places.astype(float), (places + 3) % 9)
    assert len(np.unique(found)) == 2


def test_wilson_is_honest_about_few():
    few, many, none = wilson(9, 10), wilson(900, 1000), wilson(0, 10)
    assert few.low < many.low < 0.9 < many.high < few.high
    assert none.low == 0.0
    assert none.high > 0.2
    assert wilson(0, 0) == Estimate()


@pytest.mark.parametrize("of", [10, 21, 362, 1000])
def test_of_none_chance_allows_none_and_of_all_all_of_them(of):
    assert wilson(0, of).low == 0.0
    assert wilson(of, of).high == 1.0


def test_intervals_widen_when_cases_come_from_few_customers():
    draw = np.random.default_rng(2)
    silent = draw.random(400) < 0.4
    score = silent + draw.normal(0, 1.5, 400)
    found = ranking(silent, score)
    own = area_of(found, np.arange(400))
    shared = area_of(found, np.repeat(np.arange(40), 10)[np.argsort(np.argsort(-score))])
    assert found.area == pytest.approx(auc(silent, score))
    assert found.pulls.sum() == pytest.approx(0.0, abs=1e-12)
    assert shared.high - shared.low > own.high - own.low


def test_drawing_customers_agrees_with_the_formula():
    draw = np.random.default_rng(3)
    silent = draw.random(500) < 0.3
    score = silent + draw.normal(0, 1.0, 500)
    formula = area_of(ranking(silent, score), np.arange(500))
    by_draws = drawn(auc, silent, score, np.arange(500))
    assert by_draws.low == pytest.approx(formula.low, abs=0.015)
    assert by_draws.high == pytest.approx(formula.high, abs=0.015)


def test_a_difference_that_may_be_chance_is_called_so():
    draw = np.random.default_rng(5)
    silent = draw.random(300) < 0.4
    good = ranking(silent, silent + draw.normal(0, 0.3, 300))
    coin, other = (ranking(silent, draw.normal(0, 1, 300)) for _ in range(2))
    customers = np.arange(300)
    assert ahead(good, coin, customers) == 1
    assert ahead(coin, good, customers) == -1
    assert ahead(coin, other, customers) == 0
