"""From the body of a batch to its items, never more than a batch may have."""

import re
from collections.abc import Sequence
from itertools import islice

import msgspec

from interactions.api.items import LARGEST_BATCH, Touchpoint, read_whole
from relationships.api.decoding import MOST_COMMAS, array_items, too_many
from relationships.api.problems import TooLargeError

Batch = Sequence[Touchpoint] | Sequence[bytes | msgspec.Raw]
"""Touchpoints that were all read at once; or each as it was sent, where one cannot be read."""

WHAT = "touchpoints"
RIGHT = "Send a JSON array of touchpoints, or lines of them as application/x-ndjson."

_LINE = re.compile(rb"\S[^\n]*")


def batch_of(body: bytes, *, is_lines: bool) -> Batch:
    """Return the items of a JSON array, or of the lines that say something.

    Raises `MalformedError` and `TooLargeError`.
    """
    batch: Batch | None = None
    if body.count(b"\n" if is_lines else b",") <= MOST_COMMAS:
        batch = read_whole(body, is_lines=is_lines)
    # One over several lines could be read only while no other is bad: so it never is.
    if batch is not None and is_lines and not _is_one_a_line(batch, body):
        batch = None
    if batch is None and not is_lines:
        return array_items(body, at_most=LARGEST_BATCH, what=WHAT, right=RIGHT)
    if batch is None:
        batch = _lines(body)
    if len(batch) > LARGEST_BATCH:
        raise TooLargeError(too_many(LARGEST_BATCH, WHAT))
    return batch


def _is_one_a_line(batch: Batch, body: bytes) -> bool:
    # Without empty lines between, as nearly always, counting line ends is enough.
    return body.strip().count(b"\n") + 1 == len(batch) or len(_lines(body)) == len(batch)


def _lines(body: bytes) -> list[bytes]:
    return [found[0] for found in islice(_LINE.finditer(body), LARGEST_BATCH + 1)]
