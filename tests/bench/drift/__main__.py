"""`make bench-drift`: measure Hearth and its peers on real logs, and write docs/drift.md.

Progress goes to standard error, the page to standard output too.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.drift.logs import Log, log_of, read_logs
from tests.bench.drift.report import page
from tests.bench.drift.study import study
from tests.bench.drift.timing import timings

ROOT = Path(__file__).resolve().parents[3]
DEFAULT_LOGS = ROOT.parent / "shared" / "data"
PAGE = ROOT / "docs" / "drift.md"
DRAWS = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; return 0, or 2 where there was nothing to measure."""
    given = _parser().parse_args(arguments)
    try:
        logs = _logs(given)
    except (ValueError, OSError) as problem:
        print(f"bench-drift: {problem}", file=sys.stderr)
        return 2
    written = page(study(logs, given.draws), timings(), given.draws)
    print(written)
    out = given.out or (None if given.log else PAGE)
    if out:
        out.write_text(written)
    return 0


def _parser() -> argparse.ArgumentParser:
    """Say what may be asked."""
    parser = argparse.ArgumentParser(prog="make bench-drift", description=__doc__)
    parser.add_argument("--logs", type=Path, help="folder of logs with a README.md that lists them")
    parser.add_argument("--log", type=Path, help="one CSV file, with --cut and --horizon")
    parser.add_argument("--cut", action="append", default=[], help="ISO date; may be repeated")
    parser.add_argument("--horizon", type=float, help="days of silence")
    parser.add_argument("--draws", type=int, default=DRAWS, help="bootstrap draws")
    parser.add_argument("--out", type=Path, help="where the page goes")
    return parser


def _logs(given: argparse.Namespace) -> list[Log]:
    """Read the logs asked for."""
    if not given.log:
        return read_logs(given.logs or Path(os.environ.get("HEARTH_LOGS") or DEFAULT_LOGS))
    if not given.cut or not given.horizon:
        raise ValueError("--log needs --cut (a date, perhaps several) and --horizon (days)")
    return [log_of(given.log, given.cut, given.horizon)]


if __name__ == "__main__":
    sys.exit(main())
