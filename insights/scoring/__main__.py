"""The command line of the core: `python -m insights.scoring predict LOG.csv ...`.

Exit codes: 0 when predictions were written (rows that could not be read are reported on
standard error and left out), 2 when nothing was written, with one sentence saying why.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from insights.scoring.predict import Log, predict


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the command line.

    Returns
    -------
    int
        0 or 2, as the module says.

    Examples
    --------
    >>> main(["predict", "no.csv", "--as-of", "2020-01-31", "--horizon", "0", "--out", "o.csv"])
    2
    """
    given = _parser().parse_args(arguments)
    try:
        log = predict(given.log, given.as_of, given.horizon, given.out)
    except (ValueError, OSError) as problem:
        print(f"predict: {problem}", file=sys.stderr)
        return 2
    _report(log)
    return 0


def _parser() -> argparse.ArgumentParser:
    """Say what may be asked."""
    parser = argparse.ArgumentParser(prog="python -m insights.scoring", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="predict")
    command = commands.add_parser("predict", help="probability of silence for each customer")
    command.add_argument("log", type=Path, help="CSV with columns customer and occurred_at")
    command.add_argument("--as-of", required=True, help="ISO date; only what was before it counts")
    command.add_argument("--horizon", required=True, type=float, help="days of silence, 1 to 3650")
    command.add_argument("--out", required=True, type=Path, help="CSV to write")
    return parser


def _report(log: Log) -> None:
    """Tell about the rows left out."""
    for complaint in log.complaints:
        print(complaint, file=sys.stderr)
    if log.bad:
        shown = len(log.complaints)
        more = f", the first {shown} of them above" if shown < log.bad else ""
        rows = "row" if log.bad == 1 else "rows"
        print(f"{log.bad} {rows} of {log.bad + len(log.at)} left out{more}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
