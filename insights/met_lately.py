"""What "lately" means where customers are met."""

from datetime import date, timedelta

MET_LATELY_DAYS = 90
"""Days in which whoever was met is met lately, today among them."""


def met_lately_from(today: date) -> date:
    """Return the first day that is lately.

    >>> met_lately_from(date(2026, 3, 31))
    datetime.date(2026, 1, 1)
    """
    return today - timedelta(days=MET_LATELY_DAYS - 1)
