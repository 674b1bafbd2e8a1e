"""A Hearth for a bench, on servers of its own that write through to the disk."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import embedded
from tests.bench.bench_api.events import SOURCE
from tests.live import Hearth, migrated

HIDDEN = ("DATABASE_URL", "REDIS_URL", "TESTING", "HEARTH_HOME")


@contextmanager
def hearth() -> Iterator[Hearth]:
    """Start durable servers, and migrate a database on them."""
    home = Path(tempfile.mkdtemp(prefix="hearth-bench-"))
    home.chmod(0o755)
    for variable in HIDDEN:
        os.environ.pop(variable, None)
    try:
        with embedded.running(home) as servers:
            yield migrated(home, servers, source=SOURCE)
    finally:
        shutil.rmtree(home, ignore_errors=True)
