"""The limits of what can be stored, and how it is told that something is beyond them."""

import difflib
import functools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from relationships.identities import LONGEST_IDENTITY, LONGEST_NAMESPACE
from relationships.models import Identity
from relationships.selectors import IdentityRef
from relationships.services.profiles import quoted

# Clocks of other machines run ahead a little; anything later than this has not happened yet.
MINUTES_AHEAD = 5
CLOCK_TOLERANCE = timedelta(minutes=MINUTES_AHEAD)
IN_THE_FUTURE = (
    f"This is more than {MINUTES_AHEAD} minutes in the future; record it when it has happened, "
    "or set the clock right."
)
OLDEST = datetime(1900, 1, 1, tzinfo=UTC)
LONGEST_TEXT = 50_000
LARGEST_ROOM = 1_000_000
LONGEST_MINUTES = 60 * 24 * 31
LARGEST_VALUE = Decimal("999999999999.99")
LONGEST_TYPE = 60
LONGEST = {"external_id": 200, "closes": 200, "via": 100, "text": LONGEST_TEXT}
_KINDS = frozenset(Identity.Kind.values)


class Refusal(Struct, frozen=True, gc=False):
    """Why one field of one touchpoint cannot be taken, and what would be right."""

    field: str
    value: str
    reason: str


def identity_flaw(ref: IdentityRef, who: str = "customer") -> str | None:
    """Return what keeps an identity from being stored, None when nothing does."""
    if not ref.value or ref.value.isspace():
        return f"Say which {who} it was."
    if ref.kind not in _KINDS or (ref.namespace and ref.kind != Identity.Kind.FOREIGN):
        return "Use an e-mail address, a phone number, or a foreign id with its namespace."
    if len(ref.value) > LONGEST_IDENTITY or len(ref.namespace) > LONGEST_NAMESPACE:
        return f"Use at most {LONGEST_IDENTITY} characters, {LONGEST_NAMESPACE} for the namespace."
    for text in (ref.value, ref.namespace):
        if "\x00" in text:
            return "Take out the NUL character."
        if not text.isascii() and not is_unicode(text):
            return "Take out the lone surrogates; this is not valid Unicode."
    return None


@functools.lru_cache(maxsize=256)
def nearest_type(key: str, known: tuple[str, ...]) -> str:
    """Say which types of the catalogue may have been meant."""
    near = difflib.get_close_matches(key[:LONGEST_TYPE], known, n=3, cutoff=0.4)
    return f"did you mean {' or '.join(near)}?" if near else "see the catalogue of types."


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8: lone surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(value: Any) -> str:
    """Return a value as it is quoted to whoever sent it, short and printable."""
    if isinstance(value, IdentityRef):
        value = value.value
    return quoted(value.isoformat() if isinstance(value, datetime) else str(value))
