"""Numbers as people read them: money, counts, drift and how long ago something was."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from relationships.words import plural

NARROW = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def thousands(value: float) -> str:
    """Write a count for people.

    >>> thousands(1234567), thousands(-1200), thousands(0.5)
    ('1,234,567', '\u22121,200', '0.5')
    """
    whole = float(value).is_integer() or abs(value) >= 100
    text = f"{abs(value):,.0f}" if whole else f"{abs(value):,.1f}"
    return f"\N{MINUS SIGN}{text}" if value < 0 else text


def short(value: float) -> str:
    """Write a large number for an axis or a narrow column.

    >>> short(950), short(12500), short(1_000_000), short(2_140_000_000), short(999_960)
    ('950', '12.5 k', '1 M', '2.1 bn', '1 M')
    """
    for size, word in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 0.99995:
            return f"{thousands(round(value / size, 1))} {word}"
    return thousands(value)


def percent(share: float) -> str:
    """Write a share, honest at the edges: nothing that exists is called 0 %.

    >>> percent(0), percent(0.004), percent(0.125), percent(0.256), percent(0.998), percent(1)
    ('0 %', 'under 1 %', '13 %', '26 %', 'over 99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{points_of(share)} %"


def points_of(share: float) -> int:
    """Return a share in whole per cent; halves go up, as in spreadsheets, and not to even ones.

    >>> points_of(0.025), points_of(0.285), points_of(-0.125)
    (3, 29, -13)
    """
    return int((100 * Decimal(repr(float(share)))).quantize(Decimal(1), ROUND_HALF_UP))


def money(amount: Decimal | float, currency: str) -> str:
    """Write an amount in whole units with its currency.

    >>> money(Decimal("1234567.89"), "EUR").replace(NARROW, " ")
    'EUR 1,234,568'
    """
    return f"{currency}{NARROW}{thousands(round(float(amount)))}"


def short_money(amount: Decimal | float, currency: str) -> str:
    """Write an amount as one says it.

    >>> short_money(2_140_000, "EUR").replace(NARROW, " ")
    'EUR 2.1 M'
    """
    return f"{currency}{NARROW}{short(round(float(amount)))}".replace(" ", NARROW)


def monies(amounts: Mapping[str, Decimal]) -> str:
    """Write amounts in several currencies beside each other, the largest first, never added.

    >>> monies({"EUR": Decimal(12_400), "USD": Decimal(0)}).replace(NARROW, " ")
    'EUR 12.4 k'
    >>> monies({}).replace(NARROW, " ")
    'nothing'
    """
    some = sorted(
        ((amount, currency) for currency, amount in amounts.items() if round(amount)), reverse=True
    )
    return joined([short_money(amount, currency) for amount, currency in some]) or "nothing"


def joined(words: list[str]) -> str:
    """Join words as in a sentence.

    >>> joined(["a", "b", "c"]), joined(["a"]), joined([])
    ('a, b and c', 'a', '')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def signed(points: float | None) -> tuple[str, str]:
    """Write a change in distance, and say which way it went: away, closer or level.

    >>> signed(11.6), signed(-0.4), signed(None), signed(-8)
    (('+12', 'away'), ('0', 'level'), ('', 'level'), ('\u22128', 'closer'))
    """
    if points is None:
        return "", "level"
    whole = round(points)
    if whole == 0:
        return "0", "level"
    return (f"+{whole}", "away") if whole > 0 else (f"{MINUS}{-whole}", "closer")


def ago(day: date | None, today: date) -> str:
    """Write how long ago a day was.

    >>> today = date(2026, 11, 23)
    >>> [ago(day, today) for day in (today, date(2026, 11, 22), date(2026, 11, 10), None)]
    ['today', 'yesterday', '13 days ago', 'never']
    >>> [ago(day, today) for day in (date(2026, 10, 1), date(2025, 12, 1), date(2024, 11, 1))]
    ['7 weeks ago', '11 months ago', '2 years ago']
    """
    if day is None:
        return "never"
    days = (today - day).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    for least, size, noun in ((730, 365.25, "year"), (92, 30.44, "month"), (28, 7, "week")):
        if days >= least:
            return f"{plural(int(days / size), noun)} ago"
    return f"{days} days ago"


def upper_first(text: str) -> str:
    """Write the first letter large and leave the others: a month has a large one too."""
    return text[:1].upper() + text[1:]


def times(count: int) -> str:
    """Say how often.

    >>> times(1), times(2), times(1204)
    ('once', 'twice', '1,204 times')
    """
    return {1: "once", 2: "twice"}.get(count) or plural(count, "time")
