"""Whole numbers that come as text, from an address, a form or a header."""

LARGEST_ID = 2**63 - 1
"""What a bigint holds; of thousands of digits Python makes no number at all."""


def whole_number(text: str) -> int | None:
    r"""Return the number that a text is, from zero to `LARGEST_ID`; None for anything else.

    >>> [whole_number(text) for text in ("42", "007", "-1", "", "\u0663", "9" * 19, "9" * 5000)]
    [42, 7, None, None, None, None, None]
    """
    is_one = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))
    return number if is_one and (number := int(text)) <= LARGEST_ID else None


def two_numbers(text: str, between: str) -> tuple[int, int] | None:
    """Return the two numbers that stand before and behind a mark; None for anything else.

    >>> two_numbers("3-12", "-"), two_numbers("3-x", "-"), two_numbers("3", "-")
    ((3, 12), None, None)
    """
    first, second = map(whole_number, text.partition(between)[::2])
    return None if first is None or second is None else (first, second)
