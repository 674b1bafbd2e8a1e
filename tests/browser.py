"""Which browser the tests marked `browser` run in."""

import functools
import shutil
import subprocess

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@functools.cache
def chromium() -> str | None:
    """Return the Chromium of this machine, if there is one that runs."""
    for path in filter(None, map(shutil.which, NAMES)):
        # Ubuntu's chromium-browser may be a script that only says to install a snap.
        if subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    return None
