"""Templates are found by their text, not by the honesty of the sender."""

import hashlib
import re

SHORTEST_TEXT = 60
"""Characters; many people write the same short sentence without a template."""

_GREETING = re.compile(
    r"\A\s*(dear|hi|hello|hey|good \w+|liebe\w*|hallo|bonjour|hola)\b[^\n,!.:]*[\n,!.:]"
)
_SIGN_OFF = re.compile(r"\n[^\n]{0,60}\Z")
_NUMBER = re.compile(r"\d+")
_NOT_WORD = re.compile(r"[\W_]+")


def fingerprint(text: str) -> int | None:
    r"""Return a number that messages made from one template share; None for a short text.

    The greeting, the last line, numbers, punctuation and case are left out, so that a name or an
    amount put into a template does not hide it.

    >>> a = "Dear Ana,\nWe value you as a customer. Your bill of 12.5 is ready for you to see.\nTom"
    >>> b = "Hello Zoë!\nWe value you as a customer, your bill of 7.9 is ready for you to see!\nEva"
    >>> fingerprint(a) == fingerprint(b)
    True
    >>> fingerprint("See you at ten.") is None
    True
    """
    body = _SIGN_OFF.sub("", _GREETING.sub("", text.casefold().strip()))
    words = _NOT_WORD.sub(" ", _NUMBER.sub("", body)).strip()
    if len(words) < SHORTEST_TEXT:
        return None
    digest = hashlib.blake2b(words.encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
