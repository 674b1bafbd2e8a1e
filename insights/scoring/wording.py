"""Numbers and days as sentences say them."""

from datetime import date

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def days(number: float) -> str:
    """Write a number of days, whole ones that have passed.

    Examples
    --------
    >>> days(1.9), days(1200)
    ('1 day', '1,200 days')
    """
    return counted(int(number), "day")


def counted(number: int, noun: str) -> str:
    """Write how many, with the plural.

    Examples
    --------
    >>> counted(1, "failure"), counted(0, "failure")
    ('1 failure', '0 failures')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def in_words(number: int) -> str:
    """Write small numbers as words.

    Examples
    --------
    >>> in_words(2), in_words(1200)
    ('two', '1,200')
    """
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else f"{number:,}"


def every(gap: float) -> str:
    """Write a usual gap; the sentence has said that it is days.

    Examples
    --------
    >>> every(12.2), every(0.4)
    ('every 12', 'every day')
    """
    whole = max(round(gap), 1)
    return "every day" if whole == 1 else f"every {whole:,}"


def in_ten(share: float, other: float) -> str:
    """Write a share in tenths, or in hundredths where tenths would not tell it from the other.

    Examples
    --------
    >>> in_ten(0.61, 0.1), in_ten(0.61, 0.58)
    ('6 in 10', '61 in 100')
    """
    if round(share * 10) != round(other * 10):
        return f"{round(share * 10)} in 10"
    return f"{round(share * 100)} in 100"


def day_of(day: date, today: date) -> str:
    """Write a day, with its year where it is another.

    Examples
    --------
    >>> day_of(date(2026, 11, 14), date(2026, 11, 23)), day_of(date(2025, 11, 4), date(2026, 1, 2))
    ('14 November', '4 November 2025')
    """
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {day:%B}{year}"


def listed(phrases: list[str]) -> str:
    """Join phrases as in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return " and ".join(filter(None, [", ".join(phrases[:-1]), *phrases[-1:]]))
