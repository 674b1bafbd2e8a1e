"""When things happen: working days, office hours, quiet holidays."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

OPENS, CLOSES = 8 * 60, 17 * 60 + 30
"""Office hours, in minutes since midnight."""

AWAKE, ASLEEP = 6 * 60 + 30, 22 * 60
"""When people click, in minutes since midnight."""

SATURDAY, SUNDAY = 5, 6
_DAYS_OFF = {(1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)}
_QUIET_CHRISTMAS, _QUIET_SUMMER = 0.25, 0.65


@dataclass(frozen=True, slots=True)
class Calendar:
    """Turns days before `today` into believable moments, the last of them yesterday."""

    today: date
    zone: ZoneInfo

    @property
    def ends_at(self) -> datetime:
        """The first moment that has not happened yet: the start of today."""
        return datetime.combine(self.today, time(), tzinfo=self.zone).astimezone(UTC)

    def day(self, ago: float) -> date:
        """Return the day so many days ago; today itself has not happened yet."""
        return self.today - timedelta(days=max(1, round(ago)))

    def bustle(self, ago: float) -> float:
        """Return the share (0 to 1) of what usually happens that happens at this time of year."""
        day = self.day(ago)
        if (day.month, day.day) >= (12, 21) or (day.month, day.day) <= (1, 3):
            return _QUIET_CHRISTMAS
        is_summer = (7, 20) <= (day.month, day.day) <= (8, 20)
        return _QUIET_SUMMER if is_summer else 1.0

    def in_office_hours(self, ago: float, random: Random) -> datetime:
        """Return a moment of a working day."""
        day = self.day(ago)
        if day.weekday() == SUNDAY and day + timedelta(days=1) < self.today:
            day += timedelta(days=1)
        minute = int(random.triangular(OPENS, CLOSES, 10 * 60 + 30))
        return self._at(_working_day(day), minute, random)

    def any_time(self, ago: float, random: Random) -> datetime:
        """Return a moment as people click: mostly on working days, some in the evening."""
        day = self.day(ago)
        if random.random() < 0.75:
            day = _working_day(day)
        minute = int(random.triangular(AWAKE, ASLEEP, 11 * 60))
        return self._at(day, minute, random)

    def within(self, hours: float, after: datetime, random: Random) -> datetime | None:
        """Return a moment in the office about `hours` later, None when it has yet to come."""
        local = (after + timedelta(hours=hours)).astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        day = local.date()
        if minute > CLOSES:
            day, minute = day + timedelta(days=1), OPENS + random.randrange(90)
        while _is_off(day):
            day, minute = day + timedelta(days=1), OPENS + random.randrange(90)
        moment = self._at(day, max(minute, OPENS + random.randrange(30)), random)
        return moment if after < moment < self.ends_at else None

    def _at(self, day: date, minute: int, random: Random) -> datetime:
        local = time(minute // 60, minute % 60, random.randrange(60))
        return datetime.combine(day, local, tzinfo=self.zone).astimezone(UTC)


def _working_day(day: date) -> date:
    """Return the day, or the last working day before it."""
    while _is_off(day):
        day -= timedelta(days=1)
    return day


def _is_off(day: date) -> bool:
    return day.weekday() >= SATURDAY or (day.month, day.day) in _DAYS_OFF
