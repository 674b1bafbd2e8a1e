"""From the body of a batch to its items, not yet read, and never more than a batch may have."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from interactions.api.items import LARGEST_BATCH, MalformedBatchError, split
from relationships.api.problems import MalformedError, TooLargeError

MOST_COMMAS = 40 * LARGEST_BATCH
"""An array with fewer cannot have so many items that splitting it would fill the memory."""

TOO_MANY = f"These are more than {LARGEST_BATCH:,} touchpoints; send at most as many at once."
NO_ARRAY = "Send a JSON array of touchpoints, or lines of them as application/x-ndjson."

_LINE = re.compile(rb"\S[^\n]*")


def items_of(body: bytes, *, is_lines: bool) -> Sequence[bytes | msgspec.Raw]:
    """Return the items of a JSON array, or the lines that say something.

    Raises `MalformedError` and `TooLargeError`.
    """
    raws = _lines(body) if is_lines else _array(body)
    if len(raws) > LARGEST_BATCH:
        raise TooLargeError(TOO_MANY)
    return raws


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
