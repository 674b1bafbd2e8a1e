"""Calendar months in a row: the periods that are compared with each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone


def months_before(day: date, months: int) -> date:
    """Return the first day of the month so many months before that of `day`.

    >>> months_before(date(2026, 1, 31), 2), months_before(date(2026, 11, 3), -2)
    (datetime.date(2025, 11, 1), datetime.date(2027, 1, 1))
    """
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def months_between(first: date, last: date) -> int:
    """Return how many months lie between two days.

    >>> months_between(date(2025, 11, 30), date(2026, 1, 1))
    2
    """
    return (last.year - first.year) * 12 + last.month - first.month


EARLIEST = date(1899, 12, 1)
"""Nothing is recorded of before 1900, wherever that began first."""


def month_of(text: str, today: date) -> date | None:
    """Read a month as an address has it; None for nonsense and for one that is still to come.

    >>> month_of("2026-02", date(2026, 3, 4)), month_of("2026-13", date(2026, 3, 4))
    (datetime.date(2026, 2, 1), None)
    """
    try:
        month = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return None
    return month if EARLIEST <= month <= today else None


@dataclass(frozen=True, slots=True)
class Period:
    """So many months, of which `last` is the first day of the last."""

    last: date
    months: int

    @property
    def first(self) -> date:
        """The first day."""
        return months_before(self.last, self.months - 1)

    @property
    def before(self) -> "Period":
        """As many months just before."""
        return Period(months_before(self.last, self.months), self.months)

    @property
    def year_before(self) -> "Period":
        """The same months a year earlier."""
        return Period(months_before(self.last, 12), self.months)

    @property
    def others(self) -> Sequence["Period"]:
        """The months before and those a year ago, which may be the same."""
        return [self.before] if self.months == 12 else [self.before, self.year_before]

    @property
    def each(self) -> Sequence[date]:
        """The first day of every month, in order."""
        return [months_before(self.last, back) for back in reversed(range(self.months))]

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The moment it begins and the moment the next month does, in the organisation's days."""
        first, after = self.first, months_before(self.last, -1)
        zone = timezone.get_default_timezone()
        return (
            datetime.combine(first, time(), tzinfo=zone),
            datetime.combine(after, time(), tzinfo=zone),
        )

    @property
    def words(self) -> str:
        """The months as people say them.

        >>> Period(date(2026, 10, 1), 3).words, Period(date(2026, 1, 1), 3).words
        ('August to October 2026', 'November 2025 to January 2026')
        >>> Period(date(2026, 10, 1), 1).words
        'October 2026'
        """
        first, last = self.first, self.last
        if self.months == 1:
            return f"{last:%B %Y}"
        year = "" if first.year == last.year else f" {first.year}"
        return f"{first:%B}{year} to {last:%B %Y}"
