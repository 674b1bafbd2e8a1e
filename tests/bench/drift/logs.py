"""Logs of events, read from CSV files and cut off at a moment."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from insights.scoring import Silence
from insights.scoring.predict import moment_of
from tests.bench.drift.stranger import prior_for

CELLS_OF_A_LOG = 7


@dataclass(frozen=True, slots=True)
class History:
    """What happened between an organisation and its customers.

    Attributes
    ----------
    customer : i8[m]
        Who, rising; any numbers that sort as the customers do.
    at : f8[m]
        When, days since 1970 UTC, rising within a customer.
    value : f8[m] or None
        What each event was worth, where the log has it.
    """

    customer: NDArray[np.int64]
    at: NDArray[np.float64]
    value: NDArray[np.float64] | None = None

    @property
    def customers(self) -> NDArray[np.int64]:
        """Everyone there is, in order: what a rival predicts for."""
        return np.unique(self.customer)

    @property
    def start(self) -> float:
        """The moment of the first event."""
        return float(self.at.min())

    def before(self, moment: float) -> "History":
        """Keep only what happened strictly before a moment."""
        return self._rows(self.at < moment)

    def of(self, customers: NDArray[np.int64]) -> "History":
        """Keep only what happened with some customers."""
        return self._rows(np.isin(self.customer, customers))

    def silent(self, customers: NDArray[np.int64], start: float, stop: float) -> NDArray[np.bool_]:
        """Say which customers have no event from a moment until just before another."""
        during = (self.at >= start) & (self.at < stop)
        return ~np.isin(customers, self.customer[during])

    def total(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum amounts, one an event, by customer."""
        _, owner = np.unique(self.customer, return_inverse=True)
        return np.bincount(owner, amounts)

    def _rows(self, chosen: NDArray[np.bool_]) -> "History":
        value = None if self.value is None else self.value[chosen]
        return replace(self, customer=self.customer[chosen], at=self.at[chosen], value=value)


@dataclass(frozen=True, slots=True)
class Log:
    """A named log, the cut-offs rivals are held against, and what Hearth starts from."""

    name: str
    history: History
    cuts: tuple[float, ...]
    horizon: float
    prior: Silence


def read_history(path: Path) -> History:
    """Read a CSV file with the columns `customer`, `occurred_at` and perhaps `value`.

    Raises
    ------
    ValueError
        For a file that lacks a column or has a moment that is none.
    """
    frame = pd.read_csv(path, dtype={"customer": str})
    if not {"customer", "occurred_at"} <= set(frame.columns):
        raise ValueError(f"{path} must have the columns customer and occurred_at")
    moments = pd.to_datetime(frame["occurred_at"], format="ISO8601", utc=True)
    at = moments.dt.tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64) / 86.4e9
    codes = pd.factorize(frame["customer"], sort=True)[0].astype(np.int64)
    order = np.lexsort((at, codes))
    value = frame["value"].to_numpy(np.float64)[order] if "value" in frame else None
    return History(codes[order], at[order], value)


def read_logs(folder: Path) -> list[Log]:
    """Read every log the table of a folder's README.md lists with its cut-offs and horizon.

    Raises
    ------
    ValueError
        When the README lists no log.
    """
    logs = []
    for line in (folder / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == CELLS_OF_A_LOG and cells[0].endswith(".csv"):
            cuts = re.findall(r"\d{4}-\d\d-\d\d", cells[-2])
            logs.append(log_of(folder / cells[0], cuts, float(cells[-1])))
    if not logs:
        raise ValueError(f"the table in {folder / 'README.md'} lists no CSV file with cut-offs")
    return logs


def log_of(path: Path, cuts: list[str], horizon: float) -> Log:
    """Read one log whose cut-offs (ISO dates) and horizon are known."""
    moments = sorted(moment_of(cut) for cut in cuts)
    return Log(path.stem, read_history(path), tuple(moments), horizon, prior_for(path))
