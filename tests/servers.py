"""Throw-away PostgreSQL and Redis for one test run, gone when it ends."""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from config import embedded


def start() -> None:
    """Start servers and name them in the environment; processes we start find them there."""
    if "HEARTH_TEST_SERVERS" in os.environ:
        return
    # Whatever server the shell names is somebody's data.
    for variable in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(variable, None)
    home = Path(tempfile.mkdtemp(prefix="hearth-test-"))
    home.chmod(0o755)
    stack = ExitStack()
    atexit.register(stack.close)
    stack.callback(shutil.rmtree, home, ignore_errors=True)
    os.environ.update(stack.enter_context(embedded.running(home, is_durable=False)))
    os.environ["HEARTH_TEST_SERVERS"] = str(home)
