"""The command line of the core: `python -m insights.scoring predict LOG.csv ...`, and `train`.

Exit codes: 0 when predictions were written (rows that could not be read are reported on
standard error and left out), 2 when nothing was written, with one sentence saying why.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from insights.scoring.predict import Log, predict
from insights.scoring.refit import TooLittleHistoryError
from insights.scoring.silence import PRIOR_FILE
from insights.scoring.train import train


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
        given.run(given)
    except (ValueError, OSError) as problem:
        print(f"{given.command}: {problem}", file=sys.stderr)
        return 2
    return 0


def _predict(given: argparse.Namespace) -> None:
    """Write predictions; without enough history to refit, say so and use the shipped prior."""
    asked = (given.log, given.as_of, given.horizon, given.out)
    try:
        log = predict(*asked, is_refit=given.refit)
    except TooLittleHistoryError as problem:
        print(f"not refitted: {problem}; the shipped prior is used", file=sys.stderr)
        log = predict(*asked)
    _report(log)


def _train(given: argparse.Namespace) -> None:
    """Write the prior."""
    train(given.folder, given.out)


def _parser() -> argparse.ArgumentParser:
    """Say what may be asked."""
    parser = argparse.ArgumentParser(prog="python -m insights.scoring", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    command = commands.add_parser("predict", help="probability of silence for each customer")
    command.add_argument("log", type=Path, help="CSV with columns customer and occurred_at")
    command.add_argument("--as-of", required=True, help="ISO date; only what was before it counts")
    command.add_argument("--horizon", required=True, type=float, help="days of silence, 1 to 3650")
    command.add_argument("--out", required=True, type=Path, help="CSV to write")
    command.add_argument(
        "--refit", action="store_true", help="learn from what the log says before that date"
    )
    command.set_defaults(run=_predict)
    command = commands.add_parser("train", help="the prior that Hearth ships, from logs")
    command.add_argument("folder", type=Path, help="logs, and a README.md that lists them")
    command.add_argument("--out", type=Path, default=PRIOR_FILE, help="JSON to write")
    command.set_defaults(run=_train)
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
