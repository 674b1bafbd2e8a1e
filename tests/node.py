"""Which Node the tests marked `node` run in."""

import functools
import shutil


@functools.cache
def node() -> str | None:
    """Return the Node.js of this machine, if there is one with npm."""
    return shutil.which("node") if shutil.which("npm") else None
