"""`make bench`: run every bench, each in a process of its own so that its peak memory is its own.

Arguments choose among them: `python -m tests.bench fold read`.
"""

import subprocess
import sys
from pathlib import Path


def main(chosen: list[str]) -> int:
    """Run the benches one by one; return how many failed."""
    failed = 0
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        if not chosen or path.stem.removeprefix("bench_") in chosen:
            print(f"\n== {path.stem.removeprefix('bench_')}", flush=True)
            failed += (
                subprocess.run([sys.executable, "-m", f"tests.bench.{path.stem}"]).returncode != 0
            )
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
