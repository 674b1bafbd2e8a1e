"""What Distance shows of where customers stand: the same on its page and in the board report."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from insights.among_words import WHO, List, noun_of, nouns_of
from insights.charts import BandCounts, Bar, Chart, band_strips, bars
from insights.models import Band, Reading
from insights.presentation import BAND_KEYS, customer_url, why_values
from insights.scoring import why
from insights.selectors.organisation import Among, BandLine, Standing, TeamLine
from insights.sentences import LEAST_KNOWN
from insights.since import FOUR_WEEKS, YEAR
from insights.words import MINUS, money, monies, short_money, signed, thousands
from relationships.words import plural

NOBODY_AWAY = "Nobody moved away by five points or more."
NOBODY_CLOSER = "Nobody came closer by five points or more."


def no_value(among: Among) -> str:
    """Say that none of these has a value of which anything could be at risk.

    >>> no_value(Among()), no_value(Among(stage="lead"))
    ('No customer has a yearly value yet.', 'None of these leads has a yearly value yet.')
    """
    none = f"No {noun_of(among.stage)}"
    if not among.are_all:
        none = f"None of these {nouns_of(among.stage)}"
    return f"{none} has a yearly value yet."


def nowhere(**filters: object) -> str:
    """Return no address: paper leads nowhere."""
    return ""


def note(here: Standing, among: Among) -> str:
    """Say who is counted, who is not, and how it was a year ago."""
    parts = [f"{WHO[among.stage]} only." if among.stage else "Customers of every stage."]
    if here.unknown:
        parts.append(
            f"{thousands(here.unknown)} never heard from "
            f"{'is' if here.unknown == 1 else 'are'} not counted."
        )
    far = far_year_ago(here)
    if far is not None:
        was = plural(far, noun_of(among.stage)) if far else "nobody"
        parts.append(f"A year ago {was} {'were' if far > 1 else 'was'} that far.")
    return " ".join(parts)


def far_year_ago(here: Standing) -> int | None:
    """Return how many were far a year ago; None where the sentence has too few to tell of now."""
    return here.far_year_ago if here.known >= LEAST_KNOWN else None


def strips(here: Standing, listed: List, among: Among, *, width: float = 1040) -> Chart:
    """Draw how many stand in each band, now and before."""

    def strip(label: str, field: str, since: str = "") -> BandCounts:
        counts = {BAND_KEYS[line.band]: getattr(line, field) or 0 for line in here.bands}
        counts.pop("unknown")
        then = {b: {"was": b, "since": since} if since else {"band": b} for b in counts}
        return BandCounts(label, counts, {b: listed(**stood) for b, stood in then.items()})

    drawn = [strip("Now", "now")]
    if here.far_four_weeks_ago is not None:
        drawn.append(strip("Four weeks ago", "four_weeks_ago", FOUR_WEEKS))
    if here.far_year_ago is not None:
        drawn.append(strip("A year ago", "year_ago", YEAR))
    return band_strips(
        drawn,
        title=f"{WHO[among.stage]} by band, now and before",
        nouns=nouns_of(among.stage),
        width=width,
    )


def band_row(line: BandLine, listed: List) -> dict[str, str]:
    """Write how many stand in a band, how that moved, and what they are worth."""
    key = BAND_KEYS[line.band]
    return {
        "key": key,
        "label": str(line.band.label),
        "url": listed(band=key),
        "now": thousands(line.now),
        "four_weeks": _change(line.now, line.four_weeks_ago),
        "year": _change(line.now, line.year_ago),
        "value": monies(line.yearly_value) if line.now else "",
        "at_risk": monies(line.at_risk) if line.now else "",
    }


def _change(now: int, before: int | None) -> str:
    if before is None:
        return ""
    difference = now - before
    sign = "+" if difference > 0 else MINUS if difference < 0 else "±"
    return f"{sign}{thousands(abs(difference))}"


def mover(reading: Reading) -> dict[str, object]:
    """Write a customer who moved, with the reason."""
    drift, direction = signed(reading.drift)
    now, before = reading.distance or 0, (reading.distance or 0) - (reading.drift or 0)
    return {
        "name": reading.customer.name,
        "url": customer_url(reading.pk),
        "owner": reading.owner.name if reading.owner else "No owner",
        "band": BAND_KEYS[reading.band],
        "band_label": Band(reading.band).label,
        "now": round(now),
        "before": min(max(round(before), 0), 100),
        "drift": drift,
        "direction": direction,
        "at_risk": money(reading.at_risk, reading.currency),
        "reason": _reason(reading, is_closer=direction == "closer"),
    }


def _reason(reading: Reading, *, is_closer: bool) -> str:
    if not is_closer:
        return why(why_values(reading))[0].sentence
    days = int(reading.silent_days or 0)
    heard = "today" if days == 0 else f"{plural(days, 'day')} ago"
    return (
        f"In touch {heard}; warmth {reading.warmth or 0:.0f}, usually {reading.baseline or 0:.0f}."
    )


def currencies_at_risk(here: Standing) -> Sequence[str]:
    """Return the currencies in which anything is at risk, the one with most first."""
    return sorted(here.at_risk, key=lambda code: -here.at_risk[code])


TEAMS_DRAWN = 12
"""Those with most at risk; all of them are in the table."""


def teams_at_risk(here: Standing, currency: str) -> Sequence[TeamLine]:
    """Return the teams with anything at risk in a currency, the one with most first."""
    return sorted(
        (team for team in here.teams if round(team.at_risk.get(currency, 0))),
        key=lambda team: -team.at_risk[currency],
    )


def risk(
    here: Standing, currency: str, listed: List, *, drawn: int = TEAMS_DRAWN, width: float = 520
) -> Chart:
    """Draw what the teams with most at risk in a currency have, and say what the others have."""

    def bar(team: TeamLine) -> Bar:
        amount = team.at_risk[currency]
        text = short_money(amount, currency)
        return Bar(team.name, float(amount), text, listed(team=team.team_id))

    teams = teams_at_risk(here, currency)
    everyone = [bar(team) for team in teams]
    chart = bars(
        everyone[:drawn],
        title=f"At risk in a year, in {currency}, by team",
        unit=f"{currency} a year",
        what="Team",
        width=width,
    )
    rest = teams[drawn:]
    amount = sum((team.at_risk[currency] for team in rest), Decimal())
    return replace(
        chart,
        rows=[[one.label, one.words] for one in everyone],
        data=[[one.label, one.value] for one in everyone],
        note=f"{plural(len(rest), 'more team')}: {monies({currency: amount})}." if rest else "",
    )
