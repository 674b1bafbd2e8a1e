"""Compile a plain Python loop to machine code, keeping its type for mypy."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


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
