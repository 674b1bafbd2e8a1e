"""How names are written so that they can be found."""

import unicodedata
from typing import Any

from django.db.models import Case, Func, IntegerField, TextField, Value, When
from django.db.models.functions import Length, Lower
from django.db.models.lookups import Exact

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


def without_accents(text: Any) -> Any:
    """Return what the database makes of a text: in lower case, letters as `searchable` has them.

    What is ASCII has no accents to look for, which saves nine tenths of the time.
    """
    low: Any = Lower(text, output_field=TextField())
    bare: Any = Func(low, template="normalize(%(expressions)s, NFKD)", output_field=TextField())
    for function, letters, plain in (
        ("regexp_replace", "[\u0300-\u036f]", ""),
        ("translate", "łøđı\N{GREEK SMALL LETTER FINAL SIGMA}", "lodi\N{GREEK SMALL LETTER SIGMA}"),
        ("replace", "æ", "ae"),
        ("replace", "œ", "oe"),
        ("replace", "ß", "ss"),
    ):
        flags = [Value("g")] if function == "regexp_replace" else []
        parts = (bare, Value(letters), Value(plain), *flags)
        bare = Func(*parts, function=function, output_field=TextField())
    octets = Func(text, function="octet_length", output_field=IntegerField())
    return Case(When(Exact(octets, Length(text)), then=low), default=bare)
