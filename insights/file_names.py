"""What files to take along are called, and what stands below what they show."""

from datetime import date

from django.utils.text import slugify

from relationships.names import searchable

LONGEST_SLUG = 60


def file_name(kind: str, said: str, today: date, ending: str) -> str:
    """Return a file's name: what it is, what it is narrowed to, and of which day.

    >>> file_name("bands", "Team: Nørth & Co", date(2026, 3, 4), "csv")
    'bands-team-north-co-2026-03-04.csv'
    >>> file_name("bands", "Team: 東京", date(2026, 3, 4), "csv")
    'bands-team-東京-2026-03-04.csv'
    """
    narrowed = slugify(searchable(said), allow_unicode=True)[:LONGEST_SLUG].strip("-")
    return "-".join(filter(None, (kind, narrowed, today.isoformat()))) + f".{ending}"


def file_note(said: str, today: date) -> str:
    """Return what stands below what a file shows: whose it is, narrowed to what, and of when.

    >>> file_note("Team: Nørth & Co", date(2026, 3, 4))
    'Hearth · Team: Nørth & Co · 4 March 2026'
    """
    note = " · ".join(filter(None, ("Hearth", said, f"{today.day} {today:%B %Y}")))
    # What was searched for may hold what no XML can.
    return "".join(letter if letter.isprintable() else " " for letter in note)
