"""Why something is not written, and the checks that all texts share."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from relationships.identities import LONGEST_IDENTITY, LONGEST_NAMESPACE
from relationships.models import Identity
from relationships.selectors import IdentityRef

LONGEST_SHOWN = 100

_SURROGATE = re.compile("[\ud800-\udfff]")


class Refusal(NamedTuple):
    """Why one value cannot be taken, and what would be right; a JSON pointer leads to it."""

    pointer: str
    value: str
    reason: str


class WriteRefusedError(ValueError):
    """Something cannot be written as it was asked for; nothing was."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(f"{one.pointer}: {one.reason}" for one in refusals))
        self.refusals = refusals


def refusal(pointer: str, value: Any, reason: str) -> Refusal:
    """Return a refusal that quotes a value, short and printable.

    >>> refusal("/name", "x" * 300, "Use at most 200 characters.").value[98:]
    'x…'
    """
    if isinstance(value, IdentityRef):
        value = value.value
    return Refusal(pointer, quoted("" if value is None else str(value)), reason)


def quoted(text: str) -> str:
    """Return a text as it is quoted to whoever sent it, short and printable."""
    text = text.encode(errors="replace").decode().replace("\x00", "\\0")
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def text_flaw(text: str, longest: int, *, may_be_empty: bool = False) -> str | None:
    """Return what keeps a text from being stored, None when nothing does."""
    if not (may_be_empty or text.strip()):
        return f"Use 1 to {longest} characters."
    if len(text) > longest:
        return f"Use at most {longest} characters; this has {len(text):,}."
    if "\x00" in text:
        return "Take out the NUL character."
    if _SURROGATE.search(text):
        return "Take out the lone surrogates; this is not valid Unicode."
    return None


def identity_flaw(ref: IdentityRef) -> str | None:
    """Return what keeps an identity from being stored, None when nothing does."""
    if ref.kind not in Identity.Kind.values:
        return "Use email, phone or foreign."
    if ref.namespace and ref.kind != Identity.Kind.FOREIGN:
        return "Only foreign ids have a namespace; leave it out."
    if flaw := text_flaw(ref.namespace, LONGEST_NAMESPACE, may_be_empty=True):
        return f"The namespace: {flaw[0].lower()}{flaw[1:]}"
    return text_flaw(ref.value, LONGEST_IDENTITY)
