"""Predicting from a log file, and what is said of files that are not in order."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from insights.scoring.__main__ import main
from insights.scoring.predict import moment_of


@pytest.fixture
def run(tmp_path, capsys):
    """Run predict on a log given as text or bytes; give its code, result and complaints."""

    def run(log, as_of="2020-03-01", horizon="30", out="out.csv", more=()):
        path = tmp_path / "log.csv"
        path.write_bytes(log if isinstance(log, bytes) else log.encode())
        target = tmp_path / out
        asked = ["--as-of", as_of, "--horizon", horizon, "--out", str(target), *more]
        code = main(["predict", str(path), *asked])
        result = None
        if target.exists():
            result = pd.read_csv(target, keep_default_na=False, dtype={"customer": str})
        left_over = [p.name for p in tmp_path.iterdir() if p.name not in ("log.csv", out)]
        assert left_over == []
        return code, result, capsys.readouterr().err

    return run


HEADER = "customer,occurred_at\n"
RHYTHM = HEADER + "".join(f"weekly,2020-01-{day:02}\n" for day in range(1, 30, 7))


def test_who_was_here_lately_is_less_likely_silent(run):
    code, result, said = run(RHYTHM + "once,2020-01-02\nlately,2020-02-28\nlately,2020-02-20\n")

    assert (code, said) == (0, "")
    assert result["customer"].tolist() == ["lately", "once", "weekly"]
    silence = result.set_index("customer")["silence"]
    assert silence["lately"] < silence["weekly"]
    assert silence.between(0, 1).all()


def test_what_happens_from_the_date_on_has_no_influence(run):
    before = run(RHYTHM)[1]

    after = run(RHYTHM + "weekly,2020-03-01\nnewcomer,2020-03-02T10:00:00Z\n")[1]

    pd.testing.assert_frame_equal(before, after)


def test_a_refit_learns_from_the_log_itself_and_only_from_before_the_date(run):
    # Everybody calls every other day; half of them stop in mid-January.
    steady = [f"s{n},2020-{month}-{day:02}" for n in range(9) for month in ("01", "02")
              for day in range(1, 29, 2)]  # fmt: skip
    gone = [f"g{n},2020-01-{day:02}" for n in range(9) for day in range(1, 15, 2)]
    log = HEADER + "\n".join(steady + gone) + "\n"

    code, refitted, said = run(log, more=["--refit"])

    assert (code, said) == (0, "")
    assert not refitted.equals(run(log)[1])
    silence = refitted.set_index("customer")["silence"]
    assert silence["s0"] < 0.3 < silence["g0"]
    later = "".join(f"{who},2020-03-{day:02}\n" for who in ("g0", "new") for day in range(1, 30))
    pd.testing.assert_frame_equal(refitted, run(log + later, more=["--refit"])[1])


def test_a_refit_without_enough_history_says_so_and_uses_what_ships(run):
    log = HEADER + "a,2020-02-28\nb,2020-02-29\n"

    code, result, said = run(log, more=["--refit"])

    assert code == 0
    assert said == (
        "not refitted: there are 2 days of history; 12 are needed for a horizon of 30 days; "
        "the shipped prior is used\n"
    )
    pd.testing.assert_frame_equal(result, run(log)[1])


def test_order_of_rows_and_other_columns_do_not_matter(run):
    rows = ["a,2020-01-01,9", "b,2020-02-01T23:59:59+02:00,x", "a,2020-02-03T00:00:00Z,"]

    forward = run("customer,occurred_at,value\n" + "\n".join(rows))[1]
    backward = run(
        "value,occurred_at,customer\n" + "\n".join(",".join(r.split(",")[::-1]) for r in rows[::-1])
    )[1]

    pd.testing.assert_frame_equal(forward, backward)


def test_bad_rows_are_reported_and_the_good_ones_kept(run):
    code, result, said = run(HEADER + "a,2020-01-01\n,2020-01-02\nb,yesterday\nc\nNA,2020-01-05\n")

    assert code == 0
    assert result["customer"].tolist() == ["NA", "a"]
    lines = said.splitlines()
    assert lines[0] == "line 3: customer is ''; it must not be empty"
    assert lines[1].startswith("line 4: occurred_at is 'yesterday'; it must be an ISO date")
    assert lines[2].startswith("line 5: occurred_at is ''")
    assert lines[3] == "3 rows of 5 left out"


def test_many_bad_rows_are_counted_not_listed(run):
    code, _, said = run(HEADER + "a,2020-13-01\n" * 1000 + "a,2020-01-01\n")

    assert code == 0
    assert len(said.splitlines()) == 21
    assert said.splitlines()[-1] == "1000 rows of 1001 left out, the first 20 of them above"


@pytest.mark.parametrize(
    ("log", "given", "message"),
    [
        ("who,when\na,2020-01-01\n", {}, "has no column 'customer'"),
        ("customer\na\n", {}, "has no column 'occurred_at'"),
        ("", {}, "is not a CSV file"),
        (HEADER + 'a,"2020-01-01\n', {}, "is not a CSV file"),
        (RHYTHM, {"as_of": "soon"}, "'soon' is not a date"),
        (RHYTHM, {"horizon": "0"}, "horizon_days is 0.0; it must be a number of days from 1"),
        (RHYTHM, {"horizon": "-5"}, "horizon_days is -5.0"),
        (RHYTHM, {"horizon": "nan"}, "horizon_days is nan"),
        (RHYTHM, {"out": "no/such/folder.csv"}, "No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(run, log, given, message):
    code, result, said = run(log, **given)

    assert code == 2
    assert result is None
    assert message in said
    assert len(said.splitlines()) == 1


def test_a_failure_leaves_the_earlier_result_alone(run):
    run(RHYTHM)

    code, result, _ = run(RHYTHM, as_of="soon")

    assert code == 2
    assert result["customer"].tolist() == ["weekly"]


def test_odd_text_survives(run):
    code, result, _ = run('\ufeffcustomer,occurred_at\r\nJosé 🙂,2020-01-01\r\n"a,b",20200102\r\n')

    assert code == 0
    assert result["customer"].tolist() == ["José 🙂", "a,b"]


def test_empty_lines_at_the_end_are_no_rows(run):
    code, result, said = run(HEADER + "a,2020-01-01\n\n\n")

    assert (code, said) == (0, "")
    assert len(result) == 1


def test_nobody_yet_gives_a_header_only(run):
    code, result, _ = run(HEADER + "a,2020-05-01\n")

    assert code == 0
    assert result.columns.tolist() == ["customer", "silence"]
    assert len(result) == 0


@pytest.mark.parametrize(
    "text", ["now", "today", "2020", "2020-01", "1577836800", "2020-02-30", "31.01.2020", ""]
)
def test_what_is_no_iso_date_is_refused(text):
    with pytest.raises(ValueError, match="it must be an ISO date"):
        moment_of(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [("1970-01-02", 1.0), ("1970-01-01T12:00", 0.5), ("1970-01-01 06:00:00Z", 0.25),
     ("1970-01-02T01:00:00.5+01:00", 1.0 + 0.5 / 86_400), ("1969-12-31", -1.0)],
)  # fmt: skip
def test_moments_without_offset_are_utc(text, days):
    assert moment_of(text) == pytest.approx(days, abs=1e-9)


def test_it_runs_without_django(tmp_path):
    log, out = tmp_path / "log.csv", tmp_path / "out.csv"
    log.write_text(RHYTHM)
    asked = ["predict", str(log), "--as-of", "2020-02-01", "--horizon", "30", "--out", str(out)]
    code = (
        "import sys; from insights.scoring.__main__ import main; "
        f"code = main({asked!r}); assert 'django' not in sys.modules; sys.exit(code)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
    assert np.isfinite(pd.read_csv(out)["silence"]).all()
