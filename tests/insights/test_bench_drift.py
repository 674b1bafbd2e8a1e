"""The bench of drift: every rival plays by the rules, and the sums are those of the literature."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import gammaln, hyp2f1

from insights.scoring import Policy, Silence, metrics
from insights.scoring.predict import silences
from tests.bench.drift.alerts import alerts
from tests.bench.drift.compare import compare
from tests.bench.drift.earlier import earlier_cuts
from tests.bench.drift.few import few
from tests.bench.drift.logs import History, Log, read_logs
from tests.bench.drift.measures import MEASURES, measured, redrawn
from tests.bench.drift.report import page
from tests.bench.drift.rhythm import Rhythm, early_drift
from tests.bench.drift.rival import Prediction, teach
from tests.bench.drift.rivals import RIVALS
from tests.bench.drift.rivals import buy_till_you_die as btyd
from tests.bench.drift.stillness import falls
from tests.bench.drift.study import Study
from tests.bench.drift.timing import Timing

CUT, HORIZON, END = 120.0, 30.0, 160.0
EACH_RIVAL = pytest.mark.parametrize("rival", RIVALS, ids=lambda rival: rival.name)


def made_up_log(customers: int = 120) -> Log:
    """Let customers come at their own rates and leave at their own times."""
    random = np.random.default_rng(3)
    owner, at = [], []
    for customer in range(customers):
        gaps = random.exponential(random.gamma(2.0, 5.0) + 0.5, 200)
        moments = random.uniform(0.0, 60.0) + np.cumsum(gaps) - gaps[0]
        moments = moments[moments < min(END, moments[0] + random.exponential(120.0))]
        owner += [customer] * len(moments)
        at += moments.tolist()
    value = random.uniform(1.0, 20.0, len(at))
    history = History(np.array(owner), np.array(at), value)
    return Log("made up", history, (90.0, CUT), HORIZON, Silence.prior())


LOG = made_up_log()


def later_than(history: History, moment: float) -> History:
    """Tell another story from a moment on: everybody comes every day."""
    past = history.before(moment)
    days = np.arange(moment, END)
    customer = np.concatenate([past.customer, np.repeat(history.customers, len(days))])
    at = np.concatenate([past.at, np.tile(days, len(history.customers))])
    order = np.lexsort((at, customer))
    return History(customer[order], at[order], np.ones(len(at)))


@EACH_RIVAL
def test_rival_gives_every_customer_a_number_in_range(rival):
    known = LOG.history.before(CUT)

    said = teach(rival, known, CUT, HORIZON)(known, CUT)

    assert len(said.score) == len(said.probability) == len(known.customers)
    assert np.isfinite(said.score).all()
    assert ((said.probability >= 0) & (said.probability <= 1)).all()


@EACH_RIVAL
def test_rival_tells_silent_customers_from_others_better_than_a_coin(rival):
    known = LOG.history.before(CUT)
    silent = LOG.history.silent(known.customers, CUT, CUT + HORIZON)

    score = rival.learn(known, CUT, HORIZON)(known, CUT)

    assert metrics.auc(silent, score) > 0.6


def test_nothing_after_the_cut_off_reaches_a_rival():
    known = LOG.history.before(CUT)
    retold = later_than(LOG.history, CUT).before(CUT)

    assert known.at.max() < CUT
    np.testing.assert_array_equal(known.at, retold.at)
    np.testing.assert_array_equal(known.customer, retold.customer)


@EACH_RIVAL
def test_rival_does_not_look_at_what_came_after_an_earlier_cut_off_to_judge_there(rival):
    earlier = 90.0
    judge = rival.learn(LOG.history.before(earlier), earlier, HORIZON)

    first = judge(LOG.history.before(earlier), earlier)
    again = judge(later_than(LOG.history, earlier).before(earlier), earlier)

    if rival.name not in {"RFM", "Boosting"}:  # the other story has other values
        np.testing.assert_allclose(first, again)


@EACH_RIVAL
def test_rival_can_learn_from_a_handful_of_customers(rival):
    known = LOG.history.before(CUT)
    lesson = known.of(known.customers[:5])

    said = teach(rival, lesson, CUT, HORIZON)(known, CUT)

    assert np.isfinite(said.probability).all()


@pytest.mark.parametrize("is_refit", [False, True])
def test_hearth_in_the_bench_is_hearth_on_the_command_line(is_refit):
    known = LOG.history.before(CUT)
    *_, start, refitted = RIVALS

    score = (refitted if is_refit else start).learn(known, CUT, HORIZON)(known, CUT)

    who, policy = known.customer.astype(object), Policy(horizon_days=HORIZON)
    _, expected = silences(who, known.at, CUT, policy, is_refit=is_refit)
    np.testing.assert_allclose(score, expected)


def test_lessons_of_the_past_are_over_before_the_cut_off():
    cuts = earlier_cuts(0.0, CUT, HORIZON)

    assert cuts[0] == (90.0, 30.0)
    assert all(cut + horizon <= CUT and cut >= HORIZON / 2.0 for cut, horizon in cuts)


def test_a_short_history_is_cut_in_its_middle():
    assert earlier_cuts(0.0, 40.0, 30.0) == [(20.0, 20.0)]


def test_median_gap_and_early_drift_by_hand():
    days = [0.0, 4.0, 4.5, 14.0, 16.0, 1.0, 3.0]
    history = History(np.array([1, 1, 1, 1, 1, 2, 2]), np.array(days))

    assert Rhythm.of(history).median_gap().tolist() == [4.0, 2.0]
    assert early_drift(history, 24.0).tolist() == [True, False]
    assert early_drift(history, 24.5).tolist() == [False, False]


def test_a_draw_of_every_customer_once_measures_what_the_metrics_do():
    random = np.random.default_rng(5)
    score = random.random(200).round(1)
    silent = random.random(200) < score
    said = Prediction(score, score)

    drawn = redrawn(silent, said, np.ones((200, 1)))

    np.testing.assert_allclose(drawn[:, 0], measured(silent, said))


def test_a_draw_counts_a_customer_as_often_as_drawn():
    random = np.random.default_rng(6)
    score = random.random(30)
    silent = random.random(30) < score
    times = random.poisson(1.0, 30)
    rows = np.repeat(np.arange(30), times)

    drawn = redrawn(silent, Prediction(score, score), times[:, None].astype(float))[:, 0]

    expected = measured(silent[rows], Prediction(score[rows], score[rows]))
    without_groups = len(MEASURES) - 1  # tenths of whole customers are not those of weights
    np.testing.assert_allclose(drawn[:without_groups], expected[:without_groups])


PUBLISHED = {
    btyd.bg_nbd: (0.243, 4.414, 0.793, 2.426),
    btyd.pareto_nbd: (0.553, 10.578, 0.606, 11.669),
    btyd.mbg_nbd: (0.525, 6.183, 0.891, 1.614),
}
"""CDNOW in weeks: Fader, Hardie and Lee (2005); MBG/NBD of the same size, to test the formula."""


def simulated(likelihood, number: int, end: float, later: float) -> tuple[np.ndarray, np.ndarray]:
    """Let customers live by a model: rows of x, t_x, T, and who had no event until `later`."""
    random = np.random.default_rng(11)
    r, alpha, third, fourth = PUBLISHED[likelihood]
    rows, silent = [], []
    for rate in random.gamma(r, 1.0 / alpha, number):
        gaps = random.exponential(1.0 / max(rate, 1e-12), 400)
        moments = np.cumsum(gaps)
        if likelihood is btyd.pareto_nbd:
            gone = random.exponential(1.0 / max(random.gamma(third, 1.0 / fourth), 1e-12))
        else:
            stays = random.geometric(max(random.beta(third, fourth), 1e-12))
            if likelihood is btyd.mbg_nbd:
                stays -= 1  # one may leave right after the first event
            gone = moments[stays - 1] if 0 < stays <= len(moments) else np.inf * (stays > 0)
            gone = 0.0 if stays == 0 else gone
        seen = moments[(moments <= gone) & (moments <= later)]
        past = seen[seen <= end]
        rows.append((len(past), past[-1] if len(past) else 0.0, end))
        silent.append(len(past) == len(seen))
    return np.array(rows), np.array(silent)


@pytest.mark.parametrize("likelihood", list(PUBLISHED), ids=lambda found: found.__name__)
def test_probability_of_no_event_is_the_share_of_simulated_customers_without(likelihood):
    weeks = 13.0
    rows, silent = simulated(likelihood, 10_000, 39.0, 39.0 + weeks)

    said = btyd.no_event_probability(
        likelihood, np.array(PUBLISHED[likelihood]), rows, weeks * btyd.WEEK
    )

    for chosen in (rows[:, 0] == 0, rows[:, 0] == 1, rows[:, 0] >= 2, rows[:, 1] > 30.0):
        error = 4.0 * np.sqrt(0.25 / chosen.sum())
        assert abs(said[chosen].mean() - silent[chosen].mean()) < error


@pytest.mark.parametrize("likelihood", list(PUBLISHED), ids=lambda found: found.__name__)
def test_fit_finds_nothing_less_likely_than_the_truth(likelihood):
    rows, _ = simulated(likelihood, 3_000, 39.0, 39.0)

    found = btyd.fit(likelihood, rows)

    truth = np.array(PUBLISHED[likelihood])
    assert likelihood(found, rows).sum() >= likelihood(truth, rows).sum() - 0.01
    np.testing.assert_allclose(np.log(found[:2]), np.log(truth[:2]), atol=0.25)


def test_integral_of_pareto_nbd_is_its_closed_form():
    r, alpha, s, beta = 0.553, 10.578, 0.606, 11.669
    x, last, end = np.array([[0.0, 0.0, 39.0], [2.0, 30.4, 38.9], [7.0, 5.0, 39.0]]).T

    def part(moment):
        ratio = (beta - alpha) / (beta + moment)
        power = r + s + x
        return hyp2f1(power, r + x, power + 1.0, ratio) / (beta + moment) ** power

    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    stayed = (alpha + end) ** -(r + x) * (beta + end) ** -s
    closed = common + np.log(stayed + s / (r + s + x) * (part(last) - part(end)))

    found = btyd.pareto_nbd(np.array([r, alpha, s, beta]), np.stack([x, last, end], axis=1))

    np.testing.assert_allclose(found, closed, rtol=1e-9)


def test_who_came_once_is_alive_for_certain_by_bg_nbd():
    rows = np.array([[0.0, 0.0, 39.0], [2.0, 30.43, 38.86]])

    gone = btyd.not_alive_probability(np.array(PUBLISHED[btyd.bg_nbd]), rows)

    odds = 0.793 / 3.426 * (43.274 / 34.844) ** 2.243
    np.testing.assert_allclose(gone, [0.0, odds / (1.0 + odds)], rtol=1e-6)


def test_silence_alone_never_brings_a_customer_of_hearth_nearer():
    fell = dict(zip((rival.name for rival in RIVALS), falls(LOG, CUT), strict=True))

    assert all(share == 0.0 for name, share in fell.items() if name.startswith("Hearth"))


def test_the_page_is_written_from_what_was_measured(monkeypatch):
    monkeypatch.setattr("tests.bench.drift.few.SEEDS", 1)
    log = replace(LOG, cuts=(CUT,))
    study = Study(
        log, [compare(log, CUT, draws=5)], [alerts(log, CUT)], [few(log, CUT)], falls(log, CUT)
    )

    written = page([study], [Timing("fold and read", 1.25)], draws=5)

    assert "made up (120 customers, 1 cut-off, horizon 30 days)" in written
    assert "| fold and read | 1.25 s | 0.25 |" in written
    assert all(f"**{rival.name}" in written for rival in RIVALS)
    assert "nan" not in written


def test_logs_are_those_the_readme_lists(tmp_path):
    (tmp_path / "README.md").write_text(
        "| file | rows | customers | what | from | cut-offs | horizon |\n|---|\n"
        "| shop.csv | 2 | 2 | a shop | here | 2024-02-01, 2024-03-01 | 30 |\n"
    )
    (tmp_path / "shop.csv").write_text("customer,occurred_at\nb,2024-01-02\na,2024-01-01T12:00Z\n")

    (log,) = read_logs(tmp_path)

    assert (log.name, len(log.cuts), log.horizon) == ("shop", 2, 30.0)
    assert log.history.at.tolist() == [19723.5, 19724.0]
