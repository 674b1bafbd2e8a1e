"""How deep JSON is nested, told without descending into it, as readers do until they give up."""

import numpy as np
from numpy.typing import NDArray

DEEPEST = 100
"""Lists and objects in each other in one message; those of real SDKs have about ten."""

CUT_BELOW = 2 * DEEPEST
"""Any reader gets so far; a message that is cut there is still too deep to be taken."""

_STEPS = np.zeros(256, np.int8)
_STEPS[[ord("["), ord("{")]] = 1
_STEPS[[ord("]"), ord("}")]] = -1


def is_too_deep(message: bytes) -> bool:
    """Whether lists and objects stand in each other deeper than a message may have them.

    >>> is_too_deep(b"[" * 100 + b"]" * 100), is_too_deep(b"[" * 101 + b"]" * 101)
    (False, True)
    >>> is_too_deep(b'["' + b"[" * 101 + b'"]'), is_too_deep(b"[" + b"[]," * 101 + b"1]")
    (False, False)
    """
    if message.count(b"[") + message.count(b"{") <= DEEPEST:
        return False
    return bool(_depths(message).max() > DEEPEST)


def cut(body: bytes, below: int = CUT_BELOW) -> bytes:
    """Put 0 where a body is nested deeper than `below`, and leave the rest as it is.

    >>> cut(b'[[["]", {}], 1], {"a": [[2], [3]]}]', 2)
    b'[[0        , 1], {"a": 0         }]'
    """
    is_deep = _depths(body) > below
    # With it goes the bracket that ends it, after which it is not so deep any more.
    is_cut = is_deep.copy()
    is_cut[1:] |= is_deep[:-1]
    letters = np.frombuffer(body, np.uint8).copy()
    letters[is_cut] = ord(" ")
    letters[np.flatnonzero(np.diff(is_cut, prepend=False) & is_cut)] = ord("0")
    return letters.tobytes()


def _depths(body: bytes) -> NDArray[np.int32]:
    """Return how many lists and objects are open after each byte."""
    plain = body.replace(rb"\\", b"..").replace(rb"\"", b"..")
    letters = np.frombuffer(plain, np.uint8)
    # It may well overflow: only whether the number of quotes so far is odd is of interest.
    is_in_a_text = np.cumsum(letters == ord('"'), dtype=np.uint8) % 2 == 1
    steps = _STEPS[letters]
    steps[is_in_a_text] = 0
    return np.cumsum(steps, dtype=np.int32)
