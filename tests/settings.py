"""The settings of a test run: Hearth's own, on servers this run starts itself."""

import os
from pathlib import Path

from tests import servers

servers.start()
os.environ["SECRET_KEY"] = "only for tests"
os.environ["TESTING"] = "1"
# Workers of pytest-xdist are called gw0, gw1, ...: each takes a Redis database of its own.
number = os.environ.get("PYTEST_XDIST_WORKER", "gw").removeprefix("gw")
os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rpartition("/")[0] + f"/{int(number or -1) + 1}"

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The application warns about a missing directory; pages in a browser get theirs from the sources.
STATIC_ROOT = Path(os.environ["HEARTH_TEST_SERVERS"]) / "static"
STATIC_ROOT.mkdir(exist_ok=True)
