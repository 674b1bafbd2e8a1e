"""Predict silence from a plain log of events: the one place of the core that touches files."""

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from insights.scoring.activity import PLAIN, Activity
from insights.scoring.fold import fold
from insights.scoring.policy import Policy
from insights.scoring.population import population
from insights.scoring.read import read
from insights.scoring.refit import learn
from insights.scoring.silence import Silence

SHOWN_BAD_ROWS = 20
SHORTEST_DATE = len("20200131")
WANTED = ("customer", "occurred_at")
CUSTOMER_RIGHT = "it must not be empty"
MOMENT_RIGHT = "it must be an ISO date or moment such as 2020-01-31 or 2020-01-31T09:30:00Z"


@dataclass(frozen=True, slots=True)
class Log:
    """A log as read: the good rows, and a sentence about each bad one (`bad` in all).

    Attributes
    ----------
    customer : object[m]
        Text.
    at : f8[m]
        Days since 1970 UTC.
    """

    customer: NDArray[np.object_]
    at: NDArray[np.float64]
    complaints: list[str]
    bad: int


def predict(log: Path, as_of: str, horizon: float, out: Path, *, is_refit: bool = False) -> Log:
    r"""Write each customer's probability of silence to a CSV file.

    Parameters
    ----------
    log : Path
        CSV with the columns `customer` and `occurred_at`; others are ignored.
    as_of : str
        ISO date or moment. Only events strictly before it have any influence.
    horizon : float
        Days of silence asked for.
    out : Path
        Gets `customer,silence`, sorted by customer; written whole or not at all.
    is_refit : bool
        Learn from the log itself, from what was before `as_of`.

    Returns
    -------
    Log
        What was read, with what was wrong in it.

    Raises
    ------
    ValueError
        For an `as_of` that cannot be read, a horizon out of range, or a file that is no such
        log.
    OSError
        For a file that cannot be read or written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source, out = Path(folder, "log.csv"), Path(folder, "out.csv")
    ...     _ = source.write_text("customer,occurred_at\na,2020-01-01\n")
    ...     _ = predict(source, "2020-01-31", 30.0, out)
    ...     print(out.read_text().splitlines()[0])
    customer,silence
    """
    moment = moment_of(as_of)
    policy = replace(Policy(), horizon_days=float(horizon))
    entries = read_log(log)
    customers, silence = silences(entries.customer, entries.at, moment, policy, is_refit=is_refit)
    table = pd.DataFrame({"customer": customers, "silence": silence})
    _write_whole(table, out)
    return entries


def silences(
    customer: NDArray[np.object_],
    at: NDArray[np.float64],
    as_of: float,
    policy: Policy,
    *,
    is_refit: bool = False,
) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Work out the probability of silence for every customer seen before a moment.

    Parameters
    ----------
    customer : object[m]
        Who.
    at : f8[m]
        When, days since 1970 UTC; days are UTC days.
    as_of : float
        Days since 1970 UTC; what happened then or later is not looked at.
    policy : Policy
        Its horizon is the one asked for.
    is_refit : bool
        Learn from what happened before `as_of`; else the shipped coefficients are taken.

    Returns
    -------
    customers : object[n]
        Sorted.
    silence : f8[n]
        0 to 1.

    Raises
    ------
    TooLittleHistoryError
        When there is too little to learn from.

    Examples
    --------
    >>> who = np.array(["b", "a", "b"], dtype=object)
    >>> silences(who, np.array([1.0, 2.0, 5.0]), 5.0, Policy())[1].round(2).tolist()
    [0.55, 0.57]
    """
    before = at < as_of
    codes, customers = pd.factorize(customer[before], sort=True)
    activity = Activity.of_log(codes, at[before], len(customers))
    silence = learn(activity, policy, as_of) if is_refit else Silence.prior()
    states = fold(activity.events(), PLAIN, policy).states
    reading = read(states, as_of, policy, population(states, policy), silence)
    return np.asarray(customers, dtype=object), reading.silence


def read_log(path: Path) -> Log:
    """Read a log, keeping its good rows.

    Parameters
    ----------
    path : Path
        CSV with a header.

    Returns
    -------
    Log
        Good rows in the file's order, and what is wrong with the others.

    Raises
    ------
    ValueError
        For a file that is no CSV or lacks a column.
    OSError
        For a file that cannot be read.
    """
    frame = _read_columns(path)
    parsed = _parse_moments(frame["occurred_at"])
    nameless = (frame["customer"] == "").to_numpy()
    undated = parsed.isna().to_numpy()
    good = ~(nameless | undated)
    days = _days(parsed)
    return Log(
        customer=frame["customer"].to_numpy(dtype=object)[good],
        at=days[good],
        complaints=_complaints(frame, nameless, undated),
        bad=int((~good).sum()),
    )


def moment_of(text: str) -> float:
    """Read an ISO date or moment as days since 1970 UTC; without an offset it is UTC.

    Raises
    ------
    ValueError
        When it is neither.

    Examples
    --------
    >>> moment_of("1970-01-02T12:00:00+12:00")
    1.0
    >>> moment_of("soon")
    Traceback (most recent call last):
    ValueError: 'soon' is not a date; it must be an ISO date or moment such as 2020-01-31 or ...
    """
    parsed = _parse_moments(pd.Series([text], dtype=object))
    if parsed.isna().any():
        raise ValueError(f"{text!r} is not a date; {MOMENT_RIGHT}")
    return float(_days(parsed)[0])


def _read_columns(path: Path) -> pd.DataFrame:
    """Read the two columns as text, one row for each line of the file."""
    try:
        frame = pd.read_csv(
            path,
            usecols=lambda name: name.strip() in WANTED,
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            index_col=False,
            encoding="utf-8-sig",
            encoding_errors="surrogateescape",
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError) as problem:
        raise ValueError(f"{path} is not a CSV file: {str(problem).strip()}") from problem
    frame = frame.rename(columns=str.strip)
    for name in WANTED:
        if name not in frame.columns:
            raise ValueError(f"{path} has no column {name!r}; it must have {' and '.join(WANTED)}")
    written = np.flatnonzero((frame[list(WANTED)] != "").any(axis=1))
    # Empty lines at the end are no rows; those in between are, and get reported.
    return frame.iloc[: written[-1] + 1 if len(written) else 0]


def _parse_moments(text: pd.Series) -> pd.Series:
    """Parse ISO 8601; what has no offset is UTC, what is none is NaT."""
    # pandas also takes "now", "today" and "2020-01", none of which is a date.
    is_dated = np.fromiter((len(one) >= SHORTEST_DATE for one in text), np.bool_, len(text))
    return pd.to_datetime(text.where(is_dated), format="ISO8601", utc=True, errors="coerce")


def _days(parsed: pd.Series) -> NDArray[np.float64]:
    """Turn moments into days since 1970 UTC."""
    microseconds = parsed.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    days: NDArray[np.float64] = microseconds.astype(np.int64) / 86_400e6
    return days


def _complaints(
    frame: pd.DataFrame, nameless: NDArray[np.bool_], undated: NDArray[np.bool_]
) -> list[str]:
    """Say what is wrong with the first bad rows."""
    complaints = []
    for row in np.flatnonzero(nameless | undated)[:SHOWN_BAD_ROWS]:
        column, right = (
            ("customer", CUSTOMER_RIGHT)
            if nameless[row]
            else (
                "occurred_at",
                MOMENT_RIGHT,
            )
        )
        # The header is line 1.
        complaints.append(f"line {row + 2}: {column} is {frame[column].iloc[row]!r}; {right}")
    return complaints


def _write_whole(table: pd.DataFrame, out: Path) -> None:
    """Write beside the target and rename, so that nobody ever sees half a file."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    os.close(handle)
    try:
        table.to_csv(name, index=False, float_format="%.9f", errors="surrogateescape")
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """Ask for the mask new files get; `mkstemp` ignores it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
