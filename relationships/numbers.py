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


def whole_numbers(*texts: str) -> list[int] | None:
    """Return the numbers that all of these texts are; None if any of them is none.

    >>> whole_numbers("3", "12"), whole_numbers("3", "x")
    ([3, 12], None)
    """
    found = [number for text in texts if (number := whole_number(text)) is not None]
    return found if len(found) == len(texts) else None
