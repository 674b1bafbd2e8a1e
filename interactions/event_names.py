"""How names of events are compared, and which rule speaks of one."""

import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN_WORDS = re.compile(r"[^\w*]+|_+")


def comparable(name: str) -> str:
    """Return a name, or a pattern with stars, without regard to case and spelling.

    >>> comparable("Order Completed"), comparable("order_completed"), comparable("orderCompleted")
    ('order completed', 'order completed', 'order completed')
    >>> comparable("Checkout *")
    'checkout *'
    """
    plain = unicodedata.normalize("NFKC", name)
    words = _BETWEEN_WORDS.sub(" ", _CAMEL.sub(" ", plain)).casefold()
    return " ".join(words.split()) or " ".join(plain.casefold().split())


def fits(pattern: str, name: str) -> bool:
    """Whether a comparable name is what a comparable pattern speaks of.

    >>> fits("checkout *", "checkout step viewed"), fits("order completed", "order completed twice")
    (True, False)
    >>> fits("*", ""), fits("a*b*c", "a-b"), fits("ab*b", "ab")
    (True, False, False)
    """
    start, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *middle, end = rest
    if not name.startswith(start) or len(name) < len(start) + len(end):
        return False
    place = len(start)
    for part in middle:
        found = name.find(part, place, len(name) - len(end))
        if found < 0:
            return False
        place = found + len(part)
    return name.endswith(end)


def weight(pattern: str) -> tuple[bool, int]:
    """Return how closely a comparable pattern speaks of a name; the greatest decides.

    >>> weight("order completed") > weight("order *") > weight("*")
    True
    """
    return ("*" not in pattern, len(pattern.replace("*", "")))
