"""How names are written so that they can be found."""

import unicodedata

BY_HAND = "Hearth"
"""The source of what people log here; no service account is called so."""

BY_HAND_TOO = "Hearth (by hand)"
"""What it is called where a service account had that name before this was refused."""


def searchable(name: str) -> str:
    """Return `name` in lower case and without accents.

    >>> searchable("Zoë Müller-Łukasz  & Søn")
    'zoe muller-lukasz & son'
    """
    folded = name.casefold().translate(_UNDECOMPOSED)
    bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return " ".join(bare.split())[:200]


# Letters that Unicode does not decompose into a base letter and an accent.
_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
