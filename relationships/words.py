"""How days, spans and counts are said in a sentence."""

from datetime import date, datetime, timedelta

from django.utils import timezone


def plural(count: int, one: str, many: str = "") -> str:
    """Say how many.

    >>> plural(1, "day"), plural(0, "day"), plural(1200, "person", "people")
    ('1 day', '0 days', '1,200 people')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def day_name(day: date, today: date) -> str:
    """Say a day as people say it.

    >>> day_name(date(2026, 3, 3), date(2026, 3, 3)), day_name(date(2026, 3, 2), date(2026, 3, 3))
    ('Today', 'Yesterday')
    >>> day_name(date(2026, 2, 5), date(2026, 3, 3)), day_name(date(2025, 12, 31), date(2026, 3, 3))
    ('5 February', '31 December 2025')
    """
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {day:%B}{year}"


def days_ago(moment: datetime, now: datetime) -> str:
    """Say how long ago a moment was, in calendar days of the reader.

    >>> from datetime import UTC
    >>> days_ago(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
    '3 days ago'
    """
    days = _days_between(moment, now)
    if days <= 1:
        return "yesterday" if days == 1 else "today"
    return f"{plural(days, 'day')} ago"


def due(moment: datetime, now: datetime) -> str:
    """Say when something is or was due.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    >>> due(noon + timedelta(days=1), noon), due(noon - timedelta(days=2), noon)
    ('due tomorrow', '2 days overdue')
    >>> due(noon + timedelta(hours=3), noon), due(noon - timedelta(hours=3), noon)
    ('due today at 15:00', 'due since 09:00 today')
    """
    days = _days_between(now, moment)
    if days == 0:
        clock = f"{timezone.localtime(moment):%H:%M}"
        return f"due today at {clock}" if moment >= now else f"due since {clock} today"
    if days < 0:
        return f"{plural(-days, 'day')} overdue"
    if days == 1:
        return "due tomorrow"
    if days < 7:
        return f"due on {timezone.localtime(moment):%A}"
    return f"due on {day_name(timezone.localtime(moment).date(), timezone.localtime(now).date())}"


def moment_ahead(moment: datetime, now: datetime) -> str:
    """Say when something will be, or was a moment ago.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    >>> moment_ahead(noon, noon), moment_ahead(noon + timedelta(days=1), noon)
    ('today at 12:00', 'tomorrow at 12:00')
    >>> moment_ahead(noon + timedelta(days=2), noon), moment_ahead(noon + timedelta(days=9), noon)
    ('Friday at 12:00', '13 March at 12:00')
    """
    local, days = timezone.localtime(moment), _days_between(now, moment)
    if 0 <= days < 7:
        day = {0: "today", 1: "tomorrow"}.get(days, f"{local:%A}")
    else:
        day = day_name(local.date(), timezone.localtime(now).date())
        day = day.lower() if day == "Yesterday" else day
    return f"{day} at {local:%H:%M}"


def span(length: timedelta) -> str:
    """Say how long something took.

    >>> span(timedelta(minutes=4)), span(timedelta(hours=26)), span(timedelta(hours=80))
    ('4 minutes', '26 hours', '3 days')
    >>> span(timedelta(seconds=59))
    'less than a minute'
    """
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return plural(minutes, "minute")
    hours = minutes // 60
    return plural(hours, "hour") if hours < 48 else plural(hours // 24, "day")


def _days_between(earlier: datetime, later: datetime) -> int:
    return (timezone.localtime(later).date() - timezone.localtime(earlier).date()).days
