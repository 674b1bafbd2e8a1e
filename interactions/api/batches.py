"""From the body of a batch to its items, never more than a batch may have."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from interactions.api.items import (
    LARGEST_BATCH,
    MalformedBatchError,
    Touchpoint,
    read_whole,
    split,
)
from relationships.api.problems import MalformedError, TooLargeError

MOST_COMMAS = 40 * LARGEST_BATCH
"""An array with fewer cannot have so many items that splitting it would fill the memory."""

Batch = Sequence[Touchpoint] | Sequence[bytes | msgspec.Raw]
"""Touchpoints that were all read at once; or each as it was sent, where one cannot be read."""

TOO_MANY = f"These are more than {LARGEST_BATCH:,} touchpoints; send at most as many at once."
NO_ARRAY = "Send a JSON array of touchpoints, or lines of them as application/x-ndjson."

_LINE = re.compile(rb"\S[^\n]*")


def batch_of(body: bytes, *, is_lines: bool) -> Batch:
    """Return the items of a JSON array, or of the lines that say something.

    Raises `MalformedError` and `TooLargeError`.
    """
    batch: Batch | None = None
    if body.count(b"\n" if is_lines else b",") <= MOST_COMMAS:
        batch = read_whole(body, is_lines=is_lines)
    if batch is None:
        batch = _lines(body) if is_lines else _array(body)
    if len(batch) > LARGEST_BATCH:
        raise TooLargeError(TOO_MANY)
    return batch


def _lines(body: bytes) -> list[bytes]:
    return [found[0] for found in islice(_LINE.finditer(body), LARGEST_BATCH + 1)]


def _array(body: bytes) -> list[msgspec.Raw]:
    try:
        if body.count(b",") > MOST_COMMAS:
            _check_number(body)
        return split(body)
    except MalformedBatchError as error:
        raise MalformedError(f"{NO_ARRAY} {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"{NO_ARRAY} {error}.") from None


def _check_number(body: bytes) -> None:
    """Stop at the first item too many: eight million of them are no more than 16 MiB."""
    number = 0

    def count(kind: type[_Item], item: Any) -> _Item:
        nonlocal number
        number += 1
        if number > LARGEST_BATCH:
            raise TooLargeError(TOO_MANY)
        return _Item()

    msgspec.json.Decoder(list[_Item], dec_hook=count).decode(body)


class _Item:
    """One item, whatever it is."""
