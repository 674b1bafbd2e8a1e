"""Months as their first days."""

from datetime import date


def months_before(day: date, months: int) -> date:
    """Return the first day of the month so many months before that of `day`.

    >>> months_before(date(2026, 3, 4), 3), months_before(date(2025, 12, 31), -1)
    (datetime.date(2025, 12, 1), datetime.date(2026, 1, 1))
    """
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)
