"""Compile a plain Python loop to machine code, keeping its type for mypy."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

F = TypeVar("F", bound=Callable[..., Any])


def cache_directory(base: str) -> Path:
    """Name a directory for what is compiled from these very sources.

    numba looks at the file of a function alone: it would go on using what was compiled with
    another layout of the state, and fails on what names a class that is gone.

    Parameters
    ----------
    base : str
        Where numba was told to keep its files; empty for beside the sources.

    Returns
    -------
    Path
        Another one as soon as any source of the package changes.

    Examples
    --------
    >>> cache_directory("/tmp").parent.as_posix()
    '/tmp'
    """
    package = Path(__file__).parent
    sources = b"".join(source.read_bytes() for source in sorted(package.glob("*.py")))
    digest = hashlib.blake2b(sources, digest_size=8).hexdigest()
    return Path(base or package / "__pycache__") / f"scoring-{digest}"


# numba makes its settings at run time, where mypy cannot see them.
settings = vars(config)
settings["CACHE_DIR"] = str(cache_directory(settings["CACHE_DIR"]))


def compiled(function: F) -> F:
    """Compile a function with numba on its first call and keep the result on disk.

    The interpreter lock is released while it runs, so a worker may fold on several threads. It
    is not parallel inside: Celery workers fork, and numba's thread pools do not survive a fork.
    Where nothing can be written, every process compiles for itself (some seconds).

    Parameters
    ----------
    function : callable
        A function of numbers, arrays and named tuples of them.

    Returns
    -------
    callable
        The same function, compiled.

    Raises
    ------
    numba.core.errors.TypingError
        On the first call, when the function uses what numba cannot compile.

    Examples
    --------
    >>> from insights.scoring.loop import half_left
    >>> round(half_left(90.0, 90.0), 12)
    0.5
    """
    try:
        return cast("F", njit(nogil=True, cache=True)(function))
    except RuntimeError:  # nowhere to keep it, as in a read-only installation
        return cast("F", njit(nogil=True)(function))
