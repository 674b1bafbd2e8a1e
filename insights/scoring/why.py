"""Why a customer is as far as they are, in plain English with the facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from insights.scoring.readings import Readings
from insights.scoring.wording import days, every, in_ten, in_words

LEAST_POINTS = 0.5
"""Parts that round to no point are not worth a sentence."""


@dataclass(frozen=True, slots=True)
class Part:
    """One reason.

    Attributes
    ----------
    name : str
        presence, cooling, wall or unhealed; unchanged or unknown when there is none.
    points : float
        Points of distance.
    sentence : str
        The facts.
    """

    name: str
    points: float
    sentence: str


def why(
    reading: Mapping[str, Any] | Readings,
    i: int = 0,
    *,
    open_failures: int | None = None,
    since: date | None = None,
) -> list[Part]:
    """Say why, largest part first.

    Parameters
    ----------
    reading : mapping or Readings
        One customer's reading, or those of many and the row `i`.
    open_failures : int, optional
        How many failures and complaints are open, if known.
    since : date, optional
        When the first of them happened.

    Returns
    -------
    list of Part
        The parts of at least half a point; when there are none, one that says so.

    Examples
    --------
    >>> quiet = {"known": True, "part_presence": 0.2, "part_cooling": 0.0, "part_wall": 0.0,
    ...          "part_unhealed": 0.0, "silent_days": 5.0, "usual_gap_days": 12.2, "warmth": 58.0,
    ...          "active_days": 9}
    >>> why(quiet)[0].sentence
    'Nothing has changed: last in touch 5 days ago, usually every 12; warmth 58.'
    >>> [part.sentence for part in why(quiet | {"part_presence": 31.0, "silent_days": 41.0})]
    ['Silent 41 days; usually in touch every 12.']
    """
    row = reading.row(i) if isinstance(reading, Readings) else reading
    if not row["known"]:
        return [Part("unknown", 0.0, "Never heard from, so there is no distance yet.")]
    sentences = {
        "presence": lambda: _silent(row),
        "cooling": lambda: _cooled(row),
        "wall": lambda: _walled(row),
        "unhealed": lambda: _unhealed(open_failures, since),
    }
    points = {name: float(row[f"part_{name}"]) for name in sentences}
    named = sorted(
        (name for name in points if points[name] >= LEAST_POINTS), key=points.__getitem__
    )
    if not named:
        return [Part("unchanged", 0.0, _unchanged(row))]
    return [Part(name, points[name], sentences[name]()) for name in reversed(named)]


def _silent(row: Mapping[str, Any]) -> str:
    """Say how long they were silent, and how long they usually are."""
    silent = f"Silent {days(row['silent_days'])}"
    if row["active_days"] < 2:
        return f"{silent}; in touch on one day only so far."
    return f"{silent}; usually in touch {every(row['usual_gap_days'])}."


def _cooled(row: Mapping[str, Any]) -> str:
    """Say how warm it is, and usually was."""
    return f"Warmth {row['warmth']:.0f}, usually {row['baseline']:.0f}."


def _walled(row: Mapping[str, Any]) -> str:
    """Say which share fell or rose the most: that with a person, or that through others."""
    people_gone = row["human_share_normal"] - row["human_share_now"]
    if people_gone >= row["via_share_now"] - row["via_share_normal"]:
        was, now, how = row["human_share_normal"], row["human_share_now"], "with a person"
    else:
        was, now, how = row["via_share_normal"], row["via_share_now"], "through an intermediary"
    return f"Was {in_ten(was, now)} {how}, now {in_ten(now, was)}."


def _unhealed(open_failures: int | None, since: date | None) -> str:
    """Say what was not made right, and since when."""
    if open_failures is None:
        what = "Failures"
    else:
        what = f"{in_words(open_failures).capitalize()} failure{'' if open_failures == 1 else 's'}"
    when = f" since {since.day} {since:%B}" if since else ""
    return f"{what}{when} not made right."


def _unchanged(row: Mapping[str, Any]) -> str:
    """Say that all is as it was."""
    ago = days(row["silent_days"])
    last = "in touch today" if ago == "0 days" else f"last in touch {ago} ago"
    usual = f", usually {every(row['usual_gap_days'])}" if row["active_days"] > 1 else ""
    return f"Nothing has changed: {last}{usual}; warmth {row['warmth']:.0f}."
